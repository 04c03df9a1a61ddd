"""Draw the app's icons from the mark: PNG files of 192 and 512 pixels and one that may be cut to any shape.

Standard library only. Run it again after the mark has changed; a test compares the committed files with what it draws.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = ROOT / "src/mortise/web/ui/static/ui/mark.svg"
FOLDER = ROOT / "src/mortise/web/phone/static/phone/icons"
PAPER = (0xF3, 0xF3, 0xEF)
MARK_SIZE = 32.0  # side of the mark's view box
N_ROWS = 4  # lines looked at per pixel
N_CURVE = 16  # straight pieces per curve
ICONS = {"icon-192.png": (192, 0.86), "icon-512.png": (512, 0.86), "maskable-512.png": (512, 0.62)}

Point = tuple[float, float]
Colour = tuple[int, int, int]


def outline(path: str) -> list[Point]:
    """Return the corners of a path of M, h, v, H, V, c, s and z, curves as short straight pieces."""
    tokens = re.findall(r"[MhvHVcsz]|-?\d*\.?\d+", path)
    points: list[Point] = []
    x = y = 0.0
    at, command, bend = 0, "", (0.0, 0.0)
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
        if command == "z":
            break
        n = {"M": 2, "c": 6, "s": 4}.get(command, 1)
        numbers = [float(token) for token in tokens[at : at + n]]
        at += n
        if command == "s":  # goes on as the curve before it came in
            numbers = [*bend, *numbers]
        if len(numbers) == len("xyxyxy"):
            bend = (numbers[4] - numbers[2], numbers[5] - numbers[3])
        new = _drawn(command, numbers, (x, y))
        points += new
        x, y = new[-1]
    return points


def _drawn(command: str, numbers: list[float], start: Point) -> list[Point]:
    x, y = start
    if command == "M":
        return [(numbers[0], numbers[1])]
    if command in "hH":
        return [(numbers[0] + (x if command == "h" else 0), y)]
    if command in "vV":
        return [(x, numbers[0] + (y if command == "v" else 0))]
    return [_on_curve(start, numbers, i / N_CURVE) for i in range(1, N_CURVE + 1)]


def _on_curve(start: Point, numbers: list[float], t: float) -> Point:
    weights = (3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    along = sum(weight * numbers[2 * i] for i, weight in enumerate(weights))
    down = sum(weight * numbers[2 * i + 1] for i, weight in enumerate(weights))
    return (start[0] + along, start[1] + down)


def shapes(svg: str) -> list[tuple[Colour, list[Point]]]:
    """Return the filled shapes of the mark."""
    found = re.findall(r'<path fill="#([0-9a-f]{6})" d="([^"]+)"', svg)
    return [((int(c[:2], 16), int(c[2:4], 16), int(c[4:], 16)), outline(d)) for c, d in found]


def coverage(points: list[Point], size: int) -> list[list[float]]:
    """Return how much of each pixel lies inside the outline (in pixels), 0 to 1."""
    rows = []
    for row in range(size):
        line = [0.0] * size
        for i in range(N_ROWS):
            for left, right in _spans(points, row + (i + 0.5) / N_ROWS):
                _add(line, left, right)
        rows.append([value / N_ROWS for value in line])
    return rows


def _spans(points: list[Point], y: float) -> list[tuple[float, float]]:
    crossings = sorted(
        x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True)
        if (y1 <= y) != (y2 <= y)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=True))


def _add(line: list[float], left: float, right: float) -> None:
    for pixel in range(max(int(left), 0), min(int(right) + 1, len(line))):
        line[pixel] += max(0.0, min(right, pixel + 1) - max(left, pixel))


def picture(size: int, share: float, svg: str) -> bytes:
    """Return the PNG of the mark on paper, `share` of the side wide."""
    scale = size * share / MARK_SIZE
    edge = size * (1 - share) / 2
    pixels = [[PAPER] * size for _ in range(size)]
    for colour, points in shapes(svg):
        covered = coverage([(edge + x * scale, edge + y * scale) for x, y in points], size)
        for y, line in enumerate(covered):
            for x, part in enumerate(line):
                if part:
                    pixels[y][x] = _mixed(pixels[y][x], colour, part)
    return png(pixels)


def _mixed(under: Colour, over: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(under, over, strict=True))
    return (red, green, blue)


def png(pixels: list[list[Colour]]) -> bytes:
    """Return pixels as a PNG file."""
    raw = b"".join(b"\x00" + bytes(value for pixel in line for value in pixel) for line in pixels)
    header = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(raw, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    """Write every icon."""
    svg = MARK.read_text(encoding="utf-8")
    for name, (size, share) in ICONS.items():
        (FOLDER / name).write_bytes(picture(size, share, svg))


if __name__ == "__main__":
    main()
