"""What lies beside the stories up to that Tuesday: notes, letters, a cover, a second opinion, messages, consents.

Each step happens on its day while the story is lived, at the clock of that day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from mortise.episode import EscalationCase
from mortise.web.accounts.models import User
from mortise.web.care import services
from mortise.web.care.models import Consent, EpisodeRow, Letter, Note, Purpose
from mortise.web.care.services import following
from mortise.web.clinic.presenters_letter import draft_words, facts_of
from mortise.web.clinic.views_letter import letter_pdf
from mortise.web.demo.team import ADA, FEMI, MARA, PIM, Colleague, user_of

TRAINED = (
    "Ben Tenon",
    "Tamsin Rabbet",
    "Callum Veneer",
    "Kofi Groove",
    "Wren Spoke",
)  # the coach may see them

Step = Callable[[EpisodeRow, User], None]


def begins(name: str, episode: EpisodeRow, by: User) -> None:
    """Take down at the first visit what a patient agrees to."""
    for purpose in (Purpose.TREATMENT, Purpose.RECORDINGS, *((Purpose.COACH,) if name in TRAINED else ())):
        services.record_consent(
            patient=episode.patient, purpose=purpose, is_given=True, how=Consent.How.IN_PERSON, by=by
        )


def happens(name: str, n_days_ago: int, episode: EpisodeRow, by: User) -> None:
    """Let happen on a day what the table below says; nothing on most."""
    for step in _STEPS.get((name, n_days_ago), ()):
        step(episode, by)


# ---------------------------------------------------------------- steps


def _note(words: str) -> Step:
    return lambda episode, by: _noted(episode, by, words)


def _noted(episode: EpisodeRow, by: User, words: str, about: str = Note.About.CARE) -> None:
    services.write_note(episode=episode, words=words, by=by, about=about)


def _name_mara(episode: EpisodeRow, by: User) -> None:
    services.name_physician(patient=episode.patient, to=user_of(MARA).pk, by=by)


def _ben_writes(episode: EpisodeRow, by: User) -> None:
    services.write_message(
        episode=episode, message_id=uuid4(), by=episode.patient.user,
        words="The heel of my work boot is worn on one side. Does that matter?",
    )  # fmt: skip
    services.mark_seen(episode=episode, by=by)


def _asked(whom: Colleague, question: str) -> Step:
    return lambda episode, by: _ask(episode, by, whom, question)


def _ask(episode: EpisodeRow, by: User, whom: Colleague, question: str) -> None:
    services.ask_opinion(episode=episode, asked=user_of(whom).pk, by=by, question=question)


def _pim_answers(episode: EpisodeRow, _: User) -> None:
    pim = user_of(PIM)
    (opinion,) = services.opinions_of(episode=episode)
    services.answer_opinion(
        opinion=opinion,
        by=pim,
        answer="New boots first, with a stiff heel counter. Walk again after two weeks.",
    )
    _noted(episode, pim, "Work boots worn down on the outside, left more.", Note.About.FOOTWEAR)


def _image(episode: EpisodeRow, by: User) -> None:
    services.raise_escalation(
        episode=episode, escalation="imaging", reason="Locks twice a week since the fall in spring.", by=by
    )
    _write(episode, "imaging", "Dr Gale, radiology (fictional)", by)


def _send_by_post(episode: EpisodeRow, by: User) -> None:
    services.letter_sent(letter=_letter(episode), how="By post", by=by)


def _gale_has_it(episode: EpisodeRow, by: User) -> None:
    services.letter_received(letter=_letter(episode), words="Dr Gale, sees him on Thursday.", by=by)


def _gale_saw(episode: EpisodeRow, by: User) -> None:
    services.follow_escalation(
        episode=episode, case=_letter(episode).case, by=by, outcome="seen",
        reason="Dr Gale: no loose body, no fracture. A small spur in front, nothing that blocks.",
    )  # fmt: skip


def _to_sports_medicine(episode: EpisodeRow, by: User) -> None:
    services.raise_escalation(
        episode=episode, escalation="sports_physician", by=by,
        reason="Still swollen in the evening five weeks after the scope.",
    )  # fmt: skip
    _write(episode, "sports_physician", "Dr Iwan Plane, sports medicine (fictional)", by)


def _try_a_lift(episode: EpisodeRow, by: User) -> None:
    services.raise_escalation(
        episode=episode, escalation="podiatry", by=by, reason="A heel lift to try before the hill season."
    )
    _draft(episode, "podiatry", by)


def _cover_for_femi(_: EpisodeRow, by: User) -> None:
    femi, today = user_of(FEMI), by.clinic.today()
    services.arrange_cover(
        covering=user_of(ADA).pk, from_on=today, until_on=today + timedelta(days=9),
        note="Back on the second Thursday. Idris needs a call.", by=femi,
    )  # fmt: skip


_STEPS: Mapping[tuple[str, int], tuple[Step, ...]] = MappingProxyType(
    {
        ("Ben Tenon", 22): (
            _name_mara, _note("Carries his daughter downstairs on the shoulders: asked him to wait with that."),
        ),
        ("Ben Tenon", 9): (_ben_writes,),
        ("Ben Tenon", 8): (
            _asked(PIM, "Both walks load the outer edge. A heel lift for a month, or new boots first?"),
        ),
        ("Ben Tenon", 6): (_pim_answers,),
        ("Noor Chamfer", 0): (
            _asked(MARA, "Two bad days in a week after landings. Anything you would want to see before we go on?"),
        ),
        ("Hilde Purlin", 1): (
            _asked(PIM, "She trips over edges, and her house shoes are open at the heel. What would you give her?"),
        ),
        ("Harun Bevel", 4): (_note("Called twice, no answer. His shift ends on Thursday: try after that."),),
        ("Davide Burr", 12): (_image,),
        ("Davide Burr", 11): (_send_by_post,),
        ("Davide Burr", 9): (_gale_has_it,),
        ("Davide Burr", 3): (_gale_saw,),
        ("Sanna Lathe", 5): (_name_mara, _to_sports_medicine),
        ("Sanna Lathe", 4): (_send_by_post,),
        ("Edda Plumb", 15): (_note("Stick outdoors only. Her daughter helps with the tape at home."),),
        ("Emil Coping", 1): (_try_a_lift,),
        ("Callum Veneer", 0): (_cover_for_femi,),
    }
)  # fmt: skip

# ---------------------------------------------------------------- letters


def _draft(episode: EpisodeRow, escalation: str, by: User) -> Letter:
    """Draft a letter from the record, as the desk does."""
    found = next(one for one in following.cases_of(episode) if one.escalation == escalation)

    def draft(case: EscalationCase) -> tuple[dict[str, str], dict[str, Any]]:
        told = services.story_of(episode=episode, on=episode.patient.clinic.today(), by=by)
        return draft_words(case, told), facts_of(case, told)

    return services.begin_letter(episode=episode, case=found.case, draft=draft, by=by)


def _write(episode: EpisodeRow, escalation: str, to: str, by: User) -> None:
    letter = _draft(episode, escalation, by)
    services.change_letter(letter=letter, to=to, words=letter.words, by=by)
    letter.refresh_from_db()
    services.sign_letter(letter=letter, paper=lambda one: letter_pdf(one, by), by=by)


def _letter(episode: EpisodeRow) -> Letter:
    letter: Letter = episode.letters.select_related("episode__patient__clinic").get()
    return letter
