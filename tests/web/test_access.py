"""Every address x every role x own and another clinic's objects, made from the table of addresses.

`ENTRIES` says, a second time and apart from the views, which right an address needs; `rights.RIGHTS` says who holds it.
A new address without an entry fails `test_every_address_has_an_entry`: write down there whom it is for. When an address
needs a value this module does not know, add it to `own_values` (the id of an object of Ada's clinic) or to `PLAIN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from html import unescape
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from mortise.web.accounts import access, rights
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import RIGHTS, Right
from mortise.web.care import services
from mortise.web.care.models import Consent, Purpose
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db

PUBLIC = None
ENTRIES: dict[str, Right | tuple[Right, Right] | None] = {
    # coming in: open to everybody
    "home": PUBLIC,
    "accounts:sign-in": PUBLIC,
    "accounts:sign-out": PUBLIC,
    "accounts:link-needed": PUBLIC,
    "accounts:enter": PUBLIC,
    "accounts:join": PUBLIC,
    # the phone's shell holds nothing personal: the worker, its page, drawings of exercises; whether a phone is ready
    # says nothing of anybody, the network's authority is public, a calendar has its own key
    "phone:calendar": PUBLIC,
    "phone:ready": PUBLIC,
    "phone:authority": PUBLIC,
    "phone:manifest": PUBLIC,
    "phone:worker": PUBLIC,
    "phone:shell": PUBLIC,
    "phone:not-taken": PUBLIC,
    "phone:shut": PUBLIC,
    "phone:shell-in": PUBLIC,
    "phone:figure": PUBLIC,
    # the administrator
    "accounts:people": Right.MANAGE,
    "accounts:role": Right.MANAGE,
    "accounts:active": Right.MANAGE,
    "accounts:invitation-revoke": Right.MANAGE,
    "accounts:clinic": Right.MANAGE,
    # the desk
    "clinic:needs": Right.SEE_LIST,
    "clinic:patient-add": Right.TREAT,
    "clinic:patient": Right.SEE_RECORD,
    "clinic:assessment": Right.SEE_RECORD,
    "clinic:assess": (Right.SEE_RECORD, Right.TREAT),
    "clinic:classification": (Right.SEE_RECORD, Right.TREAT),
    "clinic:plan": (Right.SEE_RECORD, Right.TREAT),
    "clinic:choose-protocol": Right.TREAT,
    "clinic:course": Right.SEE_RECORD,
    "clinic:respond": Right.TREAT,
    "clinic:judge": Right.RESUME,
    "clinic:proposal": Right.TREAT,
    "clinic:escalate": Right.TREAT,
    "clinic:escalation": Right.ANSWER_ESCALATION,
    "clinic:autonomy": Right.TREAT,
    "clinic:visit": Right.TREAT,
    "clinic:reading": (Right.SEE_RECORD, Right.TREAT),
    "clinic:what-if": Right.SEE_RECORD,
    "clinic:room": Right.SEE_RECORD,
    "clinic:treat": (Right.SEE_RECORD, Right.TREAT),
    "clinic:questionnaires": Right.SEE_RECORD,
    "clinic:questionnaire": (Right.SEE_RECORD, Right.TREAT),
    "clinic:looked": Right.SEE_RECORD,
    "clinic:let-count": Right.TREAT,
    "clinic:set-aside": (Right.SEE_RECORD, Right.TREAT),
    "clinic:messages": (Right.SEE_RECORD, Right.TREAT),
    "clinic:link-make": Right.TREAT,
    "clinic:language": Right.TREAT,
    "clinic:link-revoke": Right.TREAT,
    "clinic:recordings": (Right.SEE_RECORD, Right.TREAT),
    "clinic:recording": Right.SEE_FOOT,
    "clinic:recording-accept": Right.TREAT,
    "clinic:recording-exclude": Right.TREAT,
    "clinic:reports": Right.SEE_RECORD,
    "clinic:report": Right.SEE_RECORD,
    "clinic:paper-ask": Right.SEE_RECORD,
    "clinic:paper": Right.SEE_RECORD,
    "clinic:paper-pdf": Right.SEE_RECORD,
    "clinic:cohort": Right.SEE_RECORD,
    "clinic:recording-again": Right.TREAT,
    "clinic:recording-leave-out": Right.TREAT,
    "clinic:recording-take-in": Right.TREAT,
    "clinic:recording-report": Right.SEE_FOOT,
    "clinic:discharge": (Right.SEE_RECORD, Right.TREAT),
    "clinic:reopen": Right.TREAT,
    "clinic:discharged": Right.SEE_LIST,
    "clinic:protocols": Right.READ_PROTOCOLS,
    "clinic:protocol": Right.READ_PROTOCOLS,
    "clinic:techniques": Right.READ_PROTOCOLS,
    # together
    "clinic:team": (Right.SEE_LIST, Right.SHARE),
    "clinic:cover-end": Right.SHARE,
    "clinic:together": Right.SEE_RECORD,
    "clinic:note": Right.WRITE_NOTE,
    "clinic:hand-over": Right.SHARE,
    "clinic:physician": Right.SHARE,
    "clinic:ask": Right.SHARE,
    "clinic:opinion": Right.ANSWER_OPINION,
    "clinic:consent": Right.SHARE,
    "clinic:guest-invite": Right.SHARE,
    "clinic:guest-end": Right.SHARE,
    "clinic:guest": Right.SEE_SUMMARY,
    "clinic:letter-begin": Right.WRITE_LETTER,
    "clinic:letter": (Right.SEE_RECORD, Right.WRITE_LETTER),
    "clinic:letter-pdf": Right.SEE_RECORD,
    "clinic:letter-sent": Right.WRITE_LETTER,
    "clinic:letter-received": Right.ANSWER_ESCALATION,
    "clinic:trainings": Right.SEE_TRAINING,
    "clinic:training": Right.SEE_TRAINING,
    "clinic:feet": Right.SEE_FOOT,
    "clinic:foot": (Right.SEE_FOOT, Right.WRITE_FINDING),
    "clinic:foot-note": Right.WRITE_FINDING,
}
# Every other address of the phone is the patient's own.
PHONE = "phone:"

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
    "fact_id": "no-such-fact",
    "key": "no-such-key",
    "language": "en",
    "kind": "doctor",
}


class Route(NamedTuple):
    """One address: its name, the names of the values in it, the view behind it."""

    name: str
    values: tuple[str, ...]
    view: Any

    @property
    def entry(self) -> tuple[Right | None, Right | None]:
        """What the address needs to be read and to be sent to, as this module says it."""
        found = ENTRIES.get(self.name, Right.OWN_PHONE if self.name.startswith(PHONE) else ...)
        assert found is not ..., (
            f"{self.name} has no entry: write down in ENTRIES of {__name__} whom it is for"
        )
        return found if isinstance(found, tuple) else (found, found)

    def is_for(self, role: str, method: str) -> bool:
        """Whether somebody of this role may send such a request."""
        needed = self.entry[0 if method == "get" else 1]
        return needed is None or needed in RIGHTS.get(role, frozenset())

    @property
    def is_public(self) -> bool:
        return self.entry == (None, None)

    @property
    def is_phone(self) -> bool:
        return self.entry[0] is Right.OWN_PHONE


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
METHODS = ("get", "post")
LET_IN = (
    200,
    302,
    400,
    403,
    405,
    409,
    422,
)  # 403: what a phone sends says where it is from
NAME_MORE = {"clinic:recording-take-in"}
ROLES = (*rights.STAFF_ROLES, rights.PATIENT, rights.GUEST)


def own_values(cast: Cast, asked: User | None = None) -> dict[str, Any]:
    """Return ids of objects of Ada's clinic, by their name in addresses; opinions are asked of `asked`."""
    fact = builders.check_in(cast.clinic.today())
    services.append_fact(episode=cast.episode, fact=fact, by=cast.ben.user)
    bad = services.append_facts(episode=cast.episode, facts=[b"{"], by=cast.ben.user)
    assert not bad[0].is_kept
    eve = builders.clinician(cast.clinic, "Eve", "eve@clinic.example")
    values = {
        "patient_id": cast.ben.pk,
        "episode_id": cast.episode.pk,
        "fact_id": fact.id,
        "recording_id": builders.recording(cast.episode, cast.ada).pk,
        "link_id": services.make_phone_link(patient=cast.ben, by=cast.ada).link.pk,
        "quarantined_id": services.quarantine_of(episode=cast.episode, by=cast.ada)[0].pk,
        "decision_id": services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).record.id,
        "opinion_id": _opinion(cast, asked or eve, eve),
        "guest_id": builders.guest(cast.ben, cast.ada).guest.pk,
        "letter_id": builders.letter(cast.episode, cast.ada).pk,
        "paper_id": builders.paper(cast.episode, cast.ada).pk,
        "cover_id": builders.cover(cast.ada, eve).pk,
        "user_id": eve.pk,
        "invitation_id": builders.invitation(cast.clinic).pk,
    }
    return PLAIN | values


def _opinion(cast: Cast, asked: User, eve: User) -> Any:
    holds = access.may(asked, Right.ANSWER_OPINION)
    by = eve if asked == cast.ada else cast.ada
    return services.ask_opinion(
        episode=cast.episode, asked=asked.pk if holds else eve.pk, question="Seen before?", by=by
    ).pk


def address(route: Route, values: dict[str, Any]) -> str:
    missing = [name for name in route.values if name not in values]
    assert not missing, f"{route.name} needs {missing}: add them to own_values or PLAIN in {__name__}"
    return reverse(route.name, kwargs={name: values[name] for name in route.values})


def read_whole(response: Any) -> bytes:
    """Read what was answered to its end, so that a file behind it is closed."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def has_object(route: Route) -> bool:
    return any(name not in PLAIN for name in route.values)


def sent(client: Client, method: str, at: str, item: Any = "") -> tuple[int, bytes]:
    """Return the answer to one request, whose deeds are then undone; `item` is what a body names."""
    kept = deepcopy(client.cookies)
    with transaction.atomic():
        response = client.get(at) if method == "get" else client.post(at, {"item": item})
        found = response.status_code, read_whole(response)
        transaction.set_rollback(True)
    client.cookies = kept
    return found


def person_of(cast: Cast, role: str, *, there: bool = False) -> tuple[Client, User]:
    """Return somebody of a role signed in, in Ada's clinic or in Cy's."""
    clinician, patient = (cast.cy, cast.dora) if there else (cast.ada, cast.ben)
    if role == rights.PATIENT:
        return builders.phone_of(patient, clinician), patient.user
    if role == rights.GUEST:
        made = builders.guest(patient, clinician)
        return builders.guest_in(made), made.guest.user
    user = clinician if role == rights.PHYSIOTHERAPIST else builders.colleague(clinician.clinic, role)
    return builders.signed_in(user), user


# ---------------------------------------------------------------- the table itself


def test_every_address_has_a_name_of_its_own() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert not [name for name in NAMES if name.endswith("None")]


def test_every_address_has_an_entry_and_every_entry_an_address() -> None:
    assert [route.entry for route in ROUTES], "an address without an entry says so itself"
    assert not set(ENTRIES) - set(NAMES), "an entry for an address that is gone"


def test_every_view_asks_for_the_right_of_its_entry() -> None:
    wrong = [route.name for route in ROUTES if access.needed_for(route.view) != route.entry]
    assert not wrong


def test_every_right_has_words_and_somebody_who_holds_it() -> None:
    assert set(rights.WORDS) == set(Right)
    assert set().union(*RIGHTS.values()) == set(Right)
    assert set(RIGHTS) == set(ROLES) == set(rights.HOME)


def test_address_without_an_entry_fails() -> None:
    """The planted fault: a new address that nobody wrote down."""
    with pytest.raises(AssertionError, match="has no entry"):
        Route("clinic:forgotten", (), None).entry  # noqa: B018


# ---------------------------------------------------------------- everybody, everywhere


def refused(client: Client, role: str, values: dict[str, Any]) -> list[str]:
    """Return what is wrong when somebody asks every address: let in where they should not be, or kept out."""
    wrong = []
    for route in ROUTES:
        for method in METHODS:
            status, content = sent(client, method, address(route, values), values["quarantined_id"])
            if route.is_for(role, method):
                is_wrong = status not in LET_IN and not _is_of_nothing(route, status)
            else:
                is_wrong = status != 404 or b"Ben" in content
            if is_wrong:
                wrong.append(f"{method} {route.name}: {status}")
    return wrong


def _is_of_nothing(route: Route, status: int) -> bool:
    # a token of nobody's; a body that names what is not there
    return status in (404, 429) and (route.is_public or route.name in NAME_MORE)


@pytest.mark.parametrize("role", ROLES)
def test_every_address_lets_in_whom_the_table_names_and_nobody_else(cast: Cast, role: str) -> None:
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    client, user = person_of(cast, role)
    values = own_values(cast, user)
    if role == rights.PATIENT:
        values["link_id"] = services.make_phone_link(patient=cast.ben, by=cast.ada).link.pk
    assert not refused(client, role, values)


@pytest.mark.parametrize("role", ROLES)
def test_every_object_of_another_clinic_does_not_exist(cast: Cast, role: str) -> None:
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    values = own_values(cast)
    client, _ = person_of(cast, role, there=True)
    wrong = []
    for route in (one for one in ROUTES if has_object(one)):
        answers = [sent(client, method, address(route, values)) for method in METHODS]
        statuses = {status for status, _ in answers}
        # 405 tells nothing of the object: the address does not know the method, for anybody
        if statuses - {404, 405} or 404 not in statuses or any(b"Ben" in content for _, content in answers):
            wrong.append(f"{route.name}: {statuses}")
    assert not wrong


def test_every_guarded_address_asks_a_stranger_who_they_are(cast: Cast) -> None:
    values, wrong = own_values(cast), []
    for route in (one for one in ROUTES if not one.is_public):
        at, by_link = address(route, values), route.entry[0] in (Right.OWN_PHONE, Right.SEE_SUMMARY)
        for method in METHODS:
            page = getattr(Client(), method)(at)
            program = getattr(Client(), method)(at, headers={"Accept": "application/json"})
            door = page.headers.get("Location", "").split("?")[0]
            right = (page.status_code, door, program.status_code)
            if right != (302, "/enter/" if by_link else "/sign-in/", 401):
                wrong.append(f"{method} {route.name}: {right}")
    assert not wrong


def test_matrix_finds_a_right_given_by_mistake(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: coaches are let into the course, in the views alone and not in the table of this module."""
    client, user = person_of(cast, rights.COACH)
    values = own_values(cast, user)
    monkeypatch.setattr(access, "may", lambda user, right: user.is_authenticated)
    wrong = refused(client, rights.COACH, values)
    assert "get clinic:needs: 200" in wrong
    assert len(wrong) > 20


def test_every_answer_is_kept_by_nobody(cast: Cast) -> None:
    values = own_values(cast)
    for role in ROLES:
        client, _ = person_of(cast, role)
        for route in (one for one in ROUTES if not one.is_public and one.is_for(role, "get")):
            response = client.get(address(route, values))
            assert response["Cache-Control"] == "no-store", route.name
            read_whole(response)


# ---------------------------------------------------------------- what pages offer


def offered(html: str) -> Iterator[tuple[str, str]]:
    """Yield method and address of every link and form of a page, read apart from the code that takes them out."""
    for attributes in re.findall(r"<a\b([^>]*)>", html):
        href = re.search(r'href="([^"]*)"', attributes)
        if href:
            yield "get", unescape(href[1])
    for attributes in re.findall(r"<form\b([^>]*)>", html):
        action = re.search(r'action="([^"]*)"', attributes)
        yield ("post" if "post" in attributes else "get"), unescape(action[1]) if action else ""


@pytest.mark.parametrize("role", rights.STAFF_ROLES)
def test_pages_offer_only_what_may_be_done(cast: Cast, role: str) -> None:
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    client, user = person_of(cast, role)
    values, wrong = own_values(cast, user), []
    by_name = {route.name: route for route in ROUTES}
    for route in (one for one in ROUTES if one.is_for(role, "get") and not one.is_public):
        at = address(route, values)
        response = client.get(at)
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        for method, to in offered(response.content.decode()):
            path = to.split("?")[0].split("#")[0] or (at if method == "post" or to.startswith("?") else "/")
            try:
                name = resolve(path).view_name
            except Resolver404:
                continue
            if not by_name[name].is_for(role, method):
                wrong.append(f"{route.name} offers {method} {name}")
    assert not wrong


# ---------------------------------------------------------------- what each role sees of a patient


def test_coach_sees_nobody_before_consent_and_nobody_after_it_is_taken_back(cast: Cast) -> None:
    coach = builders.signed_in(builders.colleague(cast.clinic, rights.COACH))
    at = reverse("clinic:training", args=[cast.episode.pk])
    assert coach.get(at).status_code == 404
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    assert coach.get(at).status_code == 200
    assert b"Ben Fictional" in coach.get("/desk/training/").content
    services.record_consent(
        patient=cast.ben, purpose=Purpose.COACH, is_given=False, how=Consent.How.IN_PERSON, by=cast.ada
    )
    assert coach.get(at).status_code == 404
    assert b"Ben Fictional" not in coach.get("/desk/training/").content


def test_podiatrist_reads_gait_recordings_and_no_other(cast: Cast) -> None:
    podiatrist = builders.signed_in(builders.colleague(cast.clinic, rights.PODIATRIST))
    gait = builders.recording(cast.episode, cast.ada)
    hop = builders.recording(cast.episode, cast.ada, b"another", "b.csv", test="hop")
    assert podiatrist.get(reverse("clinic:recording", args=[gait.pk])).status_code == 200
    assert podiatrist.get(reverse("clinic:recording", args=[hop.pk])).status_code == 404


def test_patient_of_the_same_clinic_reaches_nothing_of_another_patient(cast: Cast) -> None:
    other = builders.patient(cast.ada, name="Finn Fictional")
    builders.episode(other, cast.ada)
    phone, values = builders.phone_of(other, cast.ada), own_values(cast)
    for route in (one for one in ROUTES if has_object(one)):
        statuses = {sent(phone, method, address(route, values))[0] for method in METHODS}
        assert statuses <= {404, 405}, route.name
