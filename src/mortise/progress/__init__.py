"""Level, real change, flares, symmetry, adherence: what readings and sessions say over time, in plain Python."""

from mortise.progress.change import Answer, Change, change_of
from mortise.progress.derived import Course, derive
from mortise.progress.flare import Flare, flare
from mortise.progress.level import Band, bands, filtered
from mortise.progress.readings import Seen, track
from mortise.progress.sessions import Bout, adherence, light_run

__all__ = [
    "Answer",
    "Band",
    "Bout",
    "Change",
    "Course",
    "Flare",
    "Seen",
    "adherence",
    "bands",
    "change_of",
    "derive",
    "filtered",
    "flare",
    "light_run",
    "track",
]
