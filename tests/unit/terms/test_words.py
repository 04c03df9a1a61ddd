"""Sides mirror, limbs follow the involved side, and the order of advice and load is fixed in code."""

import pytest

from mortise.terms import Advice, Context, Limb, Load, Side, limb_of, side_of
from mortise.terms.verdicts import tightest_advice, tightest_load


@pytest.mark.parametrize("involved", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize("limb", list(Limb))
def test_side_and_limb_are_inverse(involved: Side, limb: Limb) -> None:
    assert limb_of(side_of(limb, involved), involved) is limb


@pytest.mark.parametrize("side", list(Side))
def test_mirroring_twice_is_the_same_side(side: Side) -> None:
    assert side.opposite.opposite is side


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_mirrored_people_have_the_same_limb(side: Side) -> None:
    assert limb_of(side, Side.LEFT) is limb_of(side.opposite, Side.RIGHT)


def test_the_tightest_advice_wins_in_the_order_of_the_engine() -> None:
    order = [Advice.STOP_AND_SEEK_HELP, Advice.ASK_CLINICIAN, Advice.STEP_BACK, Advice.HOLD, Advice.ADVANCE]
    for index, tight in enumerate(order):
        assert tightest_advice(reversed(order[index:])) is tight


def test_the_tightest_load_wins() -> None:
    order = [Load.REST, Load.EASE, Load.KEEP, Load.RAISE]
    for index, tight in enumerate(order):
        assert tightest_load(reversed(order[index:])) is tight


def test_tired_and_after_treatment_readings_feed_no_decision() -> None:
    feeding = {context for context in Context if context.feeds_decisions}
    assert feeding == {Context.ROUTINE, Context.BEFORE_TREATMENT}
