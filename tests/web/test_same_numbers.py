"""One real recording, one set of numbers: file, command line, upload, page and chart."""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mortise.cli import main
from mortise.web.care.models import StoredRecording
from tests.web import builders
from tests.web.clinic.desk import url

DATA = Path(os.environ.get("MORTISE_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FEET = {
    side: DATA / "foot-imu-ipol" / f"2-2_{letter}f.txt" for side, letter in (("left", "l"), ("right", "r"))
}

pytestmark = [pytest.mark.recordings, pytest.mark.django_db]


def by_command(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status = main(["measure", "gait", "--left", str(FEET["left"]), "--right", str(FEET["right"]), "--json"])
    assert status == 0
    return json.loads(capsys.readouterr().out)


def by_upload(cast: builders.Cast) -> tuple[dict[str, Any], str]:
    client = builders.signed_in(cast.ada)
    files = {side: SimpleUploadedFile(path.name, path.read_bytes()) for side, path in FEET.items()}
    data = {"test": "gait", "recorded_on": cast.clinic.today().isoformat(), **files}
    response = client.post(url("recordings", cast.episode.pk), data)
    assert response.status_code == 302, response.content.decode()[:3000]
    stored = StoredRecording.objects.get()
    page = client.get(url("recording", stored.pk)).content.decode()
    return json.loads(stored.result), html.unescape(page)


def test_real_walk_has_the_same_numbers_everywhere(
    cast: builders.Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    told = by_command(capsys)
    kept, page = by_upload(cast)

    assert kept["readings"] == told["readings"]
    assert kept["strides"] == told["strides"]
    assert len(told["strides"]) > 20

    # Every stride's length stands in the stride chart's own table, and every stance of the signal chart is a stride.
    shown = re.findall(r"<td[^>]*>\s*(?:<bdi[^>]*>)?(?:<span[^>]*>)?(\d\.\d\d)\b", page)
    lengths = [
        f"{one['stride_length_m']:.2f}" for one in told["strides"] if one["stride_length_m"] is not None
    ]
    assert len(lengths) > 20
    missing = [length for length in lengths if length not in shown]
    assert not missing

    for measure in ("gait_speed_m_s", "stride_length_m"):
        for one in (reading for reading in told["readings"] if reading["measure"] == measure):
            assert re.search(rf"{one['value']:.2f}\D", page), (measure, one["side"])
