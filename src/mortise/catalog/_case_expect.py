"""What case files hold, what a case expects of a story, and how the story differs from it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from typing import Protocol as Shape

from msgspec import Struct

from mortise.protocol import Tier
from mortise.record import Decision, PlannedExercise
from mortise.terms import Advice, Cause, Load, Sex, Truth

ON_DAY = 60  # the day most cases are decided on


class Expect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be found. Whatever is left out is not looked at."""

    advice: Advice | None = None
    not_advice: tuple[Advice, ...] = ()
    load: Load | None = None
    stage: str = ""
    next_stage: str = ""
    is_locked: bool | None = None
    findings: dict[str, Truth] = {}
    causes: dict[str, Cause] = {}
    rules: tuple[str, ...] = ()
    not_rules: tuple[str, ...] = ()
    light: str = ""  # of the newest session; "none" when it has none
    not_light: str = ""
    without_tags: tuple[str, ...] = ()  # withheld by a rule today
    escalations: tuple[str, ...] = ()
    not_escalations: tuple[str, ...] = ()
    in_session: tuple[str, ...] = ()
    not_in_session: tuple[str, ...] = ()


class Edge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The nearest values on both sides of one criterion's bound; no `not_met` where it asks only to be known."""

    id: str
    met: Decimal
    not_met: Decimal | None = None
    age: int = 67
    sex: Sex = Sex.FEMALE
    max_age_days: int
    n_dates: int = 1
    needs_visit: bool = False
    window_days: int | None = None
    n_least: int = 1
    met_light: str = ""  # for a criterion of a light: the light of the session on each side
    not_met_light: str = ""


class Effects(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule does when it is met, entered a second time: a dropped or changed effect differs from it."""

    id: str
    is_danger: bool = False
    stages: tuple[str, ...] = ()
    advice: Advice | None = None
    load: Load | None = None
    without_tags: tuple[str, ...] = ()
    ease_to_pct: Decimal | None = None
    for_days: int = 1
    request: tuple[str, ...] = ()
    escalate: str | None = None
    tier: Tier | None = None
    locks: bool = False


class Hand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case written by hand. `facts` are short tables; their forms stand at the top of `cases.toml`."""

    id: str
    title: str
    stage: str
    stage_since_day: int = 20
    on_day: int = ON_DAY
    age: int = 67
    sex: Sex = Sex.FEMALE
    is_bilateral: bool = False
    facts: tuple[dict[str, Any], ...]
    expect: Expect


class CaseFiles(NamedTuple):
    """What the case files of a protocol hold; `again` is everything else it says, entered a second time."""

    edges: tuple[Edge, ...]
    effects: tuple[Effects, ...]
    hands: tuple[Hand, ...]
    again: dict[str, str]


class SessionLike(Shape):
    """What of a session a case looks at."""

    @property
    def exercises(self) -> tuple[PlannedExercise, ...]:
        """Return the planned exercises."""
        ...


class StoryLike(Shape):
    """What of a story a case looks at; `mortise.episode.Story` has it."""

    @property
    def decision(self) -> Decision:
        """Return the decision."""
        ...

    @property
    def session(self) -> SessionLike:
        """Return today's session."""
        ...

    @property
    def lights(self) -> Sequence[Any]:
        """Return the light of every session."""
        ...


def differences(expect: Expect, story: StoryLike) -> list[str]:
    """Return what the story has instead of what is expected, in words."""
    decision = story.decision
    found: list[str] = []
    for name, wanted, got in (
        ("advice", expect.advice, decision.advice), ("load", expect.load, decision.load),
        ("stage", expect.stage or None, decision.stage), ("next stage", expect.next_stage or None, decision.next_stage),
        ("is_locked", expect.is_locked, decision.is_locked),
    ):  # fmt: skip
        if wanted is not None and wanted != got:
            found.append(f"{name} is {got}, not {wanted}")
    if decision.advice in expect.not_advice:
        found.append(f"advice is {decision.advice.value}")
    return (
        found
        + _finding_differences(expect, decision)
        + _rule_differences(expect, decision)
        + _today(expect, story)
    )


def _finding_differences(expect: Expect, decision: Decision) -> list[str]:
    findings = {one.criterion: one for one in decision.findings}
    found: list[str] = []
    for name, truth in expect.findings.items():
        one = findings.get(name)
        if one is None:
            found.append(f"no finding for {name}")
        elif one.truth is not truth:
            found.append(f"{name} is {one.truth.value} ({one.cause}, value {one.value}), not {truth.value}")
    for name, cause in expect.causes.items():
        got = findings[name].cause if name in findings else None
        if got is not cause:
            found.append(f"{name} is unknown because {got}, not {cause.value}")
    return found


def _rule_differences(expect: Expect, decision: Decision) -> list[str]:
    met = {rule.rule for rule in decision.rules if rule.truth is Truth.MET}
    withheld = {tag for rule in decision.rules for tag in rule.without_tags}
    found = [f"rule {name} did not fire" for name in expect.rules if name not in met]
    found += [f"rule {name} fired" for name in expect.not_rules if name in met]
    found += [f"{tag} is not withheld" for tag in expect.without_tags if tag not in withheld]
    out = set(decision.escalations)
    found += [f"no escalation {name}" for name in expect.escalations if name not in out]
    return found + [f"escalation {name}" for name in expect.not_escalations if name in out]


def _today(expect: Expect, story: StoryLike) -> list[str]:
    found: list[str] = []
    if expect.light or expect.not_light:
        lights = story.lights
        light = lights[-1].light.value if lights and lights[-1].light is not None else "none"
        if expect.light and light != expect.light:
            found.append(f"the light is {light}, not {expect.light}")
        if light == expect.not_light:
            found.append(f"the light is {light}")
    if expect.in_session or expect.not_in_session:
        names = {one.exercise for one in story.session.exercises}
        found += [f"{name} is not in the session" for name in expect.in_session if name not in names]
        found += [f"{name} is in the session" for name in expect.not_in_session if name in names]
    return found
