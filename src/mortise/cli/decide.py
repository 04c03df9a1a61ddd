"""Decide one day of a patient record: advice, load, and what they rest on."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mortise.cli import following, records

if TYPE_CHECKING:
    from mortise.cli.tables import Block
    from mortise.episode import Story
    from mortise.record import Decision, Finding, FiredRule
    from mortise.terms import Measure


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise decide` and its arguments."""
    text = "decide one day of a patient record: advice, load, and what they rest on"
    parser = subparsers.add_parser("decide", help=text, description=text.capitalize() + ".")
    records.add_record(parser)
    records.add_day(parser)
    records.add_circumstances(parser)


def run(args: argparse.Namespace) -> int:
    """Decide and print; return 0."""
    story = records.story_of(args)
    if args.json:
        from mortise.record import encode

        records.write_json(encode(story.decision))
        return 0
    from mortise.cli import tables

    tables.show(_blocks(story))
    return 0


def _blocks(story: Story) -> list[Block]:
    from mortise.cli.tables import ERROR_NOTE, Heading, Lines

    decision, measures = story.decision, story.content.measures
    return [
        Lines(head(story)),
        Heading("Why"),
        Lines(reasons(decision, measures), mark="-"),
        Heading("To leave this stage"),
        _exits(decision, measures),
        Lines((ERROR_NOTE,)),
        *_dangers(decision, measures),
        *_constraints(decision),
        *following.blocks(story),
        Heading("Under"),
        Lines(under(story)),
    ]


def head(story: Story) -> list[str]:
    """Return the lines that say whose day this is and what is advised."""
    from mortise.cli.tables import ADVICE_WORDS, LOAD_WORDS

    decision, episode, stage = story.decision, story.record.episode, story.stage_now
    n_days = (story.as_of - story.entered_on).days
    lines = [
        f"Episode {episode.id}, {episode.involved_side.value} ankle, on {story.as_of}.",
        f"Stage {stage.id}, {stage.title}, for {n_days} d (since {story.entered_on}).",
        "",
        f"Advice: {ADVICE_WORDS[decision.advice]}{_to(decision)}",
        f"Load today: {LOAD_WORDS[decision.load]}",
    ]
    ended = story.discharge
    if ended is not None:
        outcome = ended.outcome.replace("_", " ")
        lines.append(
            f"Discharged on {ended.on}: {outcome}. {ended.reason} Nothing is planned until care is reopened."
        )
    if decision.is_locked:
        lines.append("Locked: a red flag froze the programme until a named clinician resumes it.")
    return lines


def _to(decision: Decision) -> str:
    from mortise.terms import Advice

    if decision.next_stage is None:
        return ""
    if decision.advice is Advice.ADVANCE:
        return f" to {decision.next_stage}; nothing changes until a clinician accepts it"
    return f" to {decision.next_stage}, at once"


def reasons(decision: Decision, measures: Mapping[str, Measure]) -> list[str]:
    """Return the reasons in words, headline first."""
    from mortise.cli.tables import finding_bound, finding_value, verdict_words

    rules = {one.rule: one for one in decision.rules}
    findings = {one.criterion: one for one in decision.findings}
    cuts = {one.constraint: one for one in decision.constraints}
    blind = [rules[name].say_clinician for name in decision.reasons if _is_blind(rules.get(name))]
    lines = []
    for name in decision.reasons:
        if name in rules and _is_blind(rules[name]):
            if blind:
                lines.append(_few(blind))
                blind = []
        elif name in rules:
            lines.append(f"{rules[name].say_clinician} ({name})")
        elif name in findings:
            one = findings[name]
            verdict = verdict_words(one.truth, one.cause)
            value = f"{finding_value(one, measures)}, asked {finding_bound(one, measures)}"
            lines.append(f"{one.label}: {verdict} ({value})")
        elif name in cuts:
            lines.append(cuts[name].reason)
        else:
            lines.append(name)
    return lines or ["Nothing speaks for a change."]


def _is_blind(rule: FiredRule | None) -> bool:
    """Whether a rule fired because its danger is not known."""
    from mortise.terms import Truth

    return rule is not None and rule.truth is Truth.UNKNOWN


def _few(said: list[str]) -> str:
    """Say the first of many alike, and how many more there are."""
    return said[0] if len(said) == 1 else f"{said[0]} The same of {len(said) - 1} more dangers."


def _exits(decision: Decision, measures: Mapping[str, Measure]) -> Block:
    from mortise.cli.tables import Table, age_words, finding_bound, finding_value, verdict_words

    exits = sorted((one for one in decision.findings if one.of == "exit"), key=_open_first)
    rows = [
        (
            one.label, verdict_words(one.truth, one.cause), finding_value(one, measures),
            finding_bound(one, measures), age_words(one.age_days), _source_words(one),
        )
        for one in exits
    ]  # fmt: skip
    return Table(("what", "verdict", "value", "asked", "age", "basis"), rows)


def _source_words(finding: Finding) -> str:
    from mortise.cli.tables import STRENGTH_WORDS

    return STRENGTH_WORDS[finding.strength]


def _open_first(finding: Finding) -> tuple[int, str]:
    from mortise.terms import Truth

    return (finding.truth is Truth.MET, finding.criterion)


def _dangers(decision: Decision, measures: Mapping[str, Measure]) -> list[Block]:
    """Return the rules that hold, with what each does."""
    from mortise.cli.tables import ADVICE_WORDS, LOAD_WORDS, Heading, Lines, Table

    alike: dict[tuple[str, ...], list[str]] = {}
    for one in decision.rules:
        effect = (
            "not known" if _is_blind(one) else "holds",
            ADVICE_WORDS[one.advice] if one.advice else "",
            LOAD_WORDS[one.load] if one.load else "",
            ", ".join(one.without_tags),
            f"{one.ease_to_pct} %" if one.ease_to_pct is not None else "",
        )
        alike.setdefault(effect, []).append(one.rule)
    rows = [(_named(names), *effect) for effect, names in alike.items()]
    n_asked = len({one.criterion for one in decision.findings if one.of != "exit"})
    if not rows:
        return [Heading("Rules"), Lines((f"None holds; {n_asked} conditions looked at.",))]
    return [
        Heading("Rules that hold"),
        Table(("rule", "", "advice", "load", "withheld", "dose at most"), rows),
    ]


def _named(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _constraints(decision: Decision) -> list[Block]:
    from mortise.cli.tables import Heading, Table, author_words

    rows = [(one.constraint, author_words(one.author), one.reason) for one in decision.constraints]
    return [Heading("Constraints that cut"), Table(("constraint", "by", "why"), rows)] if rows else []


def under(story: Story) -> list[str]:
    """Return the lines that say under which protocol and engine this was decided, and who has checked it."""
    protocol, pin = story.protocol, story.decision.protocol
    checked = (
        f"Checked by {protocol.checked_by}." if protocol.checked_by else "No clinician has checked this."
    )
    return [
        f"Protocol {pin.id} {pin.version} ({protocol.title}), by {protocol.authored_by}. {checked}",
        f"Hash {pin.hash}. {story.decision.engine}.",
        "Mortise supports a professional's judgement; it is not a medical device.",
    ]
