"""Who may do what: the one table. `access.may` reads it; `docs/reference/roles.md` is made from it.

A right is about a kind of page or deed. Whose patient it is about is decided where the object is fetched (`care`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

PHYSIOTHERAPIST = "physiotherapist"
PHYSICIAN = "physician"
PODIATRIST = "podiatrist"
COACH = "coach"
ADMINISTRATOR = "administrator"
PATIENT = "patient"
GUEST = "guest"
STAFF_ROLES = (PHYSIOTHERAPIST, PHYSICIAN, PODIATRIST, COACH, ADMINISTRATOR)


class Right(StrEnum):
    """One thing a person may do; the value is its name in the audit log and on the page of roles."""

    SEE_LIST = "see_list"
    SEE_RECORD = "see_record"
    TREAT = "treat"
    ANSWER_ESCALATION = "answer_escalation"
    RESUME = "resume"
    WRITE_LETTER = "write_letter"
    WRITE_NOTE = "write_note"
    SHARE = "share"
    SEE_FOOT = "see_foot"
    WRITE_FINDING = "write_finding"
    ANSWER_OPINION = "answer_opinion"
    SEE_TRAINING = "see_training"
    READ_PROTOCOLS = "read_protocols"
    MANAGE = "manage"
    OWN_PHONE = "own_phone"
    SEE_SUMMARY = "see_summary"


WORDS: Mapping[Right, str] = MappingProxyType(
    {
        Right.SEE_LIST: "See the list of who needs somebody today",
        Right.SEE_RECORD: "See the whole record: course, assessment, recordings, letters, notes, messages",
        Right.TREAT: "Add patients, assess, set and change the plan, answer proposals, give a phone its link",
        Right.ANSWER_ESCALATION: "Take an escalation in hand and close it with its outcome",
        Right.RESUME: "Open a programme again after a red flag; a physician only where named for the patient",
        Right.WRITE_LETTER: "Write, sign and send a referral letter",
        Right.WRITE_NOTE: "Write a note about care",
        Right.SHARE: "Hand over, be covered for, ask a colleague, give a guest a link, take down consent",
        Right.SEE_FOOT: "See foot and gait: gait measures and recordings, foot findings, footwear, orthoses",
        Right.WRITE_FINDING: "Record foot and gait findings, and write notes on foot, footwear and orthoses",
        Right.ANSWER_OPINION: "Answer a colleague who asks for an opinion",
        Right.SEE_TRAINING: "See status, what training is allowed today and the stage; a coach only with consent",
        Right.READ_PROTOCOLS: "Read the protocols and their sources",
        Right.MANAGE: "Invite people, change roles, end access, keep the clinic’s details; no clinical content",
        Right.OWN_PHONE: "Use the programme on a phone: one’s own and nobody else’s",
        Right.SEE_SUMMARY: "Read one patient’s summary until the link ends; write nothing",
    }
)

RIGHTS: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        PHYSIOTHERAPIST: frozenset(
            {
                Right.SEE_LIST, Right.SEE_RECORD, Right.TREAT, Right.ANSWER_ESCALATION, Right.RESUME,
                Right.WRITE_LETTER, Right.WRITE_NOTE, Right.SHARE, Right.SEE_FOOT, Right.WRITE_FINDING,
                Right.ANSWER_OPINION, Right.SEE_TRAINING, Right.READ_PROTOCOLS,
            }
        ),
        PHYSICIAN: frozenset(
            {
                Right.SEE_LIST, Right.SEE_RECORD, Right.ANSWER_ESCALATION, Right.RESUME, Right.WRITE_LETTER,
                Right.WRITE_NOTE, Right.SEE_FOOT, Right.ANSWER_OPINION, Right.SEE_TRAINING, Right.READ_PROTOCOLS,
            }
        ),
        PODIATRIST: frozenset(
            {Right.SEE_FOOT, Right.WRITE_FINDING, Right.ANSWER_OPINION, Right.READ_PROTOCOLS}
        ),
        COACH: frozenset({Right.SEE_TRAINING}),
        ADMINISTRATOR: frozenset({Right.MANAGE}),
        PATIENT: frozenset({Right.OWN_PHONE}),
        GUEST: frozenset({Right.SEE_SUMMARY}),
    }
)  # fmt: skip

# Where each role begins: the name of an address.
HOME: Mapping[str, str] = MappingProxyType(
    {
        PHYSIOTHERAPIST: "clinic:needs",
        PHYSICIAN: "clinic:needs",
        PODIATRIST: "clinic:feet",
        COACH: "clinic:trainings",
        ADMINISTRATOR: "accounts:people",
        PATIENT: "phone:today",
        GUEST: "clinic:guest",
    }
)
