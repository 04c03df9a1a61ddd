"""The cohort page: constant queries, small cells kept back, files that no spreadsheet takes for a program."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from mortise.episode.cohorts import ChangeRow, Outcome, StageSpell, cohort_of
from mortise.web.audit import log
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.models import CohortEntry, Consent, EpisodeRow, Patient, Purpose, Standing
from mortise.web.clinic.views_cohort import Table, csv_of, inert, tables_of
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db
PROTOCOL = "restricted-dorsiflexion"


def many(cast: Cast, n: int, *, agrees: bool = True, **outcome: Any) -> None:
    """Put `n` more ankles into Ada's clinic, each with an outcome worked out."""
    for number in range(n):
        user = type(cast.ada).objects.create_patient(clinic=cast.clinic)
        patient = Patient.objects.create(
            clinic=cast.clinic, user=user, name=f"Fictional {number}", birth_year=1980, added_by=cast.ada
        )
        episode = EpisodeRow.objects.create(
            patient=patient, involved_side="left", protocol=PROTOCOL, protocol_version="1", opened_by=cast.ada,
            opened_on=date(2026, 1, 1),
        )  # fmt: skip
        Standing.objects.create(episode=episode, stage="G1", since_at=cast.ada.created_at)
        made = Outcome(protocol=PROTOCOL, n_days=60, **outcome)
        if agrees:
            services.record_consent(
                patient=patient,
                purpose=Purpose.RESEARCH,
                is_given=True,
                how=Consent.How.IN_PERSON,
                by=cast.ada,
            )
        CohortEntry.objects.create(
            episode=episode, outcome=msgspec.json.encode(made).decode(), told_on=date(2026, 1, 1)
        )


@pytest.fixture
def desk(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ada)
    return client


def test_the_page_shows_shares_with_intervals_and_the_definitions(desk: Client, cast: Cast) -> None:
    spells = (StageSpell(number=1, title="Calm", n_days=14, has_left=True),)
    many(cast, 9, changes={"lunge_cm": "better"}, spells=spells, adherence_pct=90.0)
    many(cast, 6, changes={"lunge_cm": "same"}, adherence_pct=60.0)
    page = desk.get("/desk/cohort/").content.decode()
    assert "15 ankles together" in page
    assert "36 to 80" in page  # Wilson's interval of 9 in 15
    assert "Wilson’s, 95 %" in page
    assert "Kept back" in page


def test_small_cells_are_not_on_the_page_nor_in_the_file(desk: Client, cast: Cast) -> None:
    many(cast, 20, changes={"lunge_cm": "same"}, adherence_pct=90.0)
    many(cast, 3, changes={"lunge_cm": "worse"}, adherence_pct=10.0)
    for asked in ("/desk/cohort/", "/desk/cohort/?as=csv"):
        text = desk.get(asked).content.decode()
        assert "fewer than 5" in text
        assert ">3<" not in text
        assert ">20<" not in text
        assert ",3," not in text
        assert ",20," not in text


def test_the_number_of_queries_does_not_grow_with_the_clinic(desk: Client, cast: Cast) -> None:
    def n_queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get("/desk/cohort/").status_code == 200
        return len(asked)

    many(cast, 3)
    few = n_queries()
    many(cast, 30)
    assert n_queries() == few


def test_only_the_own_clinic_is_counted_and_the_reading_is_audited(desk: Client, cast: Cast) -> None:
    many(cast, 7)
    client = Client()
    client.force_login(cast.cy)
    assert "No ankle is counted yet" in client.get("/desk/cohort/").content.decode()
    assert "7 ankles together" in desk.get("/desk/cohort/").content.decode()
    assert AuditEntry.objects.filter(action="cohort.read").count() == 2


def test_only_who_agreed_is_counted_and_taking_it_back_works_at_once(desk: Client, cast: Cast) -> None:
    many(cast, 8)
    many(cast, 6, agrees=False)
    page = desk.get("/desk/cohort/").content.decode()
    assert "8 ankles together" in page
    assert "6 ankles of patients who did not agree" in page
    one = Patient.objects.filter(consents__isnull=False).first()
    assert one is not None
    services.record_consent(
        patient=one, purpose=Purpose.RESEARCH, is_given=False, how=Consent.How.IN_PERSON, by=cast.ada
    )
    assert "7 ankles together" in desk.get("/desk/cohort/").content.decode()


def test_the_job_counts_each_ankle_once_a_day_and_again_the_next(cast: Cast, monkeypatch: Any) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")
    by = log.Process("test")
    assert services.refresh_cohort(by=by) == 1
    assert services.refresh_cohort(by=by) == 0
    kept = msgspec.json.decode(CohortEntry.objects.get().outcome, type=Outcome)
    assert kept.spells[0].number == 1
    assert "Ben" not in CohortEntry.objects.get().outcome
    CohortEntry.objects.update(told_on=date(2026, 1, 1))
    assert services.refresh_cohort(by=by) == 1


def test_a_record_that_cannot_be_told_does_not_cost_the_view(cast: Cast, monkeypatch: Any) -> None:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first plan", stage="G1")

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("mortise.web.care.services.cohorts.load_record", breaks)
    services.refresh_cohort(by=log.Process("test"))
    services.record_consent(
        patient=cast.ben, purpose=Purpose.RESEARCH, is_given=True, how=Consent.How.IN_PERSON, by=cast.ada
    )
    assert CohortEntry.objects.get().outcome == ""
    assert services.cohort_for(by=cast.ada).cohort.n == 0


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "@SUM(A1)", "-2+3", "\t=1", "  =1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    table = Table(id="x", title=cell, heads=(cell,), rows=((cell,),))
    read = list(csv.reader(io.StringIO(csv_of([table], "comma").removeprefix("\ufeff"))))
    for row in read[:3]:
        assert row[0] == f"'{cell}"


def test_numbers_stay_numbers_in_both_dialects() -> None:
    assert inert("-3.5") == "-3.5"
    table = Table(id="x", title="t", heads=("a", "b"), rows=(("1.5", "fewer than 5"),))
    assert "1.5,fewer than 5\r\n" in csv_of([table], "comma")
    assert "1,5;fewer than 5\r\n" in csv_of([table], "semicolon")


def test_an_unknown_protocol_or_dialect_is_not_found(desk: Client) -> None:
    assert desk.get("/desk/cohort/?protocol=none").status_code == 404
    assert desk.get("/desk/cohort/?as=csv&dialect=tab").status_code == 404


def test_page_and_file_show_the_same_rows_also_those_behind_a_tap() -> None:
    told = ChangeRow(measure="lunge_cm", n=15, n_better=9, n_same=6, n_worse=0, n_unknown=0)
    little = ChangeRow(measure="comfort_nrs", n=12, n_better=0, n_same=0, n_worse=0, n_unknown=12)
    kept_back = ChangeRow(measure="tug_s", n=None, n_better=None, n_same=None, n_worse=None, n_unknown=None)
    tables = tables_of(replace(cohort_of(()), changes=(told, little, kept_back)), {})
    changes = next(one for one in tables if one.id == "changes")
    assert [row[0] for row in changes.folded] == ["Comfort"]
    assert len(changes.rows) == 2, "what is kept back is not hidden behind a tap"
    text = csv_of(tables, "comma")
    for row in (*changes.rows, *changes.folded):
        assert ",".join(row) in text
