"""The drawn exercises: every foot where it belongs, both sides alike, light and safe enough for a phone."""

import re
from importlib.resources import files
from itertools import pairwise
from math import cos, radians
from xml.etree import ElementTree

import msgspec
import pytest

from mortise.errors import ContentError
from mortise.report.figure import animation, load_figures, picture, read_figure, steps, thumbnail
from mortise.report.figure.body import REACH_SLACK, solve
from mortise.report.figure.check import faults
from mortise.report.figure.draw import fitted_view
from mortise.report.figure.library import Mark, Thing
from mortise.report.figure.motion import _unwound, drawings, pose_frames
from mortise.report.figure.pose import Leg, Pose, RearPose, between
from mortise.terms import Side

FIGURES = load_figures()
EXERCISES = {
    "ankle-pump", "ankle-circle", "towel-calf-stretch", "wall-calf-stretch", "soleus-stretch", "knee-to-wall",
    "band-mobilisation", "seated-toe-raise", "toe-raise-wall", "band-dorsiflexion", "heel-raise-double",
    "heel-raise-single", "heel-drop-step", "step-up", "step-down", "sit-to-stand", "chair-squat", "single-leg-stand",
    "tandem-stand", "tandem-walk", "heel-to-toe-walk", "marching", "hip-abduction", "short-foot", "stair-practice",
    "incline-walk", "obstacle-step", "calm-walk", "dorsiflexion-isometric", "rest-elevation", "calf-roller",
    "front-ankle-stretch", "toe-stretch", "big-toe-band", "heel-raise-ball", "toe-yoga", "toe-curl",
    "short-foot-one-leg", "toe-taps", "dorsiflexion-loaded", "side-press", "band-inversion",
    "band-eversion", "eversion-standing",
    "calf-isometric", "heel-raise-half", "heel-raise-volume", "heel-lower", "calf-raise-heavy", "seated-heel-raise",
    "soleus-raise-heavy",
}  # fmt: skip
every = pytest.mark.parametrize("name", sorted(FIGURES))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_the_programme_is_drawn():
    assert set(FIGURES) >= EXERCISES


@every
def test_feet_touch_the_surface_and_no_limb_goes_through_a_thing(name):
    assert faults(FIGURES[name]) == []


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("calm-walk", {"hip": (6, 505), "near": {"at": (0, -30)}}, "under the floor"),
        ("calm-walk", {"near": {"at": (0, 25)}}, "foot is 2"),
        ("step-up", {"far": {"at": (0, 0)}}, "inside the step"),
        ("knee-to-wall", {"near_arm": {"hand": (110, 660)}}, "inside the wall"),
    ],
)
def test_a_pose_that_no_body_could_hold_is_found(name, change, said):
    figure = FIGURES[name]
    at = 1 if name == "calm-walk" else 0
    pose = figure.poses[at]
    for part, new in change.items():
        if isinstance(new, dict):
            new = msgspec.structs.replace(getattr(pose, part), **new)
        pose = msgspec.structs.replace(pose, **{part: new})
    poses = [*figure.poses]
    poses[at] = pose
    planted = msgspec.structs.replace(figure, poses=tuple(poses))
    assert any(said in fault for fault in faults(planted)), faults(planted)


def _stays(first: Pose, second: Pose, side: str) -> bool:
    """Whether a foot stands in both poses on one spot, without rolling from heel to toes."""
    before, after = getattr(first, side), getattr(second, side)
    is_planted = (
        side in first.stands and side in second.stands and before.at is not None and before.at == after.at
    )
    return is_planted and before.foot_deg * after.foot_deg >= 0


def test_planted_feet_stay_planted_between_two_poses():
    n_checked = 0
    for figure in FIGURES.values():
        for first, second in pairwise(figure.poses):
            for side in ("near", "far"):
                if not _stays(first, second, side):
                    continue
                n_checked += 1
                legs = [getattr(solve(between(first, second, t)), side) for t in (0, 0.25, 0.5, 0.75, 1)]
                is_on_heel = min(leg.foot_deg for leg in legs) < 0 and getattr(first, side).pivot == "auto"
                spots = [leg.heel if is_on_heel else leg.toe_joint for leg in legs]
                moved = max(abs(x - spots[0][0]) + abs(y - spots[0][1]) for x, y in spots)
                assert moved < 2 * REACH_SLACK, figure.id
    assert n_checked > 20


@every
def test_knees_and_elbows_bend_only_the_way_they_can(name):
    for pose in FIGURES[name].poses:
        body = solve(pose)
        for leg in (body.near, body.far):
            knee_deg, ankle_deg = leg.shank_deg - leg.thigh_deg, leg.shank_deg - leg.foot_deg
            assert -0.5 <= knee_deg <= 140
            assert -56 <= ankle_deg <= 38, f"{pose.words}: {ankle_deg:.0f}"
        for arm in (body.near_arm, body.far_arm):
            assert arm is None or -0.5 <= arm.upper_deg - arm.fore_deg <= 150


@every
@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT, Side.NONE])
def test_every_picture_is_well_formed_and_carries_no_style_or_script(name, side):
    figure = FIGURES[name]
    pictures = [picture(figure, side), thumbnail(figure, side), animation(figure, side, id_prefix="a1")]
    pictures += [step.svg for step in steps(figure, side)]
    for svg in pictures:
        for element in parsed(svg).iter():
            assert element.tag in {
                "svg",
                "g",
                "path",
                "circle",
                "ellipse",
                "rect",
                "line",
                "text",
                "use",
                "defs",
            }
            assert not any(key == "style" or key.startswith("on") for key in element.attrib)
        assert "NaN" not in svg
        assert "nan" not in re.sub(r'aria-label="[^"]*"|data-figure="[^"]*"', "", svg)


@every
def test_a_left_ankle_is_the_mirror_image_of_a_right_one(name):
    figure = FIGURES[name]
    left, right = parsed(picture(figure, Side.LEFT)), parsed(picture(figure, Side.RIGHT))
    x, y, width, height = (float(v) for v in right.attrib["viewBox"].split())
    assert [float(v) for v in left.attrib["viewBox"].split()] == pytest.approx(
        [-(x + width), y, width, height], abs=0.11
    )
    mirrored = left[0]
    assert mirrored.attrib["transform"] == "scale(-1 1)"
    own = [
        [e.attrib["d"] for e in root.iter("path") if e.attrib["class"] == "f-own"] for root in (left, right)
    ]
    assert own[0] == own[1]
    assert len(own[0]) == 1  # the treated leg is the only one in colour


@every
def test_the_side_is_said_in_words(name):
    figure = FIGURES[name]
    for side in (Side.LEFT, Side.RIGHT):
        assert side.value in parsed(picture(figure, side)).attrib["aria-label"].lower()
        assert not any("{" in step.words for step in steps(figure, side))
        assert all(step.words[0].isupper() and step.words.endswith(".") for step in steps(figure, side))
    assert "{" not in picture(figure, Side.NONE)


@every
def test_a_moving_picture_is_light_and_its_frames_fit_its_parts(name):
    figure = FIGURES[name]
    svg = animation(figure, Side.LEFT, id_prefix="m1")
    assert len(svg.encode()) < 20_000
    root = parsed(svg)
    rows = [[float(v) for v in row.split(" ")] for row in root.attrib["data-frames"].split(";")]
    numbers = {int(e.attrib["data-part"]) for e in root.iter() if "data-part" in e.attrib}
    n_links = sum("data-link" in e.attrib for e in root.iter())
    assert numbers == set(range(len(numbers)))
    shortened = any(
        part.length_ratio != 1 for frame in drawings(figure) for layer in frame.layers for part in layer.parts
    )
    assert {len(row) for row in rows} == {(4 if shortened else 3) * len(numbers) + 4 * n_links}
    assert int(root.attrib["data-poses"].split()[-1]) == len(rows) - 1
    assert len(drawings(figure)) == len(rows)


@every
def test_a_moving_picture_never_jumps(name):
    rows = parsed(animation(FIGURES[name], Side.RIGHT, id_prefix="m1")).attrib["data-frames"].split(";")
    frames = [[float(v) for v in row.split(" ")] for row in rows]
    is_quick = any(pose.is_flight for pose in FIGURES[name].moments)
    for before, after in pairwise(frames):
        # a sixth of a movement: no joint moves 18 cm of a tall person, no part turns 100 degrees; a jump is quicker
        assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < (135 if is_quick else 100)


def in_the_air(**changes):
    """Return a hop on the spot: the floor, the air, the floor."""
    pose = FIGURES["calm-walk"].poses[1]
    flight = msgspec.structs.replace(
        pose, hip=(6, 631), near=Leg(at=(0, 100)), far=Leg(at=(-30, 160), foot_deg=20, toes_deg=0), stands=(),
        is_flight=True,
    )  # fmt: skip
    figure = msgspec.structs.replace(FIGURES["calm-walk"], poses=(pose, flight, pose), is_cycle=False)
    return msgspec.structs.replace(figure, **changes)


def test_a_jump_slows_towards_its_top_and_falls_faster_and_faster():
    heights = [frame.joints["near.hip"][1] for frame in drawings(in_the_air())]
    rises = [after - before for before, after in pairwise(heights)]
    assert rises[:12] == sorted(rises[:12], reverse=True)
    assert rises[12:] == sorted(rises[12:], reverse=True)
    assert heights[12] == max(heights)
    assert len(rises) == 24


def test_a_quick_move_has_few_frames_and_a_slow_one_many():
    figure = in_the_air(pace=(3, 1))
    assert pose_frames(figure) == [0, 18, 24]
    frames = parsed(animation(figure, Side.LEFT, id_prefix="m")).attrib
    assert frames["data-poses"] == "0 18 24"
    assert len(frames["data-frames"].split(";")) == 25


def test_a_round_says_how_long_it_lasts():
    assert parsed(animation(FIGURES["calm-walk"], Side.LEFT, id_prefix="m")).attrib["data-round"] == "2.2"
    assert "data-round" not in animation(FIGURES["step-up"], Side.LEFT, id_prefix="m")


def test_a_knee_bent_towards_the_viewer_is_drawn_shorter_and_keeps_its_foot_on_the_floor():
    figure = FIGURES["hip-abduction"]
    bent = RearPose(words="Bend.", hip=(0, 46 + 491 * cos(radians(40))), near_bend_deg=40, far_bend_deg=40,
                    near_deg=0, far_deg=0)  # fmt: skip
    crouch = msgspec.structs.replace(figure, rear_poses=(figure.rear_poses[0], bent), things=(), marks=())
    assert faults(crouch) == []
    thigh = next(layer for layer in crouch.drawing(1).layers if layer.css == "f-own").parts[0]
    assert thigh.length_ratio == pytest.approx(0.766, abs=0.001)
    svg = animation(crouch, Side.LEFT, id_prefix="m")
    assert "scale(1 0.77)" in svg
    rows = [row.split(" ") for row in parsed(svg).attrib["data-frames"].split(";")]
    n_parts = len({e.attrib["data-part"] for e in parsed(svg).iter() if "data-part" in e.attrib})
    assert {len(row) for row in rows} == {4 * n_parts}


@pytest.mark.parametrize("kind", ["board", "ball", "cone", "bike", "water", "doormat"])
def test_every_kind_of_thing_is_drawn_in_the_classes_of_the_look(kind):
    thing = Thing(kind=kind, from_x=-90, to_x=90, top=80, base=0)
    figure = msgspec.structs.replace(FIGURES["calm-walk"], things=(thing,))
    plain = picture(msgspec.structs.replace(figure, things=()), Side.RIGHT)
    drawn = picture(figure, Side.RIGHT)
    assert len(drawn) > len(plain)
    classes = {e.attrib.get("class", "") for e in parsed(drawn).iter()}
    assert classes - {"fig", ""} <= {"f-floor", "f-thing", "f-room", "f-b1", "f-b2", "f-own", "f-arm", "f-joint",
                                     "f-work", "f-work-halo", "f-work-pin"}  # fmt: skip


def test_the_path_of_a_jump_leads_from_take_off_to_landing():
    mark = Mark(kind="hop", pose=0, start=(-100, 20), end=(100, 20), radius=80)
    figure = in_the_air(marks=(mark,))
    path = next(e for e in parsed(picture(figure, Side.RIGHT)).iter() if e.attrib.get("class") == "f-range")
    assert path.attrib["d"].startswith("M-100 -20Q0 -180 ")


def test_a_body_that_lies_on_its_side_is_the_standing_one_turned():
    figure = FIGURES["hip-abduction"]
    lying = msgspec.structs.replace(figure.rear_poses[0], turn_deg=-90)
    standing, turned_one = (
        figure.drawing(0).joints,
        msgspec.structs.replace(figure, rear_poses=(lying, lying)).drawing(0).joints,
    )
    x, y = figure.rear_poses[0].hip
    assert turned_one["near.hip"][1] > turned_one["far.hip"][1]  # the near leg lies on top
    for name, (before_x, before_y) in standing.items():
        assert turned_one[name] == pytest.approx((x - (before_y - y), y + (before_x - x)))


def test_numbers_said_aloud_stay_readable_when_the_picture_is_mirrored():
    mark = Mark(kind="bubble", pose=0, start=(300, 1000))
    figure = in_the_air(marks=(mark,))
    for side, sign in ((Side.RIGHT, 1), (Side.LEFT, -1)):
        words = next(e for e in parsed(picture(figure, side)) if e.tag == "text")
        assert words.text == "97, 94…"
        assert float(words.attrib["x"]) == sign * 300


@every
def test_ids_carry_the_prefix_of_their_place_on_the_page(name):
    svg = animation(FIGURES[name], Side.LEFT, id_prefix="ex7")
    assert all(found.startswith("ex7-") for found in re.findall(r'\bid="([^"]+)"', svg))
    assert set(re.findall(r'href="#([^"]+)"', svg)) <= set(re.findall(r'\bid="([^"]+)"', svg))
    assert "id=" not in picture(FIGURES[name], Side.LEFT).replace("data-", "")


@every
def test_a_cycle_ends_where_it_began(name):
    figure = FIGURES[name]
    frames = parsed(animation(figure, Side.LEFT, id_prefix="m1")).attrib["data-frames"].split(";")
    is_still = any(pose.near.is_short or pose.near.is_curled for pose in figure.poses)  # shown at its goal
    assert (frames[0] == frames[-1]) == (figure.is_cycle or is_still)


@pytest.mark.parametrize("name", sorted(name for name, figure in FIGURES.items() if not figure.view))
def test_the_whole_body_is_in_view(name):
    figure = FIGURES[name]
    x, y, width, height = fitted_view(figure)
    for index in range(len(figure.moments)):
        for joint_x, joint_y in figure.drawing(index).joints.values():
            assert x <= joint_x <= x + width
            assert y <= -joint_y <= y + height


def test_a_limb_that_cannot_reach_is_refused_with_its_place():
    pose = FIGURES["step-up"].poses[0]
    with pytest.raises(ContentError, match=r"step-up\.far: cannot reach .* Move the hip"):
        solve(msgspec.structs.replace(pose, far=msgspec.structs.replace(pose.far, at=(-400, 0))), "step-up")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('id = "x"\nsays = "y"\ncolour = "red"', "unknown field `colour`"),
        ('id = "other"\nsays = "y"', "not the name of its file"),
        ('id = "x"\nsays = "y"', "two to six poses"),
        (
            'id = "x"\nsays = "y"\npace = [1, 2]\n' + '[[rear_poses]]\nwords = "A."\n' * 2,
            "needs 1 numbers above 0",
        ),
        ('id = "x"\nsays = 3', "says"),
        ('id = "x', "figures/x.toml"),
    ],
)
def test_a_malformed_figure_names_file_and_field(tmp_path, text, said):
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(ContentError, match=re.escape(said)):
        read_figure(tmp_path / "x.toml")


def test_poses_of_different_kinds_are_not_blended():
    figure = FIGURES["marching"]
    with pytest.raises(ContentError, match="given in one pose and not in the next"):
        between(figure.poses[0], FIGURES["step-up"].poses[0], 0.5)


def test_hostile_words_are_escaped():
    figure = msgspec.structs.replace(FIGURES["step-up"], says='<script>alert("x")</script> & {side}')
    for svg in (picture(figure, Side.LEFT), animation(figure, Side.LEFT, id_prefix="a")):
        assert "<script" not in svg
        assert parsed(svg).attrib["aria-label"].startswith("<script>alert")


def test_every_figure_of_the_content_is_read():
    names = {
        file.name
        for file in (files("mortise") / "content" / "figures").iterdir()
        if file.name.endswith(".toml")
    }
    assert {f"{name}.toml" for name in FIGURES} == names


def test_a_turn_past_half_a_round_is_taken_the_short_way():
    assert _unwound(-179, 179) == 181
    assert _unwound(179, -179) == -181
    assert _unwound(30, 20) == 30
