"""A dose reads the same everywhere."""

from decimal import Decimal
from typing import Any

import pytest

from mortise.catalog import load
from mortise.protocol import DoseStep
from mortise.report.doses import full_dose, seconds_words, short_dose, tempo_words
from mortise.report.words import Speech, spoken


def dose(**given: Any) -> DoseStep:
    return DoseStep(
        **{"n_sets": 3, "n_reps": 8, "up_s": Decimal(2), "hold_s": Decimal(1), "down_s": Decimal(3)} | given
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "3 × 8"),
        ({"n_sets": 1, "n_reps": 1, "hold_s": Decimal(20), "up_s": Decimal(0)}, "20 s"),
        ({"n_reps": 1, "hold_s": Decimal(20)}, "3 × 20 s"),
        ({"duration_s": Decimal(300), "n_sets": 1}, "5 min"),
        ({"duration_s": Decimal(20), "n_sets": 2}, "2 × 20 s"),
        ({"duration_s": Decimal(300), "run_s": Decimal(180), "n_sets": 4}, "4 × (walk 2 min, run 3 min)"),
        ({"duration_s": Decimal(300), "run_s": Decimal(180), "n_sets": 1}, "walk 2 min, run 3 min"),
        ({"duration_s": Decimal(1800), "run_s": Decimal(1800), "n_sets": 1}, "30 min"),
    ],
)
def test_short_dose_is_what_one_does(given: dict[str, Any], words: str) -> None:
    assert short_dose(dose(**given)) == words


def test_a_product_keeps_its_order_in_a_language_from_right_to_left() -> None:
    with spoken(Speech(is_from_right=True)):
        assert short_dose(dose()) == "\u20663 × 8\u2069"
        assert short_dose(dose(n_reps=1, hold_s=Decimal(20))) == "\u20663 × \u206820 s\u2069\u2069"
        assert short_dose(dose(n_sets=1, n_reps=1, hold_s=Decimal(20))) == "20 s"


def test_tempo_leaves_out_what_has_no_length() -> None:
    assert tempo_words(dose(hold_s=Decimal(0))) == "up 2 s, down 3 s"
    assert tempo_words(dose(duration_s=Decimal(30))) == ""


def test_tempo_takes_the_names_and_the_order_of_its_exercise() -> None:
    exercises = load().exercises
    squat, lunge = exercises["chair-squat"], exercises["knee-to-wall"]
    assert tempo_words(squat.dose_steps[0], squat) == "down 3 s, up 2 s"
    assert tempo_words(lunge.dose_steps[0], lunge) == "forward 2 s, hold 1 s, back 2 s"
    assert "forward 2 s" in full_dose(lunge.dose_steps[0], exercise=lunge)


def test_full_dose_names_height_load_and_contacts() -> None:
    words = full_dose(
        dose(height_cm=Decimal(15), load="light band", n_contacts=1, rest_s=Decimal(60)), with_rest=True
    )
    assert words == "3 × 8, up 2 s, hold 1 s, down 3 s, rest 60 s, 15 cm, light band, 1 contact"


def test_contacts_say_how_many_a_set_where_they_share_out() -> None:
    assert full_dose(dose(n_contacts=45, load="")).endswith("45 contacts (15 a set)")
    assert full_dose(dose(n_contacts=7, load="")).endswith("7 contacts")


@pytest.mark.parametrize(
    ("seconds", "words"), [("30", "30 s"), ("119", "119 s"), ("120", "2 min"), ("1.5", "1.5 s")]
)
def test_seconds_are_minutes_when_long_and_whole(seconds: str, words: str) -> None:
    assert seconds_words(Decimal(seconds)) == words


def test_every_dose_of_the_library_can_be_read_and_no_two_rungs_of_a_ladder_read_the_same() -> None:
    for exercise in load().exercises.values():
        read = [full_dose(step, with_rest=True) for step in exercise.dose_steps]
        assert len(set(read)) == len(read), exercise.id
