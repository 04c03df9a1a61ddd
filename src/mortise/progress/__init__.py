"""Level, real change, flares, symmetry, adherence: what readings and sessions say over time, in plain Python."""

from mortise.progress.bridge import bridged
from mortise.progress.change import Answer, Change, change_of
from mortise.progress.credit import credited
from mortise.progress.derived import Course, derive
from mortise.progress.evidence import evidence
from mortise.progress.flare import Flare, flare
from mortise.progress.forecast import Forecast, forecast
from mortise.progress.keeping import Keeping, Kept, keeping
from mortise.progress.level import Band, bands, filtered
from mortise.progress.plateau import Plateau, Trend, plateau, plateau_of
from mortise.progress.readings import Seen, track
from mortise.progress.sessions import Bout, adherence, light_run

__all__ = [
    "Answer",
    "Band",
    "Bout",
    "Change",
    "Course",
    "Flare",
    "Forecast",
    "Keeping",
    "Kept",
    "Plateau",
    "Seen",
    "Trend",
    "adherence",
    "bands",
    "bridged",
    "change_of",
    "credited",
    "derive",
    "evidence",
    "filtered",
    "flare",
    "forecast",
    "keeping",
    "light_run",
    "plateau",
    "plateau_of",
    "track",
]
