"""The desk when things go wrong: a form sent twice, a neighbour's id, figures that are none, an engine that breaks."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from mortise import episode as engine
from mortise.errors import ConflictError
from mortise.web.care import services
from mortise.web.care.models import FactRow, Need, Patient
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import assess, plan_data, report, start, url

pytestmark = pytest.mark.django_db

EVE = {"name": "Eve Fictional", "birth_year": "1980", "sex": "female", "side": "left"}


def test_patient_form_sent_twice_adds_one_patient(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    page = ada.get(url("patient-add")).content.decode()
    form_id = re.search(r'name="form_id" value="([^"]+)"', page)
    assert form_id
    sent = EVE | {"form_id": form_id[1]}
    answers = [ada.post(url("patient-add"), sent, follow=True) for _ in range(2)]
    assert Patient.objects.filter(name="Eve Fictional").count() == 1
    assert all("Eve Fictional" in answer.content.decode() for answer in answers)
    assert ada.post(url("patient-add"), EVE).status_code == 302, "a form without it adds as before"
    assert ada.post(url("patient-add"), EVE | {"form_id": "x"}).status_code == 400


def test_patient_id_of_another_clinic_is_no_way_in(cast: Cast) -> None:
    answer = builders.signed_in(cast.ada).post(url("patient-add"), EVE | {"form_id": str(cast.dora.pk)})
    assert answer.status_code == 409
    assert "Dora" not in answer.content.decode()
    with pytest.raises(ConflictError):
        builders.patient(cast.ada, patient_id=cast.ben.pk)
    cast.dora.refresh_from_db()
    assert cast.dora.clinic_id == cast.other_clinic.pk


def test_item_of_another_episode_is_not_put_aside_from_this_one(cast: Cast) -> None:
    eve = builders.episode(builders.patient(cast.ada, name="Eve Fictional"), cast.ada)
    services.append_facts(episode=eve, facts=[b"{"], by=eve.patient.user)
    (item,) = services.quarantine_of(episode=eve, by=cast.ada)
    ada = builders.signed_in(cast.ada)
    assert ada.post(url("set-aside", cast.episode.pk), {"item": item.pk}).status_code == 404
    assert services.quarantine_of(episode=eve, by=cast.ada) == [item]
    assert ada.post(url("set-aside", eve.pk), {"item": item.pk}).status_code == 302
    assert services.quarantine_of(episode=eve, by=cast.ada) == []


@pytest.mark.parametrize("bad", ["-1", "99", "NaN", "Infinity", "1e9", "x", "\x00", "9" * 400], ids=ascii)
def test_plan_with_a_figure_a_dose_or_a_stage_that_cannot_be_is_refused(cast: Cast, bad: str) -> None:
    ada = builders.signed_in(cast.ada)
    assess(ada, cast.episode)
    data = plan_data(ada, cast.episode) | {"reason": "To see what happens."}
    names = [name for name in data if name == "stage" or name.startswith("f-")]
    steps = [name for name in data if name.startswith("step-")]
    assert len(names) > 1
    assert len(steps) > 1
    for name in (*names, steps[0], steps[-1]):  # all steps are read alike
        assert ada.post(url("plan", cast.episode.pk), data | {name: bad}).status_code == 400, name
    assert not FactRow.objects.filter(kind="plan_version").exists()


@pytest.mark.parametrize("visit_on", ["0001-01-01", "2026-02-30", "99999-01-01", "", "\x00"])
def test_visit_on_no_day_is_asked_again(cast: Cast, visit_on: str) -> None:
    ada = start(cast)
    assert ada.post(url("visit", cast.episode.pk), {"visit_on": visit_on}).status_code == 400


def test_visit_at_the_end_of_time_breaks_no_page(cast: Cast) -> None:
    ada, last = start(cast), date.max.isoformat()
    assert ada.post(url("visit", cast.episode.pk), {"visit_on": last}).status_code == 302
    phone = builders.phone_of(cast.ben, cast.ada)
    for at in (url("course", cast.episode.pk), url("reading", cast.episode.pk)):
        assert ada.get(at).status_code == 200
    for at in ("/phone/", "/phone/progress/"):
        assert phone.get(at).status_code == 200


def test_decision_that_is_no_longer_the_newest_is_not_answered(cast: Cast) -> None:
    ada = start(cast)
    report(cast)
    shown = re.search(
        r'name="decision" value="([^"]+)"', ada.get(url("course", cast.episode.pk)).content.decode()
    )
    assert shown
    report(cast, pain_now_nrs=Decimal(8))
    answer = ada.post(url("respond", cast.episode.pk), {"response": "agree", "decision": shown[1]})
    assert answer.status_code == 409
    assert not FactRow.objects.filter(kind="response").exists()


def test_desk_says_so_when_the_engine_breaks_and_lets_the_record_be_read(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = start(cast)
    ada.raise_request_exception = False

    def breaks(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "story", breaks)
    monkeypatch.setattr(engine, "decision_record", breaks)
    for name in ("course", "plan", "reading"):
        answer = ada.get(url(name, cast.episode.pk))
        assert answer.status_code == 500
        assert "could not be worked out from what is on record" in answer.content.decode(), name
    for name in ("classification", "looked", "recordings", "set-aside"):
        assert ada.get(url(name, cast.episode.pk)).status_code == 200, name
    (row,) = services.needs_list(by=cast.ada, today=cast.clinic.today())
    assert row.need == Need.ASKED
