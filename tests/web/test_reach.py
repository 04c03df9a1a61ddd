"""Who reaches what: always by way of the owner. Another clinic's object does not exist."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404

from mortise.errors import ConflictError, InputError
from mortise.terms import Side
from mortise.web.accounts.models import User
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db

FETCHES: dict[str, tuple[Callable[[User, Any], Any], Callable[[Cast], Any]]] = {
    "patient": (services.patient_or_404, lambda cast: cast.ben.pk),
    "episode": (services.episode_or_404, lambda cast: cast.episode.pk),
    "recording": (services.recording_or_404, lambda cast: builders.recording(cast.episode, cast.ada).pk),
    "link": (
        services.phone_link_or_404,
        lambda cast: services.make_phone_link(patient=cast.ben, by=cast.ada).link.pk,
    ),
    "quarantined": (
        services.quarantined_or_404,
        lambda cast: (
            services.append_facts(episode=cast.episode, facts=[b"{"], by=cast.ben.user)
            and services.quarantine_of(episode=cast.episode, by=cast.ada)[0].pk
        ),
    ),
    "fact": (
        services.fact_or_404,
        lambda cast: (
            services.append_fact(
                episode=cast.episode, fact=builders.check_in(cast.clinic.today()), by=cast.ben.user
            ).id
        ),
    ),
}


@pytest.mark.parametrize("name", FETCHES)
def test_reach_is_the_own_clinics_and_nobody_elses(cast: Cast, name: str) -> None:
    fetch, made = FETCHES[name]
    wanted = made(cast)
    assert str(fetch(cast.ada, wanted).pk) == str(wanted)
    assert str(fetch(cast.ben.user, wanted).pk) == str(wanted)
    for stranger in (cast.cy, cast.dora.user, builders.administrator(cast.clinic)):
        with pytest.raises(Http404):
            fetch(stranger, wanted)


@pytest.mark.parametrize("name", FETCHES)
@pytest.mark.parametrize(
    "nonsense", [uuid.UUID(int=7), "", "x", "1; DROP", "9" * 30, "\x00", "../.."], ids=repr
)
def test_reach_of_nonsense_is_404(cast: Cast, name: str, nonsense: Any) -> None:
    with pytest.raises(Http404):
        FETCHES[name][0](cast.ada, nonsense)


def test_reach_of_lists_stops_at_the_clinic(cast: Cast) -> None:
    assert list(services.patients_of(cast.ada)) == [cast.ben]
    assert list(services.patients_of(cast.cy)) == [cast.dora]
    assert not services.patients_of(builders.administrator(cast.clinic))
    today = cast.clinic.today()
    assert [row.name for row in services.needs_list(by=cast.ada, today=today)] == ["Ben Fictional"]
    assert services.open_episodes_of(cast.ada, cast.dora) == []
    assert services.patient_of_phone(cast.ben.user) == cast.ben


def test_decision_is_a_fact_of_its_kind_only(cast: Cast) -> None:
    fact = builders.check_in(cast.clinic.today())
    services.append_fact(episode=cast.episode, fact=fact, by=cast.ben.user)
    with pytest.raises(Http404):
        services.decision_or_404(cast.ada, fact.id)


def test_patient_and_administrator_cannot_do_a_clinicians_work(cast: Cast) -> None:
    for user in (cast.ben.user, builders.administrator(cast.clinic)):
        with pytest.raises(InputError):
            builders.patient(user, name="Somebody Fictional")
        with pytest.raises(InputError):
            builders.episode(cast.ben, user, side=Side.RIGHT)
        with pytest.raises(InputError):
            services.make_phone_link(patient=cast.ben, by=user)


@pytest.mark.parametrize(
    "given", [{"name": " "}, {"birth_year": 1700}, {"birth_year": 2020}, {"email": "no"}]
)
def test_patient_that_cannot_be_is_refused_with_the_field(cast: Cast, given: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        builders.patient(cast.ada, **{"name": "Eve Fictional", **given})
    assert caught.value.where == next(iter(given))


def test_patient_added_is_audited_without_the_name(cast: Cast) -> None:
    builders.patient(cast.ada, name="Unmistakable Name")
    entry = AuditEntry.objects.get(
        action="patient.add", patient=str(services.patients_of(cast.ada).last().pk)
    )
    assert "Unmistakable" not in str(vars(entry))


def test_episode_is_one_per_open_ankle(cast: Cast) -> None:
    builders.episode(cast.ben, cast.ada, side=Side.RIGHT)
    with pytest.raises(ConflictError):
        builders.episode(cast.ben, cast.ada, side=Side.LEFT)


def test_episode_needs_a_side_a_known_protocol_and_a_past(cast: Cast) -> None:
    eve = builders.patient(cast.ada, name="Eve Fictional")
    with pytest.raises(InputError, match="left or right"):
        builders.episode(eve, cast.ada, side=Side.NONE)
    with pytest.raises(InputError, match="not known"):
        builders.episode(eve, cast.ada, protocol="no-such")
    with pytest.raises(InputError, match="future"):
        builders.episode(eve, cast.ada, opened_on=eve.clinic.today().replace(year=2999))


def test_looks_show_the_patient_who_looked(cast: Cast) -> None:
    services.record_of(episode=cast.episode, by=cast.ada)
    services.record_of(episode=cast.episode, by=cast.ben.user)
    looks = services.looks_at(patient=cast.ben, by=cast.ben.user)
    assert (looks[0].who, looks[0].what) == ("Ada", "looked at your record")
    assert "looked at your record" not in [look.what for look in looks[1:]]
