"""Today's session from stage, dose state and circumstances, passed through constraints that can only tighten."""

from mortise.prescribe.constraints import constraints_of, planned_stage
from mortise.prescribe.doses import dose_states, re_entry
from mortise.prescribe.sessions import todays_session
from mortise.prescribe.states import DoneSession, DoseState, SetStep, set_steps_of

__all__ = [
    "DoneSession",
    "DoseState",
    "SetStep",
    "constraints_of",
    "dose_states",
    "planned_stage",
    "re_entry",
    "set_steps_of",
    "todays_session",
]
