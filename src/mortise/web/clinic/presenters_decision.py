"""The decision panel: the proposal as a sentence, what speaks for and against it, what is not known, the sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from mortise.protocol import Group, Protocol
from mortise.protocol.criteria import criteria_in
from mortise.record import AppliedConstraint, Decision, Finding, FiredRule
from mortise.report.words import day
from mortise.terms import Advice, Cause, EvidenceRow, Measure, Side, Truth
from mortise.web.clinic.presenters_gate import line_of, nearest_words
from mortise.web.clinic.presenters_words import (
    ADVICE_SAYS,
    LOAD_SAYS,
    PEG_MET,
    PEG_UNKNOWN,
    PEG_UNMET,
    STRENGTH_WORDS,
    Peg,
    Says,
    Source,
    age_words,
    cause_words,
    finding_bound,
    finding_value,
    peg_of,
    side_words,
    sources_of,
)

N_SHOWN = 2  # lines of one kind in the panel; the gate lists all of them


class Argument(Struct, frozen=True, kw_only=True):
    """One line of the panel: a peg, a sentence, and what it rests on."""

    peg: Peg
    words: str
    cites: tuple[str, ...]
    strength: str


class Arguments(Struct, frozen=True, kw_only=True):
    """One heading of the panel with its lines; the rest stand in the gate."""

    title: str
    lines: tuple[Argument, ...]
    rest: tuple[Argument, ...]


class Cut(Struct, frozen=True, kw_only=True):
    """One constraint that cut something today."""

    reason: str
    author: str
    what: str


class Choice(Struct, frozen=True, kw_only=True):
    """Something a clinician can choose instead: the value sent, the word and shape shown."""

    value: str
    says: Says


class Panel(Struct, frozen=True, kw_only=True):
    """All of the decision panel."""

    says: Says
    advice: str
    title: str
    load: Says
    sentences: tuple[str, ...]
    arguments: tuple[Arguments, ...]
    cuts: tuple[Cut, ...]
    nearest: str
    requests: tuple[str, ...]
    escalations: tuple[str, ...]
    sources: tuple[Source, ...]
    agree: str
    choices: tuple[Choice, ...]
    is_locked: bool
    as_of: str
    protocol: str
    protocol_id: str
    checked_by: str


def panel_of(
    decision: Decision,
    protocol: Protocol,
    measures: Mapping[str, Measure],
    evidence: Mapping[str, EvidenceRow],
    involved: Side,
    exercise_names: Mapping[str, str],
    author_names: Mapping[str, str],
) -> Panel:
    """Turn a decision into the words of the panel.

    Parameters
    ----------
    exercise_names, author_names : mapping
        Exercise id to name; author id of a constraint to the name shown.
    """
    arguments = _arguments(decision, protocol, measures, involved)
    cited = [key for one in decision.findings for key in one.evidence]
    cited += [key for rule in decision.rules for key in rule.evidence]
    return Panel(
        says=ADVICE_SAYS[decision.advice],
        advice=decision.advice.value,
        title=decision_title(decision, protocol),
        load=LOAD_SAYS[decision.load],
        sentences=_sentences(decision, protocol, measures, involved),
        arguments=arguments,
        cuts=tuple(_cut(one, exercise_names, author_names) for one in decision.constraints),
        nearest=nearest_words(decision.nearest_misses, measures, involved),
        requests=tuple(_measure_label(one, measures) for one in decision.requests),
        escalations=_escalations(decision, protocol),
        sources=sources_of(cited, evidence),
        agree=_agree(decision, protocol),
        choices=_choices(decision, protocol),
        is_locked=decision.is_locked,
        as_of=day(decision.as_of),
        protocol=f"{decision.protocol.id} {decision.protocol.version}",
        protocol_id=protocol.id,
        checked_by=protocol.checked_by,
    )


def _sentences(
    decision: Decision, protocol: Protocol, measures: Mapping[str, Measure], involved: Side
) -> tuple[str, ...]:
    stage = next((one for one in protocol.stages if one.id == decision.stage), None)
    if decision.advice is Advice.ADVANCE and stage is not None:
        return (f"All {len(stage.exit)} are in place.", "Nothing changes until you agree.")
    return reason_words(decision, measures, involved)[:2]


def decision_title(decision: Decision, protocol: Protocol) -> str:
    """Say the decision: "Hold at stage 3", "Advance to stage 4", "Step back to stage 1"."""
    return title_words(decision.advice, decision.stage, decision.next_stage, protocol)


def title_words(advice: Advice, stage: str, next_stage: str | None, protocol: Protocol) -> str:
    """Say an advice with the stages it speaks of."""
    here = _stage_number(stage, protocol)
    there = _stage_number(next_stage, protocol) if next_stage else ""
    if advice is Advice.ADVANCE:
        return f"Advance to {there}" if there else "Advance"
    if advice is Advice.STEP_BACK:
        return f"Step back to {there}" if there and there != here else f"Step back, same stage ({here})"
    if advice is Advice.HOLD:
        return f"Hold at {here}"
    if advice is Advice.ASK_CLINICIAN:
        return f"Ask: held at {here} until you have looked"
    return "Stopped: a named clinician opens it again"


def _stage_number(stage_id: str, protocol: Protocol) -> str:
    number = next((stage.number for stage in protocol.stages if stage.id == stage_id), None)
    return f"stage {number}" if number is not None else stage_id


def reason_words(decision: Decision, measures: Mapping[str, Measure], involved: Side) -> tuple[str, ...]:
    """Return the reasons of a decision as sentences, headline first; a reason without words is left out."""
    rules = {rule.rule: rule for rule in decision.rules}
    findings = {finding.criterion: finding for finding in decision.findings}
    cuts = {cut.constraint: cut.reason for cut in decision.constraints}
    words = []
    for key in decision.reasons:
        if key in cuts and key not in rules:
            words.append(cuts[key])
        elif key in rules:
            words += [rules[key].say_clinician] if _led(rules[key], decision) else []
        elif key in findings:
            words.append(f"{finding_words(findings[key], measures, involved)}.")
    return tuple(dict.fromkeys(words)) or (fallback_words(decision),)


def _led(rule: FiredRule, decision: Decision) -> bool:
    """Whether a rule is a reason for what was decided: one that wanted more than was given is none."""
    wants_more_load = rule.load is not None and rule.load.tightness > decision.load.tightness
    wants_more_advice = rule.advice is not None and rule.advice.tightness > decision.advice.tightness
    says_nothing_tighter = rule.load is None or wants_more_load
    return not (wants_more_load or wants_more_advice) or not says_nothing_tighter


def fallback_words(decision: Decision) -> str:
    """Say an advice in a sentence when no single reason has words of its own."""
    exits = [finding for finding in decision.findings if finding.of == "exit"]
    n_met = sum(finding.truth is Truth.MET for finding in exits)
    n_unknown = sum(finding.truth is Truth.UNKNOWN for finding in exits)
    counts = f"{n_met} of {len(exits)} criteria in place"
    return f"{counts}, {n_unknown} not known." if n_unknown else f"{counts}."


def finding_words(finding: Finding, measures: Mapping[str, Measure], involved: Side) -> str:
    """Say one finding: label, side, value with error, limit, age or cause."""
    side = side_words(finding.limb, involved)
    label = f"{finding.label} ({side})" if side else finding.label
    bound = finding_bound(finding, measures)
    if finding.truth is Truth.UNKNOWN and finding.value is None:
        return f"{label}: {cause_words(finding.cause) or 'not known'}, limit {bound}"
    parts = [f"{finding_value(finding, measures)}, limit {bound}"]
    if finding.truth is Truth.UNKNOWN and finding.cause is not Cause.STALE:
        parts.append(cause_words(finding.cause))
    if finding.cause is Cause.STALE:
        parts.append("too old")
    parts.append(age_words(finding.age_days))
    return f"{label}: {', '.join(part for part in parts if part)}"


def _arguments(
    decision: Decision, protocol: Protocol, measures: Mapping[str, Measure], involved: Side
) -> tuple[Arguments, ...]:
    settled = _settled(decision, protocol)
    exits = [
        finding
        for finding in decision.findings
        if finding.of == "exit" and (finding.truth is Truth.MET or finding.criterion not in settled)
    ]
    others = [finding for finding in decision.findings if finding.of != "exit"]
    unknown = [finding for finding in (*exits, *others) if finding.truth is Truth.UNKNOWN]

    def lines(findings: Iterable[Finding]) -> list[Argument]:
        return [_argument(finding, measures, involved) for finding in _first_of_each(findings)]

    against = [_rule_argument(rule) for rule in decision.rules if rule.truth is Truth.MET and _tightens(rule)]
    against += lines(finding for finding in exits if finding.truth is Truth.NOT_MET)
    groups = (
        ("For moving on", lines(finding for finding in exits if finding.truth is Truth.MET)),
        ("Against", against),
        ("Not known", lines(unknown)),
    )
    return tuple(
        Arguments(title=title, lines=tuple(found[:N_SHOWN]), rest=tuple(found[N_SHOWN:]))
        for title, found in groups
        if found
    )


def _settled(decision: Decision, protocol: Protocol) -> set[str]:
    """Return the criteria in groups that are in place already: what is missing there speaks against nothing."""
    stage = next((one for one in protocol.stages if one.id == decision.stage), None)
    found = {finding.criterion: finding for finding in decision.findings if finding.of == "exit"}
    return {
        criterion.id
        for node in (stage.exit if stage is not None else ())
        if isinstance(node, Group) and line_of(node, found, measures={}, involved=Side.LEFT).peg is PEG_MET
        for criterion in criteria_in(node)
    }


def _first_of_each(findings: Iterable[Finding]) -> Iterable[Finding]:
    seen: set[tuple[str, str, Truth]] = set()
    for finding in findings:
        key = (finding.measure, finding.label, finding.truth)
        if key not in seen:
            seen.add(key)
            yield finding


def _tightens(rule: FiredRule) -> bool:
    return bool(
        rule.locks
        or rule.without_tags
        or rule.ease_to_pct is not None
        or rule.escalate
        or (rule.advice is not None and rule.advice is not Advice.ADVANCE)
        or (rule.load is not None and rule.load.value in ("ease", "rest"))
    )


def _argument(finding: Finding, measures: Mapping[str, Measure], involved: Side) -> Argument:
    return Argument(
        peg=peg_of(finding.truth, finding.cause),
        words=finding_words(finding, measures, involved),
        cites=finding.evidence,
        strength=STRENGTH_WORDS[finding.strength],
    )


def _rule_argument(rule: FiredRule) -> Argument:
    since = f" Since {day(rule.since_on)}." if rule.since_on else ""
    until = f" Until {day(rule.until_on)}." if rule.until_on else ""
    return Argument(
        peg=PEG_UNMET if rule.truth is Truth.MET else PEG_UNKNOWN,
        words=f"{rule.say_clinician}{since}{until}",
        cites=rule.evidence,
        strength=STRENGTH_WORDS[rule.strength],
    )


def _cut(cut: AppliedConstraint, exercise_names: Mapping[str, str], author_names: Mapping[str, str]) -> Cut:
    removed = [exercise_names.get(one, one) for one in cut.removed]
    lowered = [exercise_names.get(one, one) for one in cut.lowered]
    what = []
    if removed:
        what.append(f"taken out: {', '.join(removed)}")
    if lowered:
        what.append(f"lowered: {', '.join(lowered)}")
    return Cut(
        reason=cut.reason,
        author=author_names.get(cut.author, cut.author),
        what="; ".join(what),
    )


def _measure_label(measure_id: str, measures: Mapping[str, Measure]) -> str:
    measure = measures.get(measure_id)
    return measure.label if measure is not None else measure_id


def _escalations(decision: Decision, protocol: Protocol) -> tuple[str, ...]:
    known = {escalation.id: escalation for escalation in protocol.escalations}
    return tuple(
        known[key].say_clinician if key in known else key for key in dict.fromkeys(decision.escalations)
    )


def _agree(decision: Decision, protocol: Protocol) -> str:
    if decision.advice is Advice.ADVANCE and decision.next_stage:
        return f"Agree: open {_stage_number(decision.next_stage, protocol)}"
    if decision.advice is Advice.STEP_BACK:
        return "Agree: step back"
    if decision.advice is Advice.ASK_CLINICIAN:
        return "Looked at: hold as proposed"
    return "Agree: hold"


def _choices(decision: Decision, protocol: Protocol) -> tuple[Choice, ...]:
    options = [Advice.ADVANCE, Advice.HOLD, Advice.STEP_BACK]
    if protocol.after(decision.stage) is None:
        options.remove(Advice.ADVANCE)
    return tuple(
        Choice(value=option.value, says=ADVICE_SAYS[option])
        for option in options
        if option is not decision.advice
    )


def proposed_words(as_of: date, today_on: date) -> str:
    """Say when a decision was made."""
    return "Proposed today" if as_of == today_on else f"Proposed {day(as_of)}"
