"""Moving pictures: rigid parts and a short list of frames, played by a small module on the page.

The parts' outlines are sent once; a frame is where each part is and how far it is turned. The page's module only sets
`transform`, so nothing inline is needed and, with scripts off, the picture simply stands at its goal.
"""

from __future__ import annotations

from html import escape
from itertools import accumulate

from mortise.report.figure import _marks, _scene
from mortise.report.figure._layers import Drawing, Layer, Part
from mortise.report.figure._outline import outline
from mortise.report.figure._path import short, smooth
from mortise.report.figure.draw import fitted_view, mark_words, said, wrapped
from mortise.report.figure.library import ExerciseFigure, Tempo
from mortise.terms import Side

FRAMES_PER_MOVE = 6
_FRAMES_AT_MOST = 24  # what keeps a picture under 20 kB
_FRAMES_OF_A_MOVE = 2  # at least: the quickest still shows its middle


def frame_counts(figure: ExerciseFigure) -> list[int]:
    """Return how many frames each move has: all the same, or by its pace, because frames are shown at even times.

    A jump has as many as a picture may hold: it is quick.
    """
    is_quick = any(pose.is_flight for pose in figure.moments)
    n_frames = _FRAMES_AT_MOST if is_quick else min(FRAMES_PER_MOVE * figure.n_moves, _FRAMES_AT_MOST)
    pace = figure.pace or (1.0,) * figure.n_moves
    return [max(_FRAMES_OF_A_MOVE, round(n_frames * one / sum(pace))) for one in pace]


def pose_frames(figure: ExerciseFigure) -> list[int]:
    """Return which frames are poses; the last of a cycle is the first pose again."""
    return [0, *accumulate(frame_counts(figure))]


def drawings(figure: ExerciseFigure) -> list[Drawing]:
    """Return the frames from the first pose to the last; a cycle goes on to the first again."""
    frames = [
        figure.drawing_between(move, step / n)
        for move, n in enumerate(frame_counts(figure))
        for step in range(n)
    ]
    return [*frames, figure.drawing_between(figure.n_moves - 1, 1.0)]


def _moving(figure: ExerciseFigure, drawing: Drawing) -> list[Part]:
    """Return everything that moves, in the order of the frames: parts, pins, working joints."""
    parts = [part for layer in drawing.layers for part in layer.parts]
    pins = [Part("", at, 0.0) for at, _ in drawing.pins]
    rings = [Part("", drawing.joints[name], 0.0) for name in figure.working]
    return parts + pins + rings


def _unwound(turn: float, before: float) -> float:
    """Return the same turn within half a round of the one before, so that a blend never spins."""
    return turn - 360 * round((turn - before) / 360)


def frame_rows(figure: ExerciseFigure, frames: list[Drawing]) -> str:
    """Return the frames as text: x, y and turn of each moving part, then both ends of each band; ";" between frames.

    Where a part is ever drawn shorter than it is, each frame ends with the length of every moving part.
    """
    is_shortened = any(part.length_ratio != 1 for drawing in frames for part in _moving(figure, drawing))
    rows, turns = [], [part.turn_deg for part in _moving(figure, frames[0])]
    for drawing in frames:
        moving = _moving(figure, drawing)
        turns = [_unwound(part.turn_deg, before) for part, before in zip(moving, turns, strict=True)]
        numbers = [
            short(value)
            for part, turn in zip(moving, turns, strict=True)
            for value in (part.at[0], -part.at[1], turn)
        ]
        for link in figure.links:
            (x0, y0), (x1, y1) = _scene.link_ends(link, drawing)
            numbers += [short(value) for value in (x0, -y0, x1, -y1)]
        if is_shortened:
            numbers += [short(part.length_ratio, 2) for part in moving]
        rows.append(" ".join(numbers))
    return ";".join(rows)


def _placement(part: Part) -> str:
    turn = f" rotate({short(part.turn_deg)})" if part.turn_deg else ""
    turn += f" scale(1 {short(part.length_ratio, 2)})" if part.length_ratio != 1 else ""
    return f'transform="translate({short(part.at[0])} {short(-part.at[1])}){turn}"'


def _layer(layer: Layer, first: int, prefix: str) -> str:
    """One limb: with a halo every part is drawn twice, first outlined, then filled, so no seam shows."""
    uses = "".join(
        f'<use href="#{prefix}-{part.outline}" data-part="{first + i}" {_placement(part)}/>'
        for i, part in enumerate(layer.parts)
    )
    solid = f'<g stroke="none">{uses}</g>' if layer.has_halo else ""
    return f'<g class="{layer.css}">{uses}{solid}</g>'


def _ring(part: Part, number: int) -> str:
    return f'<g data-part="{number}" {_placement(part)}>{_marks.working_joint((0, 0))}</g>'


def _outlines(drawing: Drawing, prefix: str) -> str:
    names = dict.fromkeys(part.outline for layer in drawing.layers for part in layer.parts)
    paths = "".join(f'<path id="{prefix}-{name}" d="{smooth(outline(name))}"/>' for name in names)
    return f"<defs>{paths}</defs>"


def _body(figure: ExerciseFigure, drawing: Drawing, prefix: str) -> str:
    """Every layer, pin and ring of one frame, each knowing its number in the frames."""
    parts, first = [], 0
    bands = [_scene.link_line(link, drawing, i) for i, link in enumerate(figure.links) if not link.is_behind]
    for layer in drawing.layers:
        if layer.css == "f-arm":
            parts += bands
            bands = []
        parts.append(_layer(layer, first, prefix))
        first += len(layer.parts)
    parts += bands
    for at, radius in drawing.pins:
        pin = Part("", at, 0.0)
        parts.append(f'<circle class="f-joint" r="{short(radius)}" data-part="{first}" {_placement(pin)}/>')
        first += 1
    for name in figure.working:
        parts.append(_ring(Part("", drawing.joints[name], 0.0), first))
        first += 1
    return "".join(parts)


def animation(
    figure: ExerciseFigure,
    side: Side,
    *,
    id_prefix: str,
    tempo: Tempo | None = None,
    down_first: bool = False,
) -> str:
    """Draw an exercise as a moving picture.

    Parameters
    ----------
    figure : ExerciseFigure
        From `load_figures`.
    side : Side
        Side being treated; a left ankle faces left.
    id_prefix : str
        Unique on the page; names the outlines inside the picture.
    tempo : Tempo or None
        Seconds up, hold, down and rest, from the dose; None takes the figure's own.
    down_first : bool
        Whether the way down comes first: the picture then goes from its first pose to its last while it goes down.

    Returns
    -------
    str
        A whole `<svg class="fig" data-figure>` under 20 kB. `data-frames` holds the frames, `data-poses` the numbers
        of the frames that are poses, `data-tempo` the seconds, `data-cycle` whether it goes round, `data-round` how
        many seconds one round takes while it just goes on.

    Notes
    -----
    Without a script it stands at its goal; so does an exercise in which only the arch of the foot moves.
    With reduced motion the page shows poses only, one after the other.
    """
    frames = drawings(figure)
    pace = tempo or figure.tempo
    shown_pose = figure.show % len(figure.moments)
    shown = frames[pose_frames(figure)[shown_pose]]
    behind, front = "", ""
    words: list[tuple[float, float, str]] = []
    for mark in figure.marks:
        back, over, text = _marks.drawn_mark(mark, figure.drawing(mark.pose))
        behind, front = behind + back, front + over
        words += text
    back_bands = "".join(
        _scene.link_line(link, shown, i) for i, link in enumerate(figure.links) if link.is_behind
    )
    scenery = _scene.scenery(figure.things, figure.ground_deg, has_floor=not figure.is_from_above)
    content = "".join((
        _outlines(shown, id_prefix), scenery, behind, back_bands,
        _body(figure, shown, id_prefix), front,
    ))  # fmt: skip
    poses = " ".join(str(i) for i in pose_frames(figure))
    seconds = " ".join(short(value, 2) for value in (pace.up_s, pace.hold_s, pace.down_s, pace.rest_s))
    own = figure.tempo
    round_s = short(own.up_s + own.hold_s + own.down_s, 2)
    cycle = f' data-cycle="1" data-round="{round_s}"' if figure.is_cycle else ""
    cycle += ' data-down-first="1"' if down_first else ""
    attributes = (
        f'role="img" aria-label="{escape(said(figure, side))}" data-figure="{escape(figure.id)}" data-poses="{poses}" '
        f'data-tempo="{seconds}"{cycle} data-frames="{frame_rows(figure, frames)}"'
    )
    return wrapped(content, mark_words(tuple(words), side), figure, fitted_view(figure), side, attributes)
