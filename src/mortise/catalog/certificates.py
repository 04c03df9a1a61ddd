"""Certificates: what was proved of a protocol, by which checker, for which hash. A protocol without one is not run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from mortise.catalog._decode import Faults, decode, read_toml
from mortise.catalog._places import Place, places_of
from mortise.catalog.content import Content
from mortise.errors import ContentError, Fault
from mortise.protocol import Operator, Protocol

CHECKER = "mortise-proof/1"  # raised whenever the same protocol could be judged otherwise
FILE_NAME = "certificate.toml"
_MEND = "Run `mortise check --prove`."


class Certified(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One obligation as it was kept."""

    number: str
    title: str
    n_checked: int


class Certificate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in `certificate.toml`. It is only written when every obligation is kept."""

    protocol: str
    protocol_hash: str
    checker: str
    engine: str
    made_on: date
    seconds: float
    obligations: tuple[Certified, ...]

    def misfit(self, protocol_hash: str, engine: str) -> str:
        """Return why this certificate does not cover a protocol of that hash under that engine; empty if it does."""
        if self.protocol_hash != protocol_hash:
            return "the certificate is for another version of the protocol, its measures or its exercises."
        if self.checker != CHECKER:
            return f"the certificate is by {self.checker}, not by {CHECKER}."
        if self.engine != engine:
            return f"the certificate is for {self.engine}, not for {engine}."
        return "" if self.obligations else "the certificate names no obligation."


def certificate_of(content: Content, protocol_id: str) -> Certificate | None:
    """Return the certificate that lies beside a protocol, or None.

    Parameters
    ----------
    content
        The content folder.
    protocol_id
        Name of a folder under `protocols`.

    Raises
    ------
    ContentError
        When there is a certificate that cannot be read.
    """
    path = _path(content.root, protocol_id)
    if not path.exists():
        return None
    faults = Faults()
    where = str(path.relative_to(content.root))
    found = decode(Certificate, read_toml(path, where, faults), where, faults)
    if found is None or faults:
        raise ContentError(faults[0].message, where=faults[0].where, mend=_MEND)
    return found


def uncertified(content: Content, protocol_id: str, engine: str) -> Fault | None:
    """Return why a protocol must not be run, or None when its certificate covers it. The server asks this.

    Parameters
    ----------
    content
        The content folder.
    protocol_id
        Name of a folder under `protocols`.
    engine
        The engine that would run it (`mortise.episode.fold.ENGINE`).
    """
    where = f"protocols/{protocol_id}/{FILE_NAME}"
    try:
        found = certificate_of(content, protocol_id)
    except ContentError as error:
        return Fault(where, error.message, _MEND)
    if found is None:
        return Fault(where, "there is no certificate: nothing of this protocol is proved.", _MEND)
    misfit = found.misfit(content.protocol_hash(protocol_id), engine)
    if not misfit and found.protocol != protocol_id:
        misfit = f"the certificate is for the protocol {found.protocol}."
    return Fault(where, misfit, _MEND) if misfit else None


def store(content: Content, certificate: Certificate) -> Path:
    """Write a certificate beside its protocol and return the file."""
    lines = [
        "# Written by `mortise check --prove`; never by hand.",
        f"protocol = '{certificate.protocol}'",
        f"protocol_hash = '{certificate.protocol_hash}'",
        f"checker = '{certificate.checker}'",
        f"engine = '{certificate.engine}'",
        f"made_on = {certificate.made_on.isoformat()}",
        f"seconds = {certificate.seconds:.1f}",
    ]
    for one in certificate.obligations:
        lines += [
            "",
            "[[obligations]]",
            f"number = '{one.number}'",
            f'title = "{one.title}"',
            f"n_checked = {one.n_checked}",
        ]
    path = _path(content.root, certificate.protocol)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def laxer_later(protocol: Protocol, figures: Mapping[str, Decimal]) -> tuple[Fault, ...]:
    """Return where a clinic's own figures would make a later gate laxer than an earlier one on the same measure.

    Parameters
    ----------
    protocol
        The protocol as shipped.
    figures
        Criterion id to what the clinic sets; what is not named stays as shipped.

    Notes
    -----
    The certificate holds for every figure within `allowed`, each on its own. That two gates on one measure stay in
    order is the one thing which two figures can break together; who stores a clinic's figures asks this first.
    """
    faults: list[Fault] = []
    for place, value, earlier in _against_earlier(protocol, figures):
        faults.append(
            Fault(
                place.where, f"{value} is laxer than {earlier[0]} of {earlier[2]}.",
                "A later gate is at least as strict.",
            )
        )  # fmt: skip
    return tuple(faults)


def carried_forward(protocol: Protocol, figures: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return a clinic's figures, with every later gate that nobody set made as strict as an earlier one that was.

    Parameters
    ----------
    protocol
        The protocol as shipped.
    figures
        Criterion id to what the clinic sets.

    Notes
    -----
    It only tightens, and only within `allowed`. What somebody set by name is left as it is; where that is laxer than an
    earlier gate, `laxer_later` says so.
    """
    found = dict(figures)
    while True:
        loose = [
            (place.criterion, earlier[0])
            for place, _, earlier in _against_earlier(protocol, found)
            if place.criterion.id not in found
        ]
        tightened = {
            one.id: value for one, value in loose if one.allowed and one.allowed[0] <= value <= one.allowed[1]
        }
        if not tightened:
            return found
        found |= tightened


_Strictest = tuple[Decimal, str, str]


def _against_earlier(
    protocol: Protocol, figures: Mapping[str, Decimal]
) -> Iterator[tuple[Place, Decimal, _Strictest]]:
    """Yield every line of a gate that is laxer than the same measure's line in an earlier gate."""
    strictest: dict[tuple[str, str, str, str], _Strictest] = {}
    for place in places_of(protocol):
        one = place.criterion
        if place.kind != "exit" or one.value is None or one.measure == "days_in_stage":
            continue
        value = figures.get(one.id, one.value)
        sign = 1 if one.operator is Operator.AT_LEAST else -1
        key = (one.measure, one.limb.value, one.reduce.value, one.operator.value)
        earlier = strictest.get(key)
        if earlier is not None and earlier[1] != place.owner and sign * value < sign * earlier[0]:
            yield place, value, earlier
        strictest[key] = (value, place.owner, one.id)


def _path(root: Path, protocol_id: str) -> Path:
    return root / "protocols" / protocol_id / FILE_NAME
