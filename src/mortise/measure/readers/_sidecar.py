"""The sidecar `FILE.toml`: what a person wrote down about a recording that its file does not say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.recording import PLACEMENTS
from mortise.terms import Side


class Sidecar(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts about one recording; every one may be left out."""

    side: Side | None = None
    rate_hz: float | None = None
    placement: str | None = None
    test: str = ""
    device: str = ""
    acc_unit: Literal["m/s2", "g", "mg"] | None = None
    gyr_unit: Literal["rad/s", "deg/s"] | None = None
    marks_s: tuple[float, ...] = ()
    foot_length_cm: Annotated[float, msgspec.Meta(ge=10.0, le=40.0)] | None = None


def read_sidecar(path: Path | None) -> Sidecar:
    """Return the sidecar beside `path`, an empty one when there is none.

    Raises
    ------
    SignalError
        When the sidecar is not valid TOML, has an unknown key or a value out of place.
    """
    if path is None:
        return Sidecar()
    beside = path.with_name(path.name + ".toml")
    if not beside.is_file():
        return Sidecar()
    try:
        sidecar = msgspec.toml.decode(beside.read_bytes(), type=Sidecar)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise SignalError(f"{error}.", where=beside.name, mend="Correct the sidecar.") from None
    if sidecar.placement is not None and sidecar.placement not in PLACEMENTS:
        raise SignalError(
            f"unknown placement {sidecar.placement!r}.",
            where=f"{beside.name}, field placement",
            mend=f"Use one of {', '.join(sorted(PLACEMENTS))}.",
        )
    return sidecar
