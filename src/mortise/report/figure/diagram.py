"""Still diagrams of what a clinician's hands do: which bone moves, which is held, and the direction of the glide.

One TOML file each in `content/figures/techniques`. They are for clinicians; no session of a patient shows one.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import atan2, degrees, hypot
from typing import Literal

import msgspec
from msgspec import Struct

from mortise.errors import ContentError
from mortise.report.figure._bones import HAND, USUAL, anatomy, moved
from mortise.report.figure._outline import Outline, Point
from mortise.report.figure._path import joined, line, short
from mortise.report.figure.body import up
from mortise.terms import Side

Place = tuple[float, float]
_HEAD = 24.0  # length of an arrow's head


class Hand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hand: its wrist `at`, fingers pointing down before it is turned clockwise; `is_mirrored` swaps the thumb."""

    at: Place
    turn_deg: float = 0
    is_mirrored: bool = False


class Glide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An arrow. `is_both_ways` has a head at each end, `is_quick` two heads in a row."""

    start: Place
    end: Place
    is_both_ways: bool = False
    is_quick: bool = False


class Label(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word beside what it names."""

    at: Place
    text: str


class Support(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plinth, a step or a pillow, as a box."""

    from_x: float
    to_x: float
    top: float
    base: float
    is_soft: bool = False


class Diagram(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The diagram of one technique.

    Attributes
    ----------
    id : str
        Name of its file; the exercise of that id uses it.
    says : str
        What the picture shows, for a reader who does not see it. `{side}` becomes left or right.
    seen : str
        From the outer `side`, from the `back`, or the outer side of the `knee`.
    turn_deg : float
        Turn of leg and foot together, clockwise: -90 is lying on the back, 90 lying on the front.
    bend_deg : float
        Dorsiflexion of the foot against the shin.
    also : tuple of str
        Bones or muscles drawn besides the usual ones.
    moves, holds : tuple of str
        What moves, in the colour of the treated ankle, and what is held still, with a pin through it.
    glides, hands, belt, labels, supports : tuple
        What else is drawn, all in the picture's own frame: x to the right, y up. A belt is a line of places.
    view : (x, y, width, height)
        Part of the plane shown, y down.
    checked_by : str
        Who has compared the picture with the technique; empty is nobody.
    """

    id: str
    says: str
    seen: Literal["side", "back", "knee"]
    turn_deg: float = 0
    bend_deg: float = 0
    also: tuple[str, ...] = ()
    moves: tuple[str, ...]
    holds: tuple[str, ...] = ()
    glides: tuple[Glide, ...]
    hands: tuple[Hand, ...] = ()
    belt: tuple[Place, ...] = ()
    labels: tuple[Label, ...] = ()
    supports: tuple[Support, ...] = ()
    view: tuple[float, float, float, float]
    checked_by: str = ""

    def shapes(self) -> tuple[tuple[Outline, ...], dict[str, Outline]]:
        """Return skin and drawn bones where the picture has them."""
        skin, bones = anatomy(self.seen, self.bend_deg)
        names = (*USUAL[self.seen], *self.also)
        return (
            tuple(moved(one, (0, 0), self.turn_deg) for one in skin),
            {name: moved(bones[name], (0, 0), self.turn_deg) for name in names},
        )


def _known(diagram: Diagram, where: str) -> None:
    _, bones = anatomy(diagram.seen, diagram.bend_deg)
    for part in ("also", "moves", "holds"):
        for name in getattr(diagram, part):
            if name not in bones:
                raise ContentError(
                    f"there is no {name!r} from this side.",
                    where=f"{where}: {part}",
                    mend=f"One of {', '.join(bones)}.",
                )
            if part != "also" and name not in (*USUAL[diagram.seen], *diagram.also):
                raise ContentError(
                    f"{name!r} is not drawn.", where=f"{where}: {part}", mend="Name it in `also`."
                )
    if set(diagram.moves) & set(diagram.holds):
        raise ContentError("what moves is not held.", where=f"{where}: holds")
    if not diagram.moves or not diagram.glides:
        raise ContentError("nothing moves.", where=f"{where}: moves", mend="Name a bone and its direction.")


def read_diagram(file: Traversable) -> Diagram:
    """Read one diagram.

    Parameters
    ----------
    file : Traversable
        A TOML file named after its technique.

    Returns
    -------
    Diagram
        With bones that are there, something that moves and the way it goes.

    Raises
    ------
    ContentError
        When a field is unknown, missing or malformed, or a bone is not there; names file and field.
    """
    where = f"figures/techniques/{file.name}"
    try:
        diagram = msgspec.toml.decode(file.read_bytes(), type=Diagram)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ContentError(str(error), where=where) from error
    if diagram.id != file.name.removesuffix(".toml"):
        raise ContentError(f"id {diagram.id!r} is not the name of its file.", where=f"{where}: id")
    _known(diagram, where)
    return diagram


@cache
def load_diagrams() -> dict[str, Diagram]:
    """Return every technique's diagram by its id, in order of their names.

    Raises
    ------
    ContentError
        When a file is malformed; names file and field.
    """
    folder = files("mortise") / "content" / "figures" / "techniques"
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    return {file.name.removesuffix(".toml"): read_diagram(file) for file in found}


def _arrow_head(tip: Point, heading_deg: float) -> str:
    behind = up(tip, heading_deg + 180, _HEAD)
    corners = [tip, up(behind, heading_deg + 90, _HEAD * 0.55), up(behind, heading_deg - 90, _HEAD * 0.55)]
    return f'<path class="f-head" d="{line(corners, closed=True)}"/>'


def _glide(glide: Glide) -> str:
    (x0, y0), (x1, y1) = glide.start, glide.end
    heading, length = degrees(atan2(x1 - x0, y1 - y0)), hypot(x1 - x0, y1 - y0)
    first = up(glide.start, heading, _HEAD * 0.8) if glide.is_both_ways else glide.start
    shaft = line([first, up(glide.start, heading, length - _HEAD * 0.8)])
    heads = _arrow_head(glide.end, heading)
    if glide.is_both_ways:
        heads += _arrow_head(glide.start, heading + 180)
    if glide.is_quick:
        heads += _arrow_head(up(glide.end, heading + 180, _HEAD * 0.9), heading)
    return f'<path class="f-halo-range" d="{shaft}"/><path class="f-range" d="{shaft}"/>{heads}'


def _hand(hand: Hand) -> str:
    shape = tuple((-x, y) for x, y in HAND) if hand.is_mirrored else HAND
    return f'<path class="f-arm" d="{joined([moved(shape, hand.at, hand.turn_deg)])}"/>'


def _support(support: Support) -> str:
    return (
        f'<rect class="f-thing" x="{short(support.from_x)}" y="{short(-support.top)}" '
        f'width="{short(support.to_x - support.from_x)}" height="{short(support.top - support.base)}" '
        f'rx="{22 if support.is_soft else 4}"/>'
    )


def _held(shape: Outline) -> str:
    """A pin through a bone that is held."""
    xs, ys = [x for x, _ in shape], [y for _, y in shape]
    middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    return f'<circle class="f-work-pin" cx="{short(middle[0])}" cy="{short(-middle[1])}" r="6"/>'


def _bone(diagram: Diagram, name: str, shape: Outline) -> str:
    css = "f-bone f-bone--own" if name in diagram.moves else "f-bone"
    return f'<path class="{css}" d="{joined([shape])}"/>'


def diagram_picture(diagram: Diagram, side: Side, *, is_decoration: bool = False) -> str:
    """Draw the diagram of a technique.

    Parameters
    ----------
    diagram : Diagram
        From `load_diagrams`.
    side : Side
        Side being treated; a left ankle is mirrored, its words are not.
    is_decoration : bool
        Whether the picture stands beside words that say the same.

    Returns
    -------
    str
        A whole `<svg class="fig">` without ids, scripts or styles. Put it into a `.mat`.
    """
    skin, bones = diagram.shapes()
    drawn = "".join((
        *(_support(one) for one in diagram.supports),
        f'<path class="f-b2" d="{joined(skin)}"/>',
        *(_bone(diagram, name, shape) for name, shape in bones.items()),
        *(_held(bones[name]) for name in diagram.holds),
        f'<path class="f-strap" d="{line(diagram.belt)}"/>' if diagram.belt else "",
        *(_hand(one) for one in diagram.hands),
        *(_glide(one) for one in diagram.glides),
    ))  # fmt: skip
    x, y, width, height = diagram.view
    sign = -1 if side is Side.LEFT else 1
    words = "".join(
        f'<text class="f-word" x="{short(sign * label.at[0])}" y="{short(-label.at[1])}" text-anchor="middle">'
        f"{escape(label.text)}</text>"
        for label in diagram.labels
    )
    if sign < 0:
        drawn, x = f'<g transform="scale(-1 1)">{drawn}</g>', -(x + width)
    label = diagram.says.replace("{side}", "treated" if side is Side.NONE else side.value)
    said = (
        'aria-hidden="true"'
        if is_decoration
        else f'role="img" aria-label="{escape(label[:1].upper() + label[1:])}"'
    )
    box = f"{short(x)} {short(y)} {short(width)} {short(height)}"
    return f'<svg class="fig" viewBox="{box}" {said}>{drawn}{words}</svg>'
