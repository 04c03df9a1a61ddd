"""Print a reference page made from the content: the evidence table, or one protocol.

`python scripts/reference.py evidence`, `python scripts/reference.py protocol ID`; `--check FILE` compares instead of
printing and fails when the file says something else.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from mortise.catalog import Content, load
from mortise.catalog._places import places_of
from mortise.prescribe.counters import ceiling_words
from mortise.protocol import (
    Criterion,
    DoseStep,
    Escalation,
    Group,
    Node,
    Protocol,
    Stage,
)
from mortise.report.care import care_tables
from mortise.terms import EvidenceRow, Strength
from mortise.units import SYMBOLS

STRENGTH = {
    Strength.EXCERPT_SEEN: "excerpt seen",
    Strength.SOURCE_NOT_OPENED: "source not opened",
    Strength.CONSENSUS: "clinic default",
}
MADE = "<!-- Made by scripts/reference.py from src/mortise/content. Change the content, then run `make generated`. -->"
EVIDENCE_INTRO = """\
Every figure that the content rests on, as it was imported. **Excerpt seen** means that the figure was seen in an
abstract or excerpt; full papers were not opened. **Source not opened** means that it is recalled. **Clinic default**
means our own synthesis, without a published source. A person should check every row that is not *excerpt seen* before
relying on it."""
PROTOCOL_INTRO = """\
Not a medical device: it supports a professional’s judgement. A line marked *clinic default* is our own synthesis
without a published source."""
SIGNS = {">=": "≥", "<=": "≤", "==": "=", "known": "known"}


def main(arguments: list[str] | None = None) -> int:
    """Print the page asked for, or compare it with a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", choices=("evidence", "protocol"))
    parser.add_argument("id", nargs="?", help="id of the protocol")
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="compare with this file instead of printing"
    )
    args = parser.parse_args(arguments)
    content = load()
    text = evidence_page(content) if args.page == "evidence" else protocol_page(content, args.id)
    if args.check is None:
        sys.stdout.write(text)
        return 0
    if args.check.exists() and args.check.read_text(encoding="utf-8") == text:
        return 0
    print(f"{args.check} is not what the content says. Run `make generated`.", file=sys.stderr)
    return 1


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table; nothing when there is no row."""
    rows = list(rows)
    if not rows:
        return
    yield ""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in row)} |"
    yield ""


def evidence_page(content: Content) -> str:
    """Return every evidence row by topic, with where it is used."""
    used = _users(content)
    lines = [
        "# Evidence", "", MADE, "",
        EVIDENCE_INTRO, "",
        *_strength_counts(content), "",
    ]  # fmt: skip
    for path in sorted((content.root / "evidence").glob("*.toml")):
        rows = [content.evidence[name] for name in _names_in(path)]
        lines += [f"## {path.stem.replace('_', ' ').capitalize()}"]
        lines += table(
            (
                "id",
                "fact",
                "figure",
                "unit",
                "population",
                "kind",
                "source",
                "shown as",
                "confidence",
                "used by",
            ),
            (_evidence_row(row, used.get(row.id, ())) for row in rows),
        )
    return joined(lines)


def joined(lines: Iterable[str]) -> str:
    """Return the page, with one blank line where there are several."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _names_in(path: Path) -> list[str]:
    return [line[1:-1] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("[")]


def _evidence_row(row: EvidenceRow, users: Sequence[str]) -> tuple[str, ...]:
    source = row.citation + (f" doi:{row.doi}" if row.doi else "")
    return (
        row.id, row.fact, row.figure, row.unit, row.population, row.kind, source, STRENGTH[row.strength],
        row.confidence, ", ".join(users),
    )  # fmt: skip


def _strength_counts(content: Content) -> list[str]:
    rows = list(content.evidence.values())
    counts = [f"{sum(row.strength is one for row in rows)} {words}" for one, words in STRENGTH.items()]
    return [f"{len(rows)} rows: {', '.join(counts)}."]


def _users(content: Content) -> dict[str, list[str]]:
    """Return who names each row, without repeating."""
    used: dict[str, dict[str, None]] = {}

    def note(keys: Iterable[str], user: str) -> None:
        for key in keys:
            used.setdefault(key, {})[user] = None

    for measure in content.measures.values():
        note(measure.evidence, measure.id)
        note((key for instrument in measure.instruments for key in instrument.evidence), measure.id)
    for exercise in content.exercises.values():
        note((*exercise.evidence, *exercise.raw_rows), exercise.id)
    for name in content.protocol_ids:
        for keys, user in _in_protocol(content.protocol(name)):
            note(keys, user)
    for form in content.questionnaires.values():
        note(form.evidence, form.id)
        note((key for score in form.scores for change in score.changes for key in change.evidence), form.id)
    for question in content.assessment.questions():
        note(question.evidence, question.id)
    return {key: list(users) for key, users in used.items()}


def _in_protocol(protocol: Protocol) -> Iterator[tuple[tuple[str, ...], str]]:
    for place in places_of(protocol):
        yield place.criterion.evidence, place.owner
    for rule in protocol.rules:
        yield rule.evidence, rule.id


def protocol_page(content: Content, protocol_id: str) -> str:
    """Return one protocol as a page: stages, rules, lights, calendar, ways out, exercises."""
    protocol = content.protocol(protocol_id)
    checked = protocol.checked_by or "no clinician has checked this"
    lines = [
        f"# {protocol.title}", "", MADE, "", protocol.why, "",
        f"Version {protocol.version}. Written by {protocol.authored_by}; checked by: **{checked}**.",
        f"Reviewed on {protocol.reviewed_on}, next on {protocol.next_review_on}.", "",
        protocol.population, "",
        PROTOCOL_INTRO, "",
    ]  # fmt: skip
    for stage in protocol.stages:
        lines += _stage_lines(stage, content, protocol.stages[-1].id)
    lines += _rule_lines(protocol) + _light_lines(protocol) + _band_lines(protocol)
    lines += _calendar_lines(protocol, content) + _care_lines(protocol, content)
    lines += _exercise_lines(protocol, content)
    return joined(lines)


def _stage_lines(stage: Stage, content: Content, last: str) -> list[str]:
    weeks = (
        f"{stage.typical_weeks[0]} to {stage.typical_weeks[1]} weeks" if stage.typical_weeks else "ongoing"
    )
    lines = [f"## {stage.id}: {stage.title}", "", stage.aim, ""]
    lines += [f"Starts here: {stage.starts_here}", ""] if stage.starts_here else []
    back = f"; steps back to {stage.step_back_to}" if stage.step_back_to else ""
    lines += [
        f"Usually {weeks}, at least {stage.min_days} days{back}. Sessions up to {stage.minutes_at_most} min.",
        "",
    ]
    lines += [ceiling_words(stage), ""] if stage.ceilings else []
    if stage.exit:
        is_last = stage.id == last
        lines += [
            "### What makes the return complete" if is_last else "### What must be in place to go on",
            "",
        ]
        lines += table(
            ("line", "measure", "bound", "dates", "fresh", "shown as", "a clinic may set", "evidence"),
            (row for node in stage.exit for row in _node_rows(node, content)),
        )
    lines += ["### Exercises", ""]
    lines += table(
        ("exercise", "for", "a week, at least", "lowest dose", "highest dose"),
        (
            (
                content.exercises[slot.exercise].name, slot.purpose, str(slot.n_per_week or "for variety"),
                dose(content.exercises[slot.exercise].dose_steps[slot.first_step]),
                dose(content.exercises[slot.exercise].dose_steps[slot.last_step]),
            )
            for slot in stage.slots
        ),
    )  # fmt: skip
    if stage.manual_therapy:
        lines += ["### In the clinic", "", *(f"- {line}" for line in stage.manual_therapy), ""]
    return lines


def _node_rows(node: Node, content: Content, indent: str = "") -> Iterator[tuple[str, ...]]:
    if isinstance(node, Group):
        how = (
            "any"
            if node.n_needed == 1
            else "all"
            if node.n_needed == len(node.of)
            else f"{node.n_needed} of {len(node.of)}"
        )
        yield f"{indent}**{node.label or node.id}** ({how} of)", "", "", "", "", "", "", ""
        for child in node.of:
            yield from _node_rows(child, content, indent + "– ")
        return
    dates = f"{node.n_dates}, {node.apart_days} d apart" if node.n_dates > 1 else "1"
    if node.window_days:
        dates = f"{node.reduce.value} of {node.window_days} d, at least {node.n_least}"
    if node.needs_visit:
        dates += ", one at a visit"
    allowed = f"{node.allowed[0]} to {node.allowed[1]}" if node.allowed else ""
    yield (
        indent + node.label, content.measures[node.measure].label, bound(node), dates, f"{node.max_age_days} d",
        STRENGTH[node.strength], allowed, ", ".join(node.evidence),
    )  # fmt: skip


def bound(one: Criterion) -> str:
    """Return a criterion's bound as people write it."""
    if one.operator.value == "known":
        return "known"
    what = f"band {one.band}" if one.band else f"{one.value} {SYMBOLS.get(one.unit, one.unit)}".rstrip()
    change = " change" if one.reduce.value == "change_from_baseline" else ""
    return f"{SIGNS[one.operator.value]} {what}{change}"


def dose(step: DoseStep) -> str:
    """Return a dose in short words."""
    words = [f"{step.n_sets} ×"]
    words.append(_seconds(step.duration_s) if step.duration_s else str(step.n_reps))
    tempo = [_seconds(part) for part in (step.up_s, step.hold_s, step.down_s) if part]
    if tempo and not step.duration_s:
        words.append(f"({' + '.join(tempo)})")
    if step.load:
        words.append(step.load)
    if step.height_cm:
        words.append(f"{step.height_cm} cm")
    return " ".join(words)


def _seconds(value: Decimal) -> str:
    return f"{int(value) // 60} min" if value >= 60 and value % 60 == 0 else f"{value} s"


def _leaves(node: Node) -> Iterator[Criterion]:
    if isinstance(node, Group):
        for child in node.of:
            yield from _leaves(child)
    else:
        yield node


def _when(node: Node) -> str:
    joined = " and " if isinstance(node, Group) and node.n_needed == len(node.of) > 1 else " or "
    return joined.join(f"{one.measure} {bound(one)}" for one in _leaves(node))


def _rule_lines(protocol: Protocol) -> list[str]:
    lines = [
        "## Rules",
        "",
        "Every rule that is met keeps every effect; the tightest advice is the headline.",
        "",
    ]
    return lines + list(
        table(
            ("rule", "when", "stages", "advice", "load", "withheld", "to", "says to a physiotherapist", "shown as"),
            (
                (
                    rule.id, _when(rule.when), ", ".join(rule.stages) or "all",
                    rule.advice.value if rule.advice else "",
                    (rule.load.value if rule.load else "") + (f" {rule.ease_to_pct} %" if rule.ease_to_pct else ""),
                    ", ".join(rule.without_tags) + (f" ({rule.for_days} d)" if rule.for_days > 1 else ""),
                    (rule.escalate or "") + (f", {rule.tier.value}" if rule.tier else ""),
                    rule.say_clinician, STRENGTH[rule.strength],
                )
                for rule in protocol.rules
            ),
        )
    )  # fmt: skip


def _light_lines(protocol: Protocol) -> list[str]:
    lines = ["## The light of a session", "", "Read tightest first; the first that is met holds.", ""]
    return lines + list(
        table(
            ("light", "says to a patient", "says to a physiotherapist", "evidence"),
            (
                (one.light.value, one.say_patient, one.say_clinician, ", ".join(one.evidence))
                for one in protocol.lights
            ),
        )
    )


def _band_lines(protocol: Protocol) -> list[str]:
    lines = ["## Bands", ""]
    for band in protocol.bands:
        lines += [f"### {band.id}", "", f"{STRENGTH[band.strength]}; {', '.join(band.evidence)}.", ""]
        lines += table(
            ("sex", "age", f"at least, {SYMBOLS.get(band.unit) or band.unit}"),
            ((row.sex.value, f"{row.from_age} to {row.to_age - 1}", str(row.value)) for row in band.rows),
        )
    return lines


def _calendar_lines(protocol: Protocol, content: Content) -> list[str]:
    lines = ["## Calendar", ""]
    lines += table(
        ("measure", "every", "stages", "where"),
        (
            (content.measures[one.measure].label, f"{one.every_days} d", ", ".join(one.stages),
             "visit" if one.at_visit else "home")
            for one in protocol.reviews
        ),
    )  # fmt: skip
    lines += ["## After a break", ""]
    lines += table(
        ("up to", "restart at", "exits looked at again"),
        (
            (f"{one.up_to_days} d", f"{one.dose_pct} %", "yes" if one.recheck_exits else "no")
            for one in protocol.layoffs
        ),
    )
    lines += ["## Ways out", ""]
    lines += table(
        ("to", "within", "thought of", "when", "says"),
        (
            (one.to, f"{one.within_days} d", _dates(one), "; ".join(one.criteria), one.say_clinician)
            for one in protocol.escalations
        ),
    )
    return lines


def _care_lines(protocol: Protocol, content: Content) -> list[str]:
    lines: list[str] = []
    for one in care_tables(protocol, content.measures, content.exercises):
        lines += [f"## {one.title}", "", one.intro, "", *table(one.columns, one.rows)]
    return lines


def _dates(one: Escalation) -> str:
    if one.not_before_days is None and one.at_latest_days is None:
        return "at once"
    first = f"from day {one.not_before_days}" if one.not_before_days is not None else "at any time"
    return first + (f", by day {one.at_latest_days}" if one.at_latest_days is not None else "")


def _exercise_lines(protocol: Protocol, content: Content) -> list[str]:
    names = sorted({slot.exercise for stage in protocol.stages for slot in stage.slots})
    lines = ["## The exercises", ""]
    for name in names:
        one = content.exercises[name]
        lines += [
            f"### {one.name}", "", one.why, "", one.set_up, "",
            *(f"{index}. {step}" for index, step in enumerate(one.steps, start=1)), "",
            f"Cues: {'; '.join(one.cues)}. {one.breathing} Stop at: {'; '.join(one.stop_signs)}.", "",
            f"Easier: {one.easier}. Harder: {one.harder}. Tags: {', '.join(tag.value for tag in one.tags)}.",
            f"Doses: {'; '.join(dose(step) for step in one.dose_steps)}.",
            f"{STRENGTH[one.strength].capitalize()}; {', '.join(one.evidence)}.", "",
        ]  # fmt: skip
    return lines


if __name__ == "__main__":
    sys.exit(main())
