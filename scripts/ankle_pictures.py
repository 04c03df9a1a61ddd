"""Print the picture of a page about one ankle: a made-up recording, what was found in it marked. No person is in it.

`python -m scripts.ankle_pictures heel-rise` prints an SVG; `make generated` writes them all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from mortise import measure
from mortise.measure.results import MeasureResult
from mortise.simulate.ankle import (
    FictionalAnkle,
    fictional_ankle_lunge,
    fictional_heel_rises,
    fictional_position,
    fictional_range,
)
from mortise.simulate.recordings import csv_of
from mortise.simulate.standing import fictional_stand
from scripts.measure_pictures import picture


def main(arguments: list[str] | None = None) -> int:
    """Print the picture asked for."""
    (name,) = sys.argv[1:] if arguments is None else arguments
    sys.stdout.write(PICTURES[name]())
    return 0


def _measured(test: str, made: FictionalAnkle) -> MeasureResult:
    files = [(f"right_{samples.placement}.csv", csv_of(samples)) for samples in (made.foot, made.shank)]
    return measure.TESTS[test](measure.open_files(files, test=test))


def _drawn(title: str, result: MeasureResult) -> str:
    # a shin that stood still all the while has nothing to show
    shown = [curve for curve in result.curves if max(curve.mean) > min(curve.mean)]
    return picture(title, shown, result.events, 0.0, max(curve.x[-1] for curve in shown))


def _heel_rise() -> str:
    made = fictional_heel_rises(3, heights_cm=(10.0, 9.8, 9.0, 8.2, 7.0, 5.5))
    return _drawn("Made-up heel rises that tire, foot and shin", _measured("heel-rise", made))


def _lunge() -> str:
    made = fictional_ankle_lunge(3, heel_lift_deg=(0.0, 9.0, 0.0))
    return _drawn("Three made-up lunges; in the second the heel comes up", _measured("lunge", made))


def _range() -> str:
    return _drawn("A made-up ankle up and down in the air", _measured("range", fictional_range(3)))


def _position() -> str:
    made = fictional_position(3)
    return _drawn("A made-up target and five attempts at it", _measured("position", made))


def _balance() -> str:
    made = fictional_stand(3, held_s=12.0, is_lost=True)
    files = [("left_single_leg.csv", csv_of(made.samples))]
    result = measure.TESTS["balance"](measure.open_files(files, placement="lower_back", test="balance"))
    return _drawn("A made-up one-leg stand, lost after twelve seconds", result)


PICTURES: dict[str, Callable[[], str]] = {
    "heel-rise": _heel_rise,
    "lunge": _lunge,
    "range": _range,
    "position": _position,
    "balance": _balance,
}


if __name__ == "__main__":
    sys.exit(main())
