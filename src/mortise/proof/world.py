"""One world of a stage in the solver: everything that can be known on a day, and what the engine makes of it.

The meaning is that of `mortise.decide`, written down a second time: three-valued truth, precedence, caps. Left out is
only what can tighten and never loosen (constraints, rules carried over from a step back) and what a named clinician
orders instead (overrules).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import z3

from mortise.proof.logic import FALSE, TRUE, all_of, any_of, at_least, at_most, implies, negated
from mortise.proof.model import Bound, Branch, Leaf, RuleModel, StageModel, Tree, real_changes
from mortise.protocol import Operator, Reduction, Tag
from mortise.terms import Advice, Load

OLDEST_DAYS = 400  # older than anything that is ever fresh
AGE_LOW, AGE_HIGH = 18, 119


class Truths(NamedTuple):
    """Met and not met; unknown is neither."""

    met: Any
    not_met: Any

    @property
    def unknown(self) -> Any:
        """Return whether it is neither."""
        return all_of(negated(self.met), negated(self.not_met))


class RuleState(NamedTuple):
    """What a rule does today."""

    model: RuleModel
    truth: Truths
    fires: Any  # with its own effects
    asks: Any  # fires because it is unknown
    asks_clinician: Any


class Output(NamedTuple):
    """What the day comes to. Ranks as in `Advice.tightness` and `Load.tightness`; 0 is the tightest.

    `steps_back`: the stage before is gone back to at once, also beneath a headline that asks the clinician.
    """

    advice: Any
    load: Any
    is_locked: Any
    steps_back: Any
    tags: dict[str, Any]
    ease: dict[int, Any]  # per cent -> a rule that says it fires
    named: dict[str, Any]  # requests and escalations


class World:
    """Variables of one world and the engine's answer as expressions over them.

    Parameters
    ----------
    model : StageModel
        The stage.
    prefix : str
        Goes before every variable's name.
    shares : World or None
        A world of the same stage whose bounds and whose knowing (not values) this one shares.
    """

    def __init__(self, model: StageModel, prefix: str = "", shares: World | None = None) -> None:
        self.model, self.prefix, self.shares = model, prefix, shares
        self.facts: list[Any] = []  # what holds of any world
        self._known: dict[str, Any] = {} if shares is None else shares._known
        self._bounds: dict[str, Any] = {} if shares is None else shares._bounds
        self.value = {name: self._value(name) for name in model.values}
        self.truths: dict[str, Truths] = {}
        self.exits = [self.tree(line) for line in model.exits]
        self.rules = [self._rule(one) for one in model.rules]
        self.days = self._days()

    # ------------------------------------------------------------------ variables

    @property
    def variables(self) -> dict[str, Any]:
        """Return every variable by its name: values, what is known and since when, and figures that may differ."""
        return {**self.value, **self._known, **self._bounds, "days in stage": self.days}

    def _value(self, name: str) -> Any:
        value, made = self.model.values[name], z3.Int(f"{self.prefix}{name}")
        self.facts += [at_least(made, value.low), at_most(made, value.high)]
        return made

    def known(self, name: str) -> Any:
        """Return the yes or no of that name, shared between worlds that know alike."""
        if name not in self._known:
            self._known[name] = z3.Bool(name)
        return self._known[name]

    def age(self, track: str) -> Any:
        """Return how old the newest usable day of a track is."""
        name = f"age {track}"
        if name not in self._known:
            made = self._known[name] = z3.Int(name)
            newest = 0 if self.model.tracks[track].is_always_known else OLDEST_DAYS
            self.facts += [at_least(made, 0), at_most(made, newest)]
        return self._known[name]

    def usable(self, track: str) -> Any:
        """Return whether a track has a newest day that can be used."""
        return True if self.model.tracks[track].is_always_known else self.known(f"usable {track}")

    def fresh(self, leaf: Leaf) -> Any:
        """Return whether the newest day is fresh enough for a criterion."""
        if self.model.tracks[leaf.track].is_always_known:
            return True
        young = at_most(self.age(leaf.track), leaf.criterion.max_age_days)
        if self.model.tracks[leaf.track].by_visits:
            return any_of((young, self.known(f"planned {leaf.track}")))
        return young

    def bound(self, leaf: Leaf) -> tuple[Any, Any]:
        """Return the bound and whether there is one."""
        bound = leaf.bound
        assert bound is not None
        if bound.rows:
            return self._band(bound)
        if not bound.is_free:
            return bound.shipped, True
        if leaf.id not in self._bounds:
            made = self._bounds[leaf.id] = z3.Int(f"figure {leaf.id}")
            self.facts += [at_least(made, bound.low), at_most(made, bound.high)]
        return self._bounds[leaf.id], True

    def _band(self, bound: Bound) -> tuple[Any, Any]:
        name = f"band {bound.band}"
        if name not in self._bounds:
            made = self._bounds[name] = z3.Int(name)
            self.facts.append(any_of([made == row for row in sorted(set(bound.rows))]))
        return self._bounds[name], self.known(f"{name} fits")

    # ------------------------------------------------------------------ truth

    def tree(self, node: Tree) -> Truths:
        """Return the truth of a criterion or a group."""
        if isinstance(node, Leaf):
            return self.truths.setdefault(f"{node.id} {node.is_exit}", self.leaf(node))
        return kleene([self.tree(child) for child in node.nodes], node.n_needed)

    def leaf(self, leaf: Leaf) -> Truths:
        """Return the truth of a criterion."""
        if leaf.is_hopeless:
            return Truths(FALSE, FALSE)
        at_hand = all_of(self.usable(leaf.track), self.fresh(leaf))
        if leaf.operator is Operator.KNOWN:
            counts = self.known(f"confirmed {leaf.id}") if leaf.can_be_unconfirmed else TRUE
            return Truths(all_of(at_hand, counts), FALSE)
        bound, has_bound = self.bound(leaf)
        at_hand = all_of(at_hand, has_bound)
        holds = self._holds(leaf, bound)
        counts = self.known(f"confirmed {leaf.id}") if leaf.can_be_unconfirmed else TRUE
        if leaf.is_window:
            return self._window(leaf, at_hand, holds, counts, has_bound)
        if leaf.criterion.reduce is Reduction.CHANGE_FROM_BASELINE:
            at_hand = all_of(at_hand, self.known(f"baseline {leaf.track}"))
        return Truths(all_of(at_hand, holds, counts), all_of(at_hand, negated(holds)))

    def _holds(self, leaf: Leaf, bound: Any) -> Any:
        value = self.value[leaf.value]
        if leaf.criterion.reduce is Reduction.CHANGE_FROM_BASELINE:
            bound = self._at_least_real(leaf, bound)
        if leaf.operator is Operator.AT_LEAST:
            return at_least(value, bound)
        return at_most(value, bound) if leaf.operator is Operator.AT_MOST else value == bound

    def _at_least_real(self, leaf: Leaf, bound: Any) -> Any:
        """Return the bound of a change, never nearer to nothing than the instrument's smallest real change."""
        span = real_changes(leaf.measure)
        if span is None:
            return bound
        name = f"mdc {leaf.track}"
        if name not in self._bounds:
            made = self._bounds[name] = z3.Int(name)
            self.facts += [at_least(made, span[0]), at_most(made, span[1])]
        mdc, bound = self._bounds[name], z3.IntVal(bound) if isinstance(bound, int) else bound
        if leaf.operator is Operator.AT_LEAST:
            return z3.If(all_of(bound > 0, bound < mdc), mdc, bound)
        return z3.If(all_of(bound < 0, bound > -mdc), -mdc, bound)

    def _window(self, leaf: Leaf, at_hand: Any, holds: Any, counts: Any, has_bound: Any) -> Truths:
        some = self.known(f"some {leaf.value}")
        enough = self.known(f"enough {leaf.value} {leaf.criterion.n_least}")
        self.facts.append(implies(enough, some))
        settles_met, settles_not = leaf.settles
        seen = all_of(some, has_bound)  # one day that settles it counts, whatever the days around it lack
        full = all_of(at_hand, some, enough)
        met = all_of(seen if settles_met else full, holds, counts)
        return Truths(met, all_of(seen if settles_not else full, negated(holds)))

    # ------------------------------------------------------------------ rules

    def _rule(self, one: RuleModel) -> RuleState:
        truth = self.tree(one.node)
        rule = one.rule
        if rule.locks:
            fires = any_of((self._past_lock(one, truth), all_of(truth.met, negated(self.resumed(one)))))
            is_silenced = truth.met
        else:
            still = self.known(f"still {rule.id}") if rule.for_days > 1 else FALSE
            fires = any_of((truth.met, still))
            is_silenced = FALSE
        escalates = [leaf for leaf in one.leaves if leaf.criterion.if_unknown == "escalate"]
        escalated = any_of([self.truths[f"{leaf.id} False"].unknown for leaf in escalates])
        asks = all_of(negated(fires), negated(is_silenced), truth.unknown)
        asks = asks if rule.is_danger else all_of(asks, escalated)
        return RuleState(
            one, truth, fires, asks, all_of(asks, any_of((escalated, self.known(f"silent {rule.id}"))))
        )

    def resumed(self, one: RuleModel) -> Any:
        """Return whether a named clinician has resumed after what this rule reads."""
        return self.known(f"resumed {one.rule.id}")

    def _past_lock(self, one: RuleModel, truth: Truths) -> Any:
        """Return whether a day that no clinician has resumed after met it; age does not matter."""
        past = self.known(f"past {one.rule.id}")
        if isinstance(one.node, Branch) or one.node.criterion.reduce is not Reduction.LAST:
            return past
        leaf = one.node
        if leaf.bound is None or leaf.is_hopeless or leaf.can_be_unconfirmed:
            return past
        bound, has_bound = self.bound(leaf)
        seen = all_of(self.usable(leaf.track), has_bound, self._holds(leaf, bound))
        return any_of((past, all_of(seen, negated(self.resumed(one)))))

    def _days(self) -> Any:
        """Return the days in the stage: what the criterion on time reads, where there is one."""
        for name, value in self.model.values.items():
            derive = value.measure.derive
            if derive is not None and derive.kind == "days_in_stage" and value.reduce is Reduction.LAST:
                return self.value[name]
        made = z3.Int(f"{self.prefix}days in stage")
        self.facts.append(made >= 0)
        return made

    def flagged(self, flag: str) -> Any:
        """Return whether a red flag was answered yes and nobody has resumed after it."""
        track = next(name for name, one in self.model.tracks.items() if one.measure.id == flag)
        return all_of(self.usable(track), self.value[f"{track} last"] != 0, negated(self.resumed_flag(flag)))

    def resumed_flag(self, flag: str) -> Any:
        """Return whether a clinician has resumed after a flag: the resume that any lock rule on it looks at."""
        for one in self.model.rules:
            if one.rule.locks and any(leaf.measure.id == flag for leaf in one.leaves):
                return self.resumed(one)
        return self.known(f"resumed {flag}")

    # ------------------------------------------------------------------ the day

    def output(self, without: str | None = None, advance: bool = True) -> Output:
        """Return what the day comes to, with one rule left out if asked.

        Parameters
        ----------
        without : str or None
            Id of the rule left out.
        advance : bool
            False leaves the gate out of it.

        Returns
        -------
        Output
            As expressions.
        """
        rules = [one for one in self.rules if one.model.rule.id != without]
        locks = [one.fires for one in rules if one.model.rule.locks]
        locks += [self.flagged(flag) for flag in self.model.flags_without_rule]
        locked = any_of(locks)
        stop = any_of([locked, *self._saying(rules, Advice.STOP_AND_SEEK_HELP)])
        wants_back = any_of(
            all_of(one.fires, negated(self.known(f"spent {one.model.rule.id}")))
            for one in rules
            if one.model.rule.advice is Advice.STEP_BACK and not one.model.rule.locks
        )
        lately = self.known("stepped back this week")  # then a second step is for a human
        back = all_of(wants_back, negated(lately))
        ask = any_of(
            [
                all_of(wants_back, lately),
                *self._saying(rules, Advice.ASK_CLINICIAN),
                *(one.asks_clinician for one in rules),
                *self._exits_that_escalate(),
            ]
        )
        hold = any_of(
            [
                *self._saying(rules, Advice.HOLD),
                *self._saying(rules, Advice.STEP_BACK),
                *(one.asks for one in rules),
            ]
        )
        rest = any_of([locked, *self._loading(rules, Load.REST)])
        ease = any_of(self._loading(rules, Load.EASE))
        may = all_of(self.may_advance(), negated(locked), negated(rest), negated(ease)) if advance else FALSE
        where_to = Advice.ASK_CLINICIAN if self.model.stage.step_back_to is None else Advice.STEP_BACK
        rank = z3.If(
            stop,
            0,
            z3.If(ask, 1, z3.If(back, where_to.tightness, z3.If(any_of((hold, negated(may))), 3, 4))),
        )
        keep = any_of([*self._loading(rules, Load.KEEP), *(one.asks for one in rules), ask, back])
        keep = any_of((keep, negated(self.known("borne well"))))
        load = z3.If(any_of((rest, stop)), 0, z3.If(ease, 1, z3.If(keep, 2, 3)))
        steps_back = all_of(back, negated(stop), self.model.stage.step_back_to is not None)
        return Output(
            rank, load, locked, steps_back, self._tags(rules), self._ease(rules), self._named(rules)
        )

    def may_advance(self) -> Any:
        """Return whether every exit line is met and the stay was long enough."""
        if self.model.following is None or not self.exits:
            return FALSE
        return all_of(*(one.met for one in self.exits), self.days >= self.model.stage.min_days)

    def _exits_that_escalate(self) -> list[Any]:
        found = []
        for leaf in self.model.leaves:
            if leaf.is_exit and leaf.criterion.if_unknown == "escalate":
                found.append(self.truths[f"{leaf.id} True"].unknown)
        return found

    @staticmethod
    def _saying(rules: Sequence[RuleState], advice: Advice) -> list[Any]:
        return [one.fires for one in rules if one.model.rule.advice is advice and not one.model.rule.locks]

    @staticmethod
    def _loading(rules: Sequence[RuleState], load: Load) -> list[Any]:
        return [one.fires for one in rules if one.model.rule.load is load and not one.model.rule.locks]

    def _tags(self, rules: Sequence[RuleState]) -> dict[str, Any]:
        found: dict[str, list[Any]] = {Tag.IMPACT.value: [one.asks for one in rules]}
        for one in rules:
            for tag in one.model.rule.without_tags:
                found.setdefault(tag, []).append(one.fires)
        kept_out = set(self.model.stage.without_tags)
        return {tag: any_of(each) for tag, each in found.items() if tag not in kept_out}

    @staticmethod
    def _ease(rules: Sequence[RuleState]) -> dict[int, Any]:
        found: dict[int, list[Any]] = {}
        for one in rules:
            if one.model.rule.ease_to_pct is not None:
                found.setdefault(int(one.model.rule.ease_to_pct), []).append(one.fires)
        return {
            pct: any_of(each for at, all_at in found.items() if at <= pct for each in all_at) for pct in found
        }

    @staticmethod
    def _named(rules: Sequence[RuleState]) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for one in rules:
            rule = one.model.rule
            names = [*rule.request, *([rule.escalate] if rule.escalate else [])]
            for name in names:
                found.setdefault(name, []).append(one.fires)
        return {name: any_of(each) for name, each in found.items()}


def kleene(truths: Sequence[Truths], n_needed: int) -> Truths:
    """Return whether at least `n_needed` are met; unknown only while the unknowns could change it."""
    n_spare = len(truths) - n_needed
    met, not_met = [one.met for one in truths], [one.not_met for one in truths]
    if n_spare == 0:
        return Truths(all_of(*met), any_of(not_met))
    if n_needed == 1:
        return Truths(any_of(met), all_of(*not_met))
    return Truths(
        z3.PbGe([(one, 1) for one in met], n_needed), z3.PbGe([(one, 1) for one in not_met], n_spare + 1)
    )
