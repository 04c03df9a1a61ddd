"""Why something was not measured or taken: a patient's words in the language of the page, never the clinic's."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from mortise import measure
from mortise.errors import SignalError
from mortise.simulate.recordings import fictional_lunge
from mortise.simulate.standing import fictional_stand
from mortise.simulate.trunk import fictional_trunk_walk
from mortise.web.phone.live import TESTS
from mortise.web.phone.refusals import MEASURED, NOT_MEASURED, NOT_TAKEN, TAKEN, not_measured, not_taken
from mortise.web.phone.said import said
from mortise.web.ui.mirror import mirrored
from tests.web.phone.test_motion_agrees import phone_log
from tests.web.phone.test_said import MIRROR

MAKERS = {
    "lunge": lambda: fictional_lunge(1).samples,
    "stand": lambda: fictional_stand(1).samples,
    "walk": lambda: fictional_trunk_walk(1).samples,
}


def refusal(test: str, log: dict[str, Any]) -> str:
    stream = io.BytesIO(json.dumps(log).encode())
    try:
        measure.TESTS[test](measure.open_files([(f"{test}.json", stream)], test=test))
    except SignalError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("made", sorted(MAKERS))
def test_what_measuring_says_of_a_wrong_movement_is_said_in_a_patients_words(made: str) -> None:
    n_refused = 0
    for one in TESTS:
        log = phone_log(MAKERS[made](), one.test, "left") | {"placement": one.placement}
        reason = refusal(one.test, log)
        n_refused += bool(reason)
        if reason:
            words = not_measured(reason)
            assert words != NOT_MEASURED, reason
            assert not re.search(r"--|json|placement|Hz", words)
            with translation.override(MIRROR):
                assert not_measured(reason) == mirrored(words)
    assert n_refused >= 2


def test_a_recording_that_is_still_or_much_too_short_is_said_so() -> None:
    samples = fictional_lunge(1).samples
    log = phone_log(samples, "lunge", "left")
    brief = {key: value[:30] for key, value in log["samples"].items()}
    still = {"t_ms": log["samples"]["t_ms"], "acc_m_s2": [[0.0, 0.0, 9.81]] * len(samples.time_s),
             "gyr_deg_s": np.zeros((len(samples.time_s), 3)).tolist()}  # fmt: skip
    for test in ("lunge", "heel-rise", "gait", "hop"):
        for part in (brief, still):
            reason = refusal(
                test, log | {"samples": part, "placement": "shank" if test != "hop" else "lower_back"}
            )
            assert reason, test
            assert not_measured(reason) != NOT_MEASURED, reason


def test_what_nobody_foresaw_is_said_in_general_and_nothing_is_nothing() -> None:
    assert not_measured("lunge.json: the moon was in the way. Use --moon off.") == NOT_MEASURED
    assert not_taken("A flux was capacitated.") == NOT_TAKEN
    assert (not_measured(""), not_taken("")) == ("", "")


def test_every_sentence_is_translated() -> None:
    known = Path("src/mortise/web/locale/messages.pot").read_text()
    with translation.override(MIRROR):
        for reason, words in (*MEASURED, *TAKEN, ("", NOT_MEASURED), ("", NOT_TAKEN)):
            assert words.split(".")[0][:30] in known, words
            assert re.compile(reason)
        assert said("3 of 5 answered; 4 are needed") != "3 of 5 answered; 4 are needed"


def test_the_doors_own_words_are_known() -> None:
    doors = " ".join(
        Path(f"src/mortise/web/{name}").read_text() for name in ("care/services/facts.py", "phone/inbox.py")
    )
    for reason in re.findall(r'InputError\(\s*"([^"]+)"', doors):
        assert not_taken(reason), reason
