"""Why something was not taken or not measured, in a patient's words and the language of the page.

`measure` and the door of the record say it for whoever runs them: with places in files, options, ids. A patient reads
one sentence of those below. What is in none of them is said in general; the clinic sees the whole of it.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n

from mortise.web.phone.words import WORDS

NOT_MEASURED = _n("It is not clear what was recorded. Your clinic has the recording and sees why.")
NOT_TAKEN = _n("Something in it does not fit. Somebody at your clinic sees it.")
# The first that is found in what measuring said.
MEASURED: tuple[tuple[str, str], ...] = (
    (r"interrupted again and again", _n("Measuring broke off. Your clinic has the recording.")),
    (r"no lunge was found", WORDS["live_r_no_lunge"]),
    (r"does not start with standing still", WORDS["live_r_no_standing"]),
    (r"no heel rise was found", WORDS["live_r_no_rise"]),
    (r"no set of heel rises.*as in walking", WORDS["live_r_walking"]),
    (r"no set of heel rises", _n("The knee bent each time. Keep it straight and go up on the toes.")),
    (r"this is a jump, not a hop|both feet push off", _n("Both feet pushed off. Hop on one leg.")),
    (r"this is no balance test|nobody stood", WORDS["live_r_no_stand"]),
    (r"nobody walked|no step of a foot|no walk", WORDS["live_r_no_walk"]),
    (r"no (hop|jump) was found", WORDS["live_r_no_hop"]),
    (r"this is .+, not ", _n("That was a different movement from this test.")),
    (r"too short", WORDS["live_r_too_short"]),
    (r"samples a second are too few|too few samples", WORDS["live_r_slow_sensor"]),
    (r"samples are missing", WORDS["live_r_gaps"]),
    (r"worn at|is said to be there|shins were recorded", _n("The phone was not worn where this test needs it.")),
    (r"never changes", _n("The sensors stood still. Close other apps and do it again.")),
    (r"gyroscope", _n("One of the sensors was silent. Close other apps and do it again.")),
    (r"no recording of a test|phone's log|cannot be read", _n("This is no recording of a test.")),
    (r"consent to recordings", _n("You no longer agree to recordings. You can agree again under Help.")),
    (r"of the future", _n("The date of this phone is wrong. Set it right.")),
)  # fmt: skip
TAKEN: tuple[tuple[str, str], ...] = (
    (r"date lies in the future", _n("The date lies in the future. Set the phone’s date right.")),
    (r"fit the moment it was captured", _n("The date of this phone was wrong then.")),
    (r"Another fact has this id", WORDS["conflict"]),
    (r"about an ankle whose programme is closed", _n("This is about an ankle whose programme is closed.")),
    (r"questionnaire has changed", _n("The questions have changed since. Please answer them once more.")),
    (r"questionnaire is not asked here", _n("This questionnaire is not asked here.")),
    (r"Too little was answered", _n("Too little was answered for a score.")),
    (r"your own checks", _n("Only your own answers can be put right here.")),
    (r"answers that are right are missing|of the same check", _n("The new answers are missing.")),
    (r"took their consent|took back", _n("You no longer agree to this. You can agree again under Help.")),
    (r"larger than", _n("It is too large to send.")),
)  # fmt: skip


def not_measured(reason: str) -> str:
    """Return why no number was made of a recording; nothing when there is no reason."""
    return _found(reason, MEASURED, NOT_MEASURED) if reason else ""


def not_taken(reason: str) -> str:
    """Return why a report was not taken; nothing when there is no reason."""
    return _found(reason, TAKEN, NOT_TAKEN) if reason else ""


def _found(reason: str, known: tuple[tuple[str, str], ...], otherwise: str) -> str:
    at_once = " ".join(reason.split())
    return gettext(next((words for pattern, words in known if re.search(pattern, at_once)), otherwise))
