"""A short way through for each role, in a browser, each page judged by axe at the desk and at a phone's width."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mortise.terms import Side
from mortise.web.accounts import rights
from mortise.web.accounts.models import User
from mortise.web.care import services
from mortise.web.care.models import Consent, Purpose
from mortise.web.care.services import following
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}

Axe = Callable[[Page], None]


@pytest.fixture
def cast(live_server: Any) -> Cast:
    found = builders.cast()
    desk.start(found)
    desk.trained(found, 5)
    for value, side in (("5.5", Side.LEFT), ("11.0", Side.RIGHT)):
        fact = builders.lunge_cm(found.clinic.today(), value, side)
        services.append_fact(episode=found.episode, fact=fact, by=found.ada)
    return found


def given_signed_in(page: Page, user: User) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(str(user.email))
    page.get_by_label("Password").fill(builders.PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("banner")).to_contain_text(user.name)


def then_it_reads_well(page: Page, axe: Axe, name: str) -> None:
    """Judge the page at both widths: axe is content, and nothing sticks out sideways."""
    folder = os.environ.get("PICTURES")
    for size, kind in ((NARROW, "narrow"), (WIDE, "wide")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe(page)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name} is {over} px too wide at {size['width']} px"
        if folder:
            page.screenshot(path=Path(folder) / f"role-{name}-{kind}.png", full_page=True)


def then_refused(page: Page, *paths: str) -> None:
    """What this person may not do is not there: the same answer as for what does not exist, and no word of anybody."""
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404, f"{path}: {answer.status}"
        expect(page.get_by_role("main")).not_to_contain_text("Ben")


def test_administrator_invites_somebody_who_joins(
    desk_page: Page, cast: Cast, axe: Axe, forgive: Callable[[str], None]
) -> None:
    page = desk_page
    given_signed_in(page, builders.administrator(cast.clinic))
    expect(page.get_by_role("heading", level=1)).to_have_text("Who works here")
    then_it_reads_well(page, axe, "people")
    page.get_by_label("Name").fill("Cleo Fictional")
    page.get_by_label("E-mail").fill("cleo@clinic.example")
    page.locator('label:has(input[name="role"][value="coach"])').click()
    page.get_by_role("button", name="Invite").click()
    then_it_reads_well(page, axe, "invited")
    address = page.locator("#join-link").inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.goto(re.sub(r"https?://[^/]+", "", address))
    then_it_reads_well(page, axe, "join")
    page.get_by_label("Password").fill(builders.PASSWORD)
    page.get_by_role("button", name="Join").click()
    given_signed_in(page, User.objects.get(email="cleo@clinic.example"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Whose training you may see")
    forgive("status of 404")  # what is refused is asked for on purpose
    then_refused(page, "/people/", desk.url("needs"), desk.url("course", cast.episode.pk))


def test_coach_sees_what_training_is_allowed_and_no_more(
    desk_page: Page, cast: Cast, axe: Axe, forgive: Callable[[str], None]
) -> None:
    page = desk_page
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    given_signed_in(page, builders.colleague(cast.clinic, rights.COACH))
    then_it_reads_well(page, axe, "trainings")
    page.get_by_role("link", name="Ben Fictional", exact=True).click()
    expect(page.get_by_text("Allowed today")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text(re.compile("pain|swelling|red flag", re.IGNORECASE))
    then_it_reads_well(page, axe, "training")
    forgive("status of 404")  # what is refused is asked for on purpose
    here = cast.episode.pk
    then_refused(
        page, desk.url("needs"), desk.url("course", here), desk.url("reports", here), desk.url("foot", here)
    )
    services.record_consent(
        patient=cast.ben, purpose=Purpose.COACH, is_given=False, how=Consent.How.IN_PERSON, by=cast.ada
    )
    then_refused(page, desk.url("training", here))


def test_podiatrist_answers_examines_and_writes(
    desk_page: Page, cast: Cast, axe: Axe, forgive: Callable[[str], None]
) -> None:
    page = desk_page
    podiatrist = builders.colleague(cast.clinic, rights.PODIATRIST)
    services.ask_opinion(
        episode=cast.episode, asked=podiatrist.pk, question="Would a lift help?", by=cast.ada
    )
    given_signed_in(page, podiatrist)
    then_it_reads_well(page, axe, "feet")
    page.get_by_role("link", name="Ben Fictional").first.click()
    then_it_reads_well(page, axe, "opinion")
    page.get_by_label("Your answer").fill("Six millimetres, for a month.")
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("link", name="Open foot and gait").click()
    page.get_by_text("Examine", exact=True).click()
    page.locator('label:has(input[name="q-foot_posture-left"][value="flat"])').click()
    page.get_by_role("button", name="Save, as").click()
    expect(page.get_by_text("Flat, rolls in").first).to_be_visible()
    page.locator('label:has(input[name="about"][value="orthosis"])').click()
    page.get_by_role("textbox", name="Note").fill("Heel lift of 6 mm fitted.")
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_text("Heel lift of 6 mm fitted.")).to_be_visible()
    then_it_reads_well(page, axe, "foot")
    forgive("status of 404")  # what is refused is asked for on purpose
    here = cast.episode.pk
    then_refused(
        page, desk.url("needs"), desk.url("course", here), desk.url("together", here), desk.url("plan", here)
    )


def test_physician_answers_an_escalation_with_a_letter(
    desk_page: Page, cast: Cast, axe: Axe, forgive: Callable[[str], None]
) -> None:
    page = desk_page
    services.raise_escalation(episode=cast.episode, escalation="imaging", reason="Locks.", by=cast.ada)
    given_signed_in(page, builders.colleague(cast.clinic, rights.PHYSICIAN))
    page.goto(desk.url("course", cast.episode.pk))
    expect(page.get_by_role("button", name="Letter to Imaging")).to_be_visible()
    expect(page.get_by_role("link", name="Assess", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Overrule"))).to_have_count(0)
    page.get_by_role("button", name="Letter to Imaging").click()
    then_it_reads_well(page, axe, "letter-draft")
    page.get_by_label("To", exact=True).fill("Dr Gale, Radiology")
    page.get_by_role("button", name="Sign, as").click()
    page.get_by_label("How it was sent").fill("By post")
    page.get_by_role("button", name="It was sent").click()
    page.get_by_label("Who, and when they see the patient").fill("Dr Gale, on the 3rd")
    page.get_by_role("button", name="They have it").click()
    page.get_by_label("Where it stands").select_option("seen")
    page.get_by_label("What was found, by whom").fill("No fracture.")
    page.get_by_role("button", name="Save, as").click()
    case = next(one for one in following.cases_of(cast.episode) if one.escalation == "imaging")
    assert case.outcome == "seen"
    page.goto(f"/desk/letters/{cast.episode.letters.get().pk}/")
    then_it_reads_well(page, axe, "letter-signed")
    forgive("status of 404")  # what is refused is asked for on purpose
    then_refused(page, desk.url("patient-add"), "/people/", desk.url("guest"))
    page.goto(desk.url("plan", cast.episode.pk))
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)


def test_physiotherapist_hands_over_and_lets_a_guest_read(
    desk_page: Page, open_page: Callable[..., Page], cast: Cast, axe: Axe, forgive: Callable[[str], None]
) -> None:
    page = desk_page
    builders.clinician(cast.clinic, "Eve", "eve@clinic.example")
    given_signed_in(page, cast.ada)
    page.goto(desk.url("course", cast.episode.pk))
    page.get_by_role("link", name="Together").click()
    page.get_by_role("button", name="Agrees to: Sharing with a coach").click()
    page.get_by_text("Hand over", exact=True).click()
    page.get_by_label("Hand over to").select_option(label="Eve, physiotherapist")
    page.get_by_label("What they need to know").fill("Stiff in the morning.")
    page.get_by_role("button", name="Hand over, as").click()
    expect(page.get_by_role("heading", name="Eve treats Ben Fictional")).to_be_visible()
    then_it_reads_well(page, axe, "together")
    page.get_by_text("Let somebody outside read").click()
    page.get_by_label("Who reads").fill("Dr Gale")
    page.get_by_label("What for").fill("A second look")
    page.get_by_label("The patient agreed to it").check()
    page.get_by_role("button", name="Make a link").click()
    then_it_reads_well(page, axe, "guest-link")
    address = re.sub(r"https?://[^/]+", "", page.locator("#guest-link").inner_text())
    page.goto("/desk/team/")
    then_it_reads_well(page, axe, "team")

    guest = open_page("desk")
    guest.goto(address)
    guest.get_by_role("button", name="Read, as Dr Gale").click()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Ben Fictional")
    then_it_reads_well(guest, axe, "guest")
    forgive("status of 404")  # what is refused is asked for on purpose
    here = cast.episode.pk
    then_refused(
        guest, desk.url("needs"), desk.url("course", here), desk.url("reports", here), "/phone/", "/people/"
    )
    then_refused(page, desk.url("course", cast.dora_episode.pk), "/people/", desk.url("guest"))


def test_patient_takes_consent_back_on_the_phone(
    open_page: Callable[..., Page], cast: Cast, axe: Axe, forgive: Callable[[str], None]
) -> None:
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    page = open_page("phone")
    page.goto(f"/enter/{services.make_phone_link(patient=cast.ben, by=cast.ada).token}/")
    page.get_by_role("button", name="Open on this phone").click()
    page.get_by_role("link", name="Help").first.click()
    page.get_by_role("link", name="What you agreed to").click()
    page.get_by_role("button", name=re.compile("Take it back.*coach")).click()
    expect(page.get_by_text("You took it back.")).to_be_visible()
    then_it_reads_well(page, axe, "consents")
    forgive("status of 404")  # what is refused is asked for on purpose
    then_refused(page, desk.url("needs"), desk.url("course", cast.episode.pk), "/people/", desk.url("guest"))
