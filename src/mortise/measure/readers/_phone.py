"""The phone's own motion log, `mortise.phone-log/1`: one JSON document per recording."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct

from mortise.errors import SignalError
from mortise.measure.readers._source import Reader
from mortise.measure.recording import PLACEMENTS, Floats
from mortise.terms import Side

FORMAT = "mortise.phone-log/1"
# Over an hour and a half at 60 Hz; JSON takes ten times the memory of its numbers.
MAX_SAMPLES = 360_000
MAX_BYTES = 64_000_000
Triple = tuple[float | None, float | None, float | None]
Samples = Annotated[list[float], Meta(max_length=MAX_SAMPLES)]


class PhoneClock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which clock stamped the samples; `performance` is the browser's monotonic clock."""

    source: Literal["event", "performance", "wall"] = "event"
    resolution_ms: float = 1.0


class PhoneSamples(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One list per channel, all of one length.

    Acceleration includes gravity; the log keeps what the phone reported, in the phone's own axes.
    """

    t_ms: Samples
    acc_m_s2: Annotated[list[Triple], Meta(max_length=MAX_SAMPLES)]
    gyr_deg_s: Annotated[list[Triple], Meta(max_length=MAX_SAMPLES)]


class PhoneMark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moment the person marked while recording, on the samples' clock."""

    kind: Literal["first_pinch", "start", "end"]
    t_ms: float


class PhoneLog(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole phone recording."""

    format: Literal["mortise.phone-log/1"]
    device: Annotated[str, Meta(max_length=200)] = ""
    side: Side = Side.NONE
    placement: Annotated[str, Meta(max_length=40)] = "unknown"
    test: Annotated[str, Meta(max_length=40)] = ""
    is_simulated: bool = False
    clock: PhoneClock = PhoneClock()
    samples: PhoneSamples
    marks: Annotated[tuple[PhoneMark, ...], Meta(max_length=200)] = ()


def phone_log_schema() -> dict[str, Any]:
    """Return the JSON Schema of the phone's motion log, `mortise.phone-log/1`."""
    return msgspec.json.schema(PhoneLog)


def read_phone_log(reader: Reader) -> tuple[PhoneLog, Floats, Floats]:
    """Return the log, its stamps in seconds and its six channels `(n_samples, 6)` with NaN where the phone had none.

    Raises
    ------
    SignalError
        When the document is no phone log, a field is wrong (named), or channels differ in length.
    """
    try:
        log = msgspec.json.decode(reader.body(MAX_BYTES), type=PhoneLog)
    except msgspec.ValidationError as error:
        raise SignalError(
            f"this JSON is neither keypoints nor a phone log of format {FORMAT}: {error}.",
            where=reader.name,
            mend="Send the log unchanged.",
        ) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise SignalError(
            "the JSON text is broken or cut off.", where=reader.name, mend="Send or export the log again."
        ) from None
    samples = log.samples
    n = len(samples.t_ms)
    for channel, triples in (("acc_m_s2", samples.acc_m_s2), ("gyr_deg_s", samples.gyr_deg_s)):
        if len(triples) != n:
            raise SignalError(
                f"{len(triples)} samples where t_ms has {n}.",
                where=f"{reader.name}, channel samples.{channel}",
                mend="Send the log unchanged.",
            )
    if log.placement not in PLACEMENTS:
        raise SignalError(
            f"unknown placement {log.placement!r}.",
            where=f"{reader.name}, field placement",
            mend=f"Use one of {', '.join(sorted(PLACEMENTS))}.",
        )
    if n == 0:
        raise SignalError("the log holds no sample.", where=reader.name, mend="Record again.")
    values = np.concatenate(
        [np.array(samples.acc_m_s2, dtype=float), np.array(samples.gyr_deg_s, dtype=float)], axis=1
    )
    return log, np.array(samples.t_ms) / 1000.0, values
