"""Obligations 10 to 13 for one stage, put to the solver; whatever it does not answer in time is not proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import z3

from mortise.proof.logic import FALSE, TRUE, all_of, any_of, negated
from mortise.proof.model import Bound, Leaf, StageModel, leaves_of
from mortise.proof.prover import Answer, Prover, Question, Result
from mortise.proof.world import Output, RuleState, Truths, World, kleene
from mortise.protocol import Protocol
from mortise.terms import Advice, Better, Load, Sex


def answers(prover: Prover, *, only_sides: bool = False) -> Iterator[Answer]:
    """Yield the answer to every question about one stage.

    Parameters
    ----------
    prover : Prover
        The stage.
    only_sides : bool
        Leave out criteria that read the same when both ankles are affected: they are asked about once.

    Yields
    ------
    Answer
        In the order of the obligations.
    """
    asked = [*_outcomes(prover), *_people(prover), *_criteria(prover, only_sides), *_red_flags(prover)]
    yield from prover.settle([*asked, *_advances(prover), *_gates(prover)])
    yield from prover.settle(_monotone(prover))


# ---------------------------------------------------------------------- 10


def _outcomes(prover: Prover) -> Iterator[Question]:
    """Every outcome can be reached: under the figures as shipped, and with all at either end of what is allowed."""
    model, out = prover.model, prover.output
    wanted = [Advice.STOP_AND_SEEK_HELP, Advice.ASK_CLINICIAN, Advice.HOLD]
    wanted += [Advice.STEP_BACK] if model.stage.step_back_to is not None else []
    wanted += [Advice.ADVANCE] if model.following is not None else []
    for name, corner in _corners(prover).items():
        for advice in wanted:
            yield prover.possible(
                "10", f"{advice.value} can be advised, figures {name}", out.advice == advice.tightness, corner=corner,
                mend="A line that cannot be met, or a rule that always fires, closes this way: loosen it.",
            )  # fmt: skip
        for load in Load:
            yield prover.possible(
                "10", f"today's load can be {load.value}, figures {name}", out.load == load.tightness, corner=corner,
                mend="A rule that always fires hides this load.",
            )  # fmt: skip


def _corners(prover: Prover) -> dict[str, list[Any]]:
    """Return what a clinic has set: as shipped, and all at either end of what is allowed."""
    if not prover.corners:
        prover.corners.update(_made_corners(prover))
    return prover.corners


def _made_corners(prover: Prover) -> dict[str, list[Any]]:
    shipped, strict, lax = [], [], []
    for leaf in prover.model.leaves:
        bound = leaf.bound
        if bound is None or not bound.is_free:
            continue
        figure, _ = prover.world.bound(leaf)
        high_is_strict = (leaf.operator.value == ">=") == leaf.is_exit
        shipped.append(figure == bound.shipped)
        strict.append(figure == (bound.high if high_is_strict else bound.low))
        lax.append(figure == (bound.low if high_is_strict else bound.high))
    if not shipped:
        return {"as shipped": []}
    return {"as shipped": shipped, "at their strictest": strict, "at their laxest": lax}


def _people(prover: Prover) -> Iterator[Question]:
    """The way forward is open to every adult: each row of each band, and those whom no row fits."""
    model = prover.model
    if model.following is None or not any(leaf.bound and leaf.bound.rows for leaf in model.leaves):
        return
    shipped = _corners(prover)["as shipped"]
    for who, fits in _kinds_of_people(prover):
        yield prover.possible(
            "10", f"advance can be advised to {who}", *fits, prover.output.advice == Advice.ADVANCE.tightness,
            corner=shipped, mend="Give the band a row for these people, or the line a way that does not need one.",
        )  # fmt: skip


def _kinds_of_people(prover: Prover) -> Iterator[tuple[str, list[Any]]]:
    """Yield everybody the bands tell apart."""
    used = {leaf.bound.band: leaf.bound for leaf in prover.model.leaves if leaf.bound and leaf.bound.rows}
    bands = [band for band in prover.model.protocol.bands if band.id in used]
    seen: set[tuple[int | None, ...]] = set()
    for sex in Sex:
        for age in range(18, 100):
            rows = tuple(_row(prover.model, band.id, used[band.id], age, sex) for band in bands)
            if rows in seen:
                continue
            seen.add(rows)
            fits: list[Any] = []
            for band, row in zip(bands, rows, strict=True):
                fits.append(prover.world.known(f"band {band.id} fits") == (row is not None))
                if row is not None:
                    bound, _ = prover.world._band(used[band.id])
                    fits.append(bound == row)
            yield f"somebody of {age} ({sex.value})", fits


def _row(model: StageModel, band_id: str, bound: Bound, age: int, sex: Sex) -> int | None:
    band = next(one for one in model.protocol.bands if one.id == band_id)
    row = band.row(age, sex)
    return None if row is None else bound.rows[band.rows.index(row)]


def _criteria(prover: Prover, only_sides: bool) -> Iterator[Question]:
    """No criterion is constant, and each can turn the line or the rule that it stands in."""
    lines = [*prover.model.exits, *(rule.node for rule in prover.model.rules)]
    for line in lines:
        leaves = leaves_of(line)
        if only_sides and not any(leaf.is_replaced for leaf in leaves):
            continue
        for leaf in leaves:
            yield from _criterion(prover, leaf, line)


def _criterion(prover: Prover, leaf: Leaf, line: Any) -> Iterator[Question]:
    where = f"{prover.where}, criterion {leaf.id}"
    truth = prover.world.truths[f"{leaf.id} {leaf.is_exit}"]
    mend = "Its bound lies outside what can be measured, or nobody could ever meet it."
    if leaf.is_hopeless:  # judged with its line: obligation 10, advance
        return
    yield prover.possible("10", "can be met", truth.met, where=where, mend=mend)
    if leaf.operator.value != "known":
        yield prover.possible("10", "can be not met", truth.not_met, where=where, mend=mend)
    # A comparison of two affected ankles says nothing: what stands beside it cannot turn the line either.
    if not isinstance(line, Leaf) and not any(each.is_hopeless for each in leaves_of(line)):
        met = _with(prover.world, line, leaf, Truths(TRUE, FALSE))
        other = _with(prover.world, line, leaf, Truths(FALSE, TRUE))
        whole = _whole(prover.world, line)
        mend = "Another criterion of the line always decides before it: take it out or move its bound."
        by_met = all_of(truth.met, whole.met, negated(other.met))
        yield prover.possible("10", "can turn its line by being met", by_met, where=where, mend=mend)
        if leaf.operator.value != "known":
            by_not = all_of(truth.not_met, met.met, negated(whole.met))
            yield prover.possible("10", "can turn its line by not being met", by_not, where=where, mend=mend)


def _whole(world: World, tree: Any) -> Truths:
    if isinstance(tree, Leaf):
        return world.truths[f"{tree.id} {tree.is_exit}"]
    return kleene([_whole(world, child) for child in tree.nodes], tree.n_needed)


def _with(world: World, tree: Any, leaf: Leaf, truth: Truths) -> Truths:
    if isinstance(tree, Leaf):
        return truth if tree.id == leaf.id else world.truths[f"{tree.id} {tree.is_exit}"]
    return kleene([_with(world, child, leaf, truth) for child in tree.nodes], tree.n_needed)


def shadowed(protocol: Protocol, provers: Mapping[str, Prover]) -> Iterator[Answer]:
    """Yield for every rule whether there is a stage and a day on which its effect shows.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    provers : mapping of str to Prover
        By stage.

    Yields
    ------
    Answer
        One for each rule.
    """
    for rule in protocol.rules:
        found = Result.REFUTED
        for stage in rule.stages or tuple(provers):
            asked, _ = _shows(provers[stage], rule.id)
            if asked == z3.sat:
                found = Result.PROVED
                break
            found = Result.TIMED_OUT if asked != z3.unsat else found
        yield Answer(
            "10", f"{protocol.id}, rule {rule.id}", "its effect can be seen", found,
            "" if found is Result.PROVED else "Whenever it fires, the other rules already say and do as much.",
            "Take it out, or give it an effect of its own.",
        )  # fmt: skip


def _shows(prover: Prover, rule_id: str) -> tuple[z3.CheckSatResult, z3.ModelRef | None]:
    state = next(one for one in prover.world.rules if one.model.rule.id == rule_id)
    rest, whole = prover.world.output(without=rule_id), prover.output
    corner = _corners(prover)["as shipped"]
    if state.model.rule.load is Load.RAISE:  # it can only say that nothing stands against raising
        return prover.ask(*corner, state.fires, whole.load == Load.RAISE.tightness, is_tied=True)
    return prover.ask(*corner, state.truth.met, state.fires, _differs(whole, rest), is_tied=True)


def _differs(whole: Output, rest: Output) -> Any:
    parts = [whole.advice != rest.advice, whole.load != rest.load, whole.is_locked != rest.is_locked,
             whole.steps_back != rest.steps_back]  # fmt: skip
    for pct, fires in whole.ease.items():
        parts.append(fires != rest.ease.get(pct, FALSE))
    for one, other in ((whole.tags, rest.tags), (whole.named, rest.named)):
        parts += [each != other.get(name, FALSE) for name, each in one.items()]
    return any_of(parts)


# ---------------------------------------------------------------------- 11


def _red_flags(prover: Prover) -> Iterator[Question]:
    """A red flag answered yes stops everything, whatever else is known, until a clinician resumes."""
    out = prover.output
    for flag in prover.model.protocol.red_flags:
        if flag not in prover.model.measures:
            continue
        calm = all_of(out.advice == 0, out.load == 0, out.is_locked)
        yield prover.never(
            "11", f"{flag} answered yes stops and locks", prover.world.flagged(flag), negated(calm),
            mend="The rule that reads this flag must stop, rest and lock when it is 1.",
        )  # fmt: skip


def _advances(prover: Prover) -> Iterator[Question]:
    """No advance with a danger active or unknown, nor with a danger measure that is unknown or at its worst."""
    world, out = prover.world, prover.output
    may = out.advice == Advice.ADVANCE.tightness
    for rule in world.rules:
        if not rule.model.rule.is_danger:
            continue
        not_clear = all_of(any_of((rule.fires, rule.truth.unknown)), negated(_is_resumed(world, rule)))
        yield prover.never(
            "11", "no advance while it is met or unknown", may, not_clear,
            where=f"{prover.where}, rule {rule.model.rule.id}", mend="Let this rule advise hold at least.",
        )  # fmt: skip
    for measure_id in prover.model.protocol.danger_measures:
        yield from _danger_measure(prover, measure_id, may)
    yield prover.never(
        "11", "nothing is raised while a danger is unknown", out.load == Load.RAISE.tightness,
        any_of([one.asks for one in world.rules if one.model.rule.is_danger]),
        mend="An unknown danger keeps the load.",
    )  # fmt: skip


def _is_resumed(world: World, rule: RuleState) -> Any:
    return world.resumed(rule.model) if rule.model.rule.locks else FALSE


def _danger_measure(prover: Prover, measure_id: str, may: Any) -> Iterator[Question]:
    """Ask about a danger measure itself, whatever rules say of it."""
    world, where = prover.world, f"{prover.where}, danger measure {measure_id}"
    mend = "A rule marked as a danger must read this measure in every stage."
    tracks = [one for one in prover.model.tracks.values() if one.measure.id == measure_id]
    if not tracks:
        yield prover.never("11", "some rule reads it", TRUE, where=where, mend=mend)
        return
    track = tracks[0]
    stale = any_of((negated(world.usable(track.name)), world.age(track.name) > 7))
    resumed = world.resumed_flag(measure_id) if measure_id in prover.model.protocol.red_flags else FALSE
    yield prover.never(
        "11", "no advance while it is not known", may, stale, negated(resumed), where=where, mend=mend
    )
    newest = f"{track.name} last"
    if newest in world.value and track.measure.better is not Better.NEITHER:
        value = prover.model.values[newest]
        worst = value.high if track.measure.better is Better.DOWN else value.low
        yield prover.never(
            "11", "no advance at its worst answer", may, world.usable(track.name), world.value[newest] == worst,
            world.age(track.name) == 0, negated(resumed), where=where, mend=mend,
        )  # fmt: skip


def _gates(prover: Prover) -> Iterator[Question]:
    """An advance means that every line of the gate is met and the stay was long enough."""
    if not prover.model.exits:
        return
    may = prover.output.advice == Advice.ADVANCE.tightness
    for line, truth in zip(prover.model.exits, prover.world.exits, strict=True):
        yield prover.never(
            "11", "no advance while this line is not met or unknown", may, negated(truth.met),
            where=f"{prover.where}, exit {line.id}", mend="Every line of a gate must be met.",
        )  # fmt: skip
    for leaf in prover.model.leaves:
        derive = leaf.measure.derive
        if leaf.is_exit and derive is not None and derive.kind == "days_in_stage":
            yield prover.never(
                "11", f"no advance before day {prover.model.stage.min_days}", may,
                prover.world.days < min(prover.model.stage.min_days, leaf.bound.low if leaf.bound else 0),
                mend="The shortest stay is part of the gate.",
            )  # fmt: skip


# ---------------------------------------------------------------------- 12


def _monotone(prover: Prover) -> Iterator[Question]:
    """Worse data never gives more permissive advice or load, and withholds no less: two copies of the world."""
    better = prover.world
    worse = World(prover.model, "worse ", shares=better)
    order = [_is_worse(prover, worse, name) for name in prover.model.values]
    if not any(name.endswith("days_in_stage none last") for name in prover.model.values):
        order.append(worse.days <= better.days)
    out, under = prover.output, worse.output()
    lost = [all_of(out.tags[tag], negated(under.tags[tag])) for tag in out.tags]
    looser = [all_of(out.ease[pct], negated(under.ease[pct])) for pct in out.ease]
    mend = "A criterion points the wrong way, or a rule eases on good news."
    base = [*worse.facts, *order]
    for claim, broken in (
        ("worse data never gives more permissive advice", under.advice > out.advice),
        ("worse data never gives more load", under.load > out.load),
        ("worse data never withholds less", any_of([*lost, *looser])),
        (
            "worse data never keeps the stage",
            all_of(out.steps_back, negated(any_of((under.steps_back, under.advice == 0)))),
        ),
        ("worse data never unlocks", all_of(out.is_locked, negated(under.is_locked))),
    ):
        yield prover.never("12", claim, *base, broken, mend=mend)


def _is_worse(prover: Prover, worse: World, name: str) -> Any:
    value = prover.model.values[name]
    one, other = worse.value[name], prover.world.value[name]
    if value.measure.better is Better.NEITHER:
        return one == other
    is_up = value.measure.better is Better.UP or value.reduce.value == "change_from_baseline"
    return one <= other if is_up else one >= other


# ---------------------------------------------------------------------- 13


def no_ping_pong(protocol: Protocol, provers: Mapping[str, Prover]) -> Iterator[Answer]:
    """Yield for every stage whether the next one could send the patient back on the very same data.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    provers : mapping of str to Prover
        By stage.

    Yields
    ------
    Answer
        One for each stage but the last.
    """
    for stage_id, prover in provers.items():
        following = prover.model.following
        if following is None:
            continue
        there = provers[following.id].world
        # Both are without a prefix: of one name there is one value, so both stages look at the same data.
        # Of that day: what held on the days before was for this stage's own rules to see.
        earlier = [
            there.known(f"still {one.rule.id}")
            for one in there.model.rules
            if one.rule.advice is Advice.STEP_BACK
        ]
        question = prover.never(
            "13", f"nobody who may enter {following.id} is sent back from it on the same data",
            *there.facts, negated(any_of(earlier)), prover.output.advice == Advice.ADVANCE.tightness,
            there.output(advance=False).steps_back,
            mend="Ask in the gate for what the step back looks at.", where=f"{protocol.id}, stage {stage_id}",
        )  # fmt: skip
        yield from prover.settle([question])
