"""What a clinician writes, as strict frozen types: stages, criteria, rules, doses, exercises, constraints."""

from mortise.protocol.assessment import (
    Argument,
    Assessment,
    Candidate,
    Classification,
    Level,
    Question,
    Section,
)
from mortise.protocol.constraints import Circumstances, Constraint
from mortise.protocol.criteria import Band, BandRow, Criterion, Group, Node, Operator, Reduction
from mortise.protocol.exercises import PURPOSES, Demand, DoseStep, Exercise, Tag, Technique
from mortise.protocol.protocols import (
    N_TRAINING_DAYS,
    Escalation,
    Layoff,
    LightRule,
    Protocol,
    Review,
    Slot,
    Stage,
)
from mortise.protocol.questionnaires import (
    Item,
    ItemPack,
    Option,
    Questionnaire,
    RealChange,
    ScoreRule,
    Scoring,
    Ships,
)
from mortise.protocol.rules import Light, Rule, Tier

__all__ = [
    "N_TRAINING_DAYS",
    "PURPOSES",
    "Argument",
    "Assessment",
    "Band",
    "BandRow",
    "Candidate",
    "Circumstances",
    "Classification",
    "Constraint",
    "Criterion",
    "Demand",
    "DoseStep",
    "Escalation",
    "Exercise",
    "Group",
    "Item",
    "ItemPack",
    "Layoff",
    "Level",
    "Light",
    "LightRule",
    "Node",
    "Operator",
    "Option",
    "Protocol",
    "Question",
    "Questionnaire",
    "RealChange",
    "Reduction",
    "Review",
    "Rule",
    "ScoreRule",
    "Scoring",
    "Section",
    "Ships",
    "Slot",
    "Stage",
    "Tag",
    "Technique",
    "Tier",
]
