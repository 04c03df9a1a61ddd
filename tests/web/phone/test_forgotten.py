"""A server put back from a backup notices by what a phone remembers, though nobody told it of the restore."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from mortise.web.audit.models import AuditEntry
from mortise.web.care.models import Delivery
from tests.web import builders
from tests.web.phone.test_sync import DEVICE, batch, item, send

pytestmark = pytest.mark.django_db


def asked(phone: Client, runs: str, device: str = DEVICE, tag: str = "") -> Any:
    said = {"mortise-device": device, "mortise-acknowledged": runs, **({"if-none-match": tag} if tag else {})}
    return phone.get("/phone/envelope/", headers={"accept": "application/json", **said})


def is_asked_again(response: Any) -> bool:
    return response.get("Mortise-Again", "") == "1"


def asks_on_record() -> int:
    return AuditEntry.objects.filter(action="phone.ask_again").count()


def test_a_server_that_knows_all_of_it_asks_for_nothing(phone: Client) -> None:
    send(phone, batch(*(item(n) for n in range(1, 6))))
    fresh = asked(phone, "1-5")
    assert fresh.status_code == 200
    assert not is_asked_again(fresh)
    again = asked(phone, "1-3 5-5", tag=fresh["ETag"])
    assert again.status_code == 304
    assert not is_asked_again(again)
    assert asks_on_record() == 0


def test_a_server_that_lacks_one_number_asks_for_all_and_it_is_on_record(
    phone: Client, caplog: pytest.LogCaptureFixture
) -> None:
    send(phone, batch(*(item(n) for n in range(1, 6))))
    tag = asked(phone, "1-5")["ETag"]
    Delivery.objects.filter(sequence=3).delete()  # as a backup of that moment would have it
    with caplog.at_level(logging.WARNING, logger="mortise.care"):
        assert is_asked_again(asked(phone, "1-5"))
        assert is_asked_again(asked(phone, "1-5", tag=tag)), "with nothing new in the plan, too"
    assert "Run after_restore" in caplog.text
    assert asks_on_record() == 2
    assert not is_asked_again(asked(phone, "1-2 4-5")), (
        "what the phone does not hold any more it is not asked for"
    )
    send(phone, batch(item(3)))
    assert not is_asked_again(asked(phone, "1-5")), "given back it is not asked for again"


def test_a_phone_that_the_backup_does_not_know_is_asked_too(phone: Client) -> None:
    assert is_asked_again(asked(phone, "1-2", device="a-phone-of-after-the-backup"))


def test_a_refused_number_is_known_as_well(phone: Client) -> None:
    send(phone, batch(item(1), item(2, fact={"kind": "no such"})))
    assert not is_asked_again(asked(phone, "1-2"))


def test_anothers_phone_counts_for_nothing(phone: Client, cast: builders.Cast) -> None:
    other = builders.phone_of(cast.dora, cast.cy)
    send(other, batch(item(1), device="device-of-dora"))
    assert is_asked_again(asked(phone, "1-1", device="device-of-dora"))
    assert not is_asked_again(asked(other, "1-1", device="device-of-dora"))


@pytest.mark.parametrize(
    "runs",
    [
        "",
        "x",
        "1",
        "1-",
        "-1",
        "5-1",
        "0-3",
        "1-2,3-4",
        "1-2 ",
        "9" * 40,
        " ".join(["1-1"] * 51),
        "1-1\u0661",
    ],
)
def test_what_cannot_be_read_is_nothing(phone: Client, runs: str) -> None:
    response = asked(phone, runs)
    assert response.status_code == 200
    assert not is_asked_again(response)
