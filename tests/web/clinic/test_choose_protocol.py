"""The start of a plan: each protocol can be proposed, by hand or by the classification taken, until one runs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mortise.record import PlanVersion, Reading, Sign, StageEntry
from mortise.terms import Origin, Side
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.services.decisions import new_id
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import assess, plan_data, start, url

pytestmark = pytest.mark.django_db


def found(cast: Cast, **levels: str) -> list[Sign]:
    return [
        Sign(id=new_id(), on=cast.clinic.today(), origin=Origin.CLINICIAN, by=str(cast.ada.pk), sign=name, level=level,
             side=Side.NONE if name in ("surgery", "surgery_since") else cast.episode.side)
        for name, level in levels.items()
    ]  # fmt: skip


def examined(cast: Cast, *facts: Sign | Reading) -> None:
    services.save_assessment_step(episode=cast.episode, findings=facts, by=cast.ada)


PINCH = {
    "forced_dorsiflexion": "pinch",
    "pain_site": "front",
    "tender_front": "both",
    "lunge_feels": "front_pinch",
}


def chosen(cast: Cast) -> str:
    cast.episode.refresh_from_db()
    return cast.episode.protocol


@pytest.mark.parametrize("protocol_id", content().protocol_ids)
def test_every_protocol_can_be_proposed_and_accepted(cast: Cast, protocol_id: str) -> None:
    client = builders.signed_in(cast.ada)
    assess(client, cast.episode)
    offered = client.get(url("plan", cast.episode.pk)).content.decode()
    assert f'value="{protocol_id}"' in offered
    assert content().protocol(protocol_id).title in offered
    response = client.post(url("choose-protocol", cast.episode.pk), {"protocol": protocol_id})
    assert response.status_code == 302
    assert chosen(cast) == protocol_id
    page = client.get(url("plan", cast.episode.pk))
    assert len(page.context["rows"]) >= 4
    accepted = client.post(url("plan", cast.episode.pk), plan_data(client, cast.episode))
    assert accepted.status_code == 200, accepted.content.decode()[:2000]
    record = services.record_of(episode=cast.episode, by=cast.ada)
    (plan,) = record.of_kind(PlanVersion)
    assert (plan.protocol, plan.protocol_hash) == (protocol_id, content().protocol_hash(protocol_id))
    assert plan.reason == "Accepted as proposed."
    assert [one.stage for one in record.of_kind(StageEntry)] == [content().protocol(protocol_id).first_stage]


def test_a_running_programme_keeps_its_protocol(cast: Cast) -> None:
    client = start(cast)
    before = chosen(cast)
    other = next(name for name in content().protocol_ids if name != before)
    assert client.post(url("choose-protocol", cast.episode.pk), {"protocol": other}).status_code == 409
    assert chosen(cast) == before
    assert "Another programme" not in client.get(url("plan", cast.episode.pk)).content.decode()


def test_a_protocol_nobody_wrote_is_refused_and_a_stranger_chooses_nothing(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    before = chosen(cast)
    assert client.post(url("choose-protocol", cast.episode.pk), {"protocol": "made-up"}).status_code == 400
    stranger = builders.signed_in(cast.cy)
    data = {"protocol": "anterior-impingement"}
    assert stranger.post(url("choose-protocol", cast.episode.pk), data).status_code == 404
    assert chosen(cast) == before


def test_taking_a_classification_proposes_its_protocol(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    examined(cast, *found(cast, **PINCH))
    assert (
        client.post(url("classification", cast.episode.pk), {"candidate": "anterior_impingement"}).status_code
        == 302
    )
    assert chosen(cast) == "anterior-impingement"


def test_a_mixed_presentation_proposes_the_constraints_of_both(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    behind = {"forced_plantarflexion": "pain_behind", "pain_when": "point", "tender_behind": "yes",
              "imaging_behind": "os_trigonum"}  # fmt: skip
    examined(cast, *found(cast, **PINCH, **behind))
    client.post(url("classification", cast.episode.pk), {"candidate": "anterior_impingement"})
    form = client.get(url("plan", cast.episode.pk)).context["form"]
    assert form["without"].value() == ["end_range_plantarflexion"]


def test_the_surgeons_limits_go_on_the_record_with_name_and_date(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    assess(client, cast.episode)
    signs = found(cast, **PINCH, surgery="arthroscopy_front", surgery_since="weeks_6")
    examined(cast, *signs)
    client.post(url("classification", cast.episode.pk), {"candidate": "after_surgery"})
    assert chosen(cast) == "after-arthroscopy"
    page = client.get(url("plan", cast.episode.pk))
    assert "The surgeon’s limits" in page.content.decode()
    until = cast.clinic.today() + timedelta(days=28)
    data = plan_data(client, cast.episode, **{"until-weight": until.isoformat(), "surgeon": "Dr Fictional",
                                              "reason": "Letter of the surgeon."})  # fmt: skip
    assert client.post(url("plan", cast.episode.pk), data).status_code == 200
    record = services.record_of(episode=cast.episode, by=cast.ada)
    (plan,) = record.of_kind(PlanVersion)
    limits = {one.id: one for one in plan.constraints}
    weight = limits["plan.surgeon.weight"]
    assert (weight.until_on, weight.author) == (until, "Dr Fictional, surgeon")
    assert "loaded_calf" in weight.without_tags
    assert limits["plan.surgeon.impact"].n_contacts_at_most == 0
    story = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert {one.id for one in story.constraints} >= {"plan.surgeon.weight", "plan.surgeon.impact"}


def test_a_limit_lifted_is_a_change_and_needs_a_reason(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    assess(client, cast.episode)
    client.post(url("choose-protocol", cast.episode.pk), {"protocol": "after-arthroscopy"})
    data = plan_data(client, cast.episode)
    del data["until-bend"]
    refused = client.post(url("plan", cast.episode.pk), data)
    assert refused.status_code == 400
    assert "write why" in refused.content.decode()
    client.post(url("plan", cast.episode.pk), data | {"reason": "The surgeon allows the end of the bend."})
    (plan,) = services.record_of(episode=cast.episode, by=cast.ada).of_kind(PlanVersion)
    assert "plan.surgeon.bend" not in {one.id for one in plan.constraints}
