"""The plan a phone may carry away: sessions solved for the days ahead, the veto table, what is asked, help in need.

It holds no name and no diagnosis. It is sealed, it expires, and after that only a gentle plan is left. Without the
server the phone can take away from it and add nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import msgspec

from mortise.episode import Story
from mortise.prescribe import CounterLine
from mortise.prescribe.ladders import at_share, work_s
from mortise.protocol import Circumstances, DoseStep
from mortise.record import PlannedExercise
from mortise.report.doses import short_dose, tempo_words
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.phone import envelope_self, presenters, presenters_pages, presenters_session, signing
from mortise.web.phone.changes import as_told, last_told, told_checks
from mortise.web.phone.easier import easier_doses, harder_words
from mortise.web.phone.figures import figure_path
from mortise.web.phone.kept import kept_pages
from mortise.web.phone.presenters_self import FLARE
from mortise.web.phone.said import in_words, said
from mortise.web.phone.shell import shell
from mortise.web.phone.state import KINDS, circumstances_for
from mortise.web.phone.vetoes import Effect, shares, veto_table
from mortise.web.phone.visits import Visit
from mortise.web.ui.local import capital

SCHEMA = 1
N_DAYS = 4  # today and three more; a plan older than that is not a plan
MAINTENANCE_DAYS = 30
UNDER_ILL = (
    "hot_ankle",
    "other_sport",
)  # illness takes away all that these do: a day of rest, half of each dose
GENTLEST = "ten_minutes+travelling+hot_ankle"  # of the days that are not of illness


def day_name(kinds: Collection[str]) -> str:
    """Return the name under which a combination is solved; what illness covers is not solved apart."""
    covered = UNDER_ILL if "ill" in kinds else ()
    return "+".join(kind for kind in KINDS if kind in kinds and kind not in covered) or "usual"


def circumstances_ahead() -> dict[str, Circumstances]:
    """Return every kind of day the phone can choose without the server, by its name: all combinations."""
    found: dict[str, Circumstances] = {}
    for n in range(len(KINDS) + 1):
        for chosen in combinations(KINDS, n):
            name = day_name(chosen)
            found.setdefault(name, circumstances_for(() if name == "usual" else name.split("+")))
    return found


def tag_of(visit: Visit) -> str:
    """Return what changes whenever the envelope would: facts, content, epoch, release, day, whom to call."""
    tag = services.plan_tag(episode=visit.episode)
    clinic = visit.patient.clinic
    help_in_need = zlib.crc32("\n".join((clinic.name, clinic.phone, clinic.emergency_line)).encode())
    return f"{SCHEMA}.{tag}.{shell(visit.content).version}.{visit.today.isoformat()}.{help_in_need:08x}"


def sealed_envelope(visit: Visit) -> dict[str, Any]:
    """Return the envelope as text with its seal, and the person's keys."""
    body = msgspec.json.encode(envelope(visit)).decode()
    user = visit.user
    return {
        "body": body,
        "seal": signing.seal(user, body),
        "person": signing.person_tag(user),
        "lock_key": signing.lock_key(user),
        "seal_key": signing.seal_key(user),
    }


def envelope(visit: Visit) -> dict[str, Any]:
    """Return what the phone carries away."""
    made_at = clock.now()  # before the record is read: what comes later is news to this plan
    days = [visit.today + timedelta(days=n) for n in range(N_DAYS)]
    stories = services.stories_ahead(
        episode=visit.episode, days=days, circumstances=circumstances_ahead(), by=visit.user
    )
    now = stories[visit.today, "usual"]
    protocol = visit.content.protocol(visit.episode.protocol)
    table = veto_table(protocol, visit.content.measures, now.stage)
    book = _Book(visit, shares(table))
    return {
        "schema": SCHEMA,
        "tag": tag_of(visit),
        "person": signing.person_tag(visit.user),
        "shell": shell(visit.content).version,
        "epoch": services.server_epoch(),
        "protocol_hash": visit.content.protocol_hash(visit.episode.protocol),
        "made_at": made_at.isoformat(),
        "expires_on": days[-1].isoformat(),
        "zone": visit.patient.clinic.time_zone,
        "ankle": visit.ankle_words,
        "ankle_title": capital(visit.ankle_words),
        "side": visit.side.value,
        "is_locked": now.is_locked,
        "episode": str(visit.episode.pk),
        "stop": _stop(visit, now),
        "days": {day.isoformat(): _day(visit, day, stories, book) for day in days},
        "maintenance": {
            "until_on": (days[-1] + timedelta(days=MAINTENANCE_DAYS)).isoformat(),
            "session": book.session(stories[days[-1], GENTLEST]),
        },
        "ask": {
            "red_flags": protocol.red_flags,
            "check_in": [name for name in protocol.check_in if name not in protocol.red_flags],
            "next_morning": protocol.next_morning,
            "after_session": protocol.after_session,
        },
        "vetoes": _in_words(table),
        "shares": shares(table),
        "told": _told(visit, now, book),
        "checks": [envelope_self.told_check(one) for one in told_checks(now, visit.today)],
        "tests": envelope_self.tests_by_hand(visit, now, days[-1]),
        "tests_of_choice": envelope_self.tests_of_choice(visit),
        "tests_by_phone": envelope_self.tests_by_phone(visit, now, days[-1]),
        "questionnaires": envelope_self.questionnaires_of(visit, now),
        "exercises": book.exercises,
        "doses": book.doses,
        "texts": _texts(visit),
        "education": presenters.education_texts(visit, now),
        "clinic": visit.patient.clinic.name,
        "pages": kept_pages(visit, now),
    }


def _day(visit: Visit, day: date, stories: dict[tuple[date, str], Story], book: _Book) -> dict[str, Any]:
    usual = stories[day, "usual"]
    is_today = day == visit.today
    return {
        "checked": is_today and presenters.has_checked_in(visit, usual),
        "done": is_today and presenters.is_done(visit, usual),
        "morning": presenters.morning_due(usual),
        "sessions": {name: book.session(stories[day, name]) for name in circumstances_ahead()},
        "phase": usual.phase.value,
        "counters": [_counter(line) for line in usual.counters],
    }


def _told(visit: Visit, story: Story, book: _Book) -> dict[str, Any] | None:
    """Return the session that may still be told once more, with the dose each exercise was told at."""
    log = last_told(story, visit.today)
    if log is None:
        return None
    known = [one for one in log.items if one.exercise in visit.content.exercises]
    doses = {one.exercise: book.told(as_told(visit.content.exercises[one.exercise], one)) for one in known}
    return {**envelope_self.told(log), "doses": doses}


def _counter(line: CounterLine) -> dict[str, Any]:
    """Return one counter in the patient's words: what counts already, what today adds, and the most in seven days."""
    return {
        "what": said(line.words_patient),
        "counted": str(line.counted_week),
        "planned": str(line.planned),
        "at_most": None if line.per_week is None else str(line.per_week),
    }


def _in_words(table: dict[str, dict[str, Effect]]) -> dict[str, dict[str, Effect]]:
    """Return the veto table with what it says in the language of the page."""
    return {
        name: {
            answer: {**effect, "say": [said(words) for words in _stop_words(effect) if words]}
            for answer, effect in row.items()
        }
        for name, row in table.items()
    }


def _stop_words(effect: Effect) -> list[str]:
    """Return what an effect says; what stops does not repeat the words of the page that it opens."""
    stop_words = presenters_pages.stop_words
    return [stop_words(line) if effect["stop"] else line for line in effect["say"]]


def _stop(visit: Visit, story: Story) -> dict[str, Any]:
    page = presenters_pages.stop_page(visit, story)
    return {
        "headline": page.headline if story.is_locked else "",
        "lines": page.lines,
        "emergency": page.emergency,
        "calls": [{"words": f"{one.words}:", "number": one.number, "dial": one.dial} for one in page.calls],
    }


def _texts(visit: Visit) -> dict[str, str]:
    wanted = (*FLARE, "emergency.", "load.", "setback.", "advice.stop_and_seek_help.patient")
    return {
        key: said(text)
        for key, text in visit.content.texts.items()
        if key.startswith(wanted) and not key.endswith(".clinician")
    }


class _Book:
    """Exercises and doses named by the sessions, each written once."""

    def __init__(self, visit: Visit, shares: tuple[int, ...]) -> None:
        self.visit, self.shares = visit, shares
        self.exercises: dict[str, dict[str, Any]] = {}
        self.doses: dict[str, dict[str, Any]] = {}

    def session(self, story: Story) -> dict[str, Any]:
        """Return one solved session."""
        session = story.session
        return {
            "id": session.id,
            "load": session.load.value,
            "why": said(session.why_patient),
            "items": [self._item(one, story) for one in session.exercises],
            "left_out": [
                {"name": said(one.name), "why": said(one.reason_patient)} for one in session.left_out
            ],
        }

    def told(self, planned: PlannedExercise) -> str:
        """Write an exercise and the dose it was told at; return the dose's name."""
        self._exercise(planned)
        return self._dose(planned, planned.dose_step, planned.dose)

    def _item(self, planned: PlannedExercise, story: Story) -> dict[str, Any]:
        self._exercise(planned)
        exercise = self.visit.content.exercises[planned.exercise]
        whole = self._dose(planned, planned.dose_step, planned.dose)
        return {
            "exercise": planned.exercise,
            "why": said(planned.why_patient) if planned.dose_step != planned.usual_step else "",
            "dose": whole,
            "eased": {str(pct): self._eased(planned, pct) for pct in self.shares},
            "easier": [self._dose(planned, step, dose) for step, dose in easier_doses(exercise, planned)],
            "harder": harder_words(story, planned),
        }

    def _eased(self, planned: PlannedExercise, pct: int) -> str:
        """Return the dose at a share of the usual one, or today's own where that is less."""
        exercise = self.visit.content.exercises[planned.exercise]
        step, dose = at_share(exercise, planned.usual_step, Decimal(pct))
        is_less = work_s(dose) < work_s(planned.dose)
        return self._dose(planned, *((step, dose) if is_less else (planned.dose_step, planned.dose)))

    def _exercise(self, planned: PlannedExercise) -> None:
        if planned.exercise in self.exercises:
            return
        exercise, visit = self.visit.content.exercises[planned.exercise], self.visit
        sides = presenters_session.sides_of(visit, planned)
        self.exercises[exercise.id] = {
            "name": said(exercise.name),
            "tags": exercise.tags,
            "set_up": said(exercise.set_up),
            "steps": [said(line) for line in exercise.steps],
            "cue": said(exercise.cues[0]) if exercise.cues else "",
            "breathing": said(exercise.breathing),
            "stop_signs": [said(line) for line in exercise.stop_signs],
            "sides": " ".join(side.value for side in sides),
            "side_words": presenters_session.side_words(sides, exercise),
            "figure": figure_path(exercise.id, visit.side),
        }

    def _dose(self, planned: PlannedExercise, step: int, dose: DoseStep) -> str:
        key = f"{planned.exercise}:{step}:{dose.n_sets}x{dose.n_reps}x{dose.duration_s}x{dose.run_s}"
        if key not in self.doses:
            exercise = self.visit.content.exercises[planned.exercise]
            self.doses[key] = {
                "step": step,
                "words": short_dose(dose),
                "long_words": presenters_session.dose_words(dose),
                "why": tempo_words(dose, in_words(exercise)) or said(dose.load),
                "numbers": presenters_session.dose_numbers(dose, exercise),
                "tempo": [part._asdict() for part in presenters_session.tempo_parts(dose, exercise)],
                "rep_words": presenters_session.rep_words(dose),
                "seconds": float(dose.seconds(planned.n_sides)),
                "work_s": float(work_s(dose)),
            }
        return key
