"""One patient's story: folds the record through progress, decide and prescribe; makes receipts and replays them."""

from mortise.episode.diary import Diary
from mortise.episode.fold import ENGINE, Content
from mortise.episode.lights import SessionLight
from mortise.episode.receipts import decision_record, output_hash
from mortise.episode.replays import Difference, replay, replays
from mortise.episode.series import LevelPoint, MeasureSeries, SeriesPoint
from mortise.episode.stories import Story, story

__all__ = [
    "ENGINE",
    "Content",
    "Diary",
    "Difference",
    "LevelPoint",
    "MeasureSeries",
    "SeriesPoint",
    "SessionLight",
    "Story",
    "decision_record",
    "output_hash",
    "replay",
    "replays",
    "story",
]
