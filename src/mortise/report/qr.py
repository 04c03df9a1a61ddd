"""A QR code for an address: byte mode, error correction M, versions 1 to 10, as ISO/IEC 18004 lays it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from mortise.errors import InputError

__all__ = ["qr_code", "qr_svg", "qr_text"]

Grid = list[list[bool | None]]
# Error correction M: codewords of correction in a block, then the data codewords of each block.
_BLOCKS: dict[int, tuple[int, tuple[int, ...]]] = {
    1: (10, (16,)), 2: (16, (28,)), 3: (26, (44,)), 4: (18, (32,) * 2), 5: (24, (43,) * 2), 6: (16, (27,) * 4),
    7: (18, (31,) * 4), 8: (22, (38,) * 2 + (39,) * 2), 9: (22, (36,) * 3 + (37,) * 2), 10: (26, (43,) * 4 + (44,)),
}  # fmt: skip
_ALIGNED: dict[int, tuple[int, ...]] = {
    1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34), 7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46),
    10: (6, 28, 50),
}  # fmt: skip
_LONG_COUNT_FROM = 10  # from this version on the length takes 16 bits
_VERSION_FROM = 7  # from this version on the version is written out
_QUIET = 4
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)
_LOOKS_LIKE_A_CORNER = (
    (True, False, True, True, True, False, True, False, False, False, False),
    (False, False, False, False, True, False, True, True, True, False, True),
)


def qr_code(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of a QR code, True is dark, without the quiet zone.

    Parameters
    ----------
    text : str
        What it says, 213 bytes of UTF-8 at most.

    Returns
    -------
    tuple of tuple of bool
        Rows from the top.

    Raises
    ------
    InputError
        When the text is too long.

    Notes
    -----
    1. The smallest version that holds the text; data and correction codewords, interleaved.
    2. Of the eight masks the one with the lowest penalty.
    """
    data = text.encode()
    version = _version_for(len(data))
    codewords = _codewords(data, version)
    fixed = _fixed(version)
    best: Grid | None = None
    lowest = 0
    for number in range(len(_MASKS)):
        grid = _drawn(fixed, codewords, version, number)
        penalty = _penalty(grid)
        if best is None or penalty < lowest:
            best, lowest = grid, penalty
    return tuple(tuple(bool(cell) for cell in row) for row in best or ())


def qr_text(text: str) -> str:
    """Return a QR code as text for a terminal, two modules a character, dark on light.

    Parameters
    ----------
    text : str
        What it says.

    Returns
    -------
    str
        Lines of half blocks with a quiet zone; a terminal may be light or dark.
    """
    code = qr_code(text)
    size = len(code) + 2 * _QUIET
    wide = [[False] * size for _ in range(size + size % 2)]
    for r, row in enumerate(code):
        wide[r + _QUIET][_QUIET : _QUIET + len(row)] = row
    shapes = {(False, False): "█", (True, False): "▄", (False, True): "▀", (True, True): " "}
    return "\n".join(
        "".join(shapes[upper, lower] for upper, lower in zip(wide[i], wide[i + 1], strict=True))
        for i in range(0, len(wide), 2)
    )


def qr_svg(text: str) -> str:
    """Return a QR code as a picture for a page: dark on white in every theme, with its quiet zone.

    Parameters
    ----------
    text : str
        What it says.

    Returns
    -------
    str
        An SVG without style or script.
    """
    code = qr_code(text)
    size = len(code) + 2 * _QUIET
    path = "".join(
        f"M{c + _QUIET} {r + _QUIET}h1v1h-1z"
        for r, row in enumerate(code)
        for c, dark in enumerate(row)
        if dark
    )
    return (
        f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="QR code of the address" '
        f'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{path}" fill="#000"/></svg>'
    )


# ---------------------------------------------------------------- codewords


def _version_for(n_bytes: int) -> int:
    for version, (_, blocks) in _BLOCKS.items():
        n_bits = 4 + (16 if version >= _LONG_COUNT_FROM else 8) + 8 * n_bytes
        if n_bits <= 8 * sum(blocks):
            return version
    raise InputError("This is too long for a QR code.", mend="Give a shorter address.")


def _codewords(data: bytes, version: int) -> list[int]:
    n_correction, sizes = _BLOCKS[version]
    n_data = sum(sizes)
    bits = f"0100{len(data):0{16 if version >= _LONG_COUNT_FROM else 8}b}" + "".join(
        f"{one:08b}" for one in data
    )
    bits += "0" * min(4, 8 * n_data - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[i % 2] for i in range(n_data - len(words))]
    blocks, first = [], 0
    for size in sizes:
        blocks.append(words[first : first + size])
        first += size
    corrections = [_correction(block, n_correction) for block in blocks]
    woven = [block[i] for i in range(max(sizes)) for block in blocks if i < len(block)]
    return woven + [block[i] for i in range(n_correction) for block in corrections]


def _tables() -> tuple[list[int], list[int]]:
    powers, logs, value = [0] * 512, [0] * 256, 1
    for i in range(255):
        powers[i] = powers[i + 255] = value
        logs[value] = i
        value <<= 1
        value ^= 0x11D if value & 0x100 else 0
    return powers, logs


_POWERS, _LOGS = _tables()


def _times(a: int, b: int) -> int:
    return _POWERS[_LOGS[a] + _LOGS[b]] if a and b else 0


def _correction(block: Sequence[int], n: int) -> list[int]:
    """Return the remainder of the block by the generator of degree `n` over GF(256)."""
    generator = [1]
    for i in range(n):
        generator = [
            _times(generator[k - 1] if k else 0, _POWERS[i]) ^ (generator[k] if k < len(generator) else 0)
            for k in range(len(generator) + 1)
        ]
    rest = list(block) + [0] * n
    for i in range(len(block)):
        factor = rest[i]
        for k, one in enumerate(generator):
            rest[i + k] ^= _times(one, factor)
    return rest[len(block) :]


# ---------------------------------------------------------------- drawing


def _fixed(version: int) -> Grid:
    """Return the parts every code of a version has; None is where data goes. Room for the format is kept."""
    size = 17 + 4 * version
    grid: Grid = [[None] * size for _ in range(size)]
    for r, c in ((3, 3), (3, size - 4), (size - 4, 3)):
        _ring(grid, (r, c), 4, (0, 1, 3))
    for r, c in product(_ALIGNED[version], _ALIGNED[version]):
        if grid[r][c] is None:
            _ring(grid, (r, c), 2, (0, 2))
    for i in range(8, size - 8):
        grid[6][i] = grid[i][6] = i % 2 == 0
    for r, c in _format_places(size)[0] + _format_places(size)[1]:
        grid[r][c] = False
    grid[size - 8][8] = True
    if version >= _VERSION_FROM:
        bits = _checked(version, 12, 0x1F25)
        for i in range(18):
            dark = bool(bits >> i & 1)
            grid[i // 3][size - 11 + i % 3] = grid[size - 11 + i % 3][i // 3] = dark
    return grid


def _ring(grid: Grid, centre: tuple[int, int], reach: int, dark: tuple[int, ...]) -> None:
    """Draw squares around a centre, as far as the grid goes."""
    for i, k in product(range(-reach, reach + 1), repeat=2):
        r, c = centre[0] + i, centre[1] + k
        if 0 <= r < len(grid) and 0 <= c < len(grid):
            grid[r][c] = max(abs(i), abs(k)) in dark


def _format_places(size: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return where the fifteen bits of the format lie, twice, the lowest bit first."""
    near = [(r, 8) for r in (0, 1, 2, 3, 4, 5, 7, 8)] + [(8, c) for c in (7, 5, 4, 3, 2, 1, 0)]
    far = [(8, size - 1 - i) for i in range(8)] + [(size - 7 + i, 8) for i in range(7)]
    return near, far


def _checked(value: int, n_check: int, generator: int) -> int:
    """Return a value with the check bits of its BCH code behind it."""
    rest = value << n_check
    top = generator.bit_length()
    while rest.bit_length() >= top:
        rest ^= generator << rest.bit_length() - top
    return value << n_check | rest


def _drawn(fixed: Grid, codewords: Sequence[int], version: int, mask: int) -> Grid:
    grid = [row[:] for row in fixed]
    size = len(grid)
    bits = [bool(word >> i & 1) for word in codewords for i in range(7, -1, -1)]
    at = 0
    column = size - 1
    upwards = True
    while column > 0:
        column -= column == 6  # the timing column is skipped
        for r in range(size - 1, -1, -1) if upwards else range(size):
            for c in (column, column - 1):
                if grid[r][c] is None:
                    dark = at < len(bits) and bits[at]
                    grid[r][c] = dark != _MASKS[mask](r, c)
                    at += 1
        column -= 2
        upwards = not upwards
    form = _checked(mask, 10, 0x537) ^ 0x5412  # level M is 00 before the mask
    for places in _format_places(size):
        for i, (r, c) in enumerate(places):
            grid[r][c] = bool(form >> i & 1)
    return grid


def _penalty(grid: Grid) -> int:
    size = len(grid)
    lines = [*(tuple(row) for row in grid), *zip(*grid, strict=True)]
    total = sum(_line_penalty(line) for line in lines)
    total += 3 * sum(
        grid[r][c] == grid[r][c + 1] == grid[r + 1][c] == grid[r + 1][c + 1]
        for r in range(size - 1)
        for c in range(size - 1)
    )
    share = 100 * sum(bool(cell) for row in grid for cell in row) / size**2
    return total + 10 * int(abs(share - 50) / 5)


def _line_penalty(line: Sequence[bool | None]) -> int:
    total, run = 0, 1
    for i in range(1, len(line) + 1):
        if i < len(line) and line[i] == line[i - 1]:
            run += 1
            continue
        total += run - 2 if run >= 5 else 0
        run = 1
    for i in range(len(line) - 10):
        total += 40 * (tuple(line[i : i + 11]) in _LOOKS_LIKE_A_CORNER)
    return total
