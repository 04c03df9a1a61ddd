"""The fictional people of the demonstration: who, since when, how they behave, and how their story ends today.

Their surnames are joints and tools of a joiner, so that nobody takes one of them for somebody.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from mortise.simulate.patients import Habits
from mortise.terms import Sex, Side

Said = Mapping[str, Decimal]
NOTHING: Said = MappingProxyType({})


class Treated(NamedTuple):
    """One treatment in the clinic room: how long ago, and knee to wall before and after it."""

    n_days_ago: int
    before_cm: str
    after_cm: str


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
    height_cm: int = 175
    pain_at_start: float = 3.0
    pain_spread: float = 0.35
    ending: Said = NOTHING
    n_days_quiet: int = 1  # days since the patient was last heard
    flare_from_day: int | None = None
    has_programme: bool = True
    problem: str = ""  # what brings them here, in their words; who says nothing is not assessed yet
    found: Mapping[str, str] = MappingProxyType({})  # where their assessment differs from the usual answers
    goals: tuple[str, ...] = ()
    trains: float = 1.0  # share of the simulated training days on which the person trains
    away: tuple[int, int] | None = None  # days without anything, from and until
    sore_day: int | None = None  # a session that was too much, felt until the next morning
    days_before: int = 0  # of recovery, elsewhere, before they came
    said: Mapping[int, Said] = MappingProxyType({})  # so many days ago the check-in said this
    too_much: tuple[int, ...] = ()  # so many days ago a session, if there was one, hurt far too much
    is_left_alone: bool = False  # nobody has answered what was proposed of late
    home_lunge_cm: tuple[str, ...] = ()  # taken at home every second day, again and again in this order
    treated: tuple[Treated, ...] = ()
    discharged_days_ago: int = 0  # 0: still in care

    @property
    def habits(self) -> Habits:
        """How the simulated person behaves."""
        return Habits(
            answers=1.0, trains=self.trains, tells_mornings=1.0, pain_at_start=self.pain_at_start,
            pain_spread=self.pain_spread, flare_from_day=self.flare_from_day, away=self.away,
            stage_days=self.stage_days, days_before=self.days_before,
        )  # fmt: skip


YES = Decimal(1)
IN_G2, IN_G3 = (-1, 0), (-2, -1, 0)  # days on which each stage was entered: who comes late begins there

BEN = Part(
    name="Ben Tenon", birth_year=1984, sex=Sex.MALE, side=Side.LEFT, seed=7, n_days=36, stage_days=(0, 15),
    height_cm=181, problem="The left ankle stops before the step is done; stairs down are the worst.",
    away=(19, 21), sore_day=26,
    goals=("Walk down to the harbour and back without thinking of the ankle.", "Stairs at work, foot over foot."),
    treated=(Treated(22, "5.2", "8.6"), Treated(15, "5.5", "8.8"), Treated(8, "5.9", "9.3"), Treated(1, "6.2", "9.4")),
)  # fmt: skip

OTHERS = (
    Part(name="Mirela Dovetail", birth_year=1973, sex=Sex.FEMALE, side=Side.RIGHT, seed=11, n_days=6, stage_days=(0,),
         height_cm=168, n_days_quiet=0, ending={"red_calf": YES},
         problem="Since the cast came off the foot will not come up.", goals=("Back to the market stall, on my feet.",),
         found={"involved_reason": "fracture", "duration": "months_3", "sprains": "none"}),
    Part(name="Tamsin Rabbet", birth_year=1991, sex=Sex.FEMALE, side=Side.RIGHT, seed=12, n_days=19,
         height_cm=172, stage_days=(0,), pain_at_start=1.2,
         problem="It blocks in front when I go down the stairs at work.",
         goals=("Two flights down without the rail.",)),
    Part(name="Osric Spline", birth_year=1955, sex=Sex.MALE, side=Side.LEFT, seed=13, n_days=20, stage_days=(0, 15),
         height_cm=176, n_days_quiet=0, pain_at_start=1.0, pain_spread=0.1,
         too_much=(4, 3, 2, 1),
         problem="I catch my toes on the kerb when I am tired.",
         found={"activity_level": "daily", "involved_reason": "gradual", "sprains": "none", "walking_aid": "stick"}),
    Part(name="Linnea Mitre", birth_year=1979, sex=Sex.FEMALE, side=Side.LEFT, seed=14, n_days=11, stage_days=(0,),
         height_cm=165, pain_at_start=2.0, n_days_quiet=0, flare_from_day=8,
         said={1: {"warmth_self": YES}, 0: {"warmth_self": YES}},
         problem="Squatting with the children: the left heel comes up first."),
    Part(name="Harun Bevel", birth_year=1980, sex=Sex.MALE, side=Side.LEFT, seed=15, n_days=20,
         height_cm=184, stage_days=(0,), pain_at_start=2.5, n_days_quiet=11, trains=0.3,
         problem="Stiff after every shift, and it takes an hour to walk it off."),
    Part(name="Aoife Gimlet", birth_year=1988, sex=Sex.FEMALE, side=Side.RIGHT, seed=16, n_days=10,
         height_cm=163, stage_days=(0,), pain_at_start=2.5, n_days_quiet=0, trains=0.6, is_left_alone=True,
         problem="I want to hike again; downhill it stops me.",
         goals=("Three hours in the hills, down as well as up.",)),
    Part(name="Dilan Whittle", birth_year=2002, sex=Sex.MALE, side=Side.LEFT, seed=17, n_days=0, stage_days=(),
         height_cm=179, has_programme=False, goals=("Kick a ball about with my brother again.",)),
)  # fmt: skip

ELSEWHERE = Part(
    name="Dora Trestle", birth_year=1969, sex=Sex.FEMALE, side=Side.RIGHT, seed=21, n_days=6, stage_days=(0,),
    height_cm=170, problem="It has been stiff since the sprain in spring.",
)  # fmt: skip
