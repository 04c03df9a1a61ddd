"""The fictional people of the demonstration: who, since when, how they behave, and how their story ends today."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from mortise.simulate.patients import Habits
from mortise.terms import Sex, Side


class Part(NamedTuple):
    """One fictional patient.

    `ending` is what happens last: what the newest check-in says, `n_days_quiet` days ago, all else being calm.
    """

    name: str
    birth_year: int
    sex: Sex
    side: Side
    seed: int
    n_days: int  # since the episode was opened
    stage_days: tuple[int, ...]
    pain_at_start: float = 3.0
    pain_spread: float = 0.35
    ending: Mapping[str, Decimal] = MappingProxyType({})
    n_days_quiet: int = 1  # days since the patient was last heard
    flare_from_day: int | None = None
    has_programme: bool = True
    problem: str = ""  # what brings them here, in their words; who says nothing is not assessed yet
    found: Mapping[str, str] = MappingProxyType({})  # where their assessment differs from the usual answers
    goals: tuple[str, ...] = ()
    trains: float = 1.0  # share of the simulated training days on which the person trains
    away: tuple[int, int] | None = None  # days without anything, from and until
    sore_day: int | None = None  # a session that was too much, felt until the next morning

    @property
    def habits(self) -> Habits:
        """How the simulated person behaves."""
        return Habits(
            answers=1.0, trains=self.trains, tells_mornings=1.0, pain_at_start=self.pain_at_start,
            pain_spread=self.pain_spread, flare_from_day=self.flare_from_day, away=self.away,
            stage_days=self.stage_days,
        )  # fmt: skip


YES = Decimal(1)

BEN = Part(
    name="Ben Holloway", birth_year=1984, sex=Sex.MALE, side=Side.LEFT, seed=7, n_days=36, stage_days=(0, 15),
    problem="The left ankle stops before the step is done; stairs down are the worst.", away=(19, 21), sore_day=26,
    goals=("Walk down to the harbour and back without thinking of the ankle.", "Stairs at work, foot over foot."),
)  # fmt: skip

OTHERS = (
    Part(name="Mirela Dunne", birth_year=1973, sex=Sex.FEMALE, side=Side.RIGHT, seed=11, n_days=6, stage_days=(0,),
         n_days_quiet=0, ending={"red_calf": YES}, problem="Since the cast came off the foot will not come up.",
         found={"involved_reason": "fracture", "duration": "months_3", "sprains": "none"}),
    Part(name="Tamsin Ekwueme", birth_year=1991, sex=Sex.FEMALE, side=Side.RIGHT, seed=12, n_days=19,
         stage_days=(0,), pain_at_start=1.2, problem="It blocks in front when I go down the stairs at work."),
    Part(name="Osric Vance", birth_year=1955, sex=Sex.MALE, side=Side.LEFT, seed=13, n_days=20, stage_days=(0, 15),
         n_days_quiet=0, pain_at_start=0.2, pain_spread=0.1, flare_from_day=18,
         problem="I catch my toes on the kerb when I am tired.",
         found={"activity_level": "daily", "involved_reason": "gradual", "sprains": "none"}),
    Part(name="Linnea Ashby", birth_year=1979, sex=Sex.FEMALE, side=Side.LEFT, seed=14, n_days=11, stage_days=(0,),
         pain_at_start=2.0, n_days_quiet=0, flare_from_day=8,
         problem="Squatting with the children: the left heel comes up first."),
    Part(name="Harun Lindqvist", birth_year=1980, sex=Sex.MALE, side=Side.LEFT, seed=15, n_days=20,
         stage_days=(0,), pain_at_start=2.5, n_days_quiet=11, trains=0.3,
         problem="Stiff after every shift, and it takes an hour to walk it off."),
    Part(name="Aoife Castellan", birth_year=1988, sex=Sex.FEMALE, side=Side.RIGHT, seed=16, n_days=10,
         stage_days=(0,), pain_at_start=2.5, n_days_quiet=0, trains=0.4,
         problem="I want to hike again; downhill it stops me."),
    Part(name="Dilan Oyelaran", birth_year=2002, sex=Sex.MALE, side=Side.LEFT, seed=17, n_days=0, stage_days=(),
         has_programme=False, goals=("Kick a ball about with my brother again.",)),
)  # fmt: skip

ELSEWHERE = Part(
    name="Dora Fjeld", birth_year=1969, sex=Sex.FEMALE, side=Side.RIGHT, seed=21, n_days=6, stage_days=(0,),
    problem="It has been stiff since the sprain in spring.",
)  # fmt: skip
