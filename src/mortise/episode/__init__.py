"""One patient's story: folds the record through progress, decide and prescribe; makes receipts and replays them."""

from mortise.episode.diary import Diary
from mortise.episode.discharges import discharge_of
from mortise.episode.escalations import EscalationCase, ToConsider, to_raise
from mortise.episode.fold import ENGINE, Content
from mortise.episode.follow_up import FollowUp, answers_of
from mortise.episode.known import is_a_clinicians
from mortise.episode.ladder import Climb, LadderStanding
from mortise.episode.lights import SessionLight
from mortise.episode.receipts import decision_record, output_hash
from mortise.episode.reopening import Reopened, Reopening
from mortise.episode.replays import Difference, replay, replays
from mortise.episode.room import Answered, Room, Treated, room_of
from mortise.episode.series import LevelPoint, MeasureSeries, SeriesPoint
from mortise.episode.stories import Story, stories, story
from mortise.episode.tasks import Task, TaskKind
from mortise.episode.whatif import Change, what_if

__all__ = [
    "ENGINE",
    "Answered",
    "Change",
    "Climb",
    "Content",
    "Diary",
    "Difference",
    "EscalationCase",
    "FollowUp",
    "LadderStanding",
    "LevelPoint",
    "MeasureSeries",
    "Reopened",
    "Reopening",
    "Room",
    "SeriesPoint",
    "SessionLight",
    "Story",
    "Task",
    "TaskKind",
    "ToConsider",
    "Treated",
    "answers_of",
    "decision_record",
    "discharge_of",
    "is_a_clinicians",
    "output_hash",
    "replay",
    "replays",
    "room_of",
    "stories",
    "story",
    "to_raise",
    "what_if",
]
