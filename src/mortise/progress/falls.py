"""The falls screen: history, timed up and go, sit to stand, chair stands, tandem and walking speed, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.terms import Sex

LEAST_AGE = 60  # the tables begin here
N_POSITIVE = 2  # one test alone is weak
TUG_S, FIVE_SIT_TO_STAND_S, TANDEM_S = Decimal(12), Decimal(15), Decimal(10)
GAIT_SPEED_M_S = Decimal("0.8")
_MEN = {60: 14, 65: 12, 70: 12, 75: 11, 80: 10, 85: 8, 90: 7}
_WOMEN = {60: 12, 65: 11, 70: 10, 75: 10, 80: 9, 85: 8}


class Found(StrEnum):
    """What one test of the screen says."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNKNOWN = "unknown"


class FallsTest(Struct, frozen=True, kw_only=True):
    """One test: what was found, against which cut-off; `limit` None where there is none for this age and sex."""

    id: str
    found: Found
    value: Decimal | None
    limit: Decimal | None
    is_below: bool  # positive below the limit, else at it and above
    evidence: tuple[str, ...]


class FallsScreen(Struct, frozen=True, kw_only=True):
    """The whole screen. `is_positive` None: not decidable before `n_unknown` more are known."""

    history: Found
    tests: tuple[FallsTest, ...]
    n_positive: int
    n_unknown: int
    is_positive: bool | None


def falls_screen(
    history: bool | None, has_injury: bool, values: Mapping[str, Decimal], age: int, sex: Sex
) -> FallsScreen:
    """Put the falls screen together.

    Parameters
    ----------
    history : bool or None
        Whether the person fell in the last year; None where nobody asked.
    has_injury : bool
        Whether a fall hurt: that alone is positive.
    values : mapping of str to Decimal
        Newest usable value by measure: `tug_s`, `five_sit_to_stand_s`, `chair_stand_count`, `tandem_s`,
        `gait_speed_m_s`.
    age : int
        In years.
    sex : Sex
        For the table of chair stands; not stated: the stricter row of both is not guessed, the test stays unknown.

    Returns
    -------
    FallsScreen
        Positive with two positive of six, or a fall with injury; not decidable while what is unknown could still make
        two.

    References
    ----------
    FALL-01, FALL-04, FALL-08, FALL-09, FALL-10, FALL-11; two of them or a fall with injury: rule of EVIDENCE.md.
    """
    rows = (
        ("tug_s", TUG_S, False, ("FALL-01",)),
        ("five_sit_to_stand_s", FIVE_SIT_TO_STAND_S, False, ("FALL-04",)),
        ("chair_stand_count", _chair_stands(age, sex), True, ("FALL-08", "FALL-09")),
        ("tandem_s", TANDEM_S, True, ("FALL-10",)),
        ("gait_speed_m_s", GAIT_SPEED_M_S, True, ("FALL-11",)),
    )
    tests = tuple(_test(name, values.get(name), limit, below, keys) for name, limit, below, keys in rows)
    told = Found.UNKNOWN if history is None else Found.POSITIVE if history else Found.NEGATIVE
    found = (told, *(one.found for one in tests))
    n_positive, n_unknown = found.count(Found.POSITIVE), found.count(Found.UNKNOWN)
    is_positive: bool | None = None
    if has_injury or n_positive >= N_POSITIVE:
        is_positive = True
    elif n_positive + n_unknown < N_POSITIVE:
        is_positive = False
    return FallsScreen(
        history=told, tests=tests, n_positive=n_positive, n_unknown=n_unknown, is_positive=is_positive
    )


def _test(
    name: str, value: Decimal | None, limit: Decimal | None, is_below: bool, evidence: tuple[str, ...]
) -> FallsTest:
    if value is None or limit is None:
        found = Found.UNKNOWN
    else:
        found = Found.POSITIVE if (value < limit if is_below else value >= limit) else Found.NEGATIVE
    return FallsTest(id=name, found=found, value=value, limit=limit, is_below=is_below, evidence=evidence)


def _chair_stands(age: int, sex: Sex) -> Decimal | None:
    table = {Sex.MALE: _MEN, Sex.FEMALE: _WOMEN}.get(sex)
    if table is None or age < LEAST_AGE:
        return None
    row = max(start for start in table if start <= age)
    return Decimal(table[row])
