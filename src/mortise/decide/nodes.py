"""Criteria and groups of them, ready for one person and one stage."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from mortise.decide.findings import Finder, Truthful, finder_of, kleene, truth_of
from mortise.decide.inputs import Inputs
from mortise.decide.ready import Person, Ready, make_ready
from mortise.decide.verdicts import Test, test_of
from mortise.protocol import Band, Criterion, Node, Protocol, Reduction, Rule, Stage
from mortise.record import Finding
from mortise.terms import Measure, Truth


class Leaf(Struct, frozen=True):
    """A criterion, the function that finds whether it is met, and the one that only tells."""

    ready: Ready
    find: Finder
    tell: Truthful


class Branch(Struct, frozen=True):
    """A group: at least `n_needed` of `nodes`."""

    id: str
    n_needed: int
    nodes: tuple[Leaf | Branch, ...]


ReadyNode = Leaf | Branch


class ReadyRule(Struct, frozen=True):
    """A rule with its condition ready; `leaves` are its criteria in order.

    `plain` is the one comparison of a newest value that it is made of, if that is all it is, `test` that comparison.
    `is_of_today`: it holds on the days on which it is met, and on no others.
    """

    rule: Rule
    node: ReadyNode
    leaves: tuple[Ready, ...]
    plain: Ready | None
    test: Test
    is_of_today: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the tracks its condition reads."""
        return tuple(leaf.key for leaf in self.leaves)


class ReadyStage(Struct, frozen=True):
    """A stage's exits and the rules that hold in it, ready for one person.

    `exit_leaves` are the criteria of each exit line; `flags_alone` the red flags for which no rule of the stage locks.
    """

    protocol: Protocol
    stage: Stage
    following: Stage | None
    exits: tuple[ReadyNode, ...]
    rules: tuple[ReadyRule, ...]
    measures: Mapping[str, Measure]
    person: Person
    exit_leaves: tuple[tuple[Leaf, ...], ...]
    flags_alone: tuple[Measure, ...]


def ready_stage(
    protocol: Protocol, stage_id: str, measures: Mapping[str, Measure], person: Person
) -> ReadyStage:
    """Make one stage ready for one person; do this once and decide many days with it.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    stage_id : str
        Which stage.
    measures : mapping of str to Measure
        Every measure the protocol reads.
    person : Person
        Whose bounds.

    Returns
    -------
    ReadyStage
        Immutable.

    Raises
    ------
    ContentError
        When a criterion names what does not exist.
    """
    stage = protocol.stage(stage_id)
    exits = tuple(
        ready_node(line, of="exit", group=line.id, measures=measures, bands=protocol.bands, person=person)
        for line in stage.exit
    )
    rules = tuple(
        ready_rule(rule, measures, protocol.bands, person)
        for rule in protocol.rules
        if not rule.stages or stage_id in rule.stages
    )
    locking = {leaf.measure for ready in rules if ready.rule.locks for leaf in ready.leaves}
    alone = tuple(measures[one] for one in protocol.red_flags if one not in locking and one in measures)
    leaves = tuple(leaves_of(line) for line in exits)
    return ReadyStage(
        protocol, stage, protocol.after(stage_id), exits, rules, measures, person, leaves, alone
    )


def ready_rule(
    rule: Rule, measures: Mapping[str, Measure], bands: tuple[Band, ...], person: Person
) -> ReadyRule:
    """Make one rule ready.

    Parameters
    ----------
    rule : Rule
        The rule.
    measures : mapping of str to Measure
        Every measure it reads.
    bands : tuple of Band
        The protocol's bands.
    person : Person
        Whose bounds.

    Returns
    -------
    ReadyRule
        Immutable.
    """
    of = "danger" if rule.is_danger else "rule"
    node = ready_node(rule.when, of=of, group=rule.id, measures=measures, bands=bands, person=person)
    leaves = tuple(leaf.ready for leaf in leaves_of(node))
    plain = node.ready if isinstance(node, Leaf) and _is_plain(node.ready) else None
    test = _never if plain is None or plain.bound is None else test_of(plain.operator, plain.bound)
    return ReadyRule(rule, node, leaves, plain, test, not rule.locks and rule.for_days == 1)


def _is_plain(leaf: Ready) -> bool:
    """Whether a criterion compares nothing but the newest value with its bound."""
    is_plain = leaf.bound is not None and leaf.reduce is Reduction.LAST and leaf.n_dates == 1
    return is_plain and not leaf.needs_visit


def _never(value: Decimal) -> bool:
    return False


def ready_node(
    node: Node,
    *,
    of: str,
    group: str,
    measures: Mapping[str, Measure],
    bands: tuple[Band, ...],
    person: Person,
) -> ReadyNode:
    """Make a criterion or a group ready.

    Parameters
    ----------
    node : Criterion or Group
        As the protocol holds it.
    of, group : str
        What its findings say they belong to.
    measures : mapping of str to Measure
        Every measure it reads.
    bands : tuple of Band
        The protocol's bands.
    person : Person
        Whose bounds.

    Returns
    -------
    Leaf or Branch
        Ready to be evaluated.
    """
    if isinstance(node, Criterion):
        ready = make_ready(node, of=of, group=group, measures=measures, bands=bands, person=person)
        return Leaf(ready, finder_of(ready), truth_of(ready))
    nodes = tuple(
        ready_node(child, of=of, group=group, measures=measures, bands=bands, person=person)
        for child in node.of
    )
    return Branch(node.id, node.n_needed, nodes)


def evaluate(node: ReadyNode, inputs: Inputs, found: list[Finding]) -> Truth:
    """Return the truth of `node`, adding one finding for each criterion under it to `found`.

    Parameters
    ----------
    node : Leaf or Branch
        Ready.
    inputs : Inputs
        The day.
    found : list of Finding
        Is added to; every criterion once, none skipped because the answer is already clear.

    Returns
    -------
    Truth
        Met, not met or unknown.
    """
    if isinstance(node, Leaf):
        finding = node.find(inputs)
        found.append(finding)
        return finding.truth
    truths = []
    for child in node.nodes:
        if isinstance(child, Leaf):  # the common case without one more call
            finding = child.find(inputs)
            found.append(finding)
            truths.append(finding.truth)
        else:
            truths.append(evaluate(child, inputs, found))
    return kleene(truths, node.n_needed)


def tell(node: ReadyNode, inputs: Inputs) -> Truth:
    """Return the truth of `node` as `evaluate` does, without a finding.

    Parameters
    ----------
    node : Leaf or Branch
        Ready.
    inputs : Inputs
        The day.

    Returns
    -------
    Truth
        Met, not met or unknown.
    """
    if isinstance(node, Leaf):
        return node.tell(inputs)
    n_needed, n_open, n_met = node.n_needed, len(node.nodes), 0  # open: met or not known yet
    for child in node.nodes:
        if n_met >= n_needed or n_open < n_needed:
            break  # nothing further can change it, and nobody asks for what it would find
        truth = child.tell(inputs) if isinstance(child, Leaf) else tell(child, inputs)
        if truth is Truth.MET:
            n_met += 1
        elif truth is Truth.NOT_MET:
            n_open -= 1
    if n_met >= n_needed:
        return Truth.MET
    return Truth.NOT_MET if n_open < n_needed else Truth.UNKNOWN


def gate(lines: tuple[ReadyNode, ...], inputs: Inputs) -> tuple[Truth, list[Finding]]:
    """Evaluate gate lines, all of which are needed.

    Parameters
    ----------
    lines : tuple of Leaf or Branch
        Ready lines.
    inputs : Inputs
        The day.

    Returns
    -------
    truth : Truth
        Met only when there is a line and every line is met.
    findings : list of Finding
        One for each criterion, in order.
    """
    found: list[Finding] = []
    truths = []
    for line in lines:
        if isinstance(line, Leaf):  # the common case without one more call
            finding = line.find(inputs)
            found.append(finding)
            truths.append(finding.truth)
        else:
            truths.append(evaluate(line, inputs, found))
    return (kleene(truths, len(truths)) if truths else Truth.NOT_MET), found


def leaves_of(node: ReadyNode) -> tuple[Leaf, ...]:
    """Return every leaf under `node`, left to right.

    Parameters
    ----------
    node : Leaf or Branch
        Ready.

    Returns
    -------
    tuple of Leaf
        In order.
    """
    if isinstance(node, Leaf):
        return (node,)
    return tuple(leaf for child in node.nodes for leaf in leaves_of(child))
