"""Criteria to findings to advice: pure, three-valued and explained."""

from mortise.decide.decisions import Examination, StageState, conclude, decide, examine
from mortise.decide.findings import kleene
from mortise.decide.inputs import Inputs
from mortise.decide.nodes import ReadyStage, evaluate, gate, ready_node, ready_stage
from mortise.decide.overrules import Overrule
from mortise.decide.ready import Figures, Person

__all__ = [
    "Examination",
    "Figures",
    "Inputs",
    "Overrule",
    "Person",
    "ReadyStage",
    "StageState",
    "conclude",
    "decide",
    "evaluate",
    "examine",
    "gate",
    "kleene",
    "ready_node",
    "ready_stage",
]
