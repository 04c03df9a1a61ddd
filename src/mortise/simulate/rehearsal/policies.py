"""Policies that are tried on the same patients: each is a set of protocols under which the real engine decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from mortise.catalog import Content, load
from mortise.errors import InputError
from mortise.protocol import Criterion, Exercise, Group, Operator, Protocol, Reduction, Stage
from mortise.terms import Measure, Strength

POLICY_IDS = ("calendar", "single-look", "released", "candidate")
Change = Callable[[Protocol], Protocol]


class Policy:
    """Content as the engine asks for it, with the protocols of one policy."""

    def __init__(self, policy_id: str, content: Content, change: Change | None = None) -> None:
        """Name the policy.

        Parameters
        ----------
        policy_id : str
            One of `POLICY_IDS`, or another for a policy made by hand.
        content : Content
            Where measures, exercises and protocols come from.
        change : callable or None
            What is made of each protocol; None leaves it as it is.
        """
        self.id, self._content, self._change = policy_id, content, change
        self._made: dict[str, Protocol] = {}
        self.measures: Mapping[str, Measure] = content.measures
        self.exercises: Mapping[str, Exercise] = content.exercises

    @property
    def protocol_ids(self) -> tuple[str, ...]:
        """Return the ids of the protocols."""
        return self._content.protocol_ids

    def protocol(self, protocol_id: str) -> Protocol:
        """Return one protocol, changed as this policy says."""
        made = self._made.get(protocol_id)
        if made is None:
            found = self._content.protocol(protocol_id)
            made = self._made[protocol_id] = found if self._change is None else self._change(found)
        return made

    def protocol_hash(self, protocol_id: str) -> str:
        """Return a hash that tells this policy's protocol from others."""
        found = self._content.protocol_hash(protocol_id)
        return found if self._change is None else f"{self.id}:{found}"


def calendar(protocol: Protocol) -> Protocol:
    """Make a protocol that goes by the calendar: a stage ends with its usual weeks, and only red flags stop it.

    Parameters
    ----------
    protocol : Protocol
        As released.

    Returns
    -------
    Protocol
        Exits ask for days alone; of the rules those that lock remain.
    """
    stages = tuple(replace(stage, exit=(_days_in(stage),) if stage.exit else ()) for stage in protocol.stages)
    return replace(protocol, stages=stages, rules=tuple(rule for rule in protocol.rules if rule.locks))


def _days_in(stage: Stage) -> Criterion:
    low, high = stage.typical_weeks or (0, 0)
    n_days = max(stage.min_days, (7 * (low + high)) // 2)
    return Criterion(
        id=f"{stage.id}.exit.time", measure="days_in_stage", operator=Operator.AT_LEAST, value=Decimal(n_days),
        unit="days", max_age_days=1, domain="time", label=f"{n_days} days", label_patient=f"{n_days} days",
        strength=Strength.CONSENSUS,
    )  # fmt: skip


def single_look(protocol: Protocol) -> Protocol:
    """Make a protocol that believes one look: the newest value settles a gate, nothing is asked for twice.

    Parameters
    ----------
    protocol : Protocol
        As released.

    Returns
    -------
    Protocol
        The same gates and rules without a filter, a second date or several days.
    """
    stages = tuple(
        replace(stage, exit=tuple(_looked_once(line) for line in stage.exit)) for stage in protocol.stages
    )
    return replace(protocol, stages=stages)


def _looked_once(node: Criterion | Group) -> Criterion | Group:
    if isinstance(node, Group):
        return replace(node, of=tuple(_looked_once(one) for one in node.of))
    is_change = node.reduce is Reduction.CHANGE_FROM_BASELINE
    reduce = node.reduce if is_change else Reduction.LAST
    return replace(node, reduce=reduce, window_days=None, n_least=1, n_dates=1)


_CHANGES: dict[str, Change | None] = {"calendar": calendar, "single-look": single_look, "released": None}


def policy(policy_id: str, root: Path | None = None) -> Policy:
    """Return a policy by its id.

    Parameters
    ----------
    policy_id : str
        One of `POLICY_IDS`.
    root : Path or None
        The folder of changed content, for `candidate` and only for it.

    Returns
    -------
    Policy
        For `candidate` the protocols of that folder as they are.

    Raises
    ------
    InputError
        When there is no such policy, or a candidate has no folder.
    """
    if policy_id == "candidate":
        if root is None:
            raise InputError("a candidate needs the folder of its content.",
                             mend="Give `--candidate FOLDER`, a changed copy of the content.")  # fmt: skip
        return Policy("candidate", load(root))
    if policy_id not in _CHANGES:
        raise InputError(f"there is no policy {policy_id!r}.", mend=f"Use one of {', '.join(POLICY_IDS)}.")
    return Policy(policy_id, load(), _CHANGES[policy_id])
