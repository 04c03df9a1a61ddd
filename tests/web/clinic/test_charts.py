"""Charts, the falls screen and the programme beside the classification; limits outside what is proved."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from mortise.protocol.criteria import criteria_in
from mortise.record import PlanVersion, Sign
from mortise.terms import Side
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.clinic import charts
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk
from tests.web.clinic.desk import plan_data, section_data, url

pytestmark = pytest.mark.django_db


def live(cast: Cast, kind: Any) -> list[Any]:
    return list(services.live_facts(services.record_of(episode=cast.episode, by=cast.ada), kind))


def test_every_drawn_region_has_a_name_and_every_named_region_is_drawn() -> None:
    drawn = {shape.region for view in charts.VIEWS for shape in view.shapes}
    assert drawn == {region.id for region in charts.REGIONS}
    assert len({region.label for region in charts.REGIONS}) == len(charts.REGIONS)


def test_regions_that_answer_where_it_hurts_are_answers_of_that_question() -> None:
    question = content().assessment.question("pain_site")
    assert question is not None
    mains = [region.main for region in charts.REGIONS if region.main]
    assert mains
    assert set(mains) <= {level.id for level in question.levels}


def test_tapped_places_are_kept_by_side_shown_again_and_withdrawn(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, charts.SECTION)
    page = ada.get(address).content.decode()
    for region in charts.REGIONS:
        for side in ("left", "right"):
            assert f'data-for="c-{region.id}-{side}"' in page
            assert f'name="c-{region.id}-{side}"' in page
    ada.post(address, section_data(charts.SECTION) | {"c-front-left": "on", "c-heel-right": "on"})
    found = {(one.sign, one.side) for one in live(cast, Sign) if one.sign.startswith(charts.PREFIX)}
    assert found == {("chart_front", Side.LEFT), ("chart_heel", Side.RIGHT)}
    assert re.search(r'name="c-front-left" value="on" checked', ada.get(address).content.decode())
    ada.post(address, section_data(charts.SECTION) | {"c-heel-right": "on"})
    found = {(one.sign, one.side) for one in live(cast, Sign) if one.sign.startswith(charts.PREFIX)}
    assert found == {("chart_heel", Side.RIGHT)}


def test_saving_one_tap_touches_no_other(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    address = url("assess", cast.episode.pk, charts.SECTION)
    for name in ("c-front-left", "c-calf-left"):
        response = ada.post(
            address,
            {"c-front-left": "on", "c-calf-left": "on", "touched": [name]},
            headers={"X-Save": "touched"},
        )
        assert response.json()["saved"] == [name]
    assert len(live(cast, Sign)) == 2


def test_falls_screen_stands_beside_its_tests_and_follows_what_is_saved(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    ada.post(url("assess", cast.episode.pk, "history"), section_data("history") | {"q-falls-none": "two"})
    address = url("assess", cast.episode.pk, "function")
    assert "Not decidable yet: 1 positive" in ada.get(address).content.decode()
    response = ada.post(
        address, {"context": "routine", "at_visit": "on", "m-tug_s-none": "14", "touched": ["m-tug_s-none"]},
        headers={"X-Save": "touched"},
    )  # fmt: skip
    assert "Positive: the falls pathway" in response.json()["html"]["falls"]


def test_programme_stands_beside_the_classification(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    desk.assess(ada, cast.episode)
    page = ada.get(url("classification", cast.episode.pk))
    found = next(one for one in services_candidates(page) if one.has_protocol)
    ada.post(url("classification", cast.episode.pk), {"candidate": found.id})
    page = ada.get(url("classification", cast.episode.pk)).content.decode()
    assert "It would start" in page
    protocol = content().protocol(type(cast.episode).objects.get(pk=cast.episode.pk).protocol)
    for slot in protocol.stages[0].slots:
        assert content().exercises[slot.exercise].name in page


def services_candidates(page: Any) -> Any:
    return page.context["ideas"].ideas


def threshold() -> Any:
    for node in content().protocol(builders.protocol_id()).stages[0].exit:
        for one in criteria_in(node):
            measure = content().measures[one.measure]
            if one.allowed is not None and one.value is not None and measure.high > one.allowed[1]:
                return one, one.allowed[1] + measure.resolution
    raise AssertionError("no threshold with room above what is proved")


def test_a_limit_outside_what_is_proved_needs_a_tick_and_a_reason_and_is_marked(cast: Cast) -> None:
    ada = desk.start(cast)
    one, value = threshold()
    address = url("plan", cast.episode.pk)
    data = plan_data(ada, cast.episode) | {f"f-{one.id}": str(value)}
    assert (
        "Outside it nothing is proved" in ada.post(address, data | {"reason": "Small ankle"}).content.decode()
    )
    ticked = data | {f"out-{one.id}": "on"}
    assert "write why" in ada.post(address, ticked | {"reason": ""}).content.decode()
    response = ada.post(address, ticked | {"reason": "Measured with the clinic’s own board."})
    assert response.status_code in (200, 302), response.content.decode()[:2000]
    assert live(cast, PlanVersion)[-1].figures[one.id] == value
    page = ada.get(url("course", cast.episode.pk)).content.decode()
    assert "Set outside what is proved" in page
    assert "Measured with the clinic’s own board." in page
    assert "Set outside" in ada.get(address).content.decode()


def test_a_limit_beyond_the_measure_itself_is_refused_even_so(cast: Cast) -> None:
    ada = desk.start(cast)
    one, _ = threshold()
    beyond = content().measures[one.measure].high + Decimal(1)
    data = plan_data(ada, cast.episode) | {f"f-{one.id}": str(beyond), f"out-{one.id}": "on", "reason": "No."}
    assert ada.post(url("plan", cast.episode.pk), data).status_code == 400
