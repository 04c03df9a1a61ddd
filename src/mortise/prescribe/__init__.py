"""Today's session from stage, dose state and circumstances, passed through constraints that can only tighten."""

from mortise.prescribe.breaks import Return, re_entry
from mortise.prescribe.constraints import constraints_of, planned_stage
from mortise.prescribe.counters import Counted, CounterLine, Uses
from mortise.prescribe.doses import Doses, dose_states
from mortise.prescribe.sessions import todays_session
from mortise.prescribe.states import DoneSession, DoseState, SetStep, set_steps_of

__all__ = [
    "Counted",
    "CounterLine",
    "DoneSession",
    "DoseState",
    "Doses",
    "Return",
    "SetStep",
    "Uses",
    "constraints_of",
    "dose_states",
    "planned_stage",
    "re_entry",
    "set_steps_of",
    "todays_session",
]
