"""What a phone sends: each item answered on its own, nothing doubled, nothing blocked, nobody else let in."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mortise.record import CheckIn, DecisionRecord
from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care import services
from mortise.web.phone import signing
from tests.support.sizes import examples
from tests.web import builders
from tests.web.phone.test_pages import CALM

pytestmark = pytest.mark.django_db
DEVICE = "device-of-ben"


def fact(number: int, at: datetime | None = None, **changed: Any) -> dict[str, Any]:
    """Return a check-in as the phone keeps it."""
    at = at or clock.now()
    return {
        "kind": "check_in", "id": f"fact-{number}", "on": at.date().isoformat(), "origin": "patient",
        "captured_at": at.isoformat(), "moment": "before_session",
        "answers": {"red_calf": "0", **CALM, "pain_now_nrs": str(number % 3)}, **changed,
    }  # fmt: skip


def item(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "sequence": number, "wall_ms": 1_790_000_000_000 + number, "zone": "Europe/London", "monotonic_ms": 12.5,
        "fact": fact(number), **changed,
    }  # fmt: skip


def batch(*items: dict[str, Any], **changed: Any) -> dict[str, Any]:
    numbers = [one["sequence"] for one in items]
    return {
        "device": DEVICE, "epoch": "", "last_sequence": max(numbers, default=0), "n_waiting": len(items),
        "sent_at_ms": int(time.time() * 1000), "items": list(items), **changed,
    }  # fmt: skip


def send(phone: Client, content: Any, **headers: str) -> Any:
    if isinstance(content, dict) and "items" in content and "_auth_user_id" in phone.session:
        user = User.objects.get(pk=phone.session["_auth_user_id"])
        content = {"person": signing.person_tag(user), **content}
    sent = {
        "origin": "http://testserver",
        "accept": "application/json",
        "sec-fetch-site": "same-origin",
        **headers,
    }
    data = content if isinstance(content, bytes | str) else json.dumps(content)
    return phone.post("/phone/sync/", data, content_type="application/json", headers=sent)


def outcomes(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [answer["outcome"] for answer in response.json()["answers"]]


def check_ins(cast: builders.Cast) -> list[CheckIn]:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(CheckIn))


def test_a_batch_is_stored_answered_and_decided_once(cast: builders.Cast, phone: Client) -> None:
    response = send(phone, batch(item(1), item(2)))
    assert outcomes(response) == ["stored", "stored"]
    assert response.json()["epoch"] == services.server_epoch()
    assert [one.id for one in check_ins(cast)] == ["fact-1", "fact-2"]
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert len(list(record.of_kind(DecisionRecord))) == 1


def test_the_same_batch_again_changes_nothing(cast: builders.Cast, phone: Client) -> None:
    sent = batch(item(1), item(2))
    send(phone, sent)
    before = services.plan_tag(episode=cast.episode)
    assert outcomes(send(phone, sent)) == ["already", "already"]
    assert services.plan_tag(episode=cast.episode) == before


def test_a_bad_item_is_refused_with_a_reason_and_blocks_nobody(cast: builders.Cast, phone: Client) -> None:
    ahead = fact(2, at=clock.now() + timedelta(days=3))
    bad = [item(2, fact=ahead), item(3, fact={"kind": "no such"}), item(4, fact=[1]), item(5, fact=None)]
    response = send(phone, batch(item(1), *bad, item(6)))
    assert outcomes(response) == ["stored", "refused", "refused", "refused", "refused", "stored"]
    assert "future" in response.json()["answers"][1]["reason"]
    assert len(check_ins(cast)) == 2


def test_the_same_id_with_other_content_is_a_conflict_that_a_person_sees(
    cast: builders.Cast, phone: Client
) -> None:
    send(phone, batch(item(1)))
    other = item(1, fact=fact(1, answers={"pain_now_nrs": "9"}))
    assert outcomes(send(phone, batch(other, device="another-phone"))) == ["conflict"]
    assert len(services.quarantine_of(episode=cast.episode, by=cast.ada)) == 1
    assert len(check_ins(cast)) == 1


@pytest.mark.parametrize("kind", ["judgement", "response", "stage_entry", "plan_version", "decision", "sign"])
def test_a_phone_cannot_send_what_only_a_clinician_says(
    cast: builders.Cast, phone: Client, kind: str
) -> None:
    forged = fact(1, kind=kind) | {"judgement": "resume", "reason": "x"}
    assert outcomes(send(phone, batch(item(1, fact=forged)))) == ["refused"]


def test_a_danger_sign_sent_late_freezes_the_programme(phone: Client) -> None:
    send(phone, batch(item(1, fact=fact(1, answers={"red_calf": "1"}))))
    assert "Your exercises are paused" in phone.get("/phone/").content.decode()


def test_what_has_not_come_is_told_from_what_was_not_done(cast: builders.Cast, phone: Client) -> None:
    send(phone, batch(item(1), item(4), last_sequence=5, n_waiting=3))
    (state,) = services.phones_of(episode=cast.episode, by=cast.ada)
    assert state.n_not_received == 3
    course = builders.signed_in(cast.ada).get(f"/desk/episodes/{cast.episode.pk}/")
    assert "3 records from the phone not yet received" in course.content.decode()
    send(phone, batch(item(2), item(3), item(5), last_sequence=5))
    (state,) = services.phones_of(episode=cast.episode, by=cast.ada)
    assert state.n_not_received == 0


def test_the_phones_clock_is_compared_with_ours(cast: builders.Cast, phone: Client) -> None:
    send(phone, batch(item(1), sent_at_ms=int(time.time() * 1000) + 86_400_000))
    (state,) = services.phones_of(episode=cast.episode, by=cast.ada)
    assert abs(state.skew_s - 86_400) < 60


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://testserver.elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_only_our_own_pages_may_send(cast: builders.Cast, phone: Client, headers: dict[str, str]) -> None:
    assert send(phone, batch(item(1)), **headers).status_code == 403
    assert check_ins(cast) == []


def test_a_form_of_another_site_cannot_send_either(cast: builders.Cast, phone: Client) -> None:
    response = phone.post("/phone/sync/", {"device": DEVICE}, headers={"origin": "http://testserver"})
    assert response.status_code == 415


def test_strangers_and_staff_are_refused(cast: builders.Cast) -> None:
    assert send(Client(), batch(item(1))).status_code == 401
    assert send(builders.signed_in(cast.ada), batch(item(1))).status_code == 404


def test_a_report_of_one_person_is_never_taken_as_anothers(cast: builders.Cast, phone: Client) -> None:
    """Two people on one phone: the second was let in while reports of the first still waited."""
    other = builders.phone_of(cast.dora, cast.cy)
    bens = batch(item(1), person=signing.person_tag(cast.ben.user))
    assert send(other, bens).status_code == 409
    assert list(services.record_of(episode=cast.dora_episode, by=cast.cy).of_kind(CheckIn)) == []
    assert outcomes(send(phone, bens)) == ["stored"]


def test_another_patient_cannot_speak_for_this_phone(cast: builders.Cast, phone: Client) -> None:
    send(phone, batch(item(1)))
    other = builders.phone_of(cast.dora, cast.cy)
    assert send(other, batch(item(2))).status_code == 400
    (state,) = services.phones_of(episode=cast.episode, by=cast.ada)
    assert state.n_not_received == 0


@pytest.mark.parametrize(
    "content",
    [
        b" ", b"{", b"[]", b"\xff", {}, {"device": DEVICE}, batch(device="x"), batch(device="../../etc"),
        batch(items="none"), batch(item(0)), batch(item(-1)), batch(item(1), last_sequence=2**60),
        batch(item(1), surprise=1), batch(*[item(n) for n in range(1, 202)]),
    ],
)  # fmt: skip
def test_what_is_no_batch_is_refused_whole(cast: builders.Cast, phone: Client, content: Any) -> None:
    assert send(phone, content).status_code == 400
    assert check_ins(cast) == []


def test_a_batch_beyond_the_limit_is_refused(cast: builders.Cast, phone: Client) -> None:
    assert send(phone, b'{"device": "' + b"x" * (2 * 1024 * 1024) + b'"}').status_code == 400


def test_an_engine_that_breaks_keeps_the_facts_and_says_so(
    cast: builders.Cast, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("mortise.web.care.services.decisions.decide", broken)
    assert outcomes(send(phone, batch(item(1)))) == ["already"]
    assert len(check_ins(cast)) == 1


def test_a_restored_server_has_another_epoch_and_takes_everything_again(
    cast: builders.Cast, phone: Client
) -> None:
    before = send(phone, batch(item(1))).json()["epoch"]
    services.renew_epoch(by=log.Process("after_restore"))
    response = send(phone, batch(item(1), item(2)))
    assert response.json()["epoch"] != before
    assert outcomes(response) == ["already", "stored"]


@settings(
    max_examples=examples(12), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # fmt: skip
@given(data=st.data())
def test_doubled_reordered_partial_delivery_ends_the_same(
    cast: builders.Cast, phone: Client, data: st.DataObject
) -> None:
    """Whatever the network does with five reports of two phones, the record ends up with each of them once."""
    salt = data.draw(st.uuids()).hex
    at = clock.now()
    reports = [
        (f"{salt[:8]}-device-{n % 2}", item(n + 1, fact=fact(n, at=at, id=f"{salt}-{n}"))) for n in range(5)
    ]
    sends = data.draw(
        st.lists(st.lists(st.sampled_from(range(5)), min_size=1, max_size=4), min_size=1, max_size=6)
    )
    for numbers in [*sends, [3], [1, 0, 2], [4, 4]]:
        for device in {reports[n][0] for n in numbers}:
            mine = [reports[n][1] for n in numbers if reports[n][0] == device]
            assert set(outcomes(send(phone, batch(*mine, device=device)))) <= {"stored", "already"}
    kept = [one for one in check_ins(cast) if one.id.startswith(salt)]
    assert sorted(one.id for one in kept) == [f"{salt}-{n}" for n in range(5)]
    assert {one.id: str(one.answers["pain_now_nrs"]) for one in kept} == {
        f"{salt}-{n}": str(n % 3) for n in range(5)
    }
