"""The assessment: saved as one goes, both sides, empty is never zero, what refers acts at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mortise.record import Correction, Goal, Reading, Sign
from mortise.terms import Context, Origin, Side
from mortise.web.audit import clock
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import FactRow
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import assess, plan_data, section_data, url

pytestmark = pytest.mark.django_db


def live(cast: Cast, kind: Any) -> list[Any]:
    return list(services.live_facts(services.record_of(episode=cast.episode, by=cast.ada), kind))


def test_assessment_opens_at_the_first_part_that_is_not_begun(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    assert client.get(url("assessment", cast.episode.pk))["Location"].endswith("/assessment/goals/")
    client.post(url("assess", cast.episode.pk, "goals"), section_data("goals"))
    assert client.get(url("assessment", cast.episode.pk))["Location"].endswith("/assessment/exclusions/")


def test_every_part_can_be_shown_and_saved_with_nothing_in_it(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    for section in content().assessment.sections:
        address = url("assess", cast.episode.pk, section.id)
        assert client.get(address).status_code == 200, section.id
        assert client.post(address, {"context": "routine"}).status_code == 302, section.id
    assert not FactRow.objects.filter(episode=cast.episode).exists()


def test_sided_answers_and_readings_are_kept_for_both_sides(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    typed = {"m-lunge_cm-left": "5.4", "m-lunge_cm-right": "11,7", "q-forced_dorsiflexion-left": "pinch"}
    response = client.post(url("assess", cast.episode.pk, "range"), section_data("range") | typed)
    assert response["Location"].endswith("/assessment/joint_play/")
    readings = {(one.measure, one.side): one for one in live(cast, Reading)}
    assert readings["lunge_cm", Side.LEFT].value == Decimal("5.4")
    assert readings["lunge_cm", Side.RIGHT].value == Decimal("11.7")
    assert readings["lunge_cm", Side.LEFT].instrument == "tape"
    assert readings["lunge_cm", Side.LEFT].at_visit
    signs = {(one.sign, one.side): one.level for one in live(cast, Sign)}
    assert signs["forced_dorsiflexion", Side.LEFT] == "pinch"
    assert signs["forced_dorsiflexion", Side.RIGHT] == "negative"


def test_saving_the_same_again_adds_nothing(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    data = section_data("range") | {"m-lunge_cm-left": "5.4"}
    client.post(url("assess", cast.episode.pk, "range"), data)
    before = FactRow.objects.count()
    client.post(url("assess", cast.episode.pk, "range"), data)
    assert FactRow.objects.count() == before


def test_page_shows_what_was_saved_and_the_difference_of_the_sides_with_its_error(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    typed = {"m-lunge_cm-left": "5.4", "m-lunge_cm-right": "11.7", "stay": "1"}
    response = client.post(
        url("assess", cast.episode.pk, "range"), section_data("range") | typed, follow=True
    )
    page = response.content.decode()
    assert 'value="5.4"' in page
    assert "−6.3 ± 1.9\u00a0cm" in page
    assert "Beyond error" in page


def test_value_changed_on_the_same_day_corrects_and_an_emptied_one_is_withdrawn(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    client.post(address, section_data("range") | {"m-lunge_cm-left": "5.4"})
    client.post(address, section_data("range") | {"m-lunge_cm-left": "4.5"})
    assert [one.value for one in live(cast, Reading)] == [Decimal("4.5")]
    client.post(address, section_data("range") | {"q-forced_dorsiflexion-left": "unknown"})
    assert live(cast, Reading) == []
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert len(list(record.of_kind(Reading))) == 2, "nothing is deleted"
    assert len(list(record.of_kind(Correction))) == 3


def test_reading_after_treatment_never_writes_over_the_one_before(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    client.post(address, section_data("range", context="before_treatment") | {"m-lunge_cm-left": "5.4"})
    after = client.get(address, {"taken": "after_treatment"}).context["form"]
    assert after["m-lunge_cm-left"].value() == ""
    client.post(address, section_data("range", context="after_treatment") | {"m-lunge_cm-left": "7.0"})
    found = {one.context: one.value for one in live(cast, Reading)}
    assert found == {Context.BEFORE_TREATMENT: Decimal("5.4"), Context.AFTER_TREATMENT: Decimal("7.0")}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("54", "54\u00a0cm cannot be “Knee to wall” (0.0 to 25.0). Did you mean 5.4?"),
        ("-3", "cannot be"),
        ("abc", "“abc” is not a number"),
        ("nan", "not a number"),
        ("5.43", "is read to 0.1"),
    ],
)
def test_value_that_cannot_be_true_is_asked_again_and_nothing_is_saved(
    cast: Cast, typed: str, says: str
) -> None:
    client = builders.signed_in(cast.ada)
    data = section_data("range") | {"m-lunge_cm-left": typed, "m-lunge_cm-right": "11.7"}
    response = client.post(url("assess", cast.episode.pk, "range"), data)
    page = response.content.decode()
    assert response.status_code == 400
    assert says in page
    assert f'value="{typed}"' in page, "what was typed stays"
    assert 'value="11.7"' in page
    assert not FactRow.objects.filter(episode=cast.episode).exists()


def test_unknown_answer_of_a_question_is_an_answer_and_not_examined_is_none(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    client.post(
        url("assess", cast.episode.pk, "history"),
        {"q-involved_reason-none": "unknown", "q-duration-none": "unknown"},
    )
    assert [(one.sign, one.level) for one in live(cast, Sign)] == [("involved_reason", "unknown")]


def test_goals_are_kept_in_the_patients_words_changed_and_closed(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "goals")
    client.post(
        address, section_data("goals") | {"g-0-words": "Stairs, foot over foot", "g-1-words": "Dance"}
    )
    by_on = (cast.clinic.today() + timedelta(days=60)).isoformat()
    client.post(
        address,
        section_data("goals") | {"g-0-words": "Stairs without the rail", "g-0-by": by_on, "g-1-words": ""},
    )
    record = services.record_of(episode=cast.episode, by=cast.ada)
    (goal,) = services.goals_of(record)
    assert goal.words == "Stairs without the rail"
    assert goal.by_on is not None
    assert len(list(record.of_kind(Goal))) == 4
    assert "Stairs without the rail" in client.get(url("course", cast.episode.pk)).content.decode()


def test_answer_that_refers_acts_at_once_and_no_programme_can_start(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    assess(client, cast.episode, exclusions={"q-infection-none": "yes"})
    page = client.get(url("assess", cast.episode.pk, "history")).content.decode()
    assert "No programme can start." in page
    assert "Emergency care now" in page
    response = client.post(url("plan", cast.episode.pk), plan_data(client, cast.episode))
    assert response.status_code == 400
    assert not FactRow.objects.filter(episode=cast.episode, kind="plan_version").exists()


def test_programme_waits_for_what_must_be_asked(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    page = client.get(url("classification", cast.episode.pk)).content.decode()
    assert "Still to ask before a programme can start" in page
    response = client.post(url("plan", cast.episode.pk), plan_data(client, cast.episode))
    assert response.status_code == 400
    assert not FactRow.objects.filter(episode=cast.episode, kind="plan_version").exists()


def test_classification_weighs_for_and_against_and_is_taken_by_a_clinician(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    range_data = {
        "m-lunge_cm-left": "5.0", "m-lunge_cm-right": "11.0", "q-lunge_feels-left": "block",
        "q-forced_dorsiflexion-left": "stiff", "m-dorsiflexion_knee_bent_deg-left": "4",
        "m-dorsiflexion_knee_straight_deg-left": "2",
    }  # fmt: skip
    client.post(url("assess", cast.episode.pk, "range"), section_data("range") | range_data)
    client.post(
        url("assess", cast.episode.pk, "joint_play"),
        section_data("joint_play") | {"q-play_talocrural-left": "short_capsular"},
    )
    page = client.get(url("classification", cast.episode.pk))
    (idea,) = [one for one in page.context["ideas"].ideas if one.id == "joint_limited"]
    assert idea.standing == "Speaks for it"
    assert {reason.spoken for reason in idea.known} >= {"for"}
    response = client.post(url("classification", cast.episode.pk), {"candidate": "joint_limited"})
    assert response["Location"] == url("plan", cast.episode.pk)
    assert "joint-limited" in client.get(url("course", cast.episode.pk)).content.decode()
    assert client.post(url("classification", cast.episode.pk), {"candidate": "made_up"}).status_code == 400


def test_reading_of_an_earlier_day_is_shown_with_its_age_and_never_written_over(cast: Cast) -> None:
    before = cast.clinic.today() - timedelta(days=9)
    old = builders.lunge_cm(before, "4.0", origin=Origin.CLINICIAN)
    services.append_fact(episode=cast.episode, fact=old, by=cast.ada)
    client = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    page = client.get(address)
    assert page.context["form"]["m-lunge_cm-left"].value() == ""
    assert "left 4.0\u00a0cm, 9 d old" in page.content.decode()
    client.post(address, section_data("range") | {"m-lunge_cm-left": "5.0"})
    assert [one.value for one in live(cast, Reading)] == [Decimal("4.0"), Decimal("5.0")]


def test_hostile_words_in_an_answer_are_only_words(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    hostile = "</textarea><script>alert(1)</script>"
    client.post(url("assess", cast.episode.pk, "goals"), section_data("goals") | {"t-main_problem": hostile})
    page = client.get(url("assess", cast.episode.pk, "goals")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;" in page


def test_what_is_read_and_written_is_audited(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    client.post(url("assess", cast.episode.pk, "range"), section_data("range"))
    actions = set(AuditEntry.objects.filter(patient=str(cast.ben.pk)).values_list("action", flat=True))
    assert {"record.read", "facts.append"} <= actions
    page = client.get(url("looked", cast.episode.pk)).content.decode()
    assert "added to the record" in page
    assert "read the record" in page


def test_a_shin_angle_read_off_is_never_of_the_series_that_a_phone_records_from_standing(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, "range")
    recorded = Reading(
        id="recorded", on=cast.clinic.today(), origin=Origin.RECORDING, measure="lunge_angle_deg", side=Side.LEFT,
        value=Decimal("31.0"), unit="deg", instrument="phone", recording="walk-1", at_visit=True,
        captured_at=clock.now(), by=str(cast.ada.pk),
    )  # fmt: skip
    services.append_facts(episode=cast.episode, facts=[recorded], by=cast.ada)
    page = client.get(address).content.decode()
    assert "Inclinometer or a phone’s level on the shin, read off" in page
    assert "recorded from standing" not in page
    assert 'value="31' not in page  # nor is what was recorded there to be typed over

    typed = {"m-lunge_angle_deg-left": "38.0"}
    assert client.post(address, section_data("range") | typed).status_code == 302
    found = {(one.measure, one.instrument): one.value for one in live(cast, Reading)}
    assert found["lunge_angle_deg", "inclinometer"] == Decimal("38.0")
    assert found["lunge_angle_deg", "phone"] == Decimal("31.0")

    forced = section_data("range") | typed | {"i-lunge_angle_deg": "phone"}
    assert client.post(address, forced).status_code == 400
    assert sum(one.instrument == "phone" for one in live(cast, Reading)) == 1
