"""What the phone carries away: a sealed plan without a name, a shell without a person, a worker with one version."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from mortise.web.care import services
from mortise.web.phone.envelope import circumstances_ahead
from scripts import make_icons
from tests.web import builders
from tests.web.phone.test_pages import check_in, train

pytestmark = pytest.mark.django_db


def sealed(phone: Client) -> dict[str, Any]:
    response = phone.get("/phone/envelope/", headers={"accept": "application/json"})
    assert response.status_code == 200
    return response.json()


def plan_of(phone: Client) -> dict[str, Any]:
    return json.loads(sealed(phone)["body"])


def test_the_plan_is_sealed_under_the_persons_own_key(cast: builders.Cast, phone: Client) -> None:
    given = sealed(phone)
    expected = hmac.new(bytes.fromhex(given["seal_key"]), given["body"].encode(), hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, given["seal"])
    other = sealed(builders.phone_of(cast.dora, cast.cy))
    assert len({given["seal_key"], given["lock_key"], other["seal_key"], other["lock_key"]}) == 4
    assert given["person"] != other["person"]
    again = sealed(builders.phone_of(cast.ben, cast.ada))  # the same person on another phone
    assert (again["lock_key"], again["seal_key"]) == (given["lock_key"], given["seal_key"])


def test_the_plan_holds_no_name_and_no_diagnosis(cast: builders.Cast, phone: Client) -> None:
    body = sealed(phone)["body"].lower()
    for word in (
        "ben fictional",
        "fictional ben",
        "dorsiflexion and gait",
        "impingement",
        str(cast.ben.pk),
        "1985",
    ):
        assert word not in body
    assert cast.episode.protocol not in body


def test_the_plan_solves_every_kind_of_day_for_four_days(cast: builders.Cast, phone: Client) -> None:
    plan = plan_of(phone)
    today = cast.clinic.today()
    assert list(plan["days"]) == [(today + timedelta(days=n)).isoformat() for n in range(4)]
    for day in plan["days"].values():
        assert set(day["sessions"]) == set(circumstances_ahead())
        usual = _seconds(plan, day["sessions"]["usual"])
        assert usual > 0
        for kind, session in day["sessions"].items():
            assert _seconds(plan, session) <= usual, kind
    assert len(circumstances_ahead()) == 20  # sixteen without illness, four with it
    assert _seconds(plan, plan["maintenance"]["session"]) <= 600
    assert not any(
        set(plan["exercises"][one["exercise"]]["tags"]) & {"impact", "end_range_dorsiflexion", "loaded_calf"}
        for one in plan["maintenance"]["session"]["items"]
    )


def _seconds(plan: dict[str, Any], session: dict[str, Any]) -> float:
    return sum(plan["doses"][one["dose"]]["seconds"] for one in session["items"])


def test_no_eased_dose_is_above_the_whole_one(phone: Client) -> None:
    plan = plan_of(phone)
    sessions = [one for day in plan["days"].values() for one in day["sessions"].values()]
    items = [item for session in sessions for item in session["items"]]
    assert items
    for item in items:
        whole = plan["doses"][item["dose"]]
        for key in item["eased"].values():
            assert plan["doses"][key]["seconds"] <= whole["seconds"]
            assert plan["doses"][key]["step"] <= whole["step"]
        assert set(item["eased"]) == {str(pct) for pct in plan["shares"]}


def test_another_number_to_call_reaches_the_phone_at_the_next_contact(
    cast: builders.Cast, phone: Client
) -> None:
    tag = phone.get("/phone/envelope/")["ETag"]
    cast.clinic.emergency_line = "555 0199"
    cast.clinic.save()
    changed = phone.get("/phone/envelope/", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert "555 0199" in changed.json()["body"]


def test_the_plan_is_not_made_again_while_nothing_changed(cast: builders.Cast, phone: Client) -> None:
    response = phone.get("/phone/envelope/")
    tag = response["ETag"]
    assert response["Cache-Control"] == "no-store"
    assert phone.get("/phone/envelope/", headers={"if-none-match": tag}).status_code == 304
    check_in(phone)
    changed = phone.get("/phone/envelope/", headers={"if-none-match": tag})
    assert changed.status_code == 200
    plan = json.loads(changed.json()["body"])
    assert plan["days"][cast.clinic.today().isoformat()]["checked"] is True
    train(phone)
    assert plan_of(phone)["days"][cast.clinic.today().isoformat()]["done"] is True


def test_a_frozen_programme_is_frozen_in_the_plan(phone: Client) -> None:
    phone.post("/phone/check/", {"step": "1", "any_of_these": "some", "which": ["red_calf"]})
    plan = plan_of(phone)
    assert plan["is_locked"] is True
    assert plan["stop"]["lines"]
    assert not any(s["items"] for day in plan["days"].values() for s in day["sessions"].values())
    assert plan["maintenance"]["session"]["items"] == []


@pytest.mark.parametrize("address", ["/phone/shell/", "/phone/sw.js", "/phone/manifest.webmanifest"])
def test_what_is_kept_is_the_same_for_everybody(cast: builders.Cast, phone: Client, address: str) -> None:
    mine, theirs = phone.get(address), Client().get(address)
    assert mine.status_code == theirs.status_code == 200
    assert mine.content == theirs.content
    assert mine["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "address", ["/phone/", "/phone/check/", "/phone/progress/", "/phone/help/", "/phone/envelope/"]
)
def test_pages_of_a_person_are_kept_by_nobody(phone: Client, address: str) -> None:
    assert phone.get(address)["Cache-Control"] == "no-store"
    assert address not in json.loads(_config(phone))["assets"]


def _config(client: Client) -> str:
    line = client.get("/phone/sw.js").content.decode().partition("\n")[0]
    return line.removeprefix("self.MORTISE = ").removesuffix(";")


def test_every_file_of_the_shell_exists_and_carries_one_version(phone: Client) -> None:
    config = json.loads(_config(phone))
    assert f'content="{config["version"]}"' in phone.get("/phone/shell/").content.decode()
    assert plan_of(phone)["shell"] == config["version"]
    named = {Path(url).name for url in config["assets"]}
    assert {"shell.js", "app.js", "outbox.js", "veto.js", "look.css", "icon-512.png"} <= named
    assert "worker.js" not in named
    response = phone.get("/phone/sw.js")
    assert response["Service-Worker-Allowed"] == "/phone/"
    assert response["Content-Type"].startswith("text/javascript")


@override_settings(PHONE_OFFLINE=False)
def test_switched_off_the_worker_takes_itself_away(phone: Client) -> None:
    config = json.loads(_config(phone))
    assert config["is_off"] is True
    assert config["assets"] == []


def test_the_manifest_names_icons_that_are_there(phone: Client) -> None:
    manifest = json.loads(phone.get("/phone/manifest.webmanifest").content)
    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == (
        "/phone/",
        "/phone/",
        "standalone",
    )
    sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert sizes == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}


@pytest.mark.parametrize("name", make_icons.ICONS)
def test_icons_are_as_large_as_they_say(name: str) -> None:
    data = (make_icons.FOLDER / name).read_bytes()
    size = make_icons.ICONS[name][0]
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (size, size)


def test_icons_are_drawn_from_the_mark_as_it_is() -> None:
    size, share = make_icons.ICONS["icon-192.png"]
    drawn = make_icons.picture(size, share, make_icons.MARK.read_text(encoding="utf-8"))
    assert drawn == (make_icons.FOLDER / "icon-192.png").read_bytes()


def test_pictures_come_as_trees_for_either_ankle(phone: Client) -> None:
    tree = phone.get("/phone/figure/calm-walk/left/").json()
    assert tree["moving"][0] == tree["small"][0] == "svg"
    assert "data-frames" in tree["moving"][1]
    assert phone.get("/phone/figure/calm-walk/right/").json() != tree
    assert phone.get("/phone/figure/no-such/left/").status_code == 404
    assert phone.get("/phone/figure/calm-walk/none/").status_code == 404


def test_strangers_and_staff_get_no_plan(cast: builders.Cast) -> None:
    assert Client().get("/phone/envelope/", headers={"accept": "application/json"}).status_code == 401
    assert builders.signed_in(cast.ada).get("/phone/envelope/").status_code == 404


def test_the_epoch_is_renewed_by_the_command_for_after_a_restore(cast: builders.Cast) -> None:
    from django.core.management import call_command

    before = services.server_epoch()
    call_command("after_restore", stdout=io.StringIO())
    assert services.server_epoch() != before


def test_the_plan_says_what_the_week_holds_and_what_it_is_for(cast: builders.Cast, phone: Client) -> None:
    for day in plan_of(phone)["days"].values():
        assert day["phase"] == "build"
        assert day["counters"]
        assert all(one["what"] and one["at_most"] for one in day["counters"])


def test_the_progress_page_says_what_the_week_may_hold(phone: Client) -> None:
    page = phone.get("/phone/progress/")
    assert all("of at most" in line for line in page.context["page"].week)
    assert "Your week" in page.content.decode()
