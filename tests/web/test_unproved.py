"""A protocol without a certificate that fits is not run: nothing starts under it and nothing is decided by it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mortise import catalog
from mortise.catalog import CONTENT_ROOT, Content
from mortise.cli import server
from mortise.errors import InputError
from mortise.record import CheckIn
from mortise.terms import Side
from mortise.web.care import content as door
from mortise.web.care import services
from mortise.web.care.models import FactRow, Need
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def unproved(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Content]:
    """The content as shipped, but a figure was changed and nobody proved it again."""
    shutil.copytree(CONTENT_ROOT, tmp_path / "content")
    for path in (tmp_path / "content" / "protocols").glob("*/protocol.toml"):
        path.write_text(path.read_text("utf-8").replace("silence_days = 7", "silence_days = 8"), "utf-8")
    changed = Content((tmp_path / "content").resolve())
    door.content.cache_clear()
    monkeypatch.setattr(catalog, "load", lambda root=None: changed)
    yield changed
    door.content.cache_clear()


def test_what_is_shipped_is_run(cast: Cast) -> None:
    for name in door.content().protocol_ids:
        assert door.why_refused(name) == ""
    assert server.not_run() == []


def test_no_plan_and_no_episode_starts_under_an_unproved_protocol(cast: Cast, unproved: Content) -> None:
    with pytest.raises(InputError, match="not run here: the certificate is for another version"):
        services.set_plan(episode=cast.episode, by=cast.ada, reason="as proposed", stage="G1")
    with pytest.raises(InputError, match="check --prove"):
        services.open_episode(
            patient=cast.ben, involved_side=Side.RIGHT, protocol=builders.PROTOCOL,
            opened_on=cast.clinic.today(), by=cast.ada,
        )  # fmt: skip
    assert not FactRow.objects.exists()


def test_a_running_programme_is_not_decided_and_its_facts_are_kept(cast: Cast, unproved: Content) -> None:
    told = builders.check_in(cast.clinic.today())
    with pytest.raises(services.UnprovedError, match="Do no more than last time"):
        services.answer_report(episode=cast.episode, facts=[told], on=told.on, by=cast.ben.user)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [one.id for one in record.of_kind(CheckIn)] == [told.id]
    assert not FactRow.objects.filter(kind="decision").exists()
    cast.episode.standing.refresh_from_db()
    assert cast.episode.standing.need == Need.ASKED, "the clinic is told"


def test_no_story_and_no_days_ahead_are_told_of_an_unproved_protocol(cast: Cast, unproved: Content) -> None:
    today = cast.clinic.today()
    with pytest.raises(services.UnprovedError):
        services.story_of(episode=cast.episode, on=today, by=cast.ada)
    with pytest.raises(services.UnprovedError):
        services.stories_ahead(episode=cast.episode, days=[today], circumstances={}, by=cast.ben.user)
    assert server.not_run()[0].startswith(
        f"NOT RUN here, {unproved.protocol_ids[0]}: the certificate is for another"
    )


def test_figures_of_a_clinic_keep_later_gates_as_strict_as_earlier_ones(cast: Cast) -> None:
    figures = {"G3.exit.adherence": Decimal("0.4"), "G2.exit.adherence": Decimal("0.8")}
    with pytest.raises(InputError, match=r"0\.4 is laxer than 0\.8"):
        services.set_plan(
            episode=cast.episode, by=cast.ada, reason="as we do it", stage="G1", figures=figures
        )
    assert not FactRow.objects.exists()


def test_a_later_gate_that_nobody_set_follows_an_earlier_one(cast: Cast) -> None:
    plan = services.set_plan(
        episode=cast.episode,
        by=cast.ada,
        reason="as we do it",
        stage="G1",
        figures={"G2.exit.adherence": Decimal("0.8")},
    )
    assert plan.figures == {f"G{number}.exit.adherence": Decimal("0.8") for number in (2, 3, 4)}
    eased = services.set_plan(
        episode=cast.episode, by=cast.ada, reason="eased", figures={"G1.exit.adherence": Decimal("0.4")}
    )
    assert eased.figures == {"G1.exit.adherence": Decimal("0.4")}, "nothing follows what is eased"
    with pytest.raises(InputError, match=r"0\.4 is laxer than 0\.5 of G1"):
        services.set_plan(
            episode=cast.episode, by=cast.ada, reason="eased", figures={"G2.exit.adherence": Decimal("0.4")}
        )
