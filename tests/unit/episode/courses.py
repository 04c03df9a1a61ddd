"""Courses of one measure for tests of what follows a decision, and a protocol with a ladder, keeping and ways out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from mortise.episode import Story, story
from mortise.protocol import Escalation, Protocol
from mortise.protocol.care import (
    Checkpoint,
    EarlyWarning,
    Maintenance,
    Plateau,
    PlateauKind,
    PlateauStep,
)
from mortise.record import EscalationStep, Fact, ProposalAnswer
from mortise.terms import Limb, Origin, Strength
from tests import builders as b

KINDS = tuple(PlateauKind)
CHOICES = ("dose one step up", "another exercise")
RISING = ("2", "2.7", "3.4", "4.1", "4.8", "5.5")
FLAT = ("6",) * 13
_PLAIN: dict[str, Any] = {"evidence": (), "strength": Strength.CONSENSUS}


def _step(kind: PlateauKind) -> PlateauStep:
    return PlateauStep(
        kind=kind, within_days=7, do=f"Do {kind.value}.", say_patient=f"We look at {kind.value}.",
        choices=CHOICES if kind is PlateauKind.CHANGE_ONE_THING else (),
        escalate="imaging" if kind is PlateauKind.REFER else None,
    )  # fmt: skip


def escalation(id: str, within_days: int = 7, **changes: Any) -> Escalation:
    """Return an escalation."""
    given = {
        "to": id.capitalize(),
        "say_patient": ".",
        "say_clinician": ".",
        "criteria": (f"criterion of {id}",),
    }
    return Escalation(id=id, within_days=within_days, **{**given, **_PLAIN, **changes})


def protocol(**changes: Any) -> Protocol:
    """Return the small protocol with everything that follows a decision; its last gate asks for a lunge of 9 cm."""
    far = b.criterion(
        "exit.far", "lunge_cm", ">=", 9, limb=Limb.INVOLVED, max_age_days=60, domain="range", unit="cm"
    )
    stages = (b.stage(1, b.exits()), b.stage(2, (*b.exits(), far)), b.stage(3, ()))
    given: dict[str, Any] = {
        "stages": stages,
        "plateau": Plateau(
            watches=("lunge_cm",), adherence_at_least=b.D("0.7"), steps=tuple(_step(one) for one in KINDS), **_PLAIN
        ),
        "maintenance": Maintenance(
            stage="S3", n_sessions_per_week=2, week=(), say_patient=".",
            tests=(EarlyWarning(measure="lunge_cm", every_days=28, rule="keep"),), **_PLAIN,
        ),
        "escalations": (escalation("clot", 0), escalation("imaging", 28, at_latest_days=84),
                        escalation("surgery", 84, not_before_days=84)),
        "checkpoints": (Checkpoint(after_days=42, measures=(), ask="?", consider=("imaging", "surgery"), **_PLAIN),),
    }  # fmt: skip
    return b.protocol(**(given | changes))


def weekly(values: Sequence[str], first: int = 0, **changes: Any) -> list[Fact]:
    """Return one knee-to-wall reading a week from day `first` on."""
    return [
        b.reading(f"w{first + 7 * n}", first + 7 * n, value=value, **changes)
        for n, value in enumerate(values)
    ]


def trained(until: int) -> list[Fact]:
    """Return a session done on every other day and a calm check-in on each: nobody can say it was not followed."""
    days = range(until + 1)
    done = [one for n in days if n % 2 == 0 for one in (b.session(f"s{n}", n), b.morning(f"m{n}", n + 1))]
    return [*(b.check_in(f"c{n}", n) for n in days), *(one for one in done if one.on <= b.day(until))]


def plan(n: int = 0) -> Fact:
    """Return Ada's first plan."""
    from mortise.record import PlanVersion

    return PlanVersion(id=f"plan{n}", on=b.day(n), origin=Origin.CLINICIAN, by=b.ADA, protocol=b.PROTOCOL_ID,
                       protocol_version="1", protocol_hash="", received_at=b.noon(n))  # fmt: skip


def answer(id: str, n: int, proposal: str, **changes: Any) -> ProposalAnswer:
    """Return Ada's yes."""
    given: dict[str, Any] = {
        "answer": "accept",
        "origin": Origin.CLINICIAN,
        "by": b.ADA,
        "received_at": b.noon(n),
    }
    return ProposalAnswer(id=id, on=b.day(n), proposal=proposal, **(given | changes))


def escalated(id: str, n: int, step: str, **changes: Any) -> EscalationStep:
    """Return one step of an escalation to imaging, by Ada."""
    given: dict[str, Any] = {"escalation": "imaging", "origin": Origin.CLINICIAN, "by": b.ADA, "step": step}
    return EscalationStep(id=id, on=b.day(n), **(given | changes))


def told(facts: Sequence[Fact], n: int, made: Protocol | None = None, *, is_earned: bool = True) -> Story:
    """Return the story of day `n`."""
    return story(b.record(*facts, is_earned=is_earned), b.SmallContent(made or protocol()), b.day(n))


class Care:
    """A record that grows: what is proposed is stored on its day, as the server does."""

    def __init__(self, *facts: Fact, made: Protocol | None = None) -> None:
        """Start with these facts."""
        self.facts = list(facts)
        self.made = made or protocol()

    def on(self, n: int) -> Story:
        """Tell day `n`, store what it proposes, and tell it again."""
        found = told(self.facts, n, self.made).follow_up.proposals
        self.facts += [replace(one, received_at=b.noon(n)) for one in found]
        return told(self.facts, n, self.made)

    def add(self, *facts: Fact) -> None:
        """Add facts."""
        self.facts += facts
