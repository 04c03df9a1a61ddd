"""Poses as data: joint angles or placed feet and hands, in thousandths of stature, and the frames between two poses.

Frame: x forward (the way the toes point), y up, floor at 0. Positive is the bending direction: dorsiflexion, knee and
hip flexion, toe extension, forward lean of the trunk; `foot_deg` is the heel above the toes.
"""

from __future__ import annotations

from typing import Literal, TypeVar

from msgspec import Struct, structs

from mortise.errors import ContentError

Place = tuple[float, float]


class Leg(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One leg, given by angles or by where its foot is.

    Attributes
    ----------
    at : (float, float) or None
        Where the ankle would stand over a flat foot (x, height of the surface). A positive `foot_deg` then turns the
        foot about its toe joint, a negative one about its heel, so a planted foot stays planted between two poses.
    foot_deg : float
        Heel above toes, degrees from level.
    toes_deg : float or None
        Extension at the toe joint; None keeps the toes on the surface while the heel rises.
    pivot : str
        `auto` as above; `ball` keeps the toe joint in place whatever the pitch, as on the edge of a step.
    hip_deg, knee_deg, ankle_deg : float or None
        Flexion, flexion, dorsiflexion; needed when `at` is None.
    is_short, is_curled : bool
        Drawn with the arch lifted and the ball drawn towards the heel; with the toes curled under.
    big_toe_deg : float or None
        Extension of the big toe alone, which is then drawn by itself behind the others.
    """

    at: Place | None = None
    foot_deg: float = 0
    toes_deg: float | None = None
    pivot: Literal["auto", "ball"] = "auto"
    is_short: bool = False
    is_curled: bool = False
    big_toe_deg: float | None = None
    hip_deg: float | None = None
    knee_deg: float | None = None
    ankle_deg: float | None = None

    @property
    def toes_now_deg(self) -> float:
        """Extension at the toe joint: as given, or what keeps the toes on the surface."""
        if self.toes_deg is not None:
            return self.toes_deg
        return self.foot_deg if self.pivot == "ball" else max(0.0, self.foot_deg)


class Arm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One arm, given by where its wrist is (`hand`) or by angles.

    `wrist_deg` bends the hand against the forearm; `hand_deg` instead says where it points: 0 down, -90 forward,
    -180 up.
    """

    hand: Place | None = None
    shoulder_deg: float | None = None
    elbow_deg: float | None = None
    wrist_deg: float = 0
    hand_deg: float | None = None


class Pose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One moment of an exercise, seen from the side.

    Attributes
    ----------
    words : str
        What the person does at this moment: the caption of this picture.
    hip : (float, float) or None
        Where the hip is. None builds the body upwards from the near foot at `x`, and then the near leg needs angles.
    x : float
        Place of the near toe joint when `hip` is None.
    trunk_deg : float or None
        Forward lean; needed with `hip`, otherwise it follows from the near leg.
    neck_deg : float
        Bend of the head against the trunk.
    stands : tuple of str
        Which feet carry weight now, `near` and `far`. A test holds them to the surface.
    is_flight : bool
        The top of a jump: what leads to it slows down, what follows it speeds up, as a thrown body does.
    """

    words: str
    near: Leg
    far: Leg
    near_arm: Arm | None = None
    far_arm: Arm | None = None
    hip: Place | None = None
    x: float = 0
    trunk_deg: float | None = None
    neck_deg: float = 0
    stands: tuple[str, ...] = ("near", "far")
    is_flight: bool = False


class RearPose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One moment seen from behind: abduction of each leg, lean of the trunk to the near side, lift of the whole body.

    Attributes
    ----------
    words : str
        Caption.
    hip : (float, float)
        Middle of the pelvis.
    near_deg, far_deg : float
        Abduction of the thigh from hanging straight down, outwards positive.
    near_knee_deg, far_knee_deg : float
        Inward lean of the shank against the thigh (a knock of the knee), usually 0.
    near_foot_deg, far_foot_deg : float or None
        Outward lean of a foot from upright; None follows the shank. 0 keeps the sole flat under a leaning leg.
    near_arm_deg, far_arm_deg : float
        Arms away from the trunk.
    near_elbow_deg, far_elbow_deg : float
        Bend of each elbow inwards, for a hand on the hip or on a worktop.
    near_bend_deg, far_bend_deg : float
        How far hip and knee are bent out of the picture: thigh and shank are drawn shorter by its cosine.
    near_shank_bend_deg, far_shank_bend_deg : float or None
        The same for the shank alone, where it is not the thigh's.
    trunk_bend_deg : float
        Lean of the trunk away from the viewer, drawn the same way.
    stands : tuple of str
        Which feet carry weight.
    is_flight : bool
        The top of a jump, as in `Pose`.
    turn_deg : float
        Turn of the whole body about the pelvis: -90 lies on its far side.
    """

    words: str
    hip: Place = (0, 537)
    trunk_deg: float = 0
    trunk_bend_deg: float = 0
    turn_deg: float = 0
    near_bend_deg: float = 0
    far_bend_deg: float = 0
    near_shank_bend_deg: float | None = None
    far_shank_bend_deg: float | None = None
    is_flight: bool = False
    near_deg: float = 2
    far_deg: float = 2
    near_knee_deg: float = 0
    far_knee_deg: float = 0
    near_foot_deg: float | None = None
    far_foot_deg: float | None = None
    near_arm_deg: float = 14
    far_arm_deg: float = 14
    near_elbow_deg: float = 6
    far_elbow_deg: float = 6
    stands: tuple[str, ...] = ("near", "far")


class TopPose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One moment of both feet seen from above; the toes point up the picture, the near foot is on the right.

    Attributes
    ----------
    words : str
        Caption.
    near_at, far_at : (float, float)
        Where the middle of the heel stands.
    near_deg, far_deg : float
        Turn of the foot about its heel, outwards positive.
    """

    words: str
    near_at: Place = (70, 0)
    far_at: Place = (-70, 0)
    near_deg: float = 6
    far_deg: float = 6
    stands: tuple[str, ...] = ("near", "far")
    is_flight: bool = False


AnyPose = TypeVar("AnyPose", Pose, RearPose, TopPose)


def _between(a: object, b: object, t: float, where: str) -> object:
    """Blend two values of one shape; words and lists of names are taken from the nearer pose."""
    if isinstance(a, Leg) and isinstance(b, Leg) and (a.toes_deg is None) != (b.toes_deg is None):
        a = structs.replace(a, toes_deg=a.toes_now_deg)
        b = structs.replace(b, toes_deg=b.toes_now_deg)
    if isinstance(a, Struct) and isinstance(b, Struct):
        names = a.__struct_fields__
        mixed = {name: _between(getattr(a, name), getattr(b, name), t, f"{where}.{name}") for name in names}
        return structs.replace(a, **mixed)
    if isinstance(a, bool):
        return a if t < 0.5 else b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return a + (b - a) * t
    if isinstance(a, tuple) and isinstance(b, tuple) and a and b and isinstance(a[0], int | float):
        return tuple(_between(one, other, t, where) for one, other in zip(a, b, strict=True))
    if (a is None) != (b is None):
        raise ContentError("is given in one pose and not in the next.", where=where, mend="Give it in both.")
    return a if t < 0.5 else b


def between(a: AnyPose, b: AnyPose, t: float) -> AnyPose:
    """Return the pose a fraction `t` of the way from `a` to `b`, by its numbers.

    Raises
    ------
    ContentError
        When one pose places a limb and the other gives it by angles.
    """
    mixed = _between(a, b, t, "pose")
    assert isinstance(mixed, type(a))  # _between keeps the type
    return mixed
