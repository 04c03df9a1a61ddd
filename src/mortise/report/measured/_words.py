"""Words of a measured recording: tests, curves, flags."""

from __future__ import annotations

from mortise.units import SYMBOLS

TESTS = {
    "gait": "Walk",
    "lunge": "Weight-bearing lunge",
    "range": "Range of motion",
    "heel-rise": "Heel rises",
    "hop": "Hops",
    "jump": "Jumps",
    "landing": "Landings",
    "step-down": "Step-downs",
    "balance": "Balance",
    "position": "Joint-position matching",
    "run": "Run",
}
TRIALS = {
    "heel-rise": "repetition",
    "hop": "hop",
    "jump": "jump",
    "landing": "landing",
    "step-down": "repetition",
}
CURVES = {
    "foot_pitch": ("Foot to the floor", "toes up is positive"),
    "shin_angle": ("Shin over the foot", "forward lean is positive"),
    "lunge_angle": ("Shin angle", "forward lean is positive"),
    "ankle_angle": ("Ankle", "dorsiflexion is positive"),
    "foot_height": ("Foot above the floor", ""),
}
# What speaks against believing the whole result, not one number of it.
GRAVE_FLAGS = frozenset(
    {
        "feet_disagree",
        "feet_swapped",
        "sides_contradict",
        "placement_contradicted",
        "rate_contradicted",
        "unit_contradicted",
        "sensor_turned",
        "clocks_doubtful",
    }
)
FLAGS = {
    "acc_clipped": "acceleration reached the sensor's limit",
    "gyr_clipped": "turning reached the sensor's limit",
    "bridged_gap": "short gaps were bridged",
    "gaps": "samples are missing",
    "clocks_doubtful": "the two sensors' clocks may differ",
    "feet_swapped": "left and right may be swapped",
    "few_strides": "few strides",
    "few_trials": "few trials",
    "low_rate": "few samples per second",
    "rate_contradicted": "the rate that was claimed does not fit the data",
    "unit_contradicted": "the unit that was claimed does not fit the data",
    "sensor_turned": "the sensor turned while recording",
    "side_unknown": "nobody said which side it is",
    "side_from_data": "nobody said which foot was which: taken from how they swing",
    "placement_contradicted": "the sensor does not move as one worn where it is said to be",
    "placement_from_data": "nobody said where the sensor was worn: taken from how it moves",
    "simulated": "made up, nobody was recorded",
    "truncated": "the file is cut off",
    "empty_cells": "empty cells were left out",
    "long_recording": "of a long recording the busiest part was used",
    "gyr_from_orientation": "turning was taken from stored orientation",
    "time_stamps_evened": "time stamps of whole packets were evened",
    "height_at_shin": "the shin's height, less than the heel's",
    "foot_length_assumed": "the foot's length was assumed",
    "scale_from_foot": "lengths in the picture come from the foot's",
    "knee_not_seen": "nothing shows the knee",
    "knee_bent": "the knee helped",
    "off_beat": "not thirty a minute",
    "both_legs": "both legs rose",
    "heel_lifted": "the heel came up",
    "eyes_not_said": "nobody said whether the eyes were open",
    "held_to_end": "held until the recording ended",
    "pendulum_assumed": "as if the body were a stiff pendulum",
    "no_quiet_stance": "no standing still to find the zero",
    "direction_unsure": "which way is forward is not sure",
    "direction_assumed": "that the foot went down is taken for granted",
    "shank_assumed_still": "the shin is taken to be still",
    "header_contradicted": "places in the file contradict each other",
    "axes_mirrored": "the sensor's axes are mirrored",
    "ends_early": "the recording ends early",
    "feet_disagree": "the two feet cannot have walked together: another person, another walk, or another clock",
    "feet_uneven": "the feet rose unevenly",
    "foot_length_estimated": "the length of the foot was estimated",
    "flat_or_toe_contact": "landed on the flat foot or the toes",
    "irregular_steps": "steps are irregular",
    "judged_items_left_out": "what an observer has to judge was left out",
    "knee_centre_estimated": "where the knee's centre is was estimated",
    "one_foot": "from one foot only",
    "plate_origin_reversed": "a plate's centre was said the wrong way round and was turned",
    "running": "no moment with both feet on the floor: this looks like running",
    "sides_contradict": "the side that was claimed does not fit the data",
    "spot_on_foot_unknown": "nobody said where on the foot the sensor was",
    "standing_unsure": "whether the person stood still is not certain",
    "strides_missing": "strides are believed missing",
    "zero_of_the_model": "zero is that of the model, not of standing",
}


def flag_words(flag: str) -> str:
    """Return a flag as words."""
    return FLAGS.get(flag, flag.replace("_", " "))


def plain(name: str, unit: str) -> str:
    """Return a name without its unit, as words: `height_cm` is "height"."""
    return name.removesuffix(f"_{unit}").replace("_", " ")


def unit_of_name(name: str) -> tuple[str, str]:
    """Return the words and the unit of a name that carries its unit, such as `contact_time_s`."""
    for unit in sorted(SYMBOLS, key=len, reverse=True):
        if unit and name.endswith(f"_{unit}"):
            return name.removesuffix(f"_{unit}").replace("_", " "), unit
    return name.removeprefix("n_").replace("_", " "), ""


def symbol(unit: str) -> str:
    """Return the symbol of a unit."""
    return SYMBOLS.get(unit, "m/s²" if unit == "m_s2" else unit)


def curve_words(name: str, unit: str) -> tuple[str, str]:
    """Return title and direction of a curve."""
    bare = name.removesuffix("_trace").removesuffix(f"_{unit}").removesuffix("_trace")
    title, way = CURVES.get(bare, (bare.replace("_", " ").capitalize(), ""))
    return title, f"{way}, {symbol(unit)}" if way else symbol(unit)


def plural(n: int, word: str) -> str:
    """Return a count with its word."""
    return f"{n} {word}" if n == 1 else f"{n} {word[:-1]}ies" if word.endswith("y") else f"{n} {word}s"
