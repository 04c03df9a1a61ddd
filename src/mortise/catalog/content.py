"""The door to clinical content: one immutable object that parses only what is asked of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from msgspec import Struct

from mortise.catalog import _build, _cache
from mortise.catalog._decode import Faults
from mortise.errors import ContentError, ContentFaults
from mortise.protocol import Exercise, Protocol, Snippet
from mortise.protocol.assessment import Assessment, Classification
from mortise.protocol.criteria import criteria_in
from mortise.protocol.questionnaires import Questionnaire
from mortise.record.records import encode
from mortise.terms import EvidenceRow, Measure

_T = TypeVar("_T")

CONTENT_ROOT = Path(__file__).parent.parent / "content"
_loaded: dict[Path, Content] = {}


class _Measures(Struct, frozen=True):
    measures: dict[str, Measure]


class _Exercises(Struct, frozen=True):
    exercises: dict[str, Exercise]


class _Questionnaires(Struct, frozen=True):
    questionnaires: dict[str, Questionnaire]


class _Protocol(Struct, frozen=True):
    protocol: Protocol
    hash: str = ""


class _Evidence(Struct, frozen=True):
    evidence: dict[str, EvidenceRow]


class _Examination(Struct, frozen=True):
    assessment: Assessment
    classification: Classification


@dataclass(frozen=True, eq=False)
class Content:
    """Everything a clinic's content folder holds. Each part is read when it is first asked for, then kept.

    Raises
    ------
    ContentFaults
        From any part that holds a fault, with every fault of that part, each naming file, field and mend.
    """

    root: Path

    @cached_property
    def protocol_ids(self) -> tuple[str, ...]:
        """Return the ids of the protocols in this folder."""
        return tuple(sorted(one.parent.name for one in (self.root / "protocols").glob("*/protocol.toml")))

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        """Return every measure by id."""
        part = self._part(
            "measures", self._under("measures"), _Measures,
            lambda faults: _Measures(_build.measures(self.root, faults)),
        )  # fmt: skip
        return MappingProxyType(part.measures)

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """Return every exercise by id."""
        part = self._part(
            "exercises", self._under("exercises"), _Exercises,
            lambda faults: _Exercises(_build.exercises(self.root, faults)),
        )  # fmt: skip
        return MappingProxyType(part.exercises)

    @cached_property
    def questionnaires(self) -> Mapping[str, Questionnaire]:
        """Return every questionnaire by id, with the items that ship."""
        part = self._part(
            "questionnaires", self._under("instruments"), _Questionnaires,
            lambda faults: _Questionnaires(_build.questionnaires(self.root, faults)),
        )  # fmt: skip
        return MappingProxyType(part.questionnaires)

    @cached_property
    def evidence(self) -> Mapping[str, EvidenceRow]:
        """Return every evidence row by id."""
        part = self._part(
            "evidence", self._under("evidence"), _Evidence,
            lambda faults: _Evidence(_build.evidence(self.root, faults)),
        )  # fmt: skip
        return MappingProxyType(part.evidence)

    @cached_property
    def education(self) -> Mapping[str, Snippet]:
        """Return what is taught, by the id of its text."""
        faults = Faults()
        found = _build.education(self.root, faults)
        _refuse(faults)
        return MappingProxyType(found)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Return the English texts by id."""
        faults = Faults()
        found = _build.texts(self.root, "en", faults)
        _refuse(faults)
        return MappingProxyType(found)

    @cached_property
    def _examination(self) -> _Examination:
        sources = [*self._under("assessment"), self.root / "classification.toml"]
        return self._part(
            "examination", sources, _Examination,
            lambda faults: _Examination(
                _build.assessment(self.root, faults), _build.classification(self.root, faults)
            ),
        )  # fmt: skip

    @property
    def assessment(self) -> Assessment:
        """Return the structured assessment."""
        return self._examination.assessment

    @property
    def classification(self) -> Classification:
        """Return the candidates of the working classification."""
        return self._examination.classification

    @cached_property
    def _protocols(self) -> dict[str, _Protocol]:
        return {}

    def protocol(self, protocol_id: str) -> Protocol:
        """Return one protocol.

        Parameters
        ----------
        protocol_id
            Name of a folder under `protocols`.

        Raises
        ------
        ContentError
            When there is no such protocol.
        """
        return self._pinned(protocol_id).protocol

    def protocol_hash(self, protocol_id: str) -> str:
        """Return the SHA-256 of the protocol together with every measure and exercise it uses.

        Parameters
        ----------
        protocol_id
            Name of a folder under `protocols`.
        """
        return self._pinned(protocol_id).hash

    def _pinned(self, protocol_id: str) -> _Protocol:
        if protocol_id not in self.protocol_ids:
            raise ContentError(
                f"there is no protocol {protocol_id!r}.", mend=f"Use one of {', '.join(self.protocol_ids)}."
            )
        if protocol_id not in self._protocols:
            sources = [
                self.root / "protocols" / protocol_id / "protocol.toml",
                *self._under("measures"),
                *self._under("exercises"),
            ]
            self._protocols[protocol_id] = self._part(
                f"protocol-{protocol_id}", sources, _Protocol,
                lambda faults: self._build_protocol(protocol_id, faults),
            )  # fmt: skip
        return self._protocols[protocol_id]

    def _build_protocol(self, protocol_id: str, faults: Faults) -> _Protocol:
        built = _build.protocol(self.root, protocol_id, faults)
        _refuse(faults)
        assert built is not None
        return _Protocol(built, hash_of(built, self.measures, self.exercises))

    def _under(self, folder: str) -> list[Path]:
        return list((self.root / folder).glob("*.toml"))

    def _part(self, name: str, sources: Iterable[Path], kind: type[_T], build: Callable[[Faults], _T]) -> _T:
        key = _cache.key_of(self.root, (one for one in sources if one.exists()))
        kept = _cache.stored(self.root, name, key, kind)
        if kept is not None:
            return kept
        faults = Faults()
        built = build(faults)
        _refuse(faults)
        _cache.store(self.root, name, key, built)
        return built


def load(root: Path | None = None) -> Content:
    """Open a content folder. Nothing is read until it is asked for.

    Parameters
    ----------
    root
        The folder; that of the package when not given. The package's own is opened once.
    """
    root = (root or CONTENT_ROOT).resolve()
    if root != CONTENT_ROOT.resolve():
        return Content(root)
    if root not in _loaded:
        _loaded[root] = Content(root)
    return _loaded[root]


def measures_used(protocol: Protocol, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """Return the ids of every measure a protocol names, and of those that derived ones are made of, sorted."""
    used = {
        *protocol.danger_measures, *protocol.check_in, *protocol.after_session, *protocol.next_morning,
        *protocol.red_flags,
        *(review.measure for review in protocol.reviews),
        *(band.measure for band in protocol.bands),
    }  # fmt: skip
    used.update(hands.test for hands in protocol.techniques)
    used.update(name for point in protocol.checkpoints for name in point.measures)
    used.update(() if protocol.plateau is None else protocol.plateau.watches)
    nodes: list[Any] = [line for stage in protocol.stages for line in stage.exit]
    nodes += [rule.when for rule in protocol.rules] + [light.when for light in protocol.lights]
    used.update(criterion.measure for node in nodes for criterion in criteria_in(node))
    for name in tuple(used):
        measure = measures.get(name)
        if measure is not None and measure.derive is not None and measure.derive.of:
            used.add(measure.derive.of)
    return tuple(sorted(used))


def hash_of(protocol: Protocol, measures: Mapping[str, Measure], exercises: Mapping[str, Exercise]) -> str:
    """Return the SHA-256 of the canonical JSON of a protocol and of what it uses."""
    return hashlib.sha256(whole_of(protocol, measures, exercises)).hexdigest()


def whole_of(protocol: Protocol, measures: Mapping[str, Measure], exercises: Mapping[str, Exercise]) -> bytes:
    """Return the canonical JSON of a protocol with every measure and exercise it uses: what its hash is taken of."""
    names = sorted(
        {slot.exercise for stage in protocol.stages for slot in stage.slots}
        | {hands.exercise for hands in protocol.techniques}
    )
    whole = {
        "protocol": protocol,
        "measures": [measures[name] for name in measures_used(protocol, measures) if name in measures],
        "exercises": [exercises[name] for name in names if name in exercises],
    }
    return encode(whole)


def _refuse(faults: Faults) -> None:
    if faults:
        raise ContentFaults(faults)
