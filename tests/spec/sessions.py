"""The tables of dosing: steps, breaks, counters, phases and populations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mortise.prescribe import DoneSession, constraints_of, dose_states, re_entry, todays_session
from mortise.prescribe.phases import phase_on
from mortise.protocol import Ceiling, Circumstances, Constraint, Counter, Layoff, Light, Phase, Tag
from mortise.record import PlanVersion, Sign
from mortise.terms import Load, Origin, Strength
from tests.spec.rows import Row, Table
from tests.unit.prescribe.made import exercise, ladder, library, log, on, protocol, session, slot, stage

HOP = exercise("hop", tags=(Tag.IMPACT,), dose_steps=ladder(4, n_contacts=40))
LIBRARY = library(
    exercise("raise"), HOP, exercise("pump"), exercise("tandem", tags=(Tag.UNSUPPORTED,), easier="raise")
)
STAGE = stage(slot("raise"), slot("pump", "mobility"))
LAYOFFS = tuple(
    Layoff(up_to_days=days, dose_pct=Decimal(pct), evidence=(), strength=Strength.CONSENSUS)
    for days, pct in ((7, 90), (14, 75), (28, 50))
)
_STEP_DAYS = 4  # between two sessions of a row


def _done(word: str, n: int, step: int) -> DoneSession:
    """Return one session of the exercise, from its words."""
    words: dict[str, Any] = {
        "clean": {},
        "pain 4": {"pain_nrs": Decimal(4)},
        "pain 7": {"pain_nrs": Decimal(7)},
        "sharp pain": {"reason": "sharp_pain"},
        "skipped": {"outcome": "skipped", "pain_nrs": None, "effort_nrs": None},
        "modified": {"outcome": "modified"},
        "effort 9": {"effort_nrs": Decimal(9)},
        "effort not told": {"effort_nrs": None},
    }
    light = {"amber": Light.AMBER, "red": Light.RED, "light not known": None}.get(word, Light.GREEN)
    late = 5 if word == "clean, told late" else 0
    return session(n, log("raise", step, **words.get(word, {})), light=light, late=late)


def _ask_dose(given: tuple[str, ...]) -> tuple[str, ...]:
    done: list[DoneSession] = []
    state = dose_states(STAGE, LIBRARY, done, {}, on(0))["raise"]
    for n, word in enumerate(given[0].split(", then ")):
        done.append(_done(word, n * _STEP_DAYS, state.step))
        state = dose_states(STAGE, LIBRARY, done, {}, on(n * _STEP_DAYS + 5))["raise"]
    return str(state.keep_step), str(state.step)


def _ask_filled_in(given: tuple[str, ...]) -> tuple[str, ...]:
    n_days = int(given[0].split()[0])
    done = [
        DoneSession(on=on(n), logged_on=on(30), light=Light.GREEN, items=(log("raise"),))
        for n in range(n_days)
    ]
    state = dose_states(STAGE, LIBRARY, done, {}, on(30))["raise"]
    return str(state.keep_step), str(state.step)


def _ask_break(given: tuple[str, ...]) -> tuple[str, ...]:
    n_free, n_since = (int(cell.split()[0]) for cell in given)
    done = [session(0, log("raise"))] + [session(n_free + 1 + n, log("raise")) for n in range(n_since)]
    row = re_entry(LAYOFFS, STAGE, done, on(n_free + 1 + n_since))
    return ("100 %" if row is None else f"{row.dose_pct} %",)


def _ask_counter(given: tuple[str, ...]) -> tuple[str, ...]:
    counted, per_week, per_day = (int(cell) for cell in given)
    ceiling = Ceiling(counter=Counter.IMPACT_CONTACTS, per_week=Decimal(per_week), per_day=Decimal(per_day))
    cap = Constraint(id="c", author="ada", reason="r", reason_patient="p", ceilings=(ceiling,))
    items = tuple(log("hop", n_sets=1) for _ in range(counted // 10))
    done = (session(27, *items),) if items else ()
    the_stage = stage(slot("hop", last_step=0), slot("pump", "mobility"))
    made = todays_session(
        session_id="s", as_of=on(30), stage=the_stage, exercises=LIBRARY, done=done, load=Load.KEEP,
        states=dose_states(the_stage, LIBRARY, done, {}, on(30)), constraints=(cap,), circumstances=Circumstances(),
    )  # fmt: skip
    out = next((one.reason_patient for one in made.left_out if one.exercise == "hop"), "")
    return str(made.n_contacts), out


def _plan(words: str) -> PlanVersion:
    changes: dict[str, Any] = {
        "a season until day 30": {"phase": Phase.SEASON, "phase_until_on": on(30)},
        "a tournament": {"phase": Phase.TOURNAMENT},
        "a plan that ends on day 30": {"expires_on": on(30)},
        "maintenance": {"phase": Phase.MAINTENANCE},
    }.get(words, {})
    return PlanVersion(
        id="p", on=on(0), origin=Origin.CLINICIAN, by="ada", protocol="p", protocol_version="1", protocol_hash="h",
        **changes,
    )  # fmt: skip


def _tightest(found: tuple[Constraint, ...]) -> tuple[str, str]:
    loads = [one.load_at_most for one in found if one.load_at_most is not None]
    tags = sorted({tag for one in found for tag in one.without_tags})
    return (
        min(loads, key=lambda one: one.tightness).value if loads else "raise",
        " ".join(tags) or "nothing",
    )


def _ask_phase(given: tuple[str, ...]) -> tuple[str, ...]:
    plan, as_of = _plan(given[0]), on(int(given[1].split()[1]))
    found = constraints_of(protocol(), STAGE, plan, (), Circumstances(), 40, as_of, exercises=LIBRARY)
    return (phase_on(plan, as_of).value, *_tightest(found))


def _ask_population(given: tuple[str, ...]) -> tuple[str, ...]:
    age, name, level = {
        "an adult of 40": (40, "", ""),
        "age not known": (None, "", ""),
        "70 years old": (70, "", ""),
        "17 years old": (17, "", ""),
        "reduced feeling in the foot": (40, "neuropathy", "reduced_feeling"),
        "diabetes": (40, "neuropathy", "diabetes"),
        "pregnancy": (40, "pregnancy", "yes"),
        "known weakness of the leg": (40, "nerve", "old_weakness"),
        "a fall with injury last year": (40, "falls", "injury"),
        "four weeks after surgery": (40, "surgery_since", "weeks_6"),
    }[given[0]]
    signs = (
        {name: Sign(id="s", on=on(0), origin=Origin.CLINICIAN, by="ada", sign=name, level=level)}
        if name
        else {}
    )
    the_stage = stage(slot("raise"), slot("hop", last_step=0), slot("tandem", "balance"))
    found = constraints_of(
        protocol(), the_stage, None, (), Circumstances(), age, on(1), exercises=LIBRARY, signs=signs
    )
    minutes = min(one.minutes_at_most for one in found if one.minutes_at_most is not None)
    names = {name for one in found for name in one.without_exercises}
    _, tags = _tightest(found)
    return f"{minutes} min", tags, "supported first" if "tandem" in names else "no"


SESSION_TABLES: tuple[Table, ...] = (
    Table(
        "dose",
        "A dose by response",
        "One exercise from step 0, a session every fourth day. Two clean sessions in a row earn a step, which is kept "
        "once it has been tried.",
        ("its sessions", ),
        ("kept step", "step that may be tried"),
        _ask_dose,
        (
            Row(("clean",), ("0", "0"), "Once is not enough."),
            Row(("clean, then clean",), ("0", "1"), "Earned, not yet tried."),
            Row(("clean, then clean, then clean",), ("1", "1"), "Tried: from here two clean sessions count again."),
            Row(("clean, then skipped, then clean",), ("0", "1"), "What was skipped says nothing."),
            Row(("clean, then pain 4, then clean",), ("0", "0"), "Some pain starts the count again."),
            Row(("clean, then modified",), ("0", "0")),
            Row(("clean, then effort 9",), ("0", "0")),
            Row(("clean, then effort not told",), ("0", "0"), "Unknown effort earns nothing."),
            Row(("clean, then light not known",), ("0", "0"), "Unknown light earns nothing."),
            Row(("clean, then clean, told late",), ("0", "0"), "A log told late is history, not evidence."),
            Row(("clean, then clean, then clean, then amber",), ("0", "0"), "One step off."),
            Row(("clean, then clean, then clean, then red",), ("0", "0"), "Two steps off, never below the first."),
            Row(("clean, then clean, then clean, then pain 7",), ("0", "0")),
            Row(("clean, then clean, then sharp pain",), ("0", "0"), "A sharp pain goes back to the first step."),
        ),
    ),
    Table(
        "filled-in",
        "Logs filled in for many days at once",
        "All told on day 30.",
        ("what was filled in",),
        ("kept step", "step that may be tried"),
        _ask_filled_in,
        (
            Row(("2 days, a month late",), ("0", "0")),
            Row(("20 clean days up to day 19",), ("0", "0"), "Told too late: none counts."),
            Row(("31 clean days up to day 30",), ("0", "1"), "Only the last days count: one step at most."),
        ),
    ),
    Table(
        "break",
        "After a break",
        "90 % after a week, 75 % after two, 50 % after more. Two clean days lift the bound by a row.",
        ("without a session", "clean sessions since"),
        ("dose at most",),
        _ask_break,
        (
            Row(("3 days", "0 sessions"), ("100 %",), "An ordinary gap."),
            Row(("5 days", "0 sessions"), ("90 %",)),
            Row(("10 days", "0 sessions"), ("75 %",)),
            Row(("20 days", "0 sessions"), ("50 %",)),
            Row(("60 days", "0 sessions"), ("50 %",), "Longer than the table: its last row."),
            Row(("20 days", "2 sessions"), ("75 %",)),
            Row(("20 days", "6 sessions"), ("100 %",)),
        ),
    ),
    Table(
        "counter",
        "A counter and its ceiling",
        "Hops of 40 contacts a dose. A dose is cut to what is left, down to half; below that it waits.",
        ("counted in six days", "most in seven days", "most in a day"),
        ("contacts today", "what the patient is told"),
        _ask_counter,
        (
            Row(("0", "120", "60"), ("40", "")),
            Row(("80", "120", "60"), ("40", ""), "Exactly full."),
            Row(("90", "120", "60"), ("30", ""), "Three sets of four are left."),
            Row(("100", "120", "60"), ("20", "")),
            Row(("110", "120", "60"), ("0", "Enough landings this week."), "Less than half is left."),
            Row(("200", "120", "60"), ("0", "Enough landings this week."), "More was done than planned."),
            Row(("0", "120", "20"), ("20", "")),
            Row(("0", "120", "10"), ("0", "Enough landings today.")),
        ),
    ),
    Table(
        "phase",
        "What a plan is for",
        "A plan version holds from its day and never changes the days before.",
        ("plan set on day 0", "asked on"),
        ("phase", "load at most", "kept out"),
        _ask_phase,
        (
            Row(("an ordinary plan", "day 10"), ("build", "raise", "nothing")),
            Row(("a season until day 30", "day 30"), ("season", "keep", "nothing")),
            Row(("a season until day 30", "day 31"), ("build", "raise", "nothing"), "It ends by itself."),
            Row(("a tournament", "day 10"), ("tournament", "ease", "impact loaded_calf quick")),
            Row(("maintenance", "day 10"), ("maintenance", "keep", "nothing")),
            Row(("a plan that ends on day 30", "day 30"), ("build", "raise", "nothing")),
            Row(("a plan that ends on day 30", "day 31"), ("maintenance", "keep", "nothing"), "What ran out is kept."),
        ),
    ),
    Table(
        "population",
        "Caps above any protocol",
        "In code, by what is known of the person. A newer answer lifts one, and nothing else does.",
        ("who",),
        ("session at most", "kept out", "support"),
        _ask_population,
        (
            Row(("an adult of 40",), ("30 min", "nothing", "no"), "The stage's own limit."),
            Row(("70 years old",), ("30 min", "nothing", "supported first")),
            Row(("age not known",), ("30 min", "nothing", "supported first"), "Not known counts as careful."),
            Row(("17 years old",), ("0 min", "nothing", "no"), "For adults only."),
            Row(("reduced feeling in the foot",), ("30 min", "impact running", "supported first")),
            Row(("diabetes",), ("30 min", "nothing", "supported first")),
            Row(("pregnancy",), ("30 min", "impact running", "supported first")),
            Row(("known weakness of the leg",), ("30 min", "nothing", "supported first")),
            Row(("a fall with injury last year",), ("30 min", "nothing", "supported first")),
            Row(
                ("four weeks after surgery",),
                ("30 min", "end_range_dorsiflexion end_range_plantarflexion impact quick running", "no"),
            ),
        ),
    ),
)  # fmt: skip
