"""Which rules fire on a day, which danger is unknown, and which red flag still locks the programme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from mortise.decide.inputs import Inputs
from mortise.decide.nodes import Leaf, ReadyNode, ReadyRule, ReadyStage, evaluate, tell
from mortise.decide.verdicts import MET, NOT_MET, UNKNOWN
from mortise.protocol import Operator, Reduction, Rule, Tag, Tier
from mortise.record import Finding, FiredRule
from mortise.record.tracks import Point, Track, key_of, track_of
from mortise.terms import Advice, Cause, Limb, Load, Measure, Strength, Truth
from mortise.terms.verdicts import tightest_advice, tightest_load

# While a danger is unknown nobody jumps: what unlocks impact is asked before it, not only after.
BLIND_WITHOUT = (Tag.IMPACT.value,)
_OF_VALUES = frozenset(
    {Reduction.LAST, Reduction.MAX, Reduction.MIN, Reduction.MEDIAN}
)  # within what was told
STEP_BACK_DAYS = 7  # at most one stage a week by itself: what asks for another one within it is for a human


class Examined(NamedTuple):
    """The rules of one day: every finding under them, and those that fired or whose danger is unknown."""

    findings: list[Finding]
    fired: list[FiredRule]
    is_locked: bool


def fire(stage: ReadyStage, inputs: Inputs, *, opened_day: int, resumed: frozenset[str]) -> Examined:
    """Evaluate every rule of the stage once.

    Parameters
    ----------
    stage : ReadyStage
        The rules.
    inputs : Inputs
        The day.
    opened_day : int
        Day the episode was opened: silence is counted from it when nothing was ever answered.
    resumed : frozenset of str
        Ids of the facts that a named clinician has answered by resuming the programme after them.

    Returns
    -------
    Examined
        Rules in the protocol's order.

    Notes
    -----
    1. A rule that is met fires for today; with `for_days` above 1 it stays fired until its last day.
    2. A danger that is unknown fires as unknown: it caps the advice at hold, the load at keep, withholds impact and
       asks. When what it reads was last known `silence_days` ago or longer, it asks the clinician.
    3. A rule that locks fires from the first day it was met that no clinician has resumed after, whatever was
       answered since.
    4. A step back that today's stage entry already answers is spent: the rule keeps its other effects. What would go
       back another stage within a week of the last time asks the clinician instead: one stage a week, and no flare that
       goes on is told twice.
    """
    findings: list[Finding] = []
    fired: list[FiredRule] = []
    for ready in stage.rules:
        node = ready.node
        if isinstance(node, Leaf):  # the common case without one more call
            found = [node.find(inputs)]
            truth = found[0].truth
        else:
            found = []
            truth = evaluate(node, inputs, found)
        findings += found
        if truth is NOT_MET and (ready.is_of_today or _was_never(node, inputs)):
            continue
        result = _fired(ready, truth, found, inputs, stage, opened_day=opened_day, resumed=resumed)
        if result is not None:
            fired.append(result)
    fired += _flags_without_rule(stage, inputs, resumed)
    return Examined(findings, fired, any(rule.locks and rule.truth is MET for rule in fired))


def _fired(
    ready: ReadyRule,
    truth: Truth,
    found: list[Finding],
    inputs: Inputs,
    stage: ReadyStage,
    *,
    opened_day: int,
    resumed: frozenset[str],
) -> FiredRule | None:
    if ready.rule.locks:
        locked_day = _locked_day(ready, inputs, resumed)
        if locked_day is not None:
            return _as_met(ready.rule, locked_day, None, inputs)
        if truth is MET:  # every flag under it has been resumed after
            return None
    elif truth is MET:
        newest = max(
            (inputs.day - (one.age_days or 0) for one in found if one.truth is MET), default=inputs.day
        )
        return _as_met(ready.rule, inputs.day, newest, inputs)
    else:
        since = _still_fired(ready, inputs)
        if since is not None:
            return _as_met(ready.rule, since, since, inputs)
    if truth is UNKNOWN:
        unknown = _as_unknown(ready, found, inputs, stage, opened_day)
        return _as_met_beside_a_wrong_clock(ready, inputs, unknown) or unknown
    return None


def _as_met_beside_a_wrong_clock(
    ready: ReadyRule, inputs: Inputs, unknown: FiredRule | None
) -> FiredRule | None:
    """Keep what plain answers meet although one that claims a later day makes its measure unknown beside them.

    Telling more must not loosen: the rule keeps its own effects and those of not knowing.
    """
    tracks = {key: track for key in ready.keys if (track := inputs.tracks.get(key)) is not None}
    if not any(
        trouble.cause is Cause.FUTURE_DATED for track in tracks.values() for trouble in track.troubles
    ):
        return None
    plain = {key: _without_the_future(track) for key, track in tracks.items()}
    if evaluate(ready.node, Inputs(inputs.day, plain, inputs.spent_until), []) is not MET:
        return None
    met = _as_met(ready.rule, inputs.day, None, inputs)
    if unknown is None:
        return met
    return replace(
        met,
        advice=unknown.advice if met.advice is None else tightest_advice([met.advice, Advice.HOLD]),
        load=Load.KEEP if met.load is None else tightest_load([met.load, Load.KEEP]),
        without_tags=tuple(dict.fromkeys((*met.without_tags, *unknown.without_tags))),
        request=tuple(dict.fromkeys((*met.request, *unknown.request))),
    )


def _without_the_future(track: Track) -> Track:
    troubles = tuple(one for one in track.troubles if one.cause is not Cause.FUTURE_DATED)
    return track_of(track.measure, track.limb, track.series, troubles, fresh_until=track.fresh_until)


def _was_never(node: ReadyNode, inputs: Inputs) -> bool:
    """Whether a condition can have been met on no day: no value ever told reaches its bound."""
    if isinstance(node, Leaf):
        leaf = node.ready
        if leaf.bound is None or leaf.reduce not in _OF_VALUES:
            return False
        track = inputs.tracks.get(leaf.key)
        if track is None:
            return True
        for series in track.series:
            if series.span is None or _may_meet(leaf.operator, leaf.bound, *series.span):
                return False
        return True
    n_open = len(node.nodes)
    for child in node.nodes:
        n_open -= _was_never(child, inputs)
        if n_open < node.n_needed:
            return True
    return False


def _still_fired(ready: ReadyRule, inputs: Inputs) -> int | None:
    """Return the newest earlier day on which the rule was met and from which it still holds."""
    first = inputs.day - ready.rule.for_days + 1
    if first == inputs.day:
        return None
    points = _plain_points(ready, inputs)
    if points is not None:
        return _newest_met(ready, points, first, inputs.day - 1)
    keys = ready.keys
    for day in range(inputs.day - 1, first - 1, -1):
        if tell(ready.node, inputs.until(day, keys)) is MET:
            return day
    return None


def _plain_points(ready: ReadyRule, inputs: Inputs) -> Sequence[Point] | None:
    """Return the days that one plain comparison reads; None when the longer way has to be taken."""
    leaf = ready.plain
    track = None if leaf is None else inputs.tracks.get(leaf.key)
    if leaf is None or leaf.bound is None or track is None or track.troubles or track.fresh_until:
        return None
    if len(track.series) != 1:
        return None
    series = track.series[0]
    is_possible = series.span is None or _may_meet(leaf.operator, leaf.bound, *series.span)
    return series.points if is_possible else ()


def _newest_met(ready: ReadyRule, points: Sequence[Point], first: int, last: int) -> int | None:
    """Return the newest day from `first` to `last` on which the newest value known by then met a plain comparison."""
    leaf, test = ready.leaves[0], ready.test
    n_known = len(points)
    for day in range(last, first - 1, -1):
        while n_known and points[n_known - 1].day > day:
            n_known -= 1
        if not n_known:
            return None
        newest = points[n_known - 1]
        if day - newest.day <= leaf.max_age_days and test(newest.value):
            return day
    return None


def _as_met(rule: Rule, since: int, evidence_day: int | None, inputs: Inputs) -> FiredRule:
    advice = rule.advice
    if advice is Advice.STEP_BACK and evidence_day is not None:
        advice = _step_back(evidence_day, inputs)
    if rule.locks:
        advice = Advice.STOP_AND_SEEK_HELP
    until = None if rule.locks else date.fromordinal(since + rule.for_days - 1)
    return FiredRule(
        rule=rule.id, truth=MET, advice=advice, load=Load.REST if rule.locks else rule.load,
        without_tags=rule.without_tags, ease_to_pct=rule.ease_to_pct, request=rule.request,
        escalate=rule.escalate, tier=None if rule.tier is None else rule.tier.value, locks=rule.locks,
        say_patient=rule.say_patient, say_clinician=rule.say_clinician, evidence=rule.evidence,
        strength=rule.strength, since_on=date.fromordinal(since), until_on=until,
    )  # fmt: skip


def _step_back(evidence_day: int, inputs: Inputs) -> Advice:
    """Return what a step back comes to: nothing new behind it holds, a second one within a week asks."""
    if evidence_day <= inputs.spent_until:
        return Advice.HOLD
    is_second = inputs.day - inputs.spent_until < STEP_BACK_DAYS
    return Advice.ASK_CLINICIAN if is_second else Advice.STEP_BACK


def _as_unknown(
    ready: ReadyRule, found: list[Finding], inputs: Inputs, stage: ReadyStage, opened_day: int
) -> FiredRule | None:
    rule = ready.rule
    unknown = [leaf for leaf, one in zip(ready.leaves, found, strict=True) if one.truth is UNKNOWN]
    escalates = any(leaf.escalates for leaf in unknown)
    if not rule.is_danger and not escalates:
        return None
    since = opened_day
    is_silent = False
    for leaf in unknown:
        if leaf.source_key:
            track = inputs.tracks.get(leaf.source_key)
            known_day = opened_day if track is None or track.newest is None else track.newest.day
            is_silent = is_silent or inputs.day - known_day >= stage.protocol.silence_days
            since = max(since, known_day)
    return FiredRule(
        rule=rule.id, truth=UNKNOWN, advice=Advice.ASK_CLINICIAN if is_silent or escalates else Advice.HOLD,
        load=Load.KEEP, without_tags=BLIND_WITHOUT, ease_to_pct=None,
        request=tuple(dict.fromkeys(leaf.source for leaf in unknown if leaf.source)),
        escalate=None, tier=None, locks=False,
        say_patient=f"Please answer first: {_listed(leaf.label_patient for leaf in unknown)}.",
        say_clinician=f"Not known, so nothing is raised: {_listed(leaf.label for leaf in unknown)}.",
        evidence=rule.evidence, strength=rule.strength, since_on=date.fromordinal(since),
    )  # fmt: skip


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(labels))


def _locked_day(ready: ReadyRule, inputs: Inputs, resumed: frozenset[str]) -> int | None:
    """Return the first day on which the rule was met by a fact that no clinician has resumed after."""
    days = _days_met_alone(ready, inputs, resumed)
    if days is not None:
        return min(days) if days else None
    for day in sorted(_days_of(ready, inputs, resumed)):
        found: list[Finding] = []
        is_met = evaluate(ready.node, inputs.until(day, ready.keys), found) is MET
        if is_met and any(one.truth is MET and not resumed.issuperset(one.readings) for one in found):
            return day
    return None


def _days_met_alone(ready: ReadyRule, inputs: Inputs, resumed: frozenset[str]) -> list[int] | None:
    """Return the days on which one plain comparison is met by itself; None when the rule is not that simple."""
    leaf, test = ready.plain, ready.test
    if leaf is None or leaf.bound is None:
        return None
    track = inputs.tracks.get(leaf.key)
    return [
        point.day
        for series in (() if track is None else track.series)
        if series.span is None or _may_meet(leaf.operator, leaf.bound, *series.span)
        for point in series.points
        if test(point.value) and not resumed.issuperset(point.readings)
    ]


def _may_meet(operator: Operator, bound: Decimal, least: Decimal, greatest: Decimal) -> bool:
    """Whether any value from `least` to `greatest` could meet the bound."""
    if operator is Operator.AT_LEAST:
        return greatest >= bound
    return least <= bound if operator is Operator.AT_MOST else least <= bound <= greatest


def _days_of(ready: ReadyRule, inputs: Inputs, resumed: frozenset[str]) -> set[int]:
    return {
        point.day
        for key in ready.keys
        for series in (inputs.tracks[key].series if key in inputs.tracks else ())
        for point in series.points
        if not resumed.issuperset(point.readings)
    }


def _flags_without_rule(stage: ReadyStage, inputs: Inputs, resumed: frozenset[str]) -> list[FiredRule]:
    """Lock for every red flag that no rule of the stage locks for: content cannot switch this off."""
    fired = []
    for measure in stage.flags_alone:
        days = _flagged_days(measure, inputs, resumed)
        if days:
            fired.append(_flag_fired(measure, min(days)))
    return fired


def _flagged_days(measure: Measure, inputs: Inputs, resumed: frozenset[str]) -> list[int]:
    track = inputs.tracks.get(key_of(measure.id, Limb.INVOLVED if measure.is_sided else Limb.NONE))
    return [
        point.day
        for series in (() if track is None else track.series)
        for point in series.points
        if point.value != 0 and not resumed.issuperset(point.readings)
    ]


def _flag_fired(measure: Measure, day: int) -> FiredRule:
    return FiredRule(
        rule=f"red_flag:{measure.id}", truth=MET, advice=Advice.STOP_AND_SEEK_HELP, load=Load.REST,
        without_tags=(), ease_to_pct=None, request=(), escalate=None, tier=Tier.NOW.value, locks=True,
        say_patient="Stop here. One of your answers has to be looked at by a professional before you go on.",
        say_clinician=f"Red flag answered yes: {measure.label}. Frozen until you resume.",
        evidence=measure.evidence, strength=Strength.CONSENSUS, since_on=date.fromordinal(day),
    )  # fmt: skip
