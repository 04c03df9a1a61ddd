"""Running: no recording with a gyroscope and a reference is at hand, so only made-up runs with known truth."""

from __future__ import annotations

import numpy as np

from mortise import measure
from mortise.simulate.recordings import csv_of
from mortise.simulate.running import fictional_run
from validation.figure import Figure, Sheet, mean, rms, spread

SHEET = Sheet("run", "made-up runs, known truth")


def made_up() -> list[Figure]:
    """Score made-up runs at three contact times and two rates."""
    strike_ms: list[float] = []
    contact_ms: list[float] = []
    length_cm: list[float] = []
    n_true = n_found = 0
    for seed, contact_s, rate_hz in ((1, 0.20, 200.0), (2, 0.25, 100.0), (3, 0.30, 400.0)):
        made = fictional_run(seed, contact_time_s=contact_s, rate_hz=rate_hz)
        result = measure.TESTS["run"](
            measure.Materials(
                sensors=measure.read(
                    [("left_instep.csv", csv_of(made.left)), ("right_instep.csv", csv_of(made.right))],
                    test="run",
                )
            )
        )
        if not isinstance(result, measure.TestResult):
            raise TypeError("a run is a test result")
        for side, true in made.contacts_s.items():
            trials = [t for t in result.trials if t.side.value == side]
            # the first contact ends the first step from standing, before which no landing was
            n_true += len(true) - 1
            for row in true[1:]:
                near = [t for t in trials if abs(t.start_s - row[0]) < 0.1]
                n_found += bool(near)
                strike_ms += [1000.0 * (t.start_s - float(row[0])) for t in near]
                contact_ms += [1000.0 * (t.values["contact_time_s"] - float(np.diff(row)[0])) for t in near]
                length_cm += [100.0 * (t.values["stride_length_m"] - made.stride_length_m) for t in near]
    figure, n = SHEET.figure, len(strike_ms)
    return [
        figure("recall", "contacts found", n_found / n_true, "ratio", n_true, "up"),
        figure("strike_bias_ms", "foot strike, bias", mean(strike_ms), "ms", n, "zero", 15.0),
        figure("contact_bias_ms", "contact time, bias", mean(contact_ms), "ms", n, "zero", 15.0, "< 12 (published)"),
        figure("contact_sd_ms", "contact time, SD", spread(contact_ms), "ms", n, "down", 15.0, "10 (published)"),
        figure("length_rmse_cm", "stride length, RMSE", rms(length_cm), "cm", n, "down"),
    ]  # fmt: skip
