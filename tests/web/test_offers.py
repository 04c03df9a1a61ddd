"""What is taken out of a page before it is sent: links and forms its reader would be refused; nothing else."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import reverse

from mortise.web.accounts import rights
from mortise.web.accounts.models import User
from mortise.web.accounts.offers import only_what_may_be_done
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk

pytestmark = pytest.mark.django_db
ADD = "/desk/patients/add/"


def seen(html: str, role: str, at: str = "/desk/") -> str:
    request = RequestFactory().get(at)
    request.user = User(role=role)
    return only_what_may_be_done(html, request)


def test_refused_links_lose_their_address_and_buttons_go() -> None:
    link = f'href="{ADD}"'
    text = f'See <a {link}>adding</a>.<ul><li><a {link}>Add</a></li></ul><a class="btn" {link}>Add</a>'
    assert seen(text, rights.PHYSICIAN) == "See adding.<ul></ul>"
    assert seen(text, rights.PHYSIOTHERAPIST) == text


def test_refused_forms_go_with_what_opened_them() -> None:
    form = f'<form method="post" action="{ADD}"><button>Add</button></form>'
    assert (
        seen(f"<details><summary>Add</summary>{form}</details><p>Stays</p>", rights.PHYSICIAN)
        == "<p>Stays</p>"
    )
    assert seen(form, rights.PHYSIOTHERAPIST) == form


def test_form_that_is_the_page_stays_to_be_read_with_its_fields_shut() -> None:
    form = '<form method="post"><input type="hidden" name="a"><input name="b" value="7"><button>Save</button></form>'
    assert seen(form, rights.PHYSICIAN, ADD) == '<div class="stack"><input disabled name="b" value="7"></div>'


@pytest.mark.parametrize(
    "at", ["https://elsewhere.example/", "#main", "/static/ui/look.css", "/no-such/", "?chart=lunge_cm"]
)
def test_what_is_nobodys_to_refuse_stays(at: str) -> None:
    text = f'<a href="{at}">Read</a>'
    assert seen(text, rights.PODIATRIST) == text


def test_physician_reads_the_assessment_and_cannot_type(cast: Cast) -> None:
    client = builders.signed_in(builders.colleague(cast.clinic, rights.PHYSICIAN))
    page = client.get(desk.url("assess", cast.episode.pk, "range")).content.decode()
    main = page[page.index("<main") :]
    assert " disabled" in main
    assert "<button" not in main
    assert client.post(reverse("clinic:assess", args=[cast.episode.pk, "range"])).status_code == 404
