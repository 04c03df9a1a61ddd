"""The world a stage can see: which tracks and values it reads, and with which bounds, in whole steps of each measure.

This is what both provers share. It holds no logic: how truth, rules and advice follow is written down twice more, once
for the solver (`solver`) and once for arrays (`cells`), and both are compared with `mortise.decide`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from mortise.protocol import Band, Criterion, Node, Operator, Protocol, Reduction, Rule, Stage
from mortise.record.tracks import key_of
from mortise.terms import Better, Limb, Measure, Setting
from mortise.units import convert

SYMMETRY = frozenset({"side_difference", "limb_symmetry"})
# Counted from the calendar or from sessions each day: there is always a value, and it is today's.
ALWAYS_KNOWN = frozenset(
    {"days_in_stage", "days_silent", "running_light", "running_light_or_worse", "days_with_light"}
)
WINDOWS = frozenset({Reduction.MAX, Reduction.MIN, Reduction.MEDIAN})


class Bound(NamedTuple):
    """What a value is compared with: between `low` and `high` steps, `shipped` as the file says.

    `rows` are the steps of a band's rows (`low` and `high` span them); without a fitting row there is no bound.
    """

    low: int
    high: int
    shipped: int
    rows: tuple[int, ...] = ()
    band: str = ""

    @property
    def is_free(self) -> bool:
        """Whether a clinic may change it."""
        return not self.rows and self.low != self.high


class Leaf(NamedTuple):
    """One criterion as the provers see it. `bound` None: it asks only to be known, or can never be known."""

    criterion: Criterion
    measure: Measure
    track: str
    value: str  # name of the value it compares
    bound: Bound | None
    operator: Operator
    is_exit: bool
    is_hopeless: bool = False  # both ankles affected, and no band to take the place of the comparison

    @property
    def id(self) -> str:
        """Return the id of the criterion."""
        return self.criterion.id

    @property
    def is_replaced(self) -> bool:
        """Whether both ankles are affected, so that a band or nothing has taken its place."""
        return self.is_hopeless or self.criterion.measure != self.measure.id

    @property
    def is_window(self) -> bool:
        """Whether it looks at several days."""
        return self.criterion.reduce in WINDOWS

    @property
    def can_be_unconfirmed(self) -> bool:
        """Whether its test can hold without it being met: a second date, a visit, or a gain that does not count."""
        one = self.criterion
        if self.operator is Operator.KNOWN:
            return one.n_dates > 1 or one.needs_visit
        return self.is_exit or (not self.is_window and (one.n_dates > 1 or one.needs_visit))

    @property
    def settles(self) -> tuple[bool, bool]:
        """Return whether one day settles `met`, and whether it settles `not met`, however much is missing."""
        side = (self.criterion.reduce, self.operator)
        met = side in ((Reduction.MAX, Operator.AT_LEAST), (Reduction.MIN, Operator.AT_MOST))
        not_met = side in ((Reduction.MAX, Operator.AT_MOST), (Reduction.MIN, Operator.AT_LEAST))
        return met, not_met


class Branch(NamedTuple):
    """At least `n_needed` of `nodes`."""

    id: str
    n_needed: int
    nodes: tuple[Leaf | Branch, ...]


Tree = Leaf | Branch


class Value(NamedTuple):
    """One number that a criterion compares, in steps."""

    name: str
    measure: Measure
    track: str
    reduce: Reduction
    low: int
    high: int


class Track(NamedTuple):
    """What is kept of one measure on one limb."""

    name: str
    measure: Measure
    limb: Limb
    is_always_known: bool
    by_visits: bool  # may be fresh by the calendar of visits


class RuleModel(NamedTuple):
    """A rule and its condition."""

    rule: Rule
    node: Tree
    leaves: tuple[Leaf, ...]


class StageModel(NamedTuple):
    """Everything a stage can see."""

    protocol: Protocol
    stage: Stage
    following: Stage | None
    exits: tuple[Tree, ...]
    rules: tuple[RuleModel, ...]
    values: dict[str, Value]
    tracks: dict[str, Track]
    measures: Mapping[str, Measure]
    is_bilateral: bool

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Return every criterion, exits first."""
        found = [leaf for line in self.exits for leaf in leaves_of(line)]
        return (*found, *(leaf for rule in self.rules for leaf in rule.leaves))

    @property
    def flags_without_rule(self) -> tuple[str, ...]:
        """Return the red flags no rule of the stage locks for; the engine locks for them by itself."""
        covered = {leaf.measure.id for one in self.rules if one.rule.locks for leaf in one.leaves}
        return tuple(
            flag for flag in self.protocol.red_flags if flag not in covered and flag in self.measures
        )


def stage_model(
    protocol: Protocol, stage_id: str, measures: Mapping[str, Measure], *, is_bilateral: bool = False
) -> StageModel:
    """Lay out what one stage can see.

    Parameters
    ----------
    protocol : Protocol
        The protocol that the engine interprets.
    stage_id : str
        Which stage.
    measures : mapping of str to Measure
        Every measure.
    is_bilateral : bool
        Whether both ankles are affected: comparisons of sides are then replaced by the band of what they compare.

    Returns
    -------
    StageModel
        Values and tracks by name.
    """
    stage = protocol.stage(stage_id)
    maker = _Maker(protocol, measures, is_bilateral)
    exits = tuple(maker.tree(line, is_exit=True) for line in stage.exit)
    rules = []
    for rule in protocol.rules:
        if not rule.stages or stage_id in rule.stages:
            node = maker.tree(rule.when, is_exit=False)
            rules.append(RuleModel(rule, node, leaves_of(node)))
    for flag in protocol.red_flags:
        if flag in measures:
            maker.note(
                measures[flag], Limb.INVOLVED if measures[flag].is_sided else Limb.NONE, Reduction.LAST, None
            )
    return StageModel(
        protocol, stage, protocol.after(stage_id), exits, tuple(rules), maker.values, maker.tracks, measures,
        is_bilateral,
    )  # fmt: skip


def leaves_of(tree: Tree) -> tuple[Leaf, ...]:
    """Return every criterion under `tree`, left to right."""
    if isinstance(tree, Leaf):
        return (tree,)
    return tuple(leaf for child in tree.nodes for leaf in leaves_of(child))


def steps(value: Decimal, measure: Measure, *, up: bool = False) -> int:
    """Return `value` in whole steps of the measure, rounded down, or `up`."""
    exact = value / measure.resolution
    return int(exact.to_integral_value(rounding=ROUND_CEILING if up else ROUND_FLOOR))


def real_changes(measure: Measure) -> tuple[int, int] | None:
    """Return the smallest and the greatest MDC95 of a measure's instruments in steps, rounded up; None without one."""
    known = [one.smallest_real_change for one in measure.instruments]
    found = [steps(one, measure, up=True) for one in known if one is not None]
    return (min(found), max(found)) if found else None


class _Maker:
    """Turns criteria into leaves, noting each value and track once."""

    def __init__(self, protocol: Protocol, measures: Mapping[str, Measure], is_bilateral: bool) -> None:
        self.protocol, self.measures, self.is_bilateral = protocol, measures, is_bilateral
        self.values: dict[str, Value] = {}
        self.tracks: dict[str, Track] = {}

    def tree(self, node: Node, *, is_exit: bool) -> Tree:
        if isinstance(node, Criterion):
            return self.leaf(node, is_exit)
        return Branch(node.id, node.n_needed, tuple(self.tree(child, is_exit=is_exit) for child in node.of))

    def leaf(self, one: Criterion, is_exit: bool) -> Leaf:
        measure = self.measures[one.measure]
        operator, limb = one.operator, one.limb
        bound = self.bound(one, measure)
        is_hopeless = False
        if self.is_bilateral and measure.derive is not None and measure.derive.kind in SYMMETRY:
            warns = operator is (Operator.AT_LEAST if measure.better is Better.DOWN else Operator.AT_MOST)
            measure = self.measures[measure.derive.of]
            operator = Operator.AT_MOST if measure.better is Better.DOWN else Operator.AT_LEAST
            limb = Limb.INVOLVED
            bands = () if warns else self.protocol.bands
            band = next((each for each in bands if each.measure == measure.id), None)
            bound = None if band is None else _banded(band, measure)
            is_hopeless = band is None
        if measure.is_sided:
            limb = Limb.INVOLVED if limb is Limb.NONE else limb
        else:
            limb = Limb.NONE
        key = "" if one.operator is Operator.KNOWN else _way(one, operator, is_exit)
        value = self.note(measure, limb, one.reduce, key)
        return Leaf(one, measure, key_of(measure.id, limb), value, bound, operator, is_exit, is_hopeless)

    def note(self, measure: Measure, limb: Limb, reduce: Reduction, way: str | None) -> str:
        track = key_of(measure.id, limb)
        if track not in self.tracks:
            kind = "" if measure.derive is None else measure.derive.kind
            by_visits = measure.setting is not Setting.HOME and kind not in ALWAYS_KNOWN
            self.tracks[track] = Track(track, measure, limb, kind in ALWAYS_KNOWN, by_visits)
        name = f"{track} {way}" if way else f"{track} {Reduction.LAST.value}"
        low, high = steps(measure.low, measure), steps(measure.high, measure, up=True)
        if reduce is Reduction.CHANGE_FROM_BASELINE:
            low, high = low - high, high - low
        self.values.setdefault(name, Value(name, measure, track, reduce, low, high))
        return name

    def bound(self, one: Criterion, measure: Measure) -> Bound | None:
        if one.operator is Operator.KNOWN:
            return None
        if one.band is not None:
            band = next(each for each in self.protocol.bands if each.id == one.band)
            return _banded(band, measure)
        up = one.operator is Operator.AT_LEAST
        assert one.value is not None  # obligation 2
        low, high = one.allowed if one.allowed is not None else (one.value, one.value)
        found = [
            steps(convert(each, one.unit or measure.unit, measure.unit), measure, up=up)
            for each in (low, high, one.value)
        ]
        return Bound(found[0], found[1], found[2])


def _way(one: Criterion, operator: Operator, is_exit: bool) -> str:
    """Name what is compared, so that two criteria share a value only when the engine compares the same number."""
    if one.reduce in WINDOWS:
        days, who = one.window_days or one.max_age_days, "exit" if is_exit else "rule"
        way = f" {operator.value}" if one.reduce is Reduction.MEDIAN else ""  # half a step counts down or up
        return f"{one.reduce.value} {days} {who}{way}"
    if one.reduce is Reduction.FILTERED:
        return f"filtered {operator.value}"
    return one.reduce.value


def _banded(band: Band, measure: Measure) -> Bound:
    rows = tuple(
        steps(convert(row.value, band.unit or measure.unit, measure.unit), measure, up=True)
        for row in band.rows
    )
    return Bound(min(rows), max(rows), rows[0], rows, band.id)


def stage_models(
    protocol: Protocol, measures: Mapping[str, Measure], *, is_bilateral: bool = False
) -> Iterator[StageModel]:
    """Yield the model of every stage in order."""
    for stage in protocol.stages:
        yield stage_model(protocol, stage.id, measures, is_bilateral=is_bilateral)
