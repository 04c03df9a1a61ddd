"""The difficult patients: each cohort is one way of being unlike what a programme expects."""

from __future__ import annotations

from msgspec import Struct


class Cohort(Struct, frozen=True, kw_only=True):
    """How the patients of a cohort differ from honest ones.

    `tells` multiplies told pain, `adds_pain` is added to it; `answers` is the share of check-ins given, `trains` the
    share of sessions done (None: drawn, SIM-48); `dose` multiplies the work done; `shows` is strength shown in a test
    beyond what the tissue bears; `heals` multiplies every recovery; `bias_cm` shifts knee to wall measured at home.
    """

    id: str
    title: str
    what: str
    tells: float = 1.0
    adds_pain: float = 0.0
    hides_swelling: bool = False
    answers: float = 0.92
    trains: float | None = None
    dose: int = 1
    shows: float = 0.0
    heals: float = 1.0
    accident: bool = False
    bias_cm: float = 0.0
    wrong_side: float = 0.0
    clock_days: int = 0
    two_phones: bool = False
    both_sides: bool = False


COHORTS: tuple[Cohort, ...] = (
    Cohort(id="honest", title="Honest", what="tells what is, does most of what is asked"),
    Cohort(
        id="under-reporter", title="Under-reporter", tells=0.45, hides_swelling=True,
        what="tells less than half of the pain, one grade less of swelling, and no sharp pain",
    ),
    Cohort(id="over-reporter", title="Over-reporter", adds_pain=2.0, what="tells two points more pain than there is"),
    Cohort(id="erratic", title="Erratic", answers=0.5, what="gives every second check-in"),
    Cohort(id="non-adherent", title="Non-adherent", trains=0.22, what="does one session in five"),
    Cohort(id="over-doer", title="Over-doer", dose=2, trains=0.95, what="does every exercise twice, and logs it"),
    Cohort(
        id="compensator", title="Compensator", shows=0.2,
        what="scores well in every test while the tissue bears much less",
    ),
    Cohort(id="slow-healer", title="Slow healer", heals=0.4, what="recovers at two fifths of the pace"),
    Cohort(id="re-injury", title="Re-injured", accident=True, what="sprains the ankle again, by accident, on one day"),
    Cohort(id="sensor-bias", title="Sensor bias", bias_cm=1.5, what="measures 1.5 cm too much at home"),
    Cohort(id="wrong-side", title="Wrong side", wrong_side=0.5, what="swaps left and right in every second home test"),
    Cohort(
        id="clock-off", title="Clock off by a day", clock_days=1,
        what="has a phone whose date is a day behind, and for two weeks a day ahead",
    ),
    Cohort(
        id="two-phones", title="Two phones", two_phones=True,
        what="tells some days twice, from two phones that do not agree, and sends facts again",
    ),
    Cohort(id="both-sides", title="Both sides", both_sides=True, what="has two affected ankles, so no sound side"),
)  # fmt: skip


def cohort(cohort_id: str) -> Cohort:
    """Return the cohort of that id; raise `KeyError` when there is none."""
    for one in COHORTS:
        if one.id == cohort_id:
            return one
    raise KeyError(cohort_id)
