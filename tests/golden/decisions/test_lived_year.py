"""Does a year of life read sensibly? `docs/reference/a-year.md` is the golden copy; `make check` compares every day.

Here stands what a physiotherapist would look for first, so that a change that rewrites the page cannot lose it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from mortise.catalog import load
from mortise.protocol import Tag
from mortise.record import CheckIn, Judgement
from mortise.simulate.rehearsal import years
from mortise.simulate.rehearsal.years import Lived, year
from mortise.terms import Advice, Load
from scripts.lived_year import page

CONTENT = load()
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "a-year.md"


@cache
def lived() -> Sequence[Lived]:
    return year(CONTENT)


def sessions(first: int, until: int) -> list[Lived]:
    return [one for one in lived()[first:until] if one.said.session is not None]


def has_impact(one: Lived) -> bool:
    session = one.said.session
    return session is not None and any(
        Tag.IMPACT in CONTENT.exercises[item.exercise].tags for item in session.exercises
    )


def test_the_page_tells_every_day_and_everything_that_happens() -> None:
    text = page(lived())
    assert PAGE.exists()
    for span in years.SPANS:
        assert span.what in text
    assert text.count("\n- **") == years.N_DAYS


def test_nothing_happens_that_must_never_happen() -> None:
    assert [one.violations for one in lived() if one.violations] == []


def test_busy_days_fit_into_ten_minutes() -> None:
    busy = sessions(years.BUSY.first, years.BUSY.until)
    assert busy
    assert all(one.said.session.seconds <= 600 for one in busy if one.said.session)
    assert all(one.done for one in busy)


def test_days_without_a_word_raise_nothing_and_the_way_back_starts_lower() -> None:
    silent = [one for one in lived() if one.n in range(years.HOLIDAY.first + 3, years.HOLIDAY.first + 7)]
    assert all(not any(isinstance(fact, CheckIn) for fact in one.facts) for one in silent)
    assert {one.said.folded.decision.load for one in silent} <= {Load.KEEP, Load.EASE, Load.REST}
    back = sessions(years.HOLIDAY.first + 7, years.HOLIDAY.until)[0].said.session
    assert back is not None
    assert all(one.dose_step <= one.usual_step for one in back.exercises)
    assert any(one.dose_step < one.usual_step for one in back.exercises)


def test_flu_is_rest() -> None:
    ill = lived()[years.FLU.first : years.FLU.until]
    assert {one.said.folded.decision.load for one in ill} == {Load.REST}
    assert not any(one.done for one in ill)


def test_a_sprain_stops_everything_until_a_clinician_has_looked_and_costs_a_stage() -> None:
    sprain = years.SPRAIN_ON
    resumed = next(
        one.n for one in lived()[sprain:] if any(isinstance(fact, Judgement) for fact in one.facts)
    )
    locked = lived()[sprain : resumed + 1]
    assert len(locked) >= 3
    assert {one.said.folded.decision.advice for one in locked} == {Advice.STOP_AND_SEEK_HELP}
    assert not any(one.done for one in locked)
    numbers = {stage.id: stage.number for stage in CONTENT.protocol(years.PROTOCOL).stages}
    stage = [numbers[one.said.folded.decision.stage] for one in lived()]
    assert min(stage[sprain : sprain + 60]) < stage[sprain]
    assert not any(has_impact(one) for one in lived()[sprain : sprain + 14])
    assert max(stage[sprain + 60 :]) > stage[sprain]


def test_the_plateau_is_called_while_the_range_stands_still_and_not_before() -> None:
    text = page(lived())
    months = text.split("Knee to wall at home: ")[1:]
    stopped = ["improvement has stopped" in one.split(".\n")[0] for one in months]
    n_before = sum(28 * (k + 1) <= years.SPRAIN_ON for k in range(len(stopped)))
    assert not any(stopped[:n_before])
    assert any(stopped[years.PLATEAU.first // 28 : years.PLATEAU.until // 28 + 1])


def test_no_jumps_on_a_day_of_training_or_a_match() -> None:
    season = [one for one in lived() if one.circumstances.did_other_sport or one.circumstances.is_ankle_hot]
    assert len(season) > 20
    assert not any(has_impact(one) for one in season)
    played = [one for one in sessions(years.SEASON.first, years.SEASON.until) if one not in season]
    assert any(has_impact(one) for one in played)


def test_ben_comes_back_to_sport() -> None:
    assert lived()[-1].said.folded.decision.stage == "A5"
    assert any(has_impact(one) and one.done for one in lived())
