"""Print the picture of the page of gait or of running: a made-up recording, what was found in it marked.

`python -m scripts.gait_pictures gait` prints an SVG; `make generated` writes them all.
"""

from __future__ import annotations

import sys

from mortise import measure
from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.simulate.running import fictional_run
from scripts.measure_pictures import picture


def main(arguments: list[str] | None = None) -> int:
    """Print the picture asked for."""
    (name,) = sys.argv[1:] if arguments is None else arguments
    sys.stdout.write(drawn(name))
    return 0


def drawn(name: str) -> str:
    """Return the picture of `gait` or `run`."""
    made = fictional_walk(7, straight_m=6.0) if name == "gait" else fictional_run(2)
    files = [("left_instep.csv", csv_of(made.left)), ("right_instep.csv", csv_of(made.right))]
    result = measure.TESTS[name](measure.open_files(files))
    shown = [curve for curve in result.curves if curve.name == "foot_pitch_trace_deg"]
    title = f"A made-up {'walk' if name == 'gait' else 'run'}: pitch of the left and of the right foot"
    start_s, stop_s = (2.0, 6.0) if name == "gait" else (4.0, 6.5)
    return picture(title, shown, result.events, start_s, stop_s)


if __name__ == "__main__":
    sys.exit(main())
