"""One recording, one set of numbers: library, command line, upload, page and chart; a real walk, every test made up."""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mortise import measure
from mortise.cli import main
from mortise.terms import RECORDED_TESTS
from mortise.web.care.models import StoredRecording
from tests.web import builders, sent
from tests.web.clinic.desk import url

DATA = Path(os.environ.get("MORTISE_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FEET = {
    side: DATA / "foot-imu-ipol" / f"2-2_{letter}f.txt" for side, letter in (("left", "l"), ("right", "r"))
}

pytestmark = pytest.mark.django_db


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


@pytest.mark.recordings
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

    for name in ("gait_speed_m_s", "stride_length_m"):
        for one in (reading for reading in told["readings"] if reading["measure"] == name):
            assert re.search(rf"{one['value']:.2f}\D", page), (name, one["side"])


def test_there_is_a_made_up_recording_of_every_test() -> None:
    assert tuple(sent.FILES) == RECORDED_TESTS


@pytest.mark.parametrize("test", RECORDED_TESTS)
def test_every_test_has_the_same_numbers_everywhere(
    cast: builders.Cast, test: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, placement = sent.FILES[test](), sent.PLACEMENTS.get(test, "")
    materials = measure.open_files(list(files.items()), test=test, placement=placement or None)
    found = measure.to_plain(measure.TESTS[test](materials), curves=True)

    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    names = [str(tmp_path / name) for name in files]
    given = ["--placement", placement] if placement else []
    assert main(["measure", test, *names, *given, "--json", "--curves"]) == 0
    told = json.loads(capsys.readouterr().out)

    kept, page = sent.upload(cast, test)
    assert kept["readings"] == told["readings"] == json.loads(json.dumps(found["readings"]))
    assert kept["readings"]
    for part in ("strides", "trials", "refused", "curves", "events"):
        assert kept.get(part) == told.get(part), part

    report = page.context["report"]
    cells = [cell for row in report.readings for cell in (row.left, row.right, row.both) if cell]
    assert {cell.key for cell in cells} == {f"{one['measure']}:{one['side']}" for one in kept["readings"]}
    assert all("±" in cell.words for cell in cells)
    text = html.unescape(page.content.decode())
    assert [cell.words for cell in cells if cell.words not in text] == []
    rows = report.strides or report.trials or report.trial_rows
    assert len(rows) == len(kept.get("strides") or kept.get("trials"))
    assert [one["reason"] for one in kept["refused"] if one["reason"] not in text] == []
    assert page.context["charts"] or page.context["signal"]
