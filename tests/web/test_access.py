"""Every address of the application against everybody: made from the table of addresses, so that none is forgotten.

A new address is tested the moment it exists. When one needs a value this module does not know, the test fails and says
which: add it to `own_values` (the id of an object of Ada's clinic) or to `PLAIN` (a value that is nobody's).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mortise.web.accounts import access
from mortise.web.care import services
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db

# Values in an address that belong to nobody.
PLAIN: dict[str, Any] = {
    "token": "no-such-token",
    "section": "history",
    "section_id": "history",
    "technique_id": "calf_release",
    "questionnaire_id": "named-activities",
    "step": "history",
    "measure": "lunge_cm",
    "exercise": "knee-to-wall",
    "side": "left",
    "protocol_id": builders.PROTOCOL,
    "number": 1,
    "test": "lunge",
    "user_id": "00000000-0000-0000-0000-000000000000",
    "key": "no-such-key",
}


class Route(NamedTuple):
    """One address: its name, the names of the values in it, the view behind it."""

    name: str
    values: tuple[str, ...]
    view: Any

    @property
    def access(self) -> str:
        return getattr(self.view, "access", "")


def routes(
    resolver: URLResolver | None = None, space: str = "", values: tuple[str, ...] = ()
) -> Iterator[Route]:
    """Yield every address of the application."""
    resolver = resolver or get_resolver()
    for one in resolver.url_patterns:
        inside = (*values, *one.pattern.converters)
        if isinstance(one, URLPattern):
            yield Route(f"{space}{one.name}", inside, one.callback)
        else:
            yield from routes(one, f"{one.namespace}:" if one.namespace else space, inside)


ROUTES = list(routes())
NAMES = [route.name for route in ROUTES]


def own_values(cast: Cast) -> dict[str, Any]:
    """Return ids of objects of Ada's clinic, by the name they have in addresses."""
    fact = builders.check_in(cast.clinic.today())
    services.append_fact(episode=cast.episode, fact=fact, by=cast.ben.user)
    bad = services.append_facts(episode=cast.episode, facts=[b"{"], by=cast.ben.user)
    assert not bad[0].is_kept
    values = {
        "patient_id": cast.ben.pk,
        "episode_id": cast.episode.pk,
        "fact_id": fact.id,
        "recording_id": builders.recording(cast.episode, cast.ada).pk,
        "link_id": services.make_phone_link(patient=cast.ben, by=cast.ada).link.pk,
        "quarantined_id": services.quarantine_of(episode=cast.episode, by=cast.ada)[0].pk,
        "decision_id": decision_id(cast),
    }
    return PLAIN | values


def decision_id(cast: Cast) -> str:
    """Return the id of a decision of Ben's."""
    on = cast.clinic.today()
    return services.decide(episode=cast.episode, on=on, by=cast.ada).record.id


def address(route: Route, values: dict[str, Any]) -> str:
    missing = [name for name in route.values if name not in values]
    assert not missing, f"{route.name} needs {missing}: add them to own_values or PLAIN in {__name__}"
    return reverse(route.name, kwargs={name: values[name] for name in route.values})


def read_whole(response: Any) -> None:
    """Read what was answered to its end, so that a file behind it is closed."""
    if response.streaming:
        b"".join(response.streaming_content)


def has_object(route: Route) -> bool:
    return any(name not in PLAIN for name in route.values)


def test_every_address_has_a_name_of_its_own() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert not [name for name in NAMES if name.endswith("None")]


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_every_address_says_whom_it_is_for(route: Route) -> None:
    assert route.access in (access.PUBLIC, access.STAFF, access.PATIENT)


def test_public_addresses_are_these_and_no_others() -> None:
    public = {route.name for route in ROUTES if route.access == access.PUBLIC}
    coming_in = {"home", "accounts:sign-in", "accounts:sign-out", "accounts:link-needed", "accounts:enter"}
    # The phone's shell holds nothing personal: the worker, its page, and drawings of exercises.
    # Whether a phone is ready says nothing of anybody, the network's authority is public, a calendar has its own key.
    shell = {
        "phone:ready",
        "phone:authority",
        "phone:calendar",
        "phone:worker",
        "phone:manifest",
        "phone:shell",
        "phone:figure",
    }
    assert coming_in <= public <= coming_in | shell


GUARDED = [route for route in ROUTES if route.access in (access.STAFF, access.PATIENT)]
OF_OBJECTS = [route for route in GUARDED if has_object(route)]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", GUARDED, ids=[route.name for route in GUARDED])
def test_every_guarded_address_refuses_strangers(cast: Cast, route: Route, method: str) -> None:
    at = address(route, own_values(cast))
    others = {
        access.STAFF: {"patient": builders.phone_of(cast.ben, cast.ada)},
        access.PATIENT: {"Ada": builders.signed_in(cast.ada), "Cy": builders.signed_in(cast.cy)},
    }
    for who, client in others[route.access].items():
        assert getattr(client, method)(at).status_code == 404, who
    response = getattr(Client(), method)(at)
    door = "/sign-in/" if route.access == access.STAFF else "/enter/"
    assert response.status_code == 302
    assert response["Location"].split("?")[0] == door
    program = getattr(Client(), method)(at, headers={"Accept": "application/json"})
    assert program.status_code == 401


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", OF_OBJECTS, ids=[route.name for route in OF_OBJECTS])
def test_every_address_of_an_object_is_404_for_another_clinic(cast: Cast, route: Route, method: str) -> None:
    at = address(route, own_values(cast))
    strangers = (
        [builders.signed_in(cast.cy), builders.signed_in(builders.administrator(cast.clinic))]
        if route.access == access.STAFF
        else [builders.phone_of(cast.dora, cast.cy)]
    )
    for stranger in strangers:
        response = getattr(stranger, method)(at)
        # 405 tells nothing of the object: the address does not know the method, for anybody
        assert response.status_code in (404, 405)
        assert b"Ben" not in response.content
    statuses = {getattr(stranger, one)(at).status_code for stranger in strangers for one in ("get", "post")}
    assert 404 in statuses


@pytest.mark.parametrize("route", GUARDED, ids=[route.name for route in GUARDED])
def test_every_address_opens_for_its_owner(cast: Cast, route: Route) -> None:
    at = address(route, own_values(cast))
    owner = (
        builders.signed_in(cast.ada)
        if route.access == access.STAFF
        else builders.phone_of(cast.ben, cast.ada)
    )
    response = owner.get(at)
    assert response.status_code in (200, 302, 405)
    assert response["Cache-Control"] == "no-store"
    read_whole(response)
    assert owner.post(at).status_code < 500
