"""The programme: accepted as proposed or changed with a reason, never past what the protocol allows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from mortise.protocol import Phase
from mortise.record import PlanVersion, StageEntry
from mortise.web.accounts.models import PhoneLink
from mortise.web.care import services
from mortise.web.care.models import FactRow
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import assess, plan_data, start, url

pytestmark = pytest.mark.django_db


def plans(cast: Cast) -> list[PlanVersion]:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(PlanVersion))


def test_programme_accepted_as_proposed_opens_the_first_stage_and_shows_the_link(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    assess(client, cast.episode)
    response = client.post(url("plan", cast.episode.pk), plan_data(client, cast.episode))
    assert response.status_code == 200
    assert "/enter/" in response.context["address"]
    assert response.context["address"] in response.content.decode()
    (plan,) = plans(cast)
    assert plan.reason == "Accepted as proposed."
    assert (plan.constraints, plan.dose_steps, plan.figures) == ((), {}, {})
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [entry.stage for entry in record.of_kind(StageEntry)] == ["G1"]
    assert FactRow.objects.filter(episode=cast.episode, kind="decision").exists(), (
        "the first decision is made"
    )
    assert PhoneLink.objects.filter(user=cast.ben.user).count() == 1


def test_proposal_shows_exercises_with_pictures_doses_and_reasons(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    page = client.get(url("plan", cast.episode.pk))
    rows = page.context["rows"]
    assert len(rows) >= 4
    assert all('<svg class="fig"' in picture for _, picture, _, _ in rows)
    assert all(why for _, _, why, _ in rows)


def test_change_needs_a_reason_and_what_was_chosen_stays(cast: Cast) -> None:
    client = start(cast)
    data = plan_data(client, cast.episode)
    taken_out = next(name for name in data if name.startswith("in-"))
    del data[taken_out]
    response = client.post(url("plan", cast.episode.pk), data)
    assert response.status_code == 400
    assert "write why" in response.content.decode()
    assert response.context["form"][taken_out].value() is False
    assert len(plans(cast)) == 1
    client.post(url("plan", cast.episode.pk), data | {"reason": "Hurts under the heel."})
    constraint = plans(cast)[-1].constraints[0]
    assert constraint.without_exercises == (taken_out.removeprefix("in-"),)
    assert constraint.author == str(cast.ada.pk)
    assert constraint.reason == "Hurts under the heel."


def test_exercise_taken_out_is_not_in_the_session_and_comes_back_when_ticked(cast: Cast) -> None:
    client = start(cast)
    story = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    name = story.session.exercises[0].exercise
    data = plan_data(client, cast.episode, reason="Not now.")
    without = {key: value for key, value in data.items() if key != f"in-{name}"}
    client.post(url("plan", cast.episode.pk), without)
    after = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert name not in {one.exercise for one in after.session.exercises}
    assert plan_data(client, cast.episode).get(f"in-{name}") is None
    client.post(url("plan", cast.episode.pk), data | {"reason": "Settled."})
    assert plans(cast)[-1].constraints == ()


def test_dose_and_limit_are_set_within_what_is_allowed(cast: Cast) -> None:
    client = start(cast)
    form = client.get(url("plan", cast.episode.pk)).context["form"]
    step = next(
        name for name in form.fields if name.startswith("step-") and len(form.fields[name].choices) > 1
    )
    row = next(row for row in form.figure_rows if row.criterion.id == "G1.exit.time")
    data = plan_data(client, cast.episode, reason="Irritable joint.") | {step: "1", row.field.html_name: "10"}
    assert client.post(url("plan", cast.episode.pk), data).status_code == 302
    plan = plans(cast)[-1]
    assert plan.dose_steps == {step.removeprefix("step-"): 1}
    assert plan.figures == {"G1.exit.time": Decimal(10)}


@pytest.mark.parametrize("typed", ["400", "nonsense", "-1", "NaN"])
def test_limit_outside_what_is_allowed_is_refused_in_words(cast: Cast, typed: str) -> None:
    client = start(cast)
    data = plan_data(client, cast.episode, reason="Try.") | {"f-G1.exit.time": typed}
    response = client.post(url("plan", cast.episode.pk), data)
    assert response.status_code == 400
    assert "3 to 28" in response.content.decode() or "is not a number" in response.content.decode()
    assert f'value="{typed}"' in response.content.decode()
    assert len(plans(cast)) == 1


def test_plan_set_again_without_a_change_adds_nothing(cast: Cast) -> None:
    client = start(cast)
    response = client.post(url("plan", cast.episode.pk), plan_data(client, cast.episode))
    assert len(plans(cast)) == 1
    assert response.status_code in (200, 302)


def test_everything_taken_out_is_refused(cast: Cast) -> None:
    client = start(cast)
    data = {key: value for key, value in plan_data(client, cast.episode).items() if not key.startswith("in-")}
    response = client.post(url("plan", cast.episode.pk), data | {"reason": "All."})
    assert response.status_code == 400
    assert "at least one exercise" in response.content.decode()


def test_tag_kept_out_becomes_a_constraint_until_withdrawn(cast: Cast) -> None:
    client = start(cast)
    data = plan_data(client, cast.episode, reason="Pinch in front.")
    client.post(url("plan", cast.episode.pk), data | {"without": ["end_range_dorsiflexion"]})
    assert plans(cast)[-1].constraints[0].without_tags == ("end_range_dorsiflexion",)
    assert plan_data(client, cast.episode)["without"] == ["end_range_dorsiflexion"]


def test_phone_link_is_made_shown_once_and_shut(cast: Cast) -> None:
    client = start(cast)
    page = client.post(url("link-make", cast.episode.pk))
    address = page.context["address"]
    token = address.rstrip("/").rsplit("/", 1)[-1]
    assert token not in client.get(url("course", cast.episode.pk)).content.decode()
    link = PhoneLink.objects.latest("made_at")
    client.post(url("link-revoke", link.pk))
    link.refresh_from_db()
    assert link.revoked_at is not None
    assert client.get(f"/enter/{token}/").status_code == 404


def test_a_season_is_a_version_from_today_that_holds_doses_and_ends_by_itself(cast: Cast) -> None:
    client = start(cast)
    before = plans(cast)
    today = cast.clinic.today()
    data = plan_data(client, cast.episode) | {
        "phase": "season", "phase_until": (today + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    assert client.post(url("plan", cast.episode.pk), data).status_code == 400  # it needs a reason
    client.post(url("plan", cast.episode.pk), data | {"reason": "League until May."})
    assert plans(cast)[:-1] == before
    assert (plans(cast)[-1].phase, plans(cast)[-1].phase_until_on) == (
        Phase.SEASON,
        today + timedelta(days=30),
    )
    told = services.story_of(episode=cast.episode, on=today, by=cast.ada)
    assert told.phase is Phase.SEASON
    assert "phase.season" in {one.id for one in told.constraints}
    assert "In season." in told.session.why
    after = services.story_of(episode=cast.episode, on=today + timedelta(days=31), by=cast.ada)
    assert after.phase is Phase.BUILD
    page = client.get(url("plan", cast.episode.pk)).context["form"]
    assert (page["phase"].value(), page["phase_until"].value()) == ("season", today + timedelta(days=30))
    past = data | {"reason": "x", "phase_until": (today - timedelta(days=1)).isoformat()}
    assert "This day is past" in client.post(url("plan", cast.episode.pk), past).content.decode()


def test_the_course_shows_the_four_counters_with_their_ceilings(cast: Cast) -> None:
    client = start(cast)
    page = client.get(url("course", cast.episode.pk))
    rows = page.context["counters"]
    assert rows
    assert all(row.reason and row.per_week != "no limit" for row in rows)
    assert "What the week puts on the ankle" in page.content.decode()


def test_a_clinic_tightens_a_weekly_ceiling_and_cannot_loosen_it(cast: Cast) -> None:
    client = start(cast)
    data = plan_data(client, cast.episode) | {"reason": "A long walk to work."}
    assert "most-walking_running" not in data
    too_much = client.post(url("plan", cast.episode.pk), data | {"most-walking_running": "9999"})
    assert too_much.status_code == 400
    client.post(url("plan", cast.episode.pk), data | {"most-walking_running": "10"})
    (made,) = plans(cast)[-1].constraints
    assert made.id == "plan.ceiling.walking_running.10"
    told = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    (line,) = [one for one in told.counters if one.counter.value == "walking_running"]
    assert line.per_week == 10
    n_plans = len(plans(cast))
    again = plan_data(client, cast.episode)
    assert int(again["most-walking_running"]) == 10
    client.post(url("plan", cast.episode.pk), again)
    assert len(plans(cast)) == n_plans  # set again without a change adds nothing
    client.post(
        url("plan", cast.episode.pk), again | {"most-walking_running": "", "reason": "He takes the bus."}
    )
    assert plans(cast)[-1].constraints == ()
