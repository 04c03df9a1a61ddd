"""Recordings of the demonstration: made up by the simulator, sent and measured like any other."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.files.base import File

from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.terms import Side
from mortise.web.accounts.models import User
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow


class Walk(NamedTuple):
    """One fictional walk: how long ago, and how the person walked."""

    n_days_ago: int
    seed: int
    stride_length_m: float
    stride_time_s: float
    asymmetry_ratio: float
    strike_angle_deg: tuple[float, float]


WALKS = (
    Walk(34, 3, 1.02, 1.24, 1.12, (9.0, 19.0)),
    Walk(7, 4, 1.18, 1.14, 1.05, (15.0, 20.0)),
)


def add_recordings(episode: EpisodeRow, by: User, today: date) -> None:
    """Send each walk, measure it, and take over everything that the content knows a measure for."""
    for walk in WALKS:
        on = today - timedelta(days=walk.n_days_ago)
        made = fictional_walk(
            walk.seed, stride_length_m=walk.stride_length_m, stride_time_s=walk.stride_time_s,
            asymmetry_ratio=walk.asymmetry_ratio, strike_angle_deg=walk.strike_angle_deg,
        )  # fmt: skip
        uploads = [
            services.Upload(File(io.BytesIO(csv_of(foot)), name=f"fictional-walk-{side.value}.csv"), side)
            for side, foot in ((Side.LEFT, made.left), (Side.RIGHT, made.right))
        ]
        with clock.as_if(
            datetime.combine(on, time(11, 0), tzinfo=ZoneInfo(by.clinic.time_zone)).astimezone(UTC)
        ):
            recording = services.store_recording(
                episode=episode, uploads=uploads, test="gait", recorded_on=on, by=by, placement="instep"
            )
            recording = services.analyse_recording(recording=recording, by=by, is_ours=True)
            if recording.status == recording.Status.MEASURED:
                services.accept_readings(
                    recording=recording, chosen=services.acceptable(recording=recording), by=by, at_visit=True
                )
