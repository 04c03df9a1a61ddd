"""From a pose to joint positions: forward from angles, or backward from where a foot or a hand is."""

from __future__ import annotations

from math import acos, atan2, cos, degrees, hypot, radians, sin
from typing import NamedTuple

from mortise.errors import ContentError
from mortise.report.figure._outline import (
    ANKLE_HEIGHT,
    FOREARM,
    HAND,
    HEEL,
    NECK,
    SHANK,
    THIGH,
    TOE_JOINT,
    TOE_TIP,
    TRUNK,
    UPPER_ARM,
    Point,
    turned,
)
from mortise.report.figure.pose import Arm, Leg, Pose

REACH_SLACK = 4.0  # thousandths of stature a straight limb may fall short of its place


class LegJoints(NamedTuple):
    """Joints of one leg, and the leans of its parts from hanging straight, degrees clockwise."""

    hip: Point
    knee: Point
    ankle: Point
    thigh_deg: float
    shank_deg: float
    foot_deg: float
    toes_deg: float
    is_short: bool = False
    is_curled: bool = False
    big_toe_deg: float | None = None

    @property
    def toe_joint(self) -> Point:
        """Where the toes bend."""
        x, y = turned(TOE_JOINT, self.foot_deg)
        return self.ankle[0] + x, self.ankle[1] + y

    @property
    def heel(self) -> Point:
        """The heel's point of contact."""
        x, y = turned(HEEL, self.foot_deg)
        return self.ankle[0] + x, self.ankle[1] + y

    @property
    def toe_tip(self) -> Point:
        """Underside of the great toe."""
        x, y = turned((TOE_TIP[0] - TOE_JOINT[0], TOE_TIP[1] - TOE_JOINT[1]), self.foot_deg - self.toes_deg)
        return self.toe_joint[0] + x, self.toe_joint[1] + y


class ArmJoints(NamedTuple):
    """Joints of one arm, and the leans of its parts."""

    elbow: Point
    wrist: Point
    upper_deg: float
    fore_deg: float
    hand_deg: float

    @property
    def palm(self) -> Point:
        """Middle of the hand, where it holds."""
        return down(self.wrist, self.hand_deg, HAND * 0.6)


class Body(NamedTuple):
    """Joint positions of one pose, thousandths of stature, floor at 0."""

    near: LegJoints
    far: LegJoints
    near_arm: ArmJoints | None
    far_arm: ArmJoints | None
    shoulder: Point
    trunk_deg: float
    neck: Point
    head: Point
    neck_lean_deg: float
    head_deg: float


def up(point: Point, lean_deg: float, length: float) -> Point:
    """Return the point `length` away, upwards and leaning forward by `lean_deg`."""
    return point[0] + length * sin(radians(lean_deg)), point[1] + length * cos(radians(lean_deg))


def down(point: Point, lean_deg: float, length: float) -> Point:
    """Return the point `length` away, hanging down from a joint with that lean."""
    return up(point, lean_deg, -length)


def _two_links(
    start: Point, end: Point, first: float, second: float, where: str
) -> tuple[float, float, float]:
    """Return the lean from start to end and the two corner angles of the triangle of the links, degrees."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    far = hypot(dx, dy)
    if far > first + second + REACH_SLACK or far < abs(first - second):
        raise ContentError(
            f"cannot reach ({end[0]:.0f}, {end[1]:.0f}) from ({start[0]:.0f}, {start[1]:.0f}): "
            f"{far:.0f} apart, limb {first + second:.0f}.",
            where=where,
            mend="Move the hip, shoulder, foot or hand.",
        )
    far = min(far, first + second - 0.01)
    at_start = degrees(acos((first**2 + far**2 - second**2) / (2 * first * far)))
    at_end = degrees(acos((second**2 + far**2 - first**2) / (2 * second * far)))
    return degrees(atan2(-dx, -dy)), at_start, at_end


def _ankle_over(at: Point, leg: Leg) -> Point:
    """Return the ankle of a foot turned about its toe joint (heel up) or about its heel (toes up)."""
    foot_deg = leg.foot_deg
    pivot = TOE_JOINT if foot_deg > 0 or leg.pivot == "ball" else HEEL
    x, y = turned((-pivot[0], -pivot[1]), foot_deg)
    return at[0] + pivot[0] + x, at[1] + ANKLE_HEIGHT + pivot[1] + y


def _angles(leg: Leg, where: str) -> tuple[float, float, float]:
    if leg.hip_deg is None or leg.knee_deg is None or leg.ankle_deg is None:
        raise ContentError("needs `at`, or `hip_deg`, `knee_deg` and `ankle_deg`.", where=where)
    return leg.hip_deg, leg.knee_deg, leg.ankle_deg


def _leg_from_hip(leg: Leg, hip: Point, trunk_deg: float, where: str) -> LegJoints:
    if leg.at is not None:
        ankle = _ankle_over(leg.at, leg)
        lean, at_hip, at_ankle = _two_links(hip, ankle, THIGH, SHANK, where)
        thigh, shank = lean - at_hip, lean + at_ankle  # the knee bends forward
        foot = leg.foot_deg
    else:
        hip_deg, knee_deg, ankle_deg = _angles(leg, where)
        thigh = trunk_deg - hip_deg
        shank = thigh + knee_deg
        foot = shank - ankle_deg
    knee = down(hip, thigh, THIGH)
    return LegJoints(
        hip,
        knee,
        down(knee, shank, SHANK),
        thigh,
        shank,
        foot,
        leg.toes_now_deg,
        leg.is_short,
        leg.is_curled,
        leg.big_toe_deg,
    )


def _leg_from_floor(leg: Leg, x: float, where: str) -> tuple[LegJoints, float]:
    """Build the near leg upwards from its toe joint; return it and the lean of the trunk."""
    hip_deg, knee_deg, ankle_deg = _angles(leg, where)
    flat_x = x - TOE_JOINT[0]
    ankle = _ankle_over((flat_x, 0.0), leg)
    shank = leg.foot_deg + ankle_deg
    knee = up(ankle, shank, SHANK)
    thigh = shank - knee_deg
    joints = LegJoints(up(knee, thigh, THIGH), knee, ankle, thigh, shank, leg.foot_deg, leg.toes_now_deg)
    return joints, thigh + hip_deg


def _arm(arm: Arm | None, shoulder: Point, trunk_deg: float, where: str) -> ArmJoints | None:
    if arm is None:
        return None
    if arm.hand is not None:
        lean, at_shoulder, at_wrist = _two_links(shoulder, arm.hand, UPPER_ARM, FOREARM, where)
        upper, fore = lean + at_shoulder, lean - at_wrist  # the elbow points backwards
    elif arm.shoulder_deg is not None and arm.elbow_deg is not None:
        upper = trunk_deg - arm.shoulder_deg
        fore = upper - arm.elbow_deg
    else:
        raise ContentError("needs `hand`, or `shoulder_deg` and `elbow_deg`.", where=where)
    elbow = down(shoulder, upper, UPPER_ARM)
    hand = fore - arm.wrist_deg if arm.hand_deg is None else arm.hand_deg
    return ArmJoints(elbow, down(elbow, fore, FOREARM), upper, fore, hand)


def solve(pose: Pose, where: str = "pose") -> Body:
    """Return the joint positions of a pose.

    Parameters
    ----------
    pose : Pose
        Angles or places, degrees and thousandths of stature.
    where : str
        Name of the pose for error messages.

    Returns
    -------
    Body
        Joints in the frame of the pose: x forward, y up, floor at 0.

    Raises
    ------
    ContentError
        When a hand or foot cannot be reached, or a limb is given neither by place nor by angles.

    Notes
    -----
    1. With `hip`: trunk and both legs from there; a placed foot is reached by bending the knee forward.
    2. Without: the near leg is built upwards from its toe joint (heel, when the toes are up), the far leg hangs from
       the hip so found.
    3. Arms hang from the shoulder; a placed wrist is reached with the elbow behind. The head leans half as the neck.
    """
    if pose.hip is not None:
        if pose.trunk_deg is None:
            raise ContentError("needs `trunk_deg` beside `hip`.", where=where)
        hip, trunk = pose.hip, pose.trunk_deg
        near = _leg_from_hip(pose.near, hip, trunk, f"{where}.near")
    else:
        near, trunk = _leg_from_floor(pose.near, pose.x, f"{where}.near")
        hip = near.hip
    shoulder = up(hip, trunk, TRUNK)
    head_deg = trunk + pose.neck_deg
    neck = up(shoulder, trunk, -12)
    head = up(up(neck, (trunk + head_deg) / 2 + 7, NECK), 90 + head_deg, 7)
    return Body(
        near=near,
        far=_leg_from_hip(pose.far, hip, trunk, f"{where}.far"),
        near_arm=_arm(pose.near_arm, shoulder, trunk, f"{where}.near_arm"),
        far_arm=_arm(pose.far_arm, shoulder, trunk, f"{where}.far_arm"),
        shoulder=shoulder,
        trunk_deg=trunk,
        neck=neck,
        head=head,
        neck_lean_deg=degrees(atan2(head[0] - neck[0], head[1] - neck[1])),
        head_deg=head_deg,
    )
