"""Print the picture of a measure's page: a made-up recording, what was found in it marked. No person is in it.

`python -m scripts.measure_pictures jump` prints an SVG; `make generated` writes them all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from html import escape

from mortise import measure
from mortise.measure.results import Curve, Event, TestResult
from mortise.simulate.jumps import fictional_jump
from mortise.simulate.laboratory import c3d_of, trc_of
from mortise.simulate.step_downs import fictional_step_down

WIDTH, PANEL, LEFT, GAP = 720, 150, 64, 34
INK, SOFT = "#22312f", "#8a9a97"
LINES = {"left": "#2f6f73", "right": "#b5562b", "none": "#2f6f73"}


def main(arguments: list[str] | None = None) -> int:
    """Print the picture asked for."""
    (name,) = sys.argv[1:] if arguments is None else arguments
    sys.stdout.write(PICTURES[name]())
    return 0


def _jump() -> str:
    made = fictional_jump(3, "countermovement")
    result = measure.TESTS["jump"](measure.open_files([("made-up.c3d", c3d_of(made.laboratory))]))
    assert isinstance(result, TestResult)
    shown = [curve for curve in result.curves if curve.name in ("force_n", "forefoot_height_cm")]
    return picture("A made-up jump on a force plate", _first_of_each(shown), result.events, 1.2, 4.2)


def _hop() -> str:
    made = fictional_jump(5, "rebound", side="left", n_rebounds=6)
    result = measure.TESTS["hop"](measure.open_files([("made-up.c3d", c3d_of(made.laboratory))]))
    assert isinstance(result, TestResult)
    shown = [curve for curve in result.curves if curve.name == "force_n" or curve.side.value == "left"]
    return picture("Made-up hops on the left leg", _first_of_each(shown), result.events, 1.5, 6.2)


def _landing() -> str:
    made = fictional_jump(4, "hop", side="left", knee_inward_cm=5.0)
    result = measure.TESTS["landing"](measure.open_files([("made-up.c3d", c3d_of(made.laboratory))]))
    assert isinstance(result, TestResult)
    names = ("forefoot_height_cm", "dorsiflexion_deg", "knee_inward_cm")
    shown = [curve for curve in result.curves if curve.name in names and curve.side.value == "left"]
    return picture("A made-up landing on the left leg", shown, result.events, 2.2, 3.6)


def _step_down() -> str:
    made = fictional_step_down(4, n_repetitions=3, knee_inward_cm=5.0)
    result = measure.TESTS["step-down"](measure.open_files([("made-up.trc", trc_of(made.laboratory))]))
    assert isinstance(result, TestResult)
    names = ("dorsiflexion_deg", "knee_inward_cm")
    shown = [curve for curve in result.curves if curve.name in names and curve.side.value == "left"]
    return picture("Made-up step-downs on the left leg", shown, result.events, 0.0, 10.0)


def _first_of_each(curves: Sequence[Curve]) -> list[Curve]:
    return list({curve.name: curve for curve in reversed(curves)}.values())[::-1]


def picture(
    title: str, curves: Sequence[Curve], events: Sequence[Event], start_s: float, stop_s: float
) -> str:
    """Return curves one under the other over the same time, events as upright lines.

    Parameters
    ----------
    title
        What is shown.
    curves
        One panel each.
    events
        Marked through all panels; equal moments once.
    start_s, stop_s
        The stretch to show.

    Returns
    -------
    str
        An SVG that needs nothing else.
    """
    height = 30 + len(curves) * (PANEL + GAP) + 8
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'font-family="sans-serif" font-size="12" fill="{INK}">'
        ),
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="18" font-size="14">{escape(title)}</text>',
    ]
    for index, curve in enumerate(curves):
        top = 30 + index * (PANEL + GAP)
        parts += _panel(curve, top, start_s, stop_s)
        parts += _events(events, top, start_s, stop_s, has_names=index == 0)
    last = 30 + len(curves) * (PANEL + GAP) - GAP
    for second in _ticks(start_s, stop_s):
        at = f'x="{_x(second, start_s, stop_s):.1f}" y="{last + 16}"'
        parts.append(f'<text {at} text-anchor="middle" fill="{SOFT}">{second:g} s</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(curve: Curve, top: float, start_s: float, stop_s: float) -> Iterator[str]:
    points = [(x, y) for x, y in zip(curve.x, curve.mean, strict=True) if start_s <= x <= stop_s]
    low = min(0.0, min(y for _, y in points))
    high = max(y for _, y in points)
    scale = (PANEL - 12) / ((high - low) or 1.0)
    base = top + PANEL
    way = " ".join(f"{_x(x, start_s, stop_s):.1f},{base - (y - low) * scale:.1f}" for x, y in points)
    yield f'<line x1="{LEFT}" y1="{base}" x2="{WIDTH - 12}" y2="{base}" stroke="{SOFT}"/>'
    yield f'<polyline points="{way}" fill="none" stroke="{LINES[curve.side.value]}" stroke-width="1.6"/>'
    name = curve.name.replace("_", " ")
    yield f'<text x="{LEFT}" y="{top + 4}" fill="{SOFT}">{escape(name)}, {escape(curve.side.value)}</text>'
    for value in (low, high):
        y = base - (value - low) * scale + 4
        yield f'<text x="{LEFT - 6}" y="{y:.1f}" text-anchor="end" fill="{SOFT}">{value:.0f}</text>'


def _events(
    events: Sequence[Event], top: float, start_s: float, stop_s: float, *, has_names: bool
) -> Iterator[str]:
    shown: set[float] = set()
    for event in events:
        if not start_s <= event.time_s <= stop_s or event.time_s in shown:
            continue
        shown.add(event.time_s)
        x = _x(event.time_s, start_s, stop_s)
        yield (
            f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + PANEL}" stroke="#b5562b" '
            'stroke-dasharray="3 3"/>'
        )
        if has_names and len(shown) <= 4:
            yield f'<text x="{x + 3:.1f}" y="{top + 18 + 13 * (len(shown) % 2)}">{event.name.replace("_", " ")}</text>'


def _x(second: float, start_s: float, stop_s: float) -> float:
    return LEFT + (second - start_s) / (stop_s - start_s) * (WIDTH - 12 - LEFT)


def _ticks(start_s: float, stop_s: float) -> list[float]:
    step = 0.5 if stop_s - start_s <= 8.0 else 2.0
    n = int((stop_s - start_s) / step)
    first = -(-start_s // step) * step
    return [first + step * i for i in range(n + 1) if first + step * i <= stop_s]


PICTURES: dict[str, Callable[[], str]] = {
    "jump": _jump,
    "hop": _hop,
    "landing": _landing,
    "step-down": _step_down,
}


if __name__ == "__main__":
    sys.exit(main())
