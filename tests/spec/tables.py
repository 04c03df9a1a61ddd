"""The tables of meaning, and how a row is asked of the engine.

A row's cells are words a reader understands; `outcome` turns them into a record and asks the real engine. The file
`docs/reference/decisions.md` is printed from here: `python -m tests.spec.tables` (`--check` compares instead).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from mortise.decide import kleene
from mortise.episode import decision_record, story
from mortise.record import Decision, Fact, Finding
from mortise.terms import Advice, Context, Side, Truth
from tests import builders as b
from tests.spec.following import FOLLOWING_TABLES
from tests.spec.rows import Row, Table
from tests.spec.sessions import SESSION_TABLES

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "decisions.md"


def outcome(table: Table, row: Row) -> tuple[str, ...]:
    """Ask the engine one row."""
    return table.ask(row.given)


# ---------------------------------------------------------------- truth of groups

_TRUTHS = {"met": Truth.MET, "not_met": Truth.NOT_MET, "unknown": Truth.UNKNOWN}


def _ask_group(given: tuple[str, ...]) -> tuple[str, ...]:
    truths = [_TRUTHS[word] for word in given]
    return tuple(kleene(truths, n).value for n in (len(truths), 1))


def _ask_two_of_three(given: tuple[str, ...]) -> tuple[str, ...]:
    return (kleene([_TRUTHS[word] for word in given], 2).value,)


def _pairs() -> tuple[Row, ...]:
    order = ("not_met", "unknown", "met")
    return tuple(
        Row((x, y), (min(x, y, key=order.index), max(x, y, key=order.index)))
        for x in order[::-1]
        for y in order[::-1]
    )


# ---------------------------------------------------------------- one criterion

TODAY = 20


_SAID: dict[str, tuple[str, object]] = {
    "other side": ("side", Side.RIGHT),
    "no side": ("side", Side.NONE),
    "in mm": ("unit", "mm"),
    "in degrees": ("unit", "deg"),
    "tired": ("context", Context.TIRED),
    "patient's tape": ("instrument", "tape_home"),
    "received today": ("received_at", b.noon(TODAY)),
    "at home": ("at_visit", False),
}


def _criterion_record(words: str) -> list[Fact]:
    """Read "7.5 today", "4 on day 12, 7.5 today", "nothing": knee-to-wall readings of the treated side."""
    facts: list[Fact] = []
    for n, part in enumerate(one.strip() for one in words.split(",")):
        if part == "nothing":
            continue
        value, _, rest = part.partition(" ")
        on = (
            TODAY + 1
            if "tomorrow" in rest
            else TODAY
            if "today" in rest
            else int(rest.split("day ")[1].split()[0])
        )
        changes = {name: value for words_, (name, value) in _SAID.items() if words_ in rest}
        facts.append(b.reading(f"r{n}", on, value=value, **changes))
    return facts


def _found(facts: list[Fact], criterion: b.Criterion) -> Finding:
    protocol = b.protocol(stages=(b.stage(1, (criterion,)), b.stage(2, ())), rules=(), red_flags=())
    decision = story(b.record(*facts), b.SmallContent(protocol), b.day(TODAY)).decision
    return decision.findings[0]


def _ask_last(given: tuple[str, ...]) -> tuple[str, ...]:
    found = _found(
        _criterion_record(given[0]),
        b.criterion(
            "x", "lunge_cm", ">=", 7, limb=b.Limb.INVOLVED, max_age_days=10, unit="cm", domain="range"
        ),
    )
    return (found.truth.value, "" if found.cause is None else found.cause.value)


def _ask_twice(given: tuple[str, ...]) -> tuple[str, ...]:
    found = _found(
        _criterion_record(given[0]),
        b.criterion("x", "lunge_cm", ">=", 7, limb=b.Limb.INVOLVED, max_age_days=10, unit="cm", n_dates=2,
                    needs_visit=True, domain="range"),
    )  # fmt: skip
    return (found.truth.value, "" if found.cause is None else found.cause.value)


def _ask_filtered(given: tuple[str, ...]) -> tuple[str, ...]:
    found = _found(
        _criterion_record(given[0]),
        b.criterion("x", "lunge_cm", ">=", 7, limb=b.Limb.INVOLVED, max_age_days=10, unit="cm", reduce="filtered",
                    domain="range"),
    )  # fmt: skip
    return (found.truth.value, str(found.value))


def _ask_change(given: tuple[str, ...]) -> tuple[str, ...]:
    found = _found(
        _criterion_record(given[0]),
        b.criterion("x", "lunge_cm", ">=", 1, limb=b.Limb.INVOLVED, max_age_days=10, unit="cm",
                    reduce="change_from_baseline", domain="range"),
    )  # fmt: skip
    return (found.truth.value, "" if found.cause is None else found.cause.value)


# ---------------------------------------------------------------- what a day says

_DAYS: dict[str, Callable[[], list[Fact]]] = {
    "everything in place": list,
    "pain now 7": lambda: [b.check_in("today", 12, {"pain_now_nrs": b.D(7)})],
    "pain now: cannot say": lambda: [b.check_in("today", 12, {"pain_now_nrs": None})],
    "clear swelling": lambda: [b.check_in("today", 12, {"swelling_self": b.D(2)})],
    "clear swelling yesterday": lambda: [b.check_in("c11", 11, {"swelling_self": b.D(2)})],
    "a red flag": lambda: [b.check_in("today", 12, {"red_calf": b.D(1)})],
    "a red flag a week ago": lambda: [b.check_in("c5", 5, {"red_calf": b.D(1)})],
    "a red flag a week ago, resumed since": lambda: [
        b.check_in("c5", 5, {"red_calf": b.D(1)}),
        b.resume("r", 6),
    ],
    "a red flag a week ago, answered no since": lambda: [b.check_in("c5", 5, {"red_calf": b.D(1)})],
    "a red flag that no rule reads": lambda: [b.check_in("today", 12, {"red_fall": b.D(1)})],
    "a red flag and pain now 7": lambda: [
        b.check_in("today", 12, {"red_calf": b.D(1), "pain_now_nrs": b.D(7)})
    ],
    "no check-in for ten days": list,
    "no check-in today or yesterday": list,
    "the last test at the wrong ankle": list,
}


def _facts_of(words: str) -> list[Fact]:
    facts = b.ready_to_advance(12)
    changed = _DAYS[words]()
    replaced = {fact.on for fact in changed if isinstance(fact, b.CheckIn)}
    kept = [fact for fact in facts if not (isinstance(fact, b.CheckIn) and fact.on in replaced)]
    silent = {"no check-in for ten days": 2, "no check-in today or yesterday": 10}.get(words)
    if silent is not None:
        kept = [fact for fact in kept if not (isinstance(fact, b.CheckIn) and fact.on > b.day(silent))]
    if words == "the last test at the wrong ankle":
        kept = [fact for fact in kept if not (isinstance(fact, b.Reading) and fact.measure == "lunge_cm")]
        kept += [b.reading(f"l{n}", n, value="7.5", side=b.Side.RIGHT) for n in (0, 6, 12)]
    return [*kept, *changed]


def _ask_day(given: tuple[str, ...]) -> tuple[str, ...]:
    decision = story(b.record(*_facts_of(given[0])), b.SmallContent(), b.day(12)).decision
    return (decision.advice.value, decision.load.value, "yes" if decision.is_locked else "no")


# ---------------------------------------------------------------- stages and overrules

_RED = [b.session("s1", 8, 7), b.morning("m1", 9), b.session("s2", 10, 8), b.morning("m2", 11)]


def _in_s2(*more: Fact) -> list[Fact]:
    return [*(b.check_in(f"c{n}", n) for n in range(15)), b.entry("e", 0), *more]


def _decide(facts: list[Fact], n: int) -> Decision:
    return story(b.record(*facts), b.SmallContent(), b.day(n)).decision


def _ask_stage(given: tuple[str, ...]) -> tuple[str, ...]:
    content = b.SmallContent()
    facts = _in_s2(*_RED)
    stored = decision_record(b.record(*facts), content, b.day(11), fact_id="d")
    words = given[0]
    on = 11
    if words == "one red session":
        facts = _in_s2(*_RED[:2])
    elif words == "two red sessions, step back stored":
        facts = [*facts, stored]
    elif words == "step back stored, next day":
        facts, on = [*facts, stored], 12
    elif words == "step back overruled with hold":
        facts, on = [*facts, stored, b.response("o", 11, "d", Advice.HOLD)], 12
    elif words == "step back overruled, then a third red session":
        third = [b.session("s3", 12, 7), b.morning("m3", 13)]
        facts, on = [*facts, stored, b.response("o", 11, "d", Advice.HOLD), *third], 13
    elif words == "step back overruled, then a red flag":
        flagged = b.check_in("f", 12, {"red_calf": b.D(1)})
        facts, on = [*facts, stored, b.response("o", 11, "d", Advice.HOLD), flagged], 12
    decision = _decide(facts, on)
    return (decision.stage, decision.advice.value, decision.load.value)


def _ask_advance(given: tuple[str, ...]) -> tuple[str, ...]:
    content = b.SmallContent()
    facts = b.ready_to_advance(12)
    stored = decision_record(b.record(*facts), content, b.day(12), fact_id="d")
    later = [*facts, b.check_in("c13", 13), stored]
    words = given[0]
    if words == "nobody answers":
        pass
    elif words == "agreed and entered":
        later += [b.response("o", 12, "d", Advice.ADVANCE, response="agree"), b.entry("e", 12, because="o")]
    elif words == "overruled with hold":
        later.append(b.response("o", 12, "d", Advice.HOLD))
    decision = _decide(later, 13)
    return (decision.stage, decision.advice.value)


TABLES: tuple[Table, ...] = (
    Table(
        "groups",
        "Groups of two",
        "All of them, and any one of them. Not met wins over unknown in `all`; met wins over unknown in `any`.",
        ("first", "second"),
        ("all", "any"),
        _ask_group,
        _pairs(),
    ),
    Table(
        "two-of-three",
        "Two of three",
        "Decided only when the unknowns cannot change the answer.",
        ("first", "second", "third"),
        ("two of three",),
        _ask_two_of_three,
        (
            Row(("met", "met", "unknown"), ("met",)),
            Row(("met", "unknown", "unknown"), ("unknown",)),
            Row(("met", "unknown", "not_met"), ("unknown",)),
            Row(("met", "not_met", "not_met"), ("not_met",)),
            Row(("unknown", "not_met", "not_met"), ("not_met",)),
            Row(("unknown", "unknown", "unknown"), ("unknown",)),
            Row(("met", "met", "not_met"), ("met",)),
        ),
    ),
    Table(
        "newest",
        "The newest value: knee to wall at least 7 cm, at most 10 days old",
        f"Today is day {TODAY}. The tape's error is 0.7 cm, the smallest real change 1.9 cm.",
        ("readings",),
        ("truth", "cause"),
        _ask_last,
        (
            Row(("7.0 today",), ("met", "")),
            Row(("6.9 today",), ("not_met", "")),
            Row(("70 today in mm",), ("met", ""), "Units are converted exactly."),
            Row(("7.0 day 10",), ("met", ""), "Ten days old is fresh."),
            Row(("7.0 day 9",), ("unknown", "stale")),
            Row(("nothing",), ("unknown", "missing")),
            Row(("7.0 today other side",), ("unknown", "wrong_side")),
            Row(
                ("7.0 today no side",),
                ("unknown", "wrong_side"),
                "A reading without a side belongs to neither ankle.",
            ),
            Row(("40 today",), ("unknown", "implausible"), "Outside the range of the measure."),
            Row(("7.0 today in degrees",), ("unknown", "wrong_unit")),
            Row(
                ("7.0 today, 9.5 today",),
                ("unknown", "contradictory"),
                "Farther apart than 1.9 cm on one day.",
            ),
            Row(("7.2 today, 8.0 today",), ("met", ""), "They agree; the worse counts."),
            Row(("7.0 day 18, 9.0 tomorrow",), ("met", ""), "What lies after the day is not there yet."),
            Row(
                ("9.0 tomorrow received today",),
                ("unknown", "future_dated"),
                "It is there, and claims to be later.",
            ),
            Row(("7.0 day 18, 9.0 tomorrow received today",), ("unknown", "future_dated")),
            Row(
                ("7.0 day 18, 40 today",),
                ("unknown", "implausible"),
                "An older good value does not stand in.",
            ),
            Row(("7.0 day 18, 3 today tired",), ("met", ""), "Tired tests are shown, never counted."),
            Row(
                ("6.0 today, 7.5 day 19 patient's tape",),
                ("unknown", "instrument_changed"),
                "Two tapes disagree.",
            ),
        ),
    ),
    Table(
        "twice",
        "Confirmed: at least 7 cm on two dates five days apart, one at a visit",
        "A day below the bound between them ends the run.",
        ("readings",),
        ("truth", "cause"),
        _ask_twice,
        (
            Row(("7.5 day 14, 7.5 day 19",), ("met", "")),
            Row(("7.5 day 15, 7.5 day 19",), ("unknown", "unconfirmed"), "Four days apart."),
            Row(("7.5 day 19",), ("unknown", "unconfirmed")),
            Row(("7.5 day 12, 6 day 15, 7.5 day 19",), ("unknown", "unconfirmed"), "Lost in between."),
            Row(("7.5 day 12, 6 day 19",), ("not_met", "")),
            Row(("7.5 day 14 at home, 7.5 day 19 at home",), ("unknown", "unconfirmed"), "None at a visit."),
            Row(("7.5 day 14 at home, 7.5 day 19",), ("met", "")),
        ),
    ),
    Table(
        "level",
        "The estimated level: knee to wall at least 7 cm",
        "Met when the level lies at least 0.84 of its standard deviations inside the bound, or when the two newest "
        "readings agree. One reading has the error 0.7 × 1.25 = 0.875 cm.",
        ("readings",),
        ("truth", "value"),
        _ask_filtered,
        (
            Row(("7.7 today",), ("not_met", "7.7"), "0.7 cm inside is less than 0.84 × 0.875 cm."),
            Row(("7.8 today",), ("met", "7.8")),
            Row(("7.1 day 13, 7.2 today",), ("met", "7.2"), "Two readings agree."),
            Row(("6.0 day 13, 7.2 today",), ("not_met", "7.2")),
            Row(("3.0 day 0, 5.0 day 7, 7.0 day 13, 9.2 today",), ("met", "9.2")),
        ),
    ),
    Table(
        "change",
        "Change from baseline: at least 1 cm better",
        "Never less than the smallest real change of the instrument, 1.9 cm, whatever the criterion says.",
        ("readings",),
        ("truth", "cause"),
        _ask_change,
        (
            Row(("5.0 day 2, 6.8 today",), ("not_met", ""), "1.8 cm is within the error of the tape."),
            Row(("5.0 day 2, 6.9 today",), ("met", "")),
            Row(("5.0 today",), ("unknown", "too_few")),
        ),
    ),
    Table(
        "day",
        "One day in the first stage, every exit met",
        "The small protocol of the tests: a red flag, pain now of 6 or more, clear swelling (eased for two days).",
        ("what is different",),
        ("advice", "load", "locked"),
        _ask_day,
        (
            Row(("everything in place",), ("advance", "keep", "no")),
            Row(("pain now 7",), ("hold", "rest", "no")),
            Row(("pain now: cannot say",), ("hold", "keep", "no"), "Unknown danger caps at hold and asks."),
            Row(("clear swelling",), ("hold", "ease", "no")),
            Row(("clear swelling yesterday",), ("hold", "ease", "no"), "The rule holds for two days."),
            Row(("a red flag",), ("stop_and_seek_help", "rest", "yes")),
            Row(("a red flag a week ago",), ("stop_and_seek_help", "rest", "yes"), "No answer clears it."),
            Row(("a red flag a week ago, answered no since",), ("stop_and_seek_help", "rest", "yes")),
            Row(
                ("a red flag a week ago, resumed since",),
                ("advance", "keep", "no"),
                "A named clinician resumed.",
            ),
            Row(
                ("a red flag that no rule reads",),
                ("stop_and_seek_help", "rest", "yes"),
                "Content cannot switch it off.",
            ),
            Row(("a red flag and pain now 7",), ("stop_and_seek_help", "rest", "yes"), "The tightest leads."),
            Row(("no check-in today or yesterday",), ("hold", "keep", "no")),
            Row(
                ("no check-in for ten days",),
                ("ask_clinician", "keep", "no"),
                "Silent for seven days or more.",
            ),
            Row(("the last test at the wrong ankle",), ("hold", "keep", "no")),
        ),
    ),
    Table(
        "back",
        "Stepping back",
        "Two red sessions in 14 days step back at once; what has been answered by a step does not step again.",
        ("what happened in the second stage",),
        ("stage", "advice", "load"),
        _ask_stage,
        (
            Row(("one red session",), ("S2", "hold", "keep")),
            Row(("two red sessions",), ("S2", "step_back", "ease")),
            Row(
                ("two red sessions, step back stored",),
                ("S1", "hold", "ease"),
                "The stored decision has acted.",
            ),
            Row(
                ("step back stored, next day",),
                ("S1", "hold", "ease"),
                "Its lighter days last, the step is spent.",
            ),
            Row(("step back overruled with hold",), ("S2", "hold", "ease"), "The clinician's choice stands."),
            Row(
                ("step back overruled, then a third red session",),
                ("S2", "step_back", "ease"),
                "A danger the clinician has not judged tightens.",
            ),
            Row(("step back overruled, then a red flag",), ("S2", "stop_and_seek_help", "rest")),
        ),
    ),
    Table(
        "advance",
        "Going on",
        "An advance is a proposal. The day after it was stored:",
        ("what the clinician did",),
        ("stage", "advice"),
        _ask_advance,
        (
            Row(("nobody answers",), ("S1", "advance"), "It stays a proposal."),
            Row(("agreed and entered",), ("S2", "hold")),
            Row(("overruled with hold",), ("S1", "hold"), "The engine does not repeat itself over a human."),
        ),
    ),
    *SESSION_TABLES,
    *FOLLOWING_TABLES,
)


def page() -> str:
    """Return the reference page."""
    lines = [
        "# Decisions",
        "",
        "What the engine decides, in tables that are run as tests. Made by `python -m tests.spec.tables`; do not edit.",
        "",
        "Every patient here is fictional, and the bounds are those of the tests, not of a protocol.",
    ]
    for table in TABLES:
        head = (*table.columns, *(f"→ {one}" for one in table.results), "")
        lines += ["", f"## {table.title}", "", table.about, "", _line(head), _line(("---",) * len(head))]
        lines += [
            _line((*row.given, *(f"**{cell}**" if cell else "" for cell in row.expected), row.why))
            for row in table.rows
        ]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def main(arguments: list[str]) -> int:
    """Print the page; with `--check` compare it with the committed one."""
    if arguments == ["--check"]:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page() else 1
    sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
