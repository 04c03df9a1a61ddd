"""The pages around today: the check, the stop page, help."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext

from mortise.catalog import Content
from mortise.episode import Story
from mortise.protocol import Tier
from mortise.protocol.criteria import criteria_in
from mortise.record import CheckIn, Judgement
from mortise.report.words import day, listed
from mortise.terms import Truth
from mortise.web.accounts.models import Clinic
from mortise.web.care.services import Look
from mortise.web.phone.presenters import headline
from mortise.web.phone.presenters_self import flare_plan
from mortise.web.phone.said import SENTENCE_ENDS, said
from mortise.web.phone.visits import Visit
from mortise.web.ui.fields import CANNOT_SAY
from mortise.web.ui.local import capital, in_a_sentence

# What stands on every stop page, in its headline and in the words of its urgency.
SAID_ANYWAY = ("Stop.", "Call the emergency line now.", "Do not wait for us to answer.")


class StopStep(NamedTuple):
    truth: Truth
    title: str
    why: str


class Call(NamedTuple):
    """A number to tap. `dial` is the same number as a telephone takes it."""

    words: str
    number: str
    dial: str
    is_emergency: bool


class StopPage(NamedTuple):
    headline: str
    lines: tuple[str, ...]
    emergency: tuple[str, ...]
    steps: tuple[StopStep, ...]
    calls: tuple[Call, ...]


class CheckPage(NamedTuple):
    title: str
    ankle_words: str
    number: int
    n_steps: int
    steps: tuple[str, ...]
    note: str
    back_url: str
    next_words: str
    morning: str  # the session whose morning after is asked for
    answers_json: str  # what was answered in earlier steps, for the phone's own note of it


class HelpPage(NamedTuple):
    emergency: tuple[str, ...]
    emergency_words: str
    setbacks: tuple[str, ...]
    flare: tuple[str, ...]
    clinic: str
    calls: tuple[Call, ...]
    looks: tuple[Look, ...]
    calendar_url: str


def check_page(
    visit: Visit, number: int, n_steps: int, *, morning: str, answers: Mapping[str, str | None]
) -> CheckPage:
    """Compose one step of the check."""
    back = f"{reverse('phone:check')}?step={number - 1}" if number > 1 else ""
    return CheckPage(
        title=gettext("Before you start"),
        ankle_words=capital(visit.ankle_words),
        number=number,
        n_steps=n_steps,
        steps=tuple("done" if i < number else "now" if i == number else "" for i in range(1, n_steps + 1)),
        note=gettext("If any of these is true, stop and get help; do not wait for us to answer.")
        if number == 1
        else gettext("We ask before, not after. No answer can make today harder."),
        back_url=back,
        next_words=gettext("Save") if number == n_steps else gettext("Next"),
        morning=morning,
        answers_json=json.dumps({name: said or CANNOT_SAY for name, said in answers.items()}),
    )


def stop_page(visit: Visit, story: Story) -> StopPage:
    """Compose the page that stands while the programme is frozen."""
    fired = [rule for rule in story.decision.rules if rule.locks and rule.truth is Truth.MET]
    texts = visit.content.texts
    tiers = dict.fromkeys(str(rule.tier) for rule in fired if rule.tier)
    lines = [stop_words(rule.say_patient) for rule in fired] + [texts[f"emergency.{tier}"] for tier in tiers]
    return StopPage(
        headline=headline(visit, story),
        lines=tuple(dict.fromkeys(said(line) for line in lines if line)),
        emergency=emergency_lines(visit),
        steps=(
            StopStep(
                Truth.MET, gettext("Your exercises are paused"),
                " ".join([_ticked(visit, [rule.rule for rule in fired]), said(texts["emergency.closed"])]).strip(),
            ),
            _what_the_clinic_knows(visit, story),
            StopStep(
                Truth.UNKNOWN, gettext("Did you get through to someone?"),
                gettext("Do not wait for us. Call, and tell them what you told us."),
            ),
        ),
        calls=calls_of(visit),
    )  # fmt: skip


def stop_words(words: str) -> str:
    """Return what a rule says without what the headline and the emergency text above and below say already."""
    return " ".join(one for one in SENTENCE_ENDS.split(words) if one not in SAID_ANYWAY)


def _ticked(visit: Visit, rules: Iterable[str]) -> str:
    """Name the danger signs that stopped the programme, in a patient's words."""
    fired = set(rules)
    protocol = visit.content.protocol(visit.episode.protocol)
    labels = [
        said(c.label_patient) for one in protocol.rules if one.id in fired for c in criteria_in(one.when)
    ]
    named = listed([in_a_sentence(one) for one in dict.fromkeys(labels) if one])
    return gettext("You told us: %(signs)s.") % {"signs": named} if named else ""


def _what_the_clinic_knows(visit: Visit, story: Story) -> StopStep:
    """Say whether somebody at the clinic has said on the record that they saw it; nobody is ever said to watch."""
    clinic = visit.patient.clinic.name
    signs = visit.content.protocol(visit.episode.protocol).red_flags
    told = [one for one in story.facts if isinstance(one, CheckIn) and any(map(one.answers.get, signs))]
    seen = [one for one in story.facts if isinstance(one, Judgement) and one.judgement == "acknowledge"]
    last = max(seen, key=_when, default=None)
    if last is not None and all(_when(one) <= _when(last) for one in told):
        return StopStep(
            Truth.MET, gettext("Your clinic has seen it"),
            gettext("%(clinic)s, %(day)s. It stays stopped until they open it again.")
            % {"clinic": clinic, "day": day(last.on)},
        )  # fmt: skip
    return StopStep(
        Truth.MET, gettext("It is on your clinic’s list"),
        gettext("%(clinic)s sees it when somebody next looks. Nobody is watching now.") % {"clinic": clinic},
    )  # fmt: skip


def _when(fact: CheckIn | Judgement) -> tuple[date, str]:
    return fact.on, str(fact.captured_at or fact.received_at or "")


def flag_page(visit: Visit, flags: Iterable[str], *, is_saved: bool) -> StopPage:
    """Compose the stop page for danger signs when no engine answers: the same help, and what the clinic knows."""
    texts, measures = visit.content.texts, visit.content.measures
    rules = visit.content.protocol(visit.episode.protocol).rules
    told = set(flags)
    fired = [one for one in rules if one.tier and told & {c.measure for c in criteria_in(one.when)}]
    lines = [stop_words(one.say_patient) for one in fired] + [texts[f"emergency.{one.tier}"] for one in fired]
    return StopPage(
        headline=said(texts["advice.stop_and_seek_help.patient"]),
        lines=tuple(dict.fromkeys(said(line) for line in lines if line)),
        emergency=emergency_lines(visit),
        steps=(
            StopStep(
                Truth.NOT_MET,
                gettext("This is saved") if is_saved else gettext("This could not be saved"),
                _what_they_know(is_saved)
                % {
                    "clinic": visit.patient.clinic.name,
                    "signs": " ".join(said(measures[name].label) for name in told if name in measures),
                },
            ),
        ),
        calls=calls_of(visit),
    )


def _what_they_know(is_saved: bool) -> str:
    if is_saved:
        return gettext("%(clinic)s was told, and nobody may have seen it yet. Call, and tell them: %(signs)s")
    return gettext("%(clinic)s does not know yet. Call, and tell them: %(signs)s")


def calls_of(visit: Visit) -> tuple[Call, ...]:
    """Return the numbers of this patient's clinic."""
    return calls_to(visit.patient.clinic)


def calls_to(clinic: Clinic) -> tuple[Call, ...]:
    """Return the numbers the clinic has given, the emergency line first; none is made up."""
    given = (
        (gettext("Call the emergency line"), clinic.emergency_line, True),
        (gettext("Call %(clinic)s") % {"clinic": clinic.name}, clinic.phone, False),
    )
    return tuple(
        Call(words, number, re.sub(r"[^0-9+]", "", number), is_emergency)
        for words, number, is_emergency in given
        if number
    )


def emergency_lines(visit: Visit) -> tuple[str, ...]:
    """Return when to call the emergency line: the danger signs that mean now, in the words they are asked in."""
    return signs_now(visit.content, visit.episode.protocol)


def signs_now(content: Content, *protocol_ids: str) -> tuple[str, ...]:
    """Return the danger signs of these programmes that mean now, each once."""
    found: dict[str, None] = {}
    for protocol in map(content.protocol, protocol_ids):
        now = [rule for rule in protocol.rules if rule.tier is Tier.NOW]
        signs = (one.measure for rule in now for one in criteria_in(rule.when))
        found |= dict.fromkeys(name for name in signs if name in protocol.red_flags)
    return tuple(said(content.measures[name].question) for name in found)


def looks_once(looks: Iterable[Look]) -> tuple[Look, ...]:
    """Return who looked at what, each once a day."""
    return tuple({(look.who, look.what, look.at.date()): look for look in looks}.values())


def help_page(visit: Visit, looks: Iterable[Look], calendar_url: str) -> HelpPage:
    """Compose the help page."""
    texts = visit.content.texts
    setbacks = tuple(said(text) for key, text in texts.items() if key.startswith("setback."))
    return HelpPage(
        emergency=emergency_lines(visit),
        emergency_words=said(texts["emergency.now"]),
        setbacks=setbacks,
        flare=flare_plan(visit),
        clinic=visit.patient.clinic.name,
        calls=calls_of(visit),
        looks=looks_once(looks),
        calendar_url=calendar_url,
    )
