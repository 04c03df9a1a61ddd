"""A made-up recording of every test, as files, and their upload to the desk by Ada."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from mortise.simulate.ankle import FictionalAnkle, fictional_heel_rises, fictional_position, fictional_range
from mortise.simulate.jumps import fictional_jump
from mortise.simulate.laboratory import c3d_of, trc_of
from mortise.simulate.recordings import FictionalWalk, csv_of, fictional_lunge, fictional_walk, phone_log_of
from mortise.simulate.running import FictionalRun, fictional_run
from mortise.simulate.standing import fictional_stand
from mortise.simulate.step_downs import fictional_step_down
from mortise.web.care.models import StoredRecording
from tests.web import builders
from tests.web.clinic.desk import url

Files = dict[str, bytes]


def _feet(made: FictionalWalk | FictionalRun) -> Files:
    return {"left_instep.csv": csv_of(made.left), "right_instep.csv": csv_of(made.right)}


def _ankle(made: FictionalAnkle) -> Files:
    parts = (made.foot, made.shank)
    return {f"{one.side}_{one.placement}.csv": csv_of(one) for one in parts}


@cache
def _hop() -> Files:
    return {"hop.c3d": c3d_of(fictional_jump(2, "hop", side="left", end_s=2.5).laboratory)}


FILES: dict[str, Callable[[], Files]] = {
    "gait": cache(lambda: _feet(fictional_walk(5))),
    "run": cache(lambda: _feet(fictional_run(1))),
    "lunge": cache(lambda: {"left_shank.json": phone_log_of(fictional_lunge(4, side="left").samples)}),
    "range": cache(lambda: _ankle(fictional_range(11))),
    "heel-rise": cache(lambda: _ankle(fictional_heel_rises(11))),
    "hop": _hop,
    "jump": cache(lambda: {"jump.c3d": c3d_of(fictional_jump(1).laboratory)}),
    "landing": _hop,
    "step-down": cache(lambda: {"steps.trc": trc_of(fictional_step_down(2, n_repetitions=5).laboratory)}),
    "balance": cache(
        lambda: {
            "left_single_leg_eyes_closed.csv": csv_of(fictional_stand(11, held_s=12.0, is_lost=True).samples)
        }
    ),
    "position": cache(lambda: _ankle(fictional_position(11))),
}


@cache
def on_the_shin() -> Files:
    """Return heel rises of which only the shin was recorded."""
    return {"right_shank.csv": csv_of(fictional_heel_rises(11).shank)}


PLACEMENTS = {"balance": "lower_back"}


def upload(cast: builders.Cast, test: str, files: Files | None = None) -> tuple[dict[str, Any], Any]:
    """Upload files of a test, those of `FILES` when none are given; return the result that was kept, and the page."""
    sent = FILES[test]() if files is None else files
    client = builders.signed_in(cast.ada)
    data = {
        "test": test,
        "recorded_on": cast.clinic.today().isoformat(),
        "placement": PLACEMENTS.get(test, "") if files is None else "",
        "unsided": [SimpleUploadedFile(name, body) for name, body in sent.items()],
    }
    response = client.post(url("recordings", cast.episode.pk), data)
    assert response.status_code == 302, response.content.decode()[:3000]
    stored = StoredRecording.objects.get()
    page = client.get(url("recording", stored.pk))
    assert page.status_code == 200
    return json.loads(stored.result or "{}"), page
