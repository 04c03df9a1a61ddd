"""The drawn exercises: poses, things, bands and marks as data, read from `content/figures/<id>.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec
from msgspec import Struct

from mortise.errors import ContentError
from mortise.report.figure._layers import Drawing, Layer, Part, rear_drawing, side_drawing, top_drawing
from mortise.report.figure.body import solve
from mortise.report.figure.pose import Place, Pose, RearPose, TopPose, between

Anchor = str | Place  # a named point of the body ("near.ball", "far.hand") or a fixed place


class Thing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the body stands on, leans on or steps over.

    Attributes
    ----------
    kind : str
        `wall` is a line at `from_x`; the others are boxes from `from_x` to `to_x`, `base` to `top`. A `chair` has a
        back at `from_x`; a `line` is a line on the floor; a `rail` runs from (`from_x`, `base`) to (`to_x`, `top`)
        on two posts. Rail and `worktop` stand beside the body, not in its way. A `board` tilts on a half ball; a
        `ball` and a `cone` stand on `base`, a `doormat` is a rough mat. A `bike` has its saddle at (`from_x`, `top`),
        its handles at `to_x` and its cranks at `base`; `water` reaches from the floor to `top`.
    from_x, to_x, top, base : float
        Thousandths of stature.
    """

    kind: Literal[
        "wall",
        "step",
        "cushion",
        "chair",
        "mat",
        "obstacle",
        "line",
        "rail",
        "worktop",
        "board",
        "ball",
        "cone",
        "bike",
        "water",
        "doormat",
    ]
    from_x: float
    to_x: float = 0
    top: float = 0
    base: float = 0


class Link(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A band, towel or strap between two points; it follows the body when the picture moves."""

    start: Anchor
    end: Anchor
    is_behind: bool = False


class Held(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes with the body: a dumbbell in a hand, a weight round a foot, a bag on a knee, a ball between the heels.

    `at` is a named point of the body, `above` how far over it the thing lies, `is_behind` whether behind the near leg.
    """

    kind: Literal["weight", "kettle", "bag", "ball"]
    at: str
    above: float = 0
    is_behind: bool = False


class Mark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Through which range or in which direction the body moves.

    Attributes
    ----------
    kind : str
        `shin`: lean of the shin from upright, about the ankle. `heel`: rise of the heel about the toe joint. `ankle`:
        turn of the foot about the ankle. `circle`: a closed path about a point. `arrow`: a straight arrow. `hop`: the
        path of a jump from `start` to `end`, `radius` high. `turn`: an arc about `start`, from straight up, clockwise.
        `bubble`: numbers said aloud, in a bubble at `start`.
    pose : int
        Index of the pose it belongs to; -1 is the last.
    from_deg, to_deg : float
        `ankle`: pitch of the foot at start and goal (heel above toes). `turn`: where the arc starts and ends.
    radius : float
        Of a circle; the height of a `hop`.
    start, end : anchor
        Of an arrow or a hop; `start` is also the centre of a circle.
    has_words : bool
        Whether a shin angle is written beside its arc. Usually not: the dose, not the drawing, says how far.
    """

    kind: Literal["shin", "heel", "ankle", "circle", "arrow", "hop", "turn", "bubble"]
    pose: int = -1
    from_deg: float = 0
    to_deg: float = 0
    radius: float = 60
    start: Anchor | None = None
    end: Anchor | None = None
    has_words: bool = False


class Tempo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds from the first pose to the last, hold, back, and rest.

    A cycle uses `up_s` for one whole round. `down_s` 0 is a movement that is not undone: it begins anew.
    """

    up_s: float = 2
    hold_s: float = 1
    down_s: float = 2
    rest_s: float = 0.5


class ExerciseFigure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The drawing of one exercise.

    Attributes
    ----------
    id : str
        Name of its file; the exercise of that id uses it.
    says : str
        What the picture shows, for a reader who does not see it. `{side}` becomes left or right.
    poses, rear_poses, top_poses : tuple
        Two to six moments seen from the side, from behind or from above; exactly one of the lists is given.
    is_cycle : bool
        Poses follow each other round and round (walking), instead of there and back.
    pace : tuple of float
        How long each move takes against the others; empty: all alike. A landing is quicker than getting ready for it.
    show : int
        Index of the pose a still picture shows.
    has_ghost : bool
        Whether a still picture also shows the first pose, pale.
    working : tuple of str
        Joints the exercise is about: "near.ankle".
    things, links, held, marks : tuple
        What else is drawn.
    is_far_foot_in_front : bool
        Paints the far foot over the near leg, where it rests on it.
    ground_deg : float
        Slope of the floor, uphill forward.
    tempo : Tempo
        Pace of the moving picture when the dose gives none.
    view, small_view : (x, y, width, height) or None
        Part of the plane shown, in SVG units (y down); None fits the body.
    checked_by : str
        Who has compared the picture with the exercise; empty is nobody.
    """

    id: str
    says: str
    poses: tuple[Pose, ...] = ()
    rear_poses: tuple[RearPose, ...] = ()
    top_poses: tuple[TopPose, ...] = ()
    is_cycle: bool = False
    pace: tuple[float, ...] = ()
    show: int = -1
    has_ghost: bool = False
    working: tuple[str, ...] = ("near.ankle",)
    things: tuple[Thing, ...] = ()
    links: tuple[Link, ...] = ()
    held: tuple[Held, ...] = ()
    marks: tuple[Mark, ...] = ()
    is_far_foot_in_front: bool = False
    ground_deg: float = 0
    tempo: Tempo = Tempo()
    view: tuple[float, float, float, float] | None = None
    small_view: tuple[float, float, float, float] | None = None
    checked_by: str = ""

    @property
    def moments(self) -> tuple[Pose, ...] | tuple[RearPose, ...] | tuple[TopPose, ...]:
        """The poses, from whichever side they are seen."""
        return self.poses or self.rear_poses or self.top_poses

    @property
    def is_from_behind(self) -> bool:
        """Whether the body is seen from behind."""
        return bool(self.rear_poses)

    @property
    def is_from_above(self) -> bool:
        """Whether the feet are seen from above: there is no floor line then."""
        return bool(self.top_poses)

    @property
    def n_moves(self) -> int:
        """How many times one pose goes over into the next."""
        return len(self.moments) - (0 if self.is_cycle else 1)

    def drawing(self, index: int = -1) -> Drawing:
        """Return the layers of the pose of that index."""
        return self._drawn(self.moments[index], f"{self.id}.poses[{index}]")

    def drawing_between(self, index: int, fraction: float) -> Drawing:
        """Return the layers a fraction of the way from one pose to the next; a cycle ends where it began."""
        after = (index + 1) % len(self.moments)
        if self.moments[after].is_flight:
            fraction = 1 - (1 - fraction) ** 2
        elif self.moments[index].is_flight:
            fraction = fraction**2
        where = f"{self.id}.poses[{index}] to [{after}]"
        if self.poses:
            return self._drawn(between(self.poses[index], self.poses[after], fraction), where)
        if self.top_poses:
            return self._drawn(between(self.top_poses[index], self.top_poses[after], fraction), where)
        return self._drawn(between(self.rear_poses[index], self.rear_poses[after], fraction), where)

    def _drawn(self, pose: Pose | RearPose | TopPose, where: str) -> Drawing:
        if isinstance(pose, TopPose):
            drawing = top_drawing(pose)
        elif isinstance(pose, RearPose):
            drawing = rear_drawing(pose)
        else:
            drawing = side_drawing(solve(pose, where), is_far_foot_in_front=self.is_far_foot_in_front)
        if not self.held:
            return drawing
        missing = [one.at for one in self.held if one.at not in drawing.joints]
        if missing:
            raise ContentError(f"there is no point {missing[0]!r}.", where=f"{where}: held")
        return drawing._replace(layers=_with_held(drawing, self.held))


def _with_held(drawing: Drawing, held: tuple[Held, ...]) -> tuple[Layer, ...]:
    """Put what is held into the layers: behind the near leg, or in front of everything."""
    layers = list(drawing.layers)
    for one in held:
        x, y = drawing.joints[one.at]
        layer = Layer("f-thing", (Part(one.kind, (x, y + one.above), 0.0),))
        near = next(i for i, other in enumerate(layers) if other.css == "f-own")
        layers.insert(near if one.is_behind else len(layers), layer)
    return tuple(layers)


def read_figure(file: Traversable) -> ExerciseFigure:
    """Read one figure.

    Parameters
    ----------
    file : Traversable
        A TOML file named after its exercise.

    Returns
    -------
    ExerciseFigure
        The figure, every pose of which can be reached.

    Raises
    ------
    ContentError
        When a field is unknown, missing or malformed, or a limb cannot reach its place; names file and field.
    """
    try:
        figure = msgspec.toml.decode(file.read_bytes(), type=ExerciseFigure)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ContentError(str(error), where=f"figures/{file.name}") from error
    if figure.id != file.name.removesuffix(".toml"):
        raise ContentError(f"id {figure.id!r} is not the name of its file.", where=f"figures/{file.name}: id")
    n_views = sum(bool(poses) for poses in (figure.poses, figure.rear_poses, figure.top_poses))
    if n_views != 1 or not 2 <= len(figure.moments) <= 6:
        raise ContentError("needs two to six poses, seen from one side.", where=f"figures/{file.name}: poses")
    if figure.pace and (len(figure.pace) != figure.n_moves or min(figure.pace) <= 0):
        raise ContentError(
            f"needs {figure.n_moves} numbers above 0, one for each move.", where=f"figures/{file.name}: pace"
        )
    for index in range(figure.n_moves):
        for fraction in (0.0, 0.5, 1.0):
            figure.drawing_between(index, fraction)
    return figure


@cache
def load_figures() -> dict[str, ExerciseFigure]:
    """Return every drawn exercise by its id, in order of their names.

    Raises
    ------
    ContentError
        When a file is malformed; names file and field.
    """
    folder = files("mortise") / "content" / "figures"
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    return {file.name.removesuffix(".toml"): read_figure(file) for file in found}
