"""A clinician's techniques: what forbids them is read before how they are done, and each has its test."""

from __future__ import annotations

import re

import pytest

from mortise.web.care.content import content
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("protocol_id", content().protocol_ids)
def test_cautions_come_before_the_set_up_and_a_test_ends_each(cast: Cast, protocol_id: str) -> None:
    protocol = content().protocol(protocol_id)
    page = builders.signed_in(cast.ada).get(url("techniques", protocol_id)).content.decode()
    cards = re.split(r"<section ", page)[1:]
    assert len(cards) == len(protocol.techniques)
    for one, card in zip(protocol.techniques, cards, strict=True):
        places = [card.index(word) for word in ("Not given when:", "Set-up:", "Before and after:")]
        assert places == sorted(places), one.id
        assert f'id="{one.id}"' in card
        assert "<svg" in card, "a still picture shows the direction"
        assert card.count("not given") == 3 - len(one.doses)


def test_plan_and_protocol_lead_to_them(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    here = url("techniques", builders.protocol_id())
    assert here in ada.get(url("protocol", builders.protocol_id())).content.decode()
    assert f"{here}#" in ada.get(url("plan", cast.episode.pk)).content.decode()


def test_an_unknown_protocol_has_none(cast: Cast) -> None:
    assert builders.signed_in(cast.ada).get(url("techniques", "no-such-protocol")).status_code == 404
