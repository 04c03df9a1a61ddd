"""Several at once, each with a connection of its own: nothing lost, nothing doubled, nobody locked out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from mortise.errors import ConflictError
from mortise.record.records import encode
from mortise.web.audit import log
from mortise.web.care import services
from mortise.web.care.models import FactRow
from tests.web import builders

pytestmark = pytest.mark.django_db(transaction=True)

N_THREADS = 6


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Let every thread do its work, and give its connection back."""

    def one(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(N_THREADS) as pool:
        return list(pool.map(one, range(N_THREADS)))


def test_same_report_from_many_tabs_is_kept_once() -> None:
    cast = builders.cast()
    raw = encode(builders.check_in(cast.clinic.today()))
    found = at_once(
        lambda _: services.append_facts(episode=cast.episode, facts=[raw], by=cast.ben.user)[0].outcome
    )
    assert sorted(found) == ["already"] * (N_THREADS - 1) + ["stored"]
    assert FactRow.objects.count() == 1
    assert log.verify().is_whole


def test_reports_of_many_patients_keep_one_order_and_one_chain() -> None:
    cast = builders.cast()
    pairs = [(cast.episode, cast.ben.user), (cast.dora_episode, cast.dora.user)]

    def work(number: int) -> None:
        episode, user = pairs[number % 2]
        for _ in range(3):
            fact = builders.check_in(episode.patient.clinic.today())
            services.answer_report(episode=episode, facts=[fact], on=fact.on, by=user)
            services.append_facts(episode=episode, facts=[fact], by=user)

    at_once(work)
    assert FactRow.objects.filter(kind="check_in").count() == N_THREADS * 3
    sequences = list(FactRow.objects.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))
    assert log.verify().is_whole


def test_decision_answered_by_many_is_answered_once() -> None:
    cast = builders.cast()
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first", stage="G1")
    made = services.decide(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).record
    row = services.decision_or_404(cast.ada, made.id)

    def agree(_: int) -> str:
        try:
            services.respond(decision=row, response="agree", by=cast.ada)
        except ConflictError:
            return "conflict"
        return "agreed"

    found = at_once(agree)
    assert sorted(found) == ["agreed"] + ["conflict"] * (N_THREADS - 1)
    assert FactRow.objects.filter(kind="response").count() == 1
