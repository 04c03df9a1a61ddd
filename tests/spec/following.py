"""The tables of what follows a decision: the plateau ladder, autonomy, escalations, a reopened care."""

from __future__ import annotations

from mortise.episode import Climb
from mortise.episode.escalations import escalation_cases
from mortise.record import AutonomyEntry, Fact, Proposal
from mortise.terms import Autonomy, Origin
from tests import builders as b
from tests.spec.rows import Row, Table
from tests.unit.episode.courses import (
    FLAT,
    RISING,
    Care,
    answer,
    escalated,
    plan,
    protocol,
    told,
    trained,
    weekly,
)

# ---------------------------------------------------------------- the plateau ladder

LAST = 7 * (len(RISING) + len(FLAT) - 1)
_STATE = {Climb.OFF: "nothing", Climb.RETEST: "waits for a re-test", Climb.SPENT: "nothing left"}


def _ask_ladder(given: tuple[str, ...]) -> tuple[str, ...]:
    words, n = given[0], LAST
    care = Care(plan(), b.entry("e", 1, "S2"), *trained(LAST + 30), *weekly((*RISING, *FLAT)))
    if words == "still rising":
        care, n = Care(plan(), b.entry("e", 1, "S2"), *trained(40), *weekly(RISING)), 36
    elif words != "stands still":
        n = _answered(care, words)
    (found,) = care.on(n).follow_up.ladders
    step = "" if found.step is None else found.step.kind.value
    return (f"proposes {step}" if found.is_waiting else _STATE[found.climb],)


def _answered(care: Care, words: str) -> int:
    """Add what the words say; return the day on which it is asked."""
    (first,) = care.on(LAST).follow_up.ladders
    retest_on = b.day(LAST + 14) if "in two weeks" in words else None
    if "accepted" in words or "declined" in words:
        said = "decline" if "declined" in words else "accept"
        care.add(answer("a", LAST, first.proposal, answer=said, retest_on=retest_on))
    n = LAST + 7
    if "same again" in words:
        care.add(*weekly(("6",), first=n))
    if "gains again" in words:
        care.add(*weekly([f"{6 + 0.5 * k:.1f}" for k in range(1, 7)], first=n))
        n += 35
    return n


# ---------------------------------------------------------------- autonomy


def _entry(autonomy: Autonomy, n: int, origin: Origin = Origin.ENGINE) -> AutonomyEntry:
    return AutonomyEntry(id=f"u{n}", on=b.day(n), origin=origin, by="x", autonomy=autonomy)


def _ask_autonomy(given: tuple[str, ...]) -> tuple[str, ...]:
    calm: list[Fact] = [*(b.check_in(f"c{n}", n) for n in range(21)), b.session("s", 19), b.morning("m", 20)]
    asked = Proposal(id="p", on=b.day(12), origin=Origin.ENGINE, by="engine", proposes="raise")
    start, watched = _entry(Autonomy.PROPOSE, 0), _entry(Autonomy.OBSERVE, 0)
    more: dict[str, list[Fact]] = {
        "the record says nothing": [],
        "the record says nothing, a plan is set": [plan()],
        "the record says nothing, a plan is set, a raise accepted": [plan(), asked, answer("y", 15, "p")],
        "the record says nothing, no plan, a raise accepted": [asked, answer("y", 15, "p")],
        "propose": [start],
        "propose, a raise accepted this week": [start, asked, answer("y", 15, "p")],
        "propose, a raise accepted eight days ago": [start, asked, answer("y", 12, "p")],
        "propose, a raise accepted by the phone": [start, asked, answer("y", 15, "p", origin=Origin.PATIENT)],
        "apply, earned": [start, _entry(Autonomy.APPLY, 15)],
        "apply, typed in by a person": [start, _entry(Autonomy.APPLY, 15, Origin.CLINICIAN)],
        "observe, a raise accepted": [watched, asked, answer("y", 15, "p")],
    }
    decision = told([*calm, *more[given[0]]], 20, b.protocol(), is_earned=False).decision
    return decision.advice.value, decision.load.value


# ---------------------------------------------------------------- escalations


def _ask_escalation(given: tuple[str, ...]) -> tuple[str, ...]:
    steps = {
        "raised": escalated("x", 0, "raised"),
        "taken in hand": escalated("y", 3, "acknowledged", case="x"),
        "closed without an outcome": escalated("z", 9, "closed", case="x"),
        "closed as seen": escalated("z", 9, "closed", case="x", outcome="seen"),
        "closed by the engine": escalated("z", 9, "closed", case="x", outcome="seen", origin=Origin.ENGINE),
    }
    facts = [steps[word] for word in given[0].split(", ")]
    (case,) = escalation_cases(facts, protocol())
    state = "closed" if not case.is_open else "overdue" if case.is_overdue(b.day(int(given[1]))) else "open"
    return (state, "yes" if case.acknowledged_on is not None else "no")


# ---------------------------------------------------------------- care reopened

_HELD = ("6", "7", "8", "9", "9.5", "9.5", "9.5")
_ENTERED = 7 * (len(_HELD) - 1)


def _ask_reopened(given: tuple[str, ...]) -> tuple[str, ...]:
    tests = [one.strip() for one in given[0].split(",")]
    n = _ENTERED + 26
    first = n - 2 * (len(tests) - 1)
    facts = [
        plan(), b.entry("e2", 20, "S2"), b.entry("e3", _ENTERED, "S3"), *trained(n), b.tug("t", _ENTERED),
        *weekly(_HELD), *(b.reading(f"h{k}", first + 2 * k, value=value) for k, value in enumerate(tests)),
    ]  # fmt: skip
    found = told(facts, n)
    reopening = found.follow_up.reopening
    if reopening is None:
        return ("", "", found.stage)
    return (reopening.state.value, reopening.stage, found.stage)


FOLLOWING_TABLES: tuple[Table, ...] = (
    Table(
        "ladder",
        "The plateau ladder",
        "Knee to wall rose and then stood still; all work was done. A week after what is said:",
        ("what happened",),
        ("the ladder",),
        _ask_ladder,
        (
            Row(("still rising",), ("nothing",)),
            Row(("stands still",), ("proposes adherence",), "Nothing changes before a clinician answers."),
            Row(("nobody answers",), ("proposes adherence",), "The same proposal; time takes no step."),
            Row(("accepted",), ("waits for a re-test",), "Time takes no step."),
            Row(("accepted, same again",), ("proposes technique_and_dose",)),
            Row(("declined, same again",), ("proposes technique_and_dose",), "Declined is answered, too."),
            Row(
                ("accepted with a re-test in two weeks, same again",),
                ("waits for a re-test",),
                "A reading before the date agreed is not the re-test.",
            ),
            Row(("accepted, gains again",), ("nothing",), "Going on ends the climb."),
        ),
    ),
    Table(
        "autonomy",
        "How far the engine may act",
        "A calm session yesterday, nothing against it. Today, by what the record says of autonomy:",
        ("autonomy",),
        ("advice", "load"),
        _ask_autonomy,
        (
            Row(
                ("the record says nothing",),
                ("hold", "keep"),
                "From a file: the default. Before a clinician has begun a programme, observe.",
            ),
            Row(
                ("the record says nothing, a plan is set",),
                ("hold", "keep"),
                "The default in a programme: propose.",
            ),
            Row(("the record says nothing, a plan is set, a raise accepted",), ("hold", "raise")),
            Row(("the record says nothing, no plan, a raise accepted",), ("hold", "keep")),
            Row(("propose",), ("hold", "keep"), "Where a new patient starts: the raise waits."),
            Row(("propose, a raise accepted this week",), ("hold", "raise")),
            Row(("propose, a raise accepted eight days ago",), ("hold", "keep"), "A yes holds for a week."),
            Row(("propose, a raise accepted by the phone",), ("hold", "keep"), "Only a clinician answers."),
            Row(("apply, earned",), ("hold", "raise")),
            Row(("apply, typed in by a person",), ("hold", "keep"), "Apply is earned, never set."),
            Row(("observe, a raise accepted",), ("hold", "keep")),
        ),
    ),
    Table(
        "escalations",
        "Sent on",
        "An escalation to be done within 28 days, on the day named.",
        ("steps", "day"),
        ("it is", "in hand"),
        _ask_escalation,
        (
            Row(("raised", "28"), ("open", "no")),
            Row(("raised", "29"), ("overdue", "no")),
            Row(("raised, taken in hand", "29"), ("overdue", "yes"), "Being in hand is not an outcome."),
            Row(("raised, closed without an outcome", "10"), ("open", "yes"), "Only an outcome closes it."),
            Row(("raised, closed by the engine", "10"), ("open", "no"), "Only a clinician closes it."),
            Row(("raised, taken in hand, closed as seen", "40"), ("closed", "yes")),
        ),
    ),
    Table(
        "reopened",
        "Care reopened",
        "In the last stage, 9.5 cm to be kept; stage 1 asks for 5 cm, stage 2 for 9. Self-tests two days apart:",
        ("cm",),
        ("care", "stage proposed", "stage now"),
        _ask_reopened,
        (
            Row(("8.4",), ("", "", "S3"), "Within error."),
            Row(("6",), ("retest", "", "S3"), "One test below error moves nobody."),
            Row(
                ("6, 6",),
                ("re_entry", "S2", "S3"),
                "The highest stage whose entry is met; a clinician enters it.",
            ),
            Row(("3, 3",), ("re_entry", "S1", "S3")),
            Row(("6, 9.4",), ("", "", "S3"), "The second test did not confirm it."),
        ),
    ),
)
