"""What the names of markers and keypoints mean: side and spot on the body."""

from __future__ import annotations

import re
from typing import Literal

from mortise.terms import Side

Role = Literal[
    "heel",
    "toe",
    "hallux",
    "small_toe",
    "met1",
    "met2",
    "met5",
    "navicular",
    "ankle_lateral",
    "ankle_medial",
    "ankle_centre",
    "knee_lateral",
    "knee_medial",
    "knee_centre",
    "trochanter",
    "hip_centre",
    "asis",
    "psis",
    "sacrum",
    "pelvis_centre",
    "shoulder",
    "neck",
    "sternum",
    "head",
    "shank",
    "thigh",
]
# These may have several markers each; together they are the segment's cluster.
CLUSTERS: frozenset[Role] = frozenset({"shank", "thigh"})

_SIDES = {"l": Side.LEFT, "left": Side.LEFT, "r": Side.RIGHT, "right": Side.RIGHT}
# Words that a program adds to a name and that change nothing about the spot.
_DECORATION = frozenset({"study", "augmenter", "marker"})

# Plug-in Gait, Helen Hayes, Cleveland, Oxford foot, Leardini, CAST, OpenCap's laboratory and augmented sets, Rajagopal.
_SIDED_MARKERS: dict[Role, str] = {
    "heel": "hee heel cal calc calcaneus fcc ca",
    "toe": "toe met",
    "hallux": "hlx hallux bigtoe",
    "met1": "mt1 1meta 1met fm1 fm d1m mh1 met1 footmedial",
    "met2": "mt2 2meta 2met fm2 sm d2m mh2 met2",
    "met5": "mt5 5meta 5met fm5 vm d5m mh5 met5 footlateral",
    "navicular": "nav navicular tn",
    "ankle_lateral": "ank ankle mal mall lmal fal lm lankle anklelateral anklelat latankle",
    "ankle_medial": "mma mmal tam mm mankle ankin anklemedial anklemed medankle medialankle",
    "ankle_centre": "ajc anklejc",
    "knee_lateral": "kne knee knee1 lfc fle le lfe lknee kneelateral kneelat latknee",
    "knee_medial": "mfc fme me mfe mknee kneein kneemedial kneemed medknee medialknee",
    "knee_centre": "kjc kneejc",
    "trochanter": "gtr gt ftc troch trochanter",
    "hip_centre": "hjc hipjc",
    "asis": "asi asis ias",
    "psis": "psi psis ips",
    "shoulder": "sho should shoulder sae acr",
    "sternum": "sternum",
    "shank": "tib sha shank shankantsup sh1 sh2 sh3 sh4 sk1 sk2 sk3 sk4 tb1 tb2 tb3 ttc tt tub hf hfb fax shn",
    "thigh": "thi thigh thigh1 thigh2 thigh3 thigh4 thigh5 th1 th2 th3 th4",
}
_CENTRE_MARKERS: dict[Role, str] = {
    "sacrum": "sacr sacrum vsac vsacral sacral",
    "neck": "c7 cv7",
    "sternum": "strn clav sxs ij",
}
# OpenPose, MediaPipe (BlazePose), HALPE, COCO: a keypoint sits at the joint, not on the skin beside it.
_SIDED_KEYPOINTS: dict[Role, str] = {
    "heel": "heel",
    "hallux": "bigtoe footindex toe",
    "small_toe": "smalltoe",
    "ankle_centre": "ankle",
    "knee_centre": "knee",
    "hip_centre": "hip",
    "shoulder": "shoulder",
}
_CENTRE_KEYPOINTS: dict[Role, str] = {
    "pelvis_centre": "midhip hip pelvis",
    "neck": "neck",
    "head": "nose head",
}


def _turned(table: dict[Role, str]) -> dict[str, Role]:
    return {name: role for role, names in table.items() for name in names.split()}


_TABLES = {
    False: (_turned(_SIDED_MARKERS), _turned(_CENTRE_MARKERS)),
    True: (_turned(_SIDED_KEYPOINTS), _turned(_CENTRE_KEYPOINTS)),
}
_WORD = re.compile(r"[a-z0-9]+")


def role_of(label: str, *, is_keypoint: bool = False) -> tuple[Side, Role] | None:
    """Return side and spot of a marker or keypoint by its name, None when the name is not one of the usual ones.

    Parameters
    ----------
    label
        Name in the file; a subject's prefix `Name:` is ignored.
    is_keypoint
        Whether it comes from video: `LAnkle` is then the joint, not the lateral malleolus.

    Returns
    -------
    tuple of Side and Role, or None
        The side is `NONE` for spots in the middle of the body.

    Notes
    -----
    A second marker of the same name, which the reader numbers `RANK (22)`, is not taken: which of the two is the skin's
    and which a computed centre is not known.
    """
    plain = label.rpartition(":")[2].lower()
    if "(" in plain:
        return None
    words = [word for word in _WORD.findall(plain) if word not in _DECORATION]
    if not words:
        return None
    sided, centre = _TABLES[is_keypoint]
    joined = "".join(words)
    if joined in centre:
        return Side.NONE, centre[joined]
    for side, name in _splits(words, joined):
        if name in sided:
            return side, sided[name]
    return None


def _splits(words: list[str], joined: str) -> list[tuple[Side, str]]:
    """Return the ways of reading a side out of a name, surest first."""
    found = []
    if len(words) > 1 and words[0] in _SIDES:
        found.append((_SIDES[words[0]], "".join(words[1:])))
    if len(words) > 1 and words[-1] in _SIDES:
        found.append((_SIDES[words[-1]], "".join(words[:-1])))
    if found:
        return found
    for start in ("left", "right", "l", "r"):
        if joined.startswith(start):
            found.append((_SIDES[start], joined[len(start) :]))
    return found
