"""The shank's inward turning over the foot, from clusters of markers that move as rigid bodies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mortise.measure.axes import unit
from mortise.measure.markers import Body, Role
from mortise.measure.recording import Floats
from mortise.terms import Side

_FOOT: tuple[Role, ...] = ("heel", "toe", "met1", "met2", "met5", "navicular")
_SHANK: tuple[Role, ...] = ("knee_lateral", "knee_medial", "ankle_lateral", "ankle_medial")
# Three markers nearly on a line do not show a turning about it: the least width of a cluster.
_LEAST_WIDTH_M = 0.02


def shank_turning_deg(body: Body, side: Side) -> Floats | None:
    """Return how far the shank turns inward over the foot, from the first frame that both are seen in.

    Parameters
    ----------
    body
        Markers in space.
    side
        Left or right.

    Returns
    -------
    Floats or None
        Degrees over the frames; None unless foot and shank have three markers each that span a plane.

    Notes
    -----
    1. Each segment's turning from the reference frame is the best rigid fit of its markers (Kabsch).
    2. The shank's turning in the foot is split into a part about the shank's long axis and the rest; that part is the
       answer. Bending of the ankle is in the rest.

    References
    ----------
    Kabsch 1976, Acta Crystallographica A32, 922-923.
    """
    if body.unit != "m" or body.n_axes != 3:
        return None
    line = body.shank(side)
    foot = _cluster([body.points.get((side, role)) for role in _FOOT])
    shank = _cluster(
        [*(body.points.get((side, role)) for role in _SHANK), *body.clusters.get((side, "shank"), ())]
    )
    if line is None or foot is None or shank is None:
        return None
    is_seen = np.isfinite(foot).all(axis=(1, 2)) & np.isfinite(shank).all(axis=(1, 2))
    seen = np.flatnonzero(is_seen)
    if not len(seen):
        return None
    first = int(seen[0])
    if _width(foot[first]) < _LEAST_WIDTH_M or _width(shank[first]) < _LEAST_WIDTH_M:
        return None
    long_axis = unit(line[1][first] - line[0][first])
    foot_turns, shank_turns = _turns(foot[seen], foot[first]), _turns(shank[seen], shank[first])
    inside = np.einsum("nki,nkj->nij", foot_turns, shank_turns)
    found = np.full(body.n_frames, np.nan)
    # about the upward axis a left shank turns inward clockwise, a right one counter-clockwise
    sign = 1.0 if side is Side.RIGHT else -1.0
    found[seen] = sign * _about(inside, long_axis)
    return found


def _cluster(markers: Sequence[Floats | None]) -> Floats | None:
    """Return markers as `(n_frames, n_markers, 3)`; those hardly seen are left out; None for fewer than three."""
    seen = [each for each in markers if each is not None]
    seen = [each for each in seen if np.isfinite(each).all(axis=1).mean() > 0.5]
    return np.stack(seen, axis=1) if len(seen) >= 3 else None


def _width(points: Floats) -> float:
    """Return the second of a cluster's three sizes: nothing when all lie on a line."""
    return float(np.linalg.svd(points - points.mean(axis=0), compute_uv=False)[1])


def _turns(points: Floats, reference: Floats) -> Floats:
    """Return the rotation that best takes `reference` to each frame, `(n, 3, 3)`."""
    base = reference - reference.mean(axis=0)
    moved = points - points.mean(axis=1, keepdims=True)
    u, _, vt = np.linalg.svd(np.einsum("nki,kj->nij", moved, base))
    flip = np.ones((len(points), 3))
    flip[:, 2] = np.sign(np.linalg.det(u @ vt))
    found: Floats = (u * flip[:, None, :]) @ vt
    return found


def _about(turns: Floats, axis: Floats) -> Floats:
    """Return the part of rotations about `axis`, degrees: the twist of swing and twist."""
    w = np.sqrt(np.maximum(0.0, 1.0 + np.trace(turns, axis1=1, axis2=2))) / 2.0
    skew = np.stack(
        [turns[:, 2, 1] - turns[:, 1, 2], turns[:, 0, 2] - turns[:, 2, 0], turns[:, 1, 0] - turns[:, 0, 1]],
        axis=1,
    )
    part = skew @ axis / np.maximum(4.0 * w, 1e-9)
    found: Floats = np.degrees(2.0 * np.arctan2(part, w))
    return (found + 180.0) % 360.0 - 180.0
