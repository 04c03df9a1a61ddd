"""The body as layers of rigid parts, in paint order: the same list draws a still picture and moves an animated one."""

from __future__ import annotations

from math import cos, radians
from typing import NamedTuple

from mortise.report.figure._outline import SHANK, THIGH, TRUNK, Point, turned
from mortise.report.figure.body import ArmJoints, Body, LegJoints, down, up
from mortise.report.figure.pose import RearPose, TopPose


class Part(NamedTuple):
    """One rigid part: its outline, where its first joint is, how far it is turned clockwise.

    `length_ratio` is below 1 where the part points out of the picture.
    """

    outline: str
    at: Point
    turn_deg: float
    length_ratio: float = 1.0


class Layer(NamedTuple):
    """Parts of one limb under one class; the halo of `f-own` and `f-arm` runs round the whole limb."""

    css: str
    parts: tuple[Part, ...]

    @property
    def has_halo(self) -> bool:
        """Whether the class draws an outline in the colour of the ground."""
        return self.css in ("f-own", "f-arm")


class Drawing(NamedTuple):
    """A body ready to paint: limbs, pins, working joints, and named points that a band or a mark may hold on to."""

    layers: tuple[Layer, ...]
    pins: tuple[tuple[Point, float], ...]
    joints: dict[str, Point]


def _leg(leg: LegJoints, css: str) -> Layer:
    big_toe: tuple[Part, ...] = ()
    if leg.big_toe_deg is not None:
        big_toe = (Part("toes", leg.toe_joint, leg.foot_deg - leg.big_toe_deg),)
    return Layer(
        css,
        (
            *big_toe,
            Part("thigh", leg.hip, leg.thigh_deg),
            Part("shank", leg.knee, leg.shank_deg),
            Part("foot-short" if leg.is_short else "foot", leg.ankle, leg.foot_deg),
            Part("toes-curled" if leg.is_curled else "toes", leg.toe_joint, leg.foot_deg - leg.toes_deg),
        ),
    )


def _arm(arm: ArmJoints | None, shoulder: Point, css: str) -> tuple[Layer, ...]:
    if arm is None:
        return ()
    parts = (
        Part("upper-arm", shoulder, arm.upper_deg),
        Part("forearm", arm.elbow, arm.fore_deg),
        Part("hand", arm.wrist, arm.hand_deg),
    )
    return (Layer(css, parts),)


def _leg_points(name: str, leg: LegJoints) -> dict[str, Point]:
    ball = leg.toe_joint
    return {
        f"{name}.hip": leg.hip, f"{name}.knee": leg.knee, f"{name}.ankle": leg.ankle, f"{name}.ball": ball,
        f"{name}.heel": leg.heel, f"{name}.toe": leg.toe_tip,
        f"{name}.shin": ((leg.knee[0] + leg.ankle[0]) / 2, (leg.knee[1] + leg.ankle[1]) / 2),
    }  # fmt: skip


def side_drawing(body: Body, *, is_far_foot_in_front: bool = False) -> Drawing:
    """Return the layers of a body seen from its treated side. Far limbs, trunk, near leg, near arm."""
    far_leg = _leg(body.far, "f-b2")
    far_foot: tuple[Layer, ...] = ()
    if is_far_foot_in_front:
        far_foot = (Layer("f-arm", far_leg.parts[2:]),)
        far_leg = Layer("f-b2", far_leg.parts[:2])
    trunk = Layer(
        "f-b1",
        (
            Part("trunk", body.near.hip, body.trunk_deg),
            Part("neck", body.neck, body.neck_lean_deg),
            Part("skull", body.head, body.head_deg),
        ),
    )
    layers = (
        *_arm(body.far_arm, body.shoulder, "f-b2"),
        far_leg,
        trunk,
        _leg(body.near, "f-own"),
        *far_foot,
        *_arm(body.near_arm, body.shoulder, "f-arm"),
    )
    pins = ((body.near.hip, 8.0), (body.near.knee, 7.0), (body.near.toe_joint, 5.5))
    joints = _leg_points("near", body.near) | _leg_points("far", body.far)
    for name, arm in (("near", body.near_arm), ("far", body.far_arm)):
        if arm is not None:
            joints[f"{name}.hand"] = arm.palm
    return Drawing(layers, pins, joints)


_PELVIS, _CHEST, _REAR_ANKLE = (
    52.0,
    104.0,
    46.0,
)  # half breadths of hip and shoulder joints; ankle above the sole


def _rear_leg(
    hip: Point,
    out: int,
    thigh_deg: float,
    knee_deg: float,
    bends_deg: tuple[float, float],
    foot_deg: float | None,
    css: str,
) -> tuple[Layer, dict[str, Point]]:
    """One leg from behind; `out` is +1 when outwards is to the right of the picture."""
    thigh = -out * thigh_deg  # a clockwise turn of a hanging part moves its end to the left
    shank = thigh + out * knee_deg
    ratios = (cos(radians(bends_deg[0])), cos(radians(bends_deg[1])))
    knee = down(hip, thigh, THIGH * ratios[0])
    ankle = down(knee, shank, SHANK * ratios[1])
    names = [f"{part}-rear{'' if out > 0 else '-mirror'}" for part in ("thigh", "shank", "foot")]
    turns = (thigh, shank, shank if foot_deg is None else -out * foot_deg)
    parts = tuple(
        Part(name, at, turn, length)
        for name, at, turn, length in zip(names, (hip, knee, ankle), turns, (*ratios, 1.0), strict=True)
    )
    return Layer(css, parts), {"hip": hip, "knee": knee, "ankle": ankle}


def _rear_arm(shoulder: Point, out: int, arm_deg: float, elbow_deg: float, css: str) -> Layer:
    upper = -out * arm_deg
    elbow = down(shoulder, upper, 176)
    fore = upper + out * elbow_deg
    wrist = down(elbow, fore, 146)
    names = [f"{part}-rear{'' if out > 0 else '-mirror'}" for part in ("upper-arm", "forearm", "hand")]
    places = ((shoulder, upper), (elbow, fore), (wrist, fore))
    return Layer(css, tuple(Part(name, at, turn) for name, (at, turn) in zip(names, places, strict=True)))


def rear_drawing(pose: RearPose) -> Drawing:
    """Return the layers of a body seen from behind; the near leg is on the right, as the right leg of a right ankle."""
    hip, trunk = pose.hip, pose.trunk_deg
    trunk_ratio = cos(radians(pose.trunk_bend_deg))
    shoulder = up(hip, trunk, TRUNK * trunk_ratio)
    near, near_joints = _rear_leg(
        (hip[0] + _PELVIS, hip[1]),
        1,
        pose.near_deg,
        pose.near_knee_deg,
        (
            pose.near_bend_deg,
            pose.near_bend_deg if pose.near_shank_bend_deg is None else pose.near_shank_bend_deg,
        ),
        pose.near_foot_deg,
        "f-own",
    )
    far, far_joints = _rear_leg(
        (hip[0] - _PELVIS, hip[1]),
        -1,
        pose.far_deg,
        pose.far_knee_deg,
        (
            pose.far_bend_deg,
            pose.far_bend_deg if pose.far_shank_bend_deg is None else pose.far_shank_bend_deg,
        ),
        pose.far_foot_deg,
        "f-b2",
    )
    neck, head = up(shoulder, trunk, -12), up(shoulder, trunk, 92)
    back = (
        Part("trunk-rear", hip, trunk, trunk_ratio),
        Part("neck-rear", neck, trunk),
        Part("skull-rear", head, trunk),
    )
    right, left = up(shoulder, trunk + 90, _CHEST), up(shoulder, trunk - 90, _CHEST)
    right, left = (right[0], right[1] - 26), (left[0], left[1] - 26)
    layers = (
        far,
        Layer("f-b1", back),
        near,
        _rear_arm(left, -1, pose.far_arm_deg, pose.far_elbow_deg, "f-arm"),
        _rear_arm(right, 1, pose.near_arm_deg, pose.near_elbow_deg, "f-arm"),
    )
    joints = {f"near.{name}": at for name, at in near_joints.items()}
    joints |= {f"far.{name}": at for name, at in far_joints.items()}
    pins = ((near_joints["hip"], 8.0), (near_joints["knee"], 7.0))
    upright = Drawing(layers, pins, joints)
    return _lying(upright, hip, pose.turn_deg) if pose.turn_deg else upright


def _lying(drawing: Drawing, about: Point, turn_deg: float) -> Drawing:
    """Turn the whole body about its pelvis."""

    def moved(point: Point) -> Point:
        x, y = turned((point[0] - about[0], point[1] - about[1]), turn_deg)
        return about[0] + x, about[1] + y

    layers = tuple(
        Layer(
            layer.css,
            tuple(
                part._replace(at=moved(part.at), turn_deg=part.turn_deg + turn_deg) for part in layer.parts
            ),
        )
        for layer in drawing.layers
    )
    pins = tuple((moved(at), radius) for at, radius in drawing.pins)
    return Drawing(layers, pins, {name: moved(at) for name, at in drawing.joints.items()})


def _top_foot(at: Point, out: int, deg: float, css: str) -> tuple[Layer, dict[str, Point]]:
    """One foot from above, turned about its heel, with the shin cut across."""
    turn, mirror = out * deg, "" if out > 0 else "-mirror"
    names = ("foot-top", *(f"toe-top-{i}" for i in range(5)), "shank-top")

    def point(x: float, y: float) -> Point:
        dx, dy = turned((out * x, y), turn)
        return at[0] + dx, at[1] + dy

    parts = tuple(Part(name + mirror, at, turn) for name in names)
    points = {"heel": at, "ankle": point(0, 44), "ball": point(-10, 138), "toe": point(-31, 182)}
    return Layer(css, parts), points | {"out": point(44, 128), "in": point(-46, 134)}


def top_drawing(pose: TopPose) -> Drawing:
    """Return the layers of both feet seen from above; the near foot is the right one of a right ankle."""
    near, near_joints = _top_foot(pose.near_at, 1, pose.near_deg, "f-own")
    far, far_joints = _top_foot(pose.far_at, -1, pose.far_deg, "f-b2")
    joints = {f"near.{name}": at for name, at in near_joints.items()}
    joints |= {f"far.{name}": at for name, at in far_joints.items()}
    return Drawing((far, near), (), joints)
