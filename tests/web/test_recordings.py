"""Recordings: kept whole or not at all, measured or refused with a reason, accepted once."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File

from mortise import measure
from mortise.errors import ConflictError, InputError
from mortise.simulate.recordings import csv_of, fictional_lunge, fictional_walk, phone_log_of
from mortise.terms import RECORDED_TESTS, Origin, Side
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import RecordingFile, StoredRecording
from mortise.web.care.models.recordings import TEST_WORDS
from mortise.web.care.services.instruments import instrument_of
from mortise.web.care.services.lines import desk_words
from mortise.web.care.services.recordings import path_of
from tests.web import builders, sent
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Path:
    settings.RECORDINGS_DIR = tmp_path / "recordings"
    return tmp_path / "recordings"


def upload(content: bytes, name: str = "a.csv", side: Side = Side.NONE) -> services.Upload:
    return services.Upload(File(io.BytesIO(content), name=name), side)


def store(cast: Cast, *uploads: services.Upload, test: str = "gait", **given: Any) -> StoredRecording:
    facts = {"recorded_on": cast.clinic.today(), **given}
    return services.store_recording(episode=cast.episode, uploads=uploads, test=test, by=cast.ada, **facts)


def walk(cast: Cast) -> StoredRecording:
    made = fictional_walk(5)
    uploads = [upload(csv_of(made.left), "l.csv", Side.LEFT), upload(csv_of(made.right), "r.csv", Side.RIGHT)]
    return store(cast, *uploads, placement="instep")


def files_under(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def test_recording_is_kept_by_its_hash_and_its_name_is_for_showing_only(cast: Cast, own_folder: Path) -> None:
    body = b"some samples"
    recording = store(cast, upload(body, "../../etc/pass\x00wd.csv"))
    file = RecordingFile.objects.get(recording=recording)
    assert file.sha256 == hashlib.sha256(body).hexdigest()
    assert file.original_name == "passwd.csv"
    assert path_of(file.sha256).read_bytes() == body
    assert files_under(own_folder) == [path_of(file.sha256)]
    assert path_of(file.sha256).stat().st_mode & 0o777 == 0o600
    store(cast, upload(body))
    assert len(files_under(own_folder)) == 1, "the same file is kept once"


def test_recording_too_large_leaves_nothing(cast: Cast, own_folder: Path, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(InputError, match="larger"):
        store(cast, upload(b"x" * 11))
    assert files_under(own_folder) == []
    assert not StoredRecording.objects.exists()


def test_recording_broken_off_leaves_nothing(cast: Cast, own_folder: Path) -> None:
    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionError
            return super().read(3)

    with pytest.raises(ConnectionError):
        store(cast, services.Upload(File(Breaks(b"x" * 9), name="a.csv")))
    assert files_under(own_folder) == []
    assert not StoredRecording.objects.exists()


@pytest.mark.parametrize(
    ("uploads", "given", "where"),
    [
        ([], {}, "files"),
        ([upload(b"")], {}, "files"),
        ([upload(b"a", side=Side.LEFT), upload(b"b", side=Side.LEFT)], {}, "files"),
        ([upload(b"a")], {"test": "dance"}, "test"),
        ([upload(b"a")], {"recorded_on": None}, "recorded_on"),
    ],
)
def test_recording_that_cannot_be_is_refused(
    cast: Cast, uploads: list[services.Upload], given: dict[str, Any], where: str
) -> None:
    if "recorded_on" in given:
        given = {"recorded_on": cast.clinic.today() + timedelta(days=1)}
    with pytest.raises(InputError) as caught:
        store(cast, *uploads, **given)
    assert caught.value.where == where
    assert not StoredRecording.objects.exists()


@pytest.mark.parametrize("body", [b"not a recording", b"\x00\xff" * 50, b"{}", b"a,b\n1,2\n"], ids=repr)
def test_recording_that_cannot_be_read_is_refused_with_the_reason(cast: Cast, body: bytes) -> None:
    recording = services.analyse_recording(recording=store(cast, upload(body)), by=cast.ada)
    assert recording.status == "refused"
    assert len(recording.refused_reason) > 20
    with pytest.raises(InputError):
        services.result_of(recording=recording, by=cast.ada)
    with pytest.raises(InputError):
        services.accept_readings(recording=recording, chosen=[("cadence_spm", Side.NONE)], by=cast.ada)


def test_recording_whose_file_is_gone_says_so(cast: Cast) -> None:
    recording = store(cast, upload(b"x"))
    path_of(recording.files.get().sha256).unlink()
    assert "gone" in services.analyse_recording(recording=recording, by=cast.ada).refused_reason


def test_walk_gives_the_numbers_that_measuring_the_files_gives(cast: Cast) -> None:
    made = fictional_walk(5)
    recordings = measure.read(
        left=("l.csv", csv_of(made.left)),
        right=("r.csv", csv_of(made.right)),
        placement="instep",
        test="gait",
    )
    recording = services.analyse_recording(recording=walk(cast), by=cast.ada)
    result = services.result_of(recording=recording, by=cast.ada)
    assert measure.to_plain(result, curves=True) == measure.to_plain(measure.gait(recordings), curves=True)


def test_readings_accepted_are_facts_with_error_instrument_and_origin(cast: Cast) -> None:
    recording = services.analyse_recording(recording=walk(cast), by=cast.ada)
    chosen = services.acceptable(recording=recording)
    assert ("gait_speed_m_s", Side.NONE) in chosen
    readings = services.accept_readings(recording=recording, chosen=[*chosen, *chosen], by=cast.ada)
    assert [(one.measure, one.side) for one in readings] == list(chosen)
    result = {
        (one.measure, one.side): one for one in services.result_of(recording=recording, by=cast.ada).readings
    }
    for one in readings:
        found, definition = result[one.measure, one.side], content().measures[one.measure]
        assert abs(float(one.value) - found.value) <= float(definition.resolution) / 2 + 1e-9
        assert one.unit == definition.unit == found.unit
        assert one.recording_error == pytest.approx(Decimal(found.error), abs=definition.resolution / 500)
        assert (one.instrument, one.origin, one.recording) == (
            "foot_imu",
            Origin.RECORDING,
            str(recording.pk),
        )
    with pytest.raises(ConflictError):
        services.accept_readings(recording=recording, chosen=chosen, by=cast.ada)


def test_readings_not_found_in_the_recording_are_refused_whole(cast: Cast) -> None:
    recording = services.analyse_recording(recording=walk(cast), by=cast.ada)
    chosen = [services.acceptable(recording=recording)[0], ("lunge_cm", Side.LEFT)]
    with pytest.raises(InputError, match="not measured"):
        services.accept_readings(recording=recording, chosen=chosen, by=cast.ada)
    assert not list(services.record_of(episode=cast.episode, by=cast.ada).facts)


def test_lunge_of_a_phone_log_becomes_readings(cast: Cast) -> None:
    log = phone_log_of(fictional_lunge(2, side="left").samples)
    recording = services.analyse_recording(
        recording=store(cast, upload(log, "lunge.json"), test="lunge"), by=cast.ada
    )
    assert recording.status == "measured", recording.refused_reason
    readings = services.accept_readings(
        recording=recording, chosen=services.acceptable(recording=recording), by=cast.ada
    )
    angle = next(one for one in readings if one.measure == "lunge_angle_deg")
    assert (angle.side, angle.instrument) == (Side.LEFT, "phone")
    assert 33 < angle.value < 40


def test_recording_excluded_needs_a_reason_and_gives_no_readings(cast: Cast) -> None:
    recording = services.analyse_recording(recording=walk(cast), by=cast.ada)
    with pytest.raises(InputError):
        services.exclude_recording(recording=recording, reason=" ", by=cast.ada)
    services.exclude_recording(recording=recording, reason="wrong shoes", by=cast.ada)
    with pytest.raises(InputError, match="not excluded"):
        services.accept_readings(
            recording=recording, chosen=services.acceptable(recording=recording), by=cast.ada
        )


def test_recording_of_another_clinic_is_not_there(cast: Cast) -> None:
    from django.http import Http404

    recording = builders.recording(cast.episode, cast.ada)
    with pytest.raises(Http404):
        services.recording_or_404(cast.cy, recording.pk)
    assert [one.pk for one in services.recordings_of(episode=cast.episode, by=cast.ada)] == [recording.pk]


# ---------------------------------------------------------------- every test

# Instruments that the made-up recordings of `sent` are stored with, and what of them is shown and not stored.
INSTRUMENTS: dict[str, set[str]] = {
    "gait": {"foot_imu"},
    "run": {"foot_imu"},
    "lunge": {"phone"},
    "range": {"foot_imu"},
    "heel-rise": {"foot_imu"},
    "hop": {"plates", "recorded"},
    "jump": {"plates"},
    "landing": {"markers", "plates"},
    "step-down": {"markers"},
    "balance": {"phone"},
    "position": {"foot_imu"},
}


def measured(cast: Cast, test: str) -> StoredRecording:
    uploads = [upload(body, name) for name, body in sent.FILES[test]().items()]
    recording = store(cast, *uploads, test=test, placement=sent.PLACEMENTS.get(test, ""))
    return services.analyse_recording(recording=recording, by=cast.ada)


def test_every_test_has_words() -> None:
    assert tuple(TEST_WORDS) == RECORDED_TESTS == tuple(INSTRUMENTS)


@pytest.mark.parametrize("test", RECORDED_TESTS)
def test_numbers_of_every_test_become_facts_of_the_instrument_that_made_them(cast: Cast, test: str) -> None:
    recording = measured(cast, test)
    assert recording.status == "measured", recording.refused_reason
    found = services.result_of(recording=recording, by=cast.ada)
    assert found.test == test
    chosen = services.acceptable(recording=recording)
    assert {one.measure for one in found.readings} == {name for name, _ in chosen}
    readings = services.accept_readings(recording=recording, chosen=chosen, by=cast.ada)
    assert {one.instrument for one in readings} == INSTRUMENTS[test]
    assert all(content().measures[one.measure].instrument(one.instrument) for one in readings)
    kept = services.record_of(episode=cast.episode, by=cast.ada).facts
    assert {one.id for one in readings} == {one.id for one in kept}
    assert all(one.recording_error is not None for one in readings)


def test_number_without_an_instrument_is_refused_and_nothing_of_the_choice_is_kept(cast: Cast) -> None:
    # a phone on the shin counts rises, but its lift is not that of the heel
    uploads = [upload(body, name) for name, body in sent.on_the_shin().items()]
    recording = services.analyse_recording(recording=store(cast, *uploads, test="heel-rise"), by=cast.ada)
    chosen = services.acceptable(recording=recording)
    assert ("heel_rise_count", Side.RIGHT) in chosen
    chosen = [*chosen, ("heel_rise_height_cm", Side.RIGHT)]
    with pytest.raises(InputError, match="no instrument"):
        services.accept_readings(recording=recording, chosen=chosen, by=cast.ada)
    assert not list(services.record_of(episode=cast.episode, by=cast.ada).facts)


def reading(name: str, method: str, value: float = 1.0) -> measure.Reading:
    return measure.Reading(measure=name, side=Side.LEFT, value=value, unit="", error=0.1, method=method)


@pytest.mark.parametrize(
    ("name", "method", "others", "instrument"),
    [
        ("gait_speed_m_s", "foot-strapdown/2", (), "foot_imu"),
        ("gait_speed_m_s", "trunk-wave/1", (), "phone"),
        ("gait_speed_m_s", "markers/1", (), "markers"),
        ("stride_length_m", "trunk-wave/1", (), "phone"),
        ("heel_rise_count", "foot-tip/1", (), "foot_imu"),
        ("heel_rise_count", "heel-keypoints/1", (), "markers"),
        ("heel_rise_height_cm", "heel-lift/1", (), "foot_imu"),
        ("heel_rise_height_cm", "shin-lift/1", (), None),
        ("triple_hop_cm", "heel-way/1", (), "recorded"),
        ("lunge_angle_deg", "shin-keypoints/1", (), "markers"),
        ("toe_drag_ratio", "keypoints/1", (), None),
        ("gait_speed_m_s", "guessed/1", (), None),
        ("step_time_s", "keypoints/1", (), "markers"),
        ("toe_clearance_cm", "markers/1", (), "markers"),
        ("toe_clearance_cm", "keypoints/1", (), None),
        ("jump_height_cm", "foot-sensor/1", (), "sensor"),
        ("jump_height_cm", "trunk-sensor/1", (), None),
        ("rebound_rsi_m_s", "forefoot-keypoints/1", (), "mat"),
        ("step_down_dorsiflexion_drift_deg", "thirds/1", ("step-down-keypoints/1",), "video"),
        ("step_down_dorsiflexion_drift_deg", "thirds/1", (), None),
        ("landing_errors_recorded_count", "landing-items/1", ("landing-markers/1",), "markers"),
        ("landing_errors_recorded_count", "landing-items/1", ("landing-keypoints/1",), None),
    ],
)
def test_instrument_is_that_of_the_method(
    name: str, method: str, others: tuple[str, ...], instrument: str | None
) -> None:
    one = reading(name, method)
    beside = [one, *(reading(name, other) for other in others)]
    assert instrument_of(one, content().measures[name], beside) == instrument


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Say which is which with --left FILE --right FILE.",
            "Say which is which with “Left side” and “Right side”.",
        ),
        ("Give it: --rate HZ.", "Give it: “Samples per second”."),
        ("Name the placement with --placement.", "Name the placement with “Where the sensor was”."),
        ("Stand still (--placement belt).", "Stand still (“Where the sensor was: Belt”)."),
        ("Record again.", "Record again."),
    ],
)
def test_refusal_names_the_fields_of_the_desk(said: str, words: str) -> None:
    assert desk_words(said) == words


def test_no_refusal_has_an_option_that_the_desk_has_no_words_for() -> None:
    source = Path(measure.__file__).parent
    texts = (path.read_text(encoding="utf-8") for path in source.rglob("*.py"))
    # what a refusal fills in, as one that is printed would have it
    said = "".join(desk_words(re.sub(r"--side \{[a-z.]+\}", "--side left", text)) for text in texts)
    # the docstrings name what the command line prints
    assert set(re.findall(r"[ (]--([a-z]+)", said)) <= {"json"}


def test_number_that_is_none_has_no_instrument() -> None:
    one = reading("gait_speed_m_s", "foot-strapdown/2", float("nan"))
    assert instrument_of(one, content().measures["gait_speed_m_s"], [one]) is None
