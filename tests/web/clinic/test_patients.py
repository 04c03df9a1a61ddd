"""Adding a patient: adults only, what was typed stays, the assessment opens next."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mortise.web.care import services
from mortise.web.care.models import EpisodeRow, Patient
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import assess, plan_data, url

pytestmark = pytest.mark.django_db

TYPED = {"name": "Mirela Dunne", "birth_year": "1974", "sex": "female", "side": "right"}


def test_patient_is_added_and_the_assessment_opens(cast: Cast) -> None:
    response = builders.signed_in(cast.ada).post(url("patient-add"), TYPED)
    episode = EpisodeRow.objects.get(patient__name="Mirela Dunne")
    assert response["Location"] == url("assessment", episode.pk)
    assert (episode.involved_side, episode.is_bilateral) == ("right", False)
    assert (episode.patient.birth_year, episode.patient.sex) == (1974, "female")


def test_both_ankles_can_be_affected(cast: Cast) -> None:
    builders.signed_in(cast.ada).post(url("patient-add"), TYPED | {"is_bilateral": "on"})
    assert EpisodeRow.objects.get(patient__name="Mirela Dunne").is_bilateral


def test_both_ankles_to_be_treated_open_an_episode_each_and_the_left_is_assessed_first(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    response = client.post(url("patient-add"), TYPED | {"side": "both"})
    left, right = EpisodeRow.objects.filter(patient__name="Mirela Dunne").order_by("involved_side")
    assert [(one.involved_side, one.is_bilateral) for one in (left, right)] == [
        ("left", True),
        ("right", True),
    ]
    assert response["Location"] == url("assessment", left.pk)
    assert Patient.objects.filter(name="Mirela Dunne").count() == 1


def test_each_of_two_ankles_leads_to_the_other_and_keeps_its_own_assessment(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    client.post(url("patient-add"), TYPED | {"side": "both"})
    left, right = EpisodeRow.objects.filter(patient__name="Mirela Dunne").order_by("involved_side")
    assess(client, left)
    client.post(url("plan", left.pk), plan_data(client, left))
    for here, other in ((left, right), (right, left)):
        page = client.get(url("course", here.pk))
        words = [(pk, is_now) for pk, _, is_now in page.context["header"]["ankles"]]
        assert words == [(left.pk, here is left), (right.pk, here is right)]
        assert f'href="{url("course", other.pk)}"' in page.content.decode()
        assert "the other is treated too" in page.content.decode()
    assert "Right, no programme yet" in client.get(url("course", left.pk)).content.decode()
    assert "No programme yet" in client.get(url("course", right.pk)).content.decode()
    assert client.get(url("classification", right.pk)).context["open_required"]
    desk = client.get(url("needs")).context["desk"]
    assert desk.headline == "Two people need you.", "Ben, and one person with two ankles"
    rows = [row for group in desk.groups for row in group.rows]
    assert [row.others for row in rows if row.episode_id == right.pk] == [((left.pk, "left"),)]


def test_course_of_one_ankle_offers_no_other(cast: Cast) -> None:
    page = builders.signed_in(cast.ada).get(url("course", cast.episode.pk))
    assert page.context["header"]["ankles"] == []
    assert 'class="ankles"' not in page.content.decode()


def test_phone_of_a_patient_with_two_ankles_opens_the_one_that_is_assessed_first(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    client.post(url("patient-add"), TYPED | {"side": "both"})
    made = Patient.objects.get(name="Mirela Dunne")
    assert services.open_episodes_of(made.user, made)[0].involved_side == "left"
    phone = builders.phone_of(made, cast.ada)
    assert phone.get(reverse("phone:today")).status_code == 200


def test_under_18_is_refused_with_a_sentence_and_what_was_typed_stays(cast: Cast) -> None:
    year = str(cast.clinic.today().year - 17)
    response = builders.signed_in(cast.ada).post(url("patient-add"), TYPED | {"birth_year": year})
    page = response.content.decode()
    assert response.status_code == 400
    assert "Mortise is for adults" in page
    assert 'value="Mirela Dunne"' in page
    assert f'value="{year}"' in page
    assert not Patient.objects.filter(name="Mirela Dunne").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "   "}, "required"),
        ({"birth_year": "74"}, "four digits"),
        ({"birth_year": "nineteen"}, "four digits"),
        ({"side": ""}, "which ankle"),
        ({"side": "middle"}, "Select a valid choice"),
    ],
)
def test_wrong_field_says_what_is_wrong_and_adds_nobody(
    cast: Cast, change: dict[str, str], says: str
) -> None:
    response = builders.signed_in(cast.ada).post(url("patient-add"), TYPED | change)
    assert response.status_code == 400
    assert says in response.content.decode()
    assert Patient.objects.count() == 2


def test_hostile_name_is_only_words_on_every_page(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    client.post(url("patient-add"), TYPED | {"name": "<img src=x onerror=alert(1)>"})
    episode = EpisodeRow.objects.get(patient__name__startswith="<img")
    for name in ("course", "classification", "plan", "reading", "recordings", "looked"):
        page = client.get(url(name, episode.pk)).content.decode()
        assert "<img src=x" not in page, name
        assert "&lt;img src=x onerror=alert(1)&gt;" in page, name


def test_patient_address_leads_to_the_course(cast: Cast) -> None:
    response = builders.signed_in(cast.ada).get(url("patient", cast.ben.pk))
    assert response["Location"] == url("course", cast.episode.pk)
