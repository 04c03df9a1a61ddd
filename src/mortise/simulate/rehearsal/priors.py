"""What is assumed of fictional patients: every figure a prior with the row of the evidence table it comes from.

The rows of section 8 give the shape of published courses and, marked PROPOSED, guesses for the parameters. These priors
serve to exercise software; they predict nobody. `row` is empty where even the table is silent: then it is ours alone.
"""

from __future__ import annotations

from random import Random

from msgspec import Struct


class Prior(Struct, frozen=True):
    """A normal prior cut off at `low` and `high`; a spread of 0 is a fixed figure."""

    what: str
    mean: float
    spread: float
    low: float
    high: float
    unit: str
    row: str = ""

    def draw(self, chance: Random) -> float:
        """Draw one value; always spends the same amount of chance."""
        return min(max(chance.gauss(self.mean, self.spread), self.low), self.high)


DEFICIT_CM = Prior("knee to wall lacking against the goal", 3.0, 1.5, 0.5, 7.0, "cm", "SIM-41")
RANGE_CM_A_WEEK = Prior("first gain in knee to wall", 0.5, 0.15, 0.05, 0.9, "cm a week", "SIM-41")
RANGE_FADES_WEEKS = Prior("that gain fades with", 5.0, 0.0, 5.0, 5.0, "weeks", "SIM-42")
BONY_MOST_CM = Prior("most that is gained against a bony block", 1.0, 0.0, 1.0, 1.0, "cm", "SIM-43")
STRENGTH_AT_START = Prior("strength of the involved side, share of the other", 0.68, 0.1, 0.4, 0.9, "", "")
STRENGTH_PCT_EARLY = Prior(
    "early gain in strength, on top of the late one", 2.5, 0.5, 0.5, 4.0, "% a week", "SIM-44"
)
STRENGTH_PCT_LATE = Prior("late gain in strength", 0.8, 0.2, 0.2, 1.5, "% a week", "SIM-44")
STRENGTH_FADES_WEEKS = Prior("the early gain fades with", 8.0, 0.0, 8.0, 8.0, "weeks", "SIM-44")
PAIN_AT_START = Prior("usual pain at the start", 4.5, 1.6, 1.0, 8.0, "of 10", "")
PAIN_FADES_WEEKS = Prior("usual pain fades with", 5.0, 1.0, 2.0, 9.0, "weeks", "SIM-32")
PAIN_DAY_SPREAD = Prior("pain from day to day", 0.7, 0.0, 0.7, 0.7, "of 10", "SIM-52")
FLARE_A_WEEK = Prior("chance of a flare at the planned load", 0.05, 0.0, 0.05, 0.05, "a week", "SIM-49")
FLARE_AFTER_SPIKE = Prior("chance after 30 % more load", 0.12, 0.0, 0.12, 0.12, "a week", "SIM-49")
FLARE_AFTER_END_RANGE = Prior("chance after provoked end range", 0.18, 0.0, 0.18, 0.18, "a week", "SIM-49")
FLARE_AFTER_IMPACT = Prior("chance after impact on an angry ankle", 0.4, 0.0, 0.4, 0.4, "a week", "")
FLARE_DAYS = Prior("length of a flare", 3.0, 1.5, 1.0, 7.0, "days", "SIM-50")
FLARE_PAIN = Prior("pain on top in a flare; the spread is ours", 2.0, 1.2, 0.5, 5.0, "of 10", "SIM-50")
RED_A_WEEK = Prior("chance of a serious red flag", 0.00125, 0.0, 0.00125, 0.00125, "a week", "")
LUNGE_NOISE_CM = Prior("noise of knee to wall", 0.5, 0.0, 0.5, 0.5, "cm", "SIM-52")
ADHERENT = Prior("sessions done, the adherent class", 0.85, 0.08, 0.75, 1.0, "share", "SIM-48")
PARTIAL = Prior("sessions done, the partial class", 0.57, 0.08, 0.4, 0.74, "share", "SIM-48")
LOW = Prior("sessions done, the low class", 0.22, 0.08, 0.05, 0.39, "share", "SIM-48")
CLASSES = ((0.45, ADHERENT), (0.80, PARTIAL), (1.0, LOW))  # shares added up: SIM-48
BONY_SHARE = {"anterior-impingement": 0.3, "restricted-dorsiflexion": 0.1}  # SIM-43
POOR_SHARE = {"anterior-impingement": 0.35, "posterior-impingement": 0.30}  # SIM-51
POOR_SHARE_ELSE = 0.30  # section 8: 25 to 40 percent of poor responders by 12 weeks
UNTRAINED_SHARE = 0.55  # of the gain in range comes with time alone: section 8, 50 to 60 percent

PRIORS: tuple[Prior, ...] = tuple(one for one in list(globals().values()) if isinstance(one, Prior))
