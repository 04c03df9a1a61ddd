"""Rows that hold patient data. Only `care` reads and writes them."""

from mortise.web.care.models.facts import FactRow, QuarantinedFact, ServerState
from mortise.web.care.models.messages import Message
from mortise.web.care.models.notices import Notice
from mortise.web.care.models.patients import EpisodeRow, Patient
from mortise.web.care.models.phones import Delivery, PhoneDevice
from mortise.web.care.models.recordings import LeftOut, RecordingFile, StoredRecording
from mortise.web.care.models.standings import Need, Standing

__all__ = [
    "Delivery",
    "EpisodeRow",
    "FactRow",
    "LeftOut",
    "Message",
    "Need",
    "Notice",
    "Patient",
    "PhoneDevice",
    "QuarantinedFact",
    "RecordingFile",
    "ServerState",
    "Standing",
    "StoredRecording",
]
