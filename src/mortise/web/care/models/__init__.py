"""Rows that hold patient data. Only `care` reads and writes them."""

from mortise.web.care.models.cohorts import CohortEntry
from mortise.web.care.models.facts import FactRow, QuarantinedFact, ServerState
from mortise.web.care.models.letters import Letter, SignedLetter
from mortise.web.care.models.messages import Message
from mortise.web.care.models.notices import Notice
from mortise.web.care.models.papers import Paper
from mortise.web.care.models.patients import EpisodeRow, Patient
from mortise.web.care.models.phones import Delivery, PhoneDevice
from mortise.web.care.models.recordings import LeftOut, RecordingFile, StoredRecording
from mortise.web.care.models.standings import Need, Standing
from mortise.web.care.models.together import (
    Charge,
    Consent,
    Cover,
    GuestPass,
    Note,
    Opinion,
    Purpose,
)
from mortise.web.care.models.told_courses import ToldCourse

__all__ = [
    "Charge",
    "CohortEntry",
    "Consent",
    "Cover",
    "Delivery",
    "EpisodeRow",
    "FactRow",
    "GuestPass",
    "LeftOut",
    "Letter",
    "Message",
    "Need",
    "Note",
    "Notice",
    "Opinion",
    "Paper",
    "Patient",
    "PhoneDevice",
    "Purpose",
    "QuarantinedFact",
    "RecordingFile",
    "ServerState",
    "SignedLetter",
    "Standing",
    "StoredRecording",
    "ToldCourse",
]
