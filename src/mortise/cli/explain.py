"""Explain one day of a patient record in words: what spoke for and against, on which readings and evidence."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mortise.cli import records

if TYPE_CHECKING:
    from mortise.catalog import Content
    from mortise.cli.tables import Block
    from mortise.episode import Story
    from mortise.record import Decision, Fact, Finding, NearestMiss
    from mortise.terms import EvidenceRow, Truth


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise explain` and its arguments."""
    text = "explain one day of a patient record in words: what spoke for and against, on which readings and evidence"
    parser = subparsers.add_parser("explain", help=text, description=text.capitalize() + ".")
    records.add_record(parser)
    records.add_day(parser)
    records.add_circumstances(parser)


def run(args: argparse.Namespace) -> int:
    """Explain and print; return 0."""
    story = records.story_of(args)
    from mortise import catalog

    content = story.content
    assert isinstance(content, catalog.Content)
    if args.json:
        from mortise.record import encode

        records.write_json(encode(_plain(story, content)))
        return 0
    from mortise.cli import tables

    tables.show(_blocks(story, content))
    return 0


def _plain(story: Story, content: Content) -> dict[str, Any]:
    decision, protocol = story.decision, story.protocol
    used = {name for one in decision.findings for name in one.readings}
    return {
        "decision": decision,
        "session": story.session,
        "readings": {fact.id: fact for fact in story.record.facts if fact.id in used},
        "evidence": {row.id: {"row": row, "strength": row.strength} for row in _rows(decision, content.evidence)},
        "protocol": {
            "id": protocol.id, "version": protocol.version, "title": protocol.title, "hash": decision.protocol.hash,
            "authored_by": protocol.authored_by, "checked_by": protocol.checked_by,
        },
    }  # fmt: skip


def _blocks(story: Story, content: Content) -> list[Block]:
    from mortise.cli.decide import head, reasons, under
    from mortise.cli.tables import ERROR_NOTE, Heading, Lines
    from mortise.terms import Truth

    decision = story.decision
    exits = [one for one in decision.findings if one.of == "exit"]
    return [
        Lines(head(story)),
        Heading("Why"),
        Lines(reasons(decision, content.measures), mark="-"),
        *_section("Speaks for moving on", exits, Truth.MET, story),
        *_section("Speaks against", exits, Truth.NOT_MET, story),
        *_section("Not known", exits, Truth.UNKNOWN, story),
        *_dangers(story),
        *_nearest(story),
        *_cuts(story),
        Heading("Today's session"),
        Lines(_session(story)),
        Heading("Evidence"),
        Lines(_evidence(decision, content.evidence), mark="-"),
        Heading("Under"),
        Lines((*under(story), ERROR_NOTE)),
    ]


def _section(title: str, findings: Iterable[Finding], truth: Truth, story: Story) -> list[Block]:
    from mortise.cli.tables import Heading, Lines

    lines = [_sentence(one, story) for one in findings if one.truth is truth]
    return [Heading(title), Lines(lines, mark="-")] if lines else []


def _sentence(one: Finding, story: Story) -> str:
    """Write one finding whole: value with error, limit, side, age, readings used, evidence."""
    from mortise.cli.tables import (
        CAUSE_WORDS,
        STRENGTH_WORDS,
        age_words,
        finding_bound,
        finding_value,
        side_words,
    )

    measures = story.content.measures
    side = side_words(one.limb, story.record.episode.involved_side)
    parts = [f"{one.label}{f' ({side})' if side else ''}: {finding_value(one, measures)}"]
    parts.append(f"asked {finding_bound(one, measures)}")
    if one.cause is not None:
        parts.append(CAUSE_WORDS[one.cause])
    if one.earliest_on is not None:
        parts.append(f"a second reading counts from {one.earliest_on}")
    if one.age_days is not None:
        parts.append(age_words(one.age_days))
    used = _readings(one, {fact.id: fact for fact in story.record.facts})
    sources = (
        f"{', '.join(one.evidence)} ({STRENGTH_WORDS[one.strength]})" if one.evidence else "no evidence named"
    )
    return f"{'; '.join(parts)}. {used}Basis: {sources}."


def _readings(one: Finding, facts: Mapping[str, Fact]) -> str:
    if not one.readings:
        return ""
    said = [_reading(name, facts.get(name)) for name in one.readings[-3:]]
    earlier = len(one.readings) - len(said)
    more = f" and {earlier} earlier" if earlier else ""
    return f"From {', '.join(said)}{more}. "


def _reading(name: str, fact: Fact | None) -> str:
    if fact is None:
        return name
    how = getattr(fact, "instrument", "") or fact.origin.value
    return f"{name} ({fact.on}, {how}{f', {fact.by}' if fact.by else ''})"


def _dangers(story: Story) -> list[Block]:
    from mortise.cli.tables import Heading, Lines
    from mortise.terms import Truth

    findings = [one for one in story.decision.findings if one.of != "exit"]
    n_quiet = sum(one.truth is Truth.NOT_MET for one in findings)
    raised = [_sentence(one, story) for one in findings if one.truth is Truth.MET]
    blind = [_sentence(one, story) for one in findings if one.truth is Truth.UNKNOWN]
    blocks: list[Block] = [
        Heading("Dangers and rules"),
        Lines((f"{n_quiet} conditions looked at and not there.",)),
    ]
    if raised:
        blocks += [Lines(("There:",)), Lines(raised, mark="-")]
    if blind:
        blocks += [Lines(("Not known:",)), Lines(blind, mark="-")]
    said = [f"{one.say_clinician} ({one.rule})" for one in story.decision.rules if one.truth is Truth.MET]
    if len(said) < len(story.decision.rules):
        said.append("While a danger is not known, nothing is raised and nobody advances.")
    return [*blocks, Lines(("So:",)), Lines(said, mark="-")] if said else blocks


def _nearest(story: Story) -> list[Block]:
    from mortise.cli.tables import Heading, Lines

    lines = [_miss(one, story) for one in story.decision.nearest_misses]
    return [Heading("What would have to change"), Lines(lines, mark="-")] if lines else []


def _miss(one: NearestMiss, story: Story) -> str:
    from mortise.cli.tables import CAUSE_WORDS, NEEDS_WORDS, gap_words, value_words

    measure = story.content.measures.get(one.measure)
    parts = [NEEDS_WORDS.get(one.needs, one.needs)]
    if one.cause is not None:
        parts.append(CAUSE_WORDS[one.cause])
    if one.gap is not None and one.value is not None:
        parts.append(f"now {value_words(measure, one.value, None, one.unit)}")
        parts.append(f"{gap_words(measure, one.gap, one.unit)} away")
    if one.needs_visit:
        parts.append("at a visit")
    if one.earliest_on is not None:
        parts.append(f"from {one.earliest_on}")
    return f"{one.label}: {'; '.join(parts)}."


def _cuts(story: Story) -> list[Block]:
    from mortise.cli.tables import Heading, Lines, author_words

    cuts = {one.constraint: one for one in (*story.decision.constraints, *story.session.constraints)}
    lines = [f"{one.reason} (by {author_words(one.author)}: {one.constraint})" for one in cuts.values()]
    return [Heading("Constraints that cut"), Lines(lines, mark="-")] if lines else []


def _session(story: Story) -> list[str]:
    from mortise.cli.tables import minutes_words

    session = story.session
    names = ", ".join(one.name for one in session.exercises)
    return [session.why, *([f"{minutes_words(session.seconds)}: {names}."] if names else [])]


def _rows(decision: Decision, evidence: Mapping[str, EvidenceRow]) -> list[EvidenceRow]:
    """Return every evidence row the decision rests on, each once, in order of first use; quiet dangers left out."""
    from mortise.terms import Truth

    said = [one.evidence for one in decision.findings if one.of == "exit" or one.truth is not Truth.NOT_MET]
    said += [one.evidence for one in decision.rules]
    said += [one.evidence for one in decision.constraints]
    keys = [key for part in said for key in part]
    return [evidence[key] for key in dict.fromkeys(keys) if key in evidence]


def _evidence(decision: Decision, evidence: Mapping[str, EvidenceRow]) -> list[str]:
    from mortise.cli.tables import STRENGTH_WORDS

    return [
        f"{row.id}: {row.fact}. {row.figure} {row.unit} ({row.population}). {row.citation}"
        f"{f', doi {row.doi}' if row.doi else ''}. {STRENGTH_WORDS[row.strength].capitalize()}."
        for row in _rows(decision, evidence)
    ] or ["None named."]  # fmt: skip
