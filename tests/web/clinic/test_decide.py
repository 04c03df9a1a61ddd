"""What would change an answer, and another threshold tried on the past: read only, within what is proved."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from mortise.episode.flips import Flips
from mortise.episode.supposing import Flip, Input
from mortise.protocol.criteria import criteria_in
from mortise.terms import Advice, Limb, Load, Side
from mortise.web.care.content import content
from mortise.web.care.models import FactRow
from mortise.web.clinic.presenters_decide import flips_view
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk
from tests.web.clinic.desk import url

pytestmark = pytest.mark.django_db


def criterion() -> tuple[str, tuple[Decimal, Decimal]]:
    stage = content().protocol(builders.protocol_id()).stages[0]
    for node in stage.exit:
        for one in criteria_in(node):
            if one.allowed is not None and one.value is not None:
                return one.id, one.allowed
    raise AssertionError("no threshold of the first stage may be set")


def pair() -> Flips:
    """Return what two answers together would do, one of them known and one not."""
    inputs = (
        Input(measure="lunge_cm", limb=Limb.INVOLVED, value_now=Decimal("6.5"), value_then=Decimal("8.0")),
        Input(measure="warmth_self", limb=Limb.NONE, value_now=Decimal(0), value_then=Decimal(0)),
    )
    flip = Flip(
        inputs=inputs, advice=Advice.ADVANCE, load=Load.KEEP, next_stage="G2", is_locked=False, is_looser=True
    )
    return Flips(singles=(), together=flip, is_fewest=True, n_tried=37)


def test_pair_is_told_with_how_sure_it_is_and_what_only_has_to_be_said_again(cast: Cast) -> None:
    protocol, measures = content().protocol(builders.protocol_id()), content().measures
    view = flips_view(pair(), "G1", protocol, measures, Side.LEFT)
    assert view.together is not None
    changed, same = view.together.inputs
    assert "8.0" in changed
    assert "instead of" in changed
    assert same.startswith("Answered or measured today, as before:")
    assert "the least of all pairs" in view.about_together
    assert "37 days" in view.about_together
    guess = flips_view(replace(pair(), is_fewest=False), "G1", protocol, measures, Side.LEFT)
    assert "not ruled out" in guess.about_together


def test_page_says_plainly_when_nothing_would_open_it(cast: Cast) -> None:
    ada = desk.start(cast)
    desk.report(cast)
    page = ada.get(url("what-if", cast.episode.pk)).content.decode()
    assert "Nothing measured or answered today opens the gate, whatever its value within its scale." in page


def test_a_red_flag_is_among_what_would_change_it_and_nothing_is_stored(cast: Cast) -> None:
    ada = desk.start(cast)
    desk.report(cast)
    before = FactRow.objects.count()
    response = ada.get(url("what-if", cast.episode.pk))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Red flags that would stop it" in page
    assert "Towards more" in page
    assert FactRow.objects.count() == before
    assert url("what-if", cast.episode.pk) in ada.get(url("course", cast.episode.pk)).content.decode()


def test_a_threshold_within_what_is_proved_is_tried_and_one_outside_is_refused(cast: Cast) -> None:
    ada = desk.start(cast)
    desk.report(cast)
    name, (low, high) = criterion()
    before = FactRow.objects.count()
    tried = [
        ada.get(url("what-if", cast.episode.pk), {"criterion": name, "value": str(end)})
        for end in (low, high)
    ]
    assert any("past decisions looked at" in one.content.decode() for one in tried)
    outside = ada.get(url("what-if", cast.episode.pk), {"criterion": name, "value": str(high + 100)})
    assert outside.status_code == 400
    assert "Proved for" in outside.content.decode()
    words = ada.get(url("what-if", cast.episode.pk), {"criterion": name, "value": "abc"})
    assert "is not a number" in words.content.decode()
    assert FactRow.objects.count() == before


def test_without_a_programme_there_is_nothing_to_change_and_another_clinic_sees_nothing(cast: Cast) -> None:
    assert (
        "nothing was decided"
        in builders.signed_in(cast.ada).get(url("what-if", cast.episode.pk)).content.decode()
    )
    assert builders.signed_in(cast.cy).get(url("what-if", cast.episode.pk)).status_code == 404
