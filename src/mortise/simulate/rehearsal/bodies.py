"""A fictional ankle from day to day: range, strength, pain, swelling, flares, and what training does to them."""

from __future__ import annotations

from collections import deque
from math import exp
from random import Random
from typing import NamedTuple

from mortise.simulate.rehearsal import priors
from mortise.simulate.rehearsal.cohorts import Cohort

ACCIDENT_DAYS = 18  # until a new sprain of this invented kind has calmed down
RED_DAYS = 3  # how long an invented red flag is true
SPIKE_RATIO = 1.3  # SIM-49
N_USUAL_DAYS = 14


class Traits(NamedTuple):
    """What is fixed about a fictional person."""

    age: int
    is_male: bool
    goal_cm: float
    deficit_cm: float
    is_bony: bool
    is_poor: bool
    range_cm_a_week: float
    strength: float
    strength_early: float
    strength_late: float
    pain: float
    pain_fades_weeks: float
    trains: float
    heals: float
    shows: float
    accident_on: int | None


def traits_of(cohort: Cohort, protocol_id: str, n_days: int, chance: Random) -> Traits:
    """Draw a person of a cohort.

    Parameters
    ----------
    cohort : Cohort
        Which.
    protocol_id : str
        Under which protocol: age and shares follow it.
    n_days : int
        Length of the course; an accident falls into it.
    chance : Random
        Spent alike for every cohort, so that patient 7 of two cohorts is otherwise the same person.

    Returns
    -------
    Traits
        Invented.
    """
    is_gait = protocol_id == "restricted-dorsiflexion"
    age = round(min(max(chance.gauss(60, 11) if is_gait else chance.gauss(32, 9), 19), 88))
    chosen = chance.random()
    adherence = [one.draw(chance) for _, one in priors.CLASSES]
    drawn = next(value for value, (upto, _) in zip(adherence, priors.CLASSES, strict=True) if chosen <= upto)
    bony, poor, at = chance.random(), chance.random(), chance.random()
    goal_cm = chance.gauss(7.8 if age >= 60 else 10.8, 0.6)
    return Traits(
        age=age, is_male=chance.random() < 0.5, goal_cm=goal_cm, deficit_cm=priors.DEFICIT_CM.draw(chance),
        is_bony=bony < priors.BONY_SHARE.get(protocol_id, 0.0),
        is_poor=poor < priors.POOR_SHARE.get(protocol_id, priors.POOR_SHARE_ELSE),
        range_cm_a_week=priors.RANGE_CM_A_WEEK.draw(chance), strength=priors.STRENGTH_AT_START.draw(chance),
        strength_early=priors.STRENGTH_PCT_EARLY.draw(chance), strength_late=priors.STRENGTH_PCT_LATE.draw(chance),
        pain=priors.PAIN_AT_START.draw(chance), pain_fades_weeks=priors.PAIN_FADES_WEEKS.draw(chance),
        trains=drawn if cohort.trains is None else cohort.trains, heals=cohort.heals, shows=cohort.shows,
        accident_on=round((0.25 + 0.4 * at) * n_days) if cohort.accident else None,
    )  # fmt: skip


class Work(NamedTuple):
    """What a session did to the ankle: its load, and of which kinds."""

    load: float
    has_impact: bool
    has_end_range: bool


class Body:
    """An ankle while days go by. Every morning spends the same amount of chance, whatever was done the day before.

    Attributes
    ----------
    range_cm, strength, pain, swelling : float
        Knee to wall; share of the sound side; of 10; grades from 0 to 3.
    is_warm, is_sharp, has_caught : bool
        Today.
    red : str
        The red flag that is true today, or "".
    fatigue : float
        Of 10; only a script changes it.
    flare_on : int or None
        The day the newest flare began.
    """

    def __init__(self, traits: Traits, chance: Random, *, catches: bool = False) -> None:
        """Start on the first day.

        Parameters
        ----------
        traits : Traits
            Who.
        chance : Random
            Of this body alone.
        catches : bool
            Whether the toes catch while the ankle bends too little.
        """
        self.traits, self._chance, self._catches = traits, chance, catches
        self.range_cm = traits.goal_cm - traits.deficit_cm
        self.strength = traits.strength
        self.pain, self.swelling = traits.pain, 1.0
        self.is_warm = self.is_sharp = self.has_caught = False
        self.red = ""
        self.fatigue = 3.0
        self.flare_on: int | None = None
        self.n_flare_left, self._flare_pain = 0, 0.0
        self._n_red_left = 0
        self._red_on: int | None = None
        self._provoked = 0.0  # chance a week that yesterday adds
        self._loads: deque[float] = deque(maxlen=N_USUAL_DAYS)
        self._today = 0.0
        self.week = 0.0

    @property
    def is_flaring(self) -> bool:
        """Whether a flare, or a new injury, is on."""
        return self.n_flare_left > 0

    @property
    def calm(self) -> float:
        """How calm the ankle is, from 0 to 1."""
        return min(max(1.0 - self.pain / 6.0, 0.0), 1.0)

    @property
    def bend(self) -> float:
        """How much of the lacking range is won, from 0 to 1."""
        won = self.range_cm - (self.traits.goal_cm - self.traits.deficit_cm)
        return min(max(won / self.traits.deficit_cm, 0.0), 1.0)

    @property
    def power(self) -> float:
        """Strength on a scale from 0 (feeble) to 1 (as the sound side)."""
        return min(max((self.strength - 0.4) / 0.6, 0.0), 1.0)

    def wake(self, day: int) -> None:
        """Live through the night before `day`."""
        chance = self._chance
        drawn = [chance.random() for _ in range(7)]
        spread = chance.gauss(0.0, priors.PAIN_DAY_SPREAD.mean)
        more_days, more_pain = priors.FLARE_DAYS.draw(chance), priors.FLARE_PAIN.draw(chance)
        self._loads.append(self._today)
        self.week = day / 7
        self._recover()
        self._flare(day, drawn[0], more_days, more_pain, drawn[1])
        self._provoked, self._today = 0.0, 0.0
        self._redden(day, drawn[2], drawn[3])
        base = self._usual_pain()
        extra = self._flare_pain if self.n_flare_left else 0.0
        self.pain = min(max(base + extra + spread, 0.0), 10.0)
        settled = 1.0 * exp(-self.week / 3.0 * self.traits.heals)
        self.swelling = min(settled + (0.7 * extra if self.n_flare_left else 0.0), 3.0)
        self.is_sharp = self.pain >= 5.0 and drawn[4] < 0.3
        self.has_caught = self._catches and drawn[5] < 0.02 * exp(-self.week / 4.0) * (1.2 - self.power)

    def _usual_pain(self) -> float:
        traits = self.traits
        rest = 2.6 if traits.is_poor else 0.5
        fades = traits.pain_fades_weeks / traits.heals
        return rest + max(traits.pain - rest, 0.0) * exp(-self.week / fades)

    def _recover(self) -> None:
        traits = self.traits
        n_trained = sum(one > 0 for one in list(self._loads)[-7:])
        dose = min(n_trained / 4.0, 1.0)
        pace = traits.heals * (0.15 if traits.is_poor else 1.0) / 7.0
        gain = traits.range_cm_a_week * exp(-self.week / priors.RANGE_FADES_WEEKS.mean) + 0.06
        share = priors.UNTRAINED_SHARE + (1.0 - priors.UNTRAINED_SHARE) * dose
        start_cm = traits.goal_cm - traits.deficit_cm
        most = min(traits.goal_cm, start_cm + priors.BONY_MOST_CM.mean) if traits.is_bony else traits.goal_cm
        self.range_cm = min(self.range_cm + gain * share * pace, most)
        fading = exp(-self.week / priors.STRENGTH_FADES_WEEKS.mean)
        pct = traits.strength_early * fading + traits.strength_late
        older = 0.7 if traits.age >= 65 else 1.0
        self.strength = min(self.strength + pct / 100 * dose * older * pace, 1.02)

    def _flare(self, day: int, chance: float, n_days: float, pain: float, warm: float) -> None:
        if day == self.traits.accident_on:
            self.n_flare_left, self._flare_pain, self.flare_on, self.is_warm = ACCIDENT_DAYS, 5.0, day, True
            self.strength *= 0.85
            return
        if self.n_flare_left:
            self.n_flare_left -= 1
            self.is_warm = self.is_warm and self.n_flare_left > 1
            if self._flare_pain > 3.0:
                self._flare_pain -= 0.2
            if self._provoked > 0.2 and chance < self._provoked:  # loaded on top of a flare: it lasts longer
                self.n_flare_left += 2
            return
        self.is_warm = False
        weekly = min(priors.FLARE_A_WEEK.mean + self._provoked, 0.95)
        if chance < 1.0 - (1.0 - weekly) ** (1.0 / 7.0):
            self.n_flare_left, self._flare_pain, self.flare_on = max(round(n_days), 1), pain, day
            self.is_warm = warm < 0.3

    def _redden(self, day: int, chance: float, which: float) -> None:
        if day == self.traits.accident_on:
            self.red, self._n_red_left = "red_injury", RED_DAYS
        elif self._n_red_left:
            self._n_red_left -= 1
            self.red = self.red if self._n_red_left else ""
        elif chance < priors.RED_A_WEEK.mean / 7.0:
            self.red, self._n_red_left = ("red_calf", "red_hot_joint")[which < 0.5], RED_DAYS

    def train(self, work: Work, noise: float) -> float:
        """Do a session; return the pain felt in it.

        Parameters
        ----------
        work : Work
            What was done.
        noise : float
            From 0 to 1.

        Returns
        -------
        float
            Of 10.
        """
        usual = sum(self._loads) / max(sum(one > 0 for one in self._loads), 1)
        self._today += work.load
        is_angry = self.pain >= 4.0 or self.swelling >= 2.0 or self.is_warm
        added = 0.0
        if usual and self._today > SPIKE_RATIO * usual:
            added += priors.FLARE_AFTER_SPIKE.mean - priors.FLARE_A_WEEK.mean
        if work.has_end_range and self.pain >= 3.0:
            added += priors.FLARE_AFTER_END_RANGE.mean - priors.FLARE_A_WEEK.mean
        if work.has_impact and (is_angry or (self.strength - self.traits.shows) < 0.7):
            added += priors.FLARE_AFTER_IMPACT.mean - priors.FLARE_A_WEEK.mean
        self._provoked += added
        bears = 12.0 + 45.0 * max(self.strength - self.traits.shows, 0.2)
        strain = min(work.load / bears, 2.0)
        felt = (
            self.pain * 0.7 + 1.2 * strain + (1.5 if work.has_end_range and is_angry else 0.0) + noise - 0.5
        )
        return min(max(felt, 0.0), 10.0)
