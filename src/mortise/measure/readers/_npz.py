"""NPZ archives of NumPy: named arrays, never objects, each no larger than its bytes."""

from __future__ import annotations

import io
import math

import numpy as np

from mortise.errors import SignalError
from mortise.measure.readers._arrays import Tree
from mortise.measure.readers._source import Source

MAX_BYTES = 128_000_000


def read_npy(source: Source) -> Tree:
    """Return one array of an NPZ archive under its name; an array of objects is refused.

    Raises
    ------
    SignalError
        When the header is broken, the array holds objects, or its shape does not fit its bytes.
    """
    body = source.stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise SignalError("an array is larger than 128 MB.", where=source.name, mend="Cut it to the test.")
    stream = io.BytesIO(body)
    try:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, is_fortran, dtype = read(stream, max_header_size=10_000)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise SignalError("the array's header is broken.", where=source.name, mend="Save it again.") from None
    if dtype.hasobject or dtype.kind not in "fiub":
        return {}
    start, n = stream.tell(), math.prod(shape)
    if n * dtype.itemsize > len(body) - start or len(shape) > 4:
        raise SignalError("the array is cut off.", where=source.name, mend="Save it again.")
    array = np.frombuffer(body, dtype=dtype, count=n, offset=start).reshape(
        shape, order="F" if is_fortran else "C"
    )
    key = source.name.rpartition("/")[2].removesuffix(".npy")
    return {key: array}
