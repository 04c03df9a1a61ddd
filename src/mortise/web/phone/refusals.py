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
BROKE_OFF = _n("Measuring broke off. Your clinic has the recording.")
NOT_WORN = _n("The phone was not worn where this test needs it.")
ODD_NUMBERS = _n("The sensors gave numbers that cannot be. Close other apps and do it again.")
CLOCK_JUMPED = _n("The phone’s clock jumped while it measured. Do it again.")
TOO_LONG = _n("It is longer than a test. Do it again, shorter.")
NO_RECORDING = _n("This is no recording of a test.")
# The first that is found in what measuring said.
MEASURED: tuple[tuple[str, str], ...] = (
    (r"interrupted again and again|measuring this recording broke|recording is gone", BROKE_OFF),
    (r"no lunge was found", WORDS["live_r_no_lunge"]),
    (r"does not start with standing still", WORDS["live_r_no_standing"]),
    (r"no heel rise was found", WORDS["live_r_no_rise"]),
    (r"no set of heel rises.*as in walking", WORDS["live_r_walking"]),
    (r"no set of heel rises", _n("The knee bent each time. Keep it straight and go up on the toes.")),
    (r"this is a jump, not a hop|both feet push off", _n("Both feet pushed off. Hop on one leg.")),
    (r"this is no balance test|nobody stood|nobody stands on|standing is measured with", WORDS["live_r_no_stand"]),
    (r"nobody walked|no step of a foot|no walk|a walk does not show", WORDS["live_r_no_walk"]),
    (r"no \S+ was found: |no (hop|jump) was found|nobody left the floor", WORDS["live_r_no_hop"]),
    (r"this is .+, not |this was walking", _n("That was a different movement from this test.")),
    (r"too short|there are no samples|holds no sample|samples are too few", WORDS["live_r_too_short"]),
    (r"samples a second are too few|too few samples|a rate of .+ is outside", WORDS["live_r_slow_sensor"]),
    (r"samples are missing|hold empty cells or no number|nothing is left of", WORDS["live_r_gaps"]),
    (r"worn at|is said to be there|shins were recorded|unknown placement|are said to be on", NOT_WORN),
    (r"sensors? (on|of) the|need a heel|no sensor is there|does not show in what was given", NOT_WORN),
    (r"never changes", _n("The sensors stood still. Close other apps and do it again.")),
    (r"gyroscope", _n("One of the sensors was silent. Close other apps and do it again.")),
    (r"more than any sensor gives|does not show gravity|acceleration with gravity|which way is up cannot", ODD_NUMBERS),
    (r"time runs backwards|time stamps|more than any clock|time does not rise", CLOCK_JUMPED),
    (r"too long for a test|larger than|more than a million|took longer than|more memory than", TOO_LONG),
    (r"no recording (of a test|was given)|nothing in it is a recording|test is not known|has 1 to", NO_RECORDING),
    (r"phone's log|phone log|cannot be (read|opened)|is empty|broken or cut off|where t_ms has", NO_RECORDING),
    (r"a foot of|two parts of|columns have no names|a line has no end|Two files say", NO_RECORDING),
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
    (r"larger than|At most \S+ letters", _n("It is too large to send.")),
    (r"There is nothing in it", _n("There is nothing in it.")),
    (r"needs its time zone", _n("The date of this phone was wrong then.")),
    # what only a fault of ours or somebody else's program sends
    (r"An id has|the id is empty|named by a UUID|Another message has this id|cannot add a", NOT_TAKEN),
    (r"the origin is patient|by the person who sends it|cannot be read|is a number, or left open", NOT_TAKEN),
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
