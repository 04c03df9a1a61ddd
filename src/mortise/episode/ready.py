"""What a fold needs of a protocol, made ready once for every person it fits alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mortise.decide import Figures, Person, ReadyStage, ready_stage
from mortise.episode.lights import LightRules
from mortise.prescribe.kept import Kept
from mortise.protocol import Protocol
from mortise.record.records import Episode
from mortise.record.records import Person as RecordPerson
from mortise.terms import Measure

_MOST_READY = 256
_ready_stages: dict[tuple[object, ...], ReadyStage] = {}


def ready_for(
    protocol: Protocol,
    protocol_hash: str,
    stage: str,
    measures: Mapping[str, Measure],
    person: RecordPerson,
    episode: Episode,
    as_of: date,
    figures: Figures | None,
) -> ReadyStage:
    """Make a stage ready for a person, or take it as it was made before: it depends on nothing else.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    protocol_hash : str
        Its hash.
    stage : str
        Which stage.
    measures : mapping of str to Measure
        Every measure.
    person : Person
        Age and sex.
    episode : Episode
        Whether both ankles are affected.
    as_of : date
        For the age.
    figures : Figures or None
        What a clinician set for this person.

    Returns
    -------
    ReadyStage
        Immutable.
    """
    age = person.age_on(as_of)
    set_figures = () if figures is None else tuple(sorted(figures.values.items()))
    key = (protocol_hash, id(measures), stage, age, person.sex, episode.is_bilateral, set_figures)
    found = _ready_stages.get(key)
    if found is None or found.protocol is not protocol:
        if len(_ready_stages) >= _MOST_READY:
            _ready_stages.clear()
        who = Person(age=age, sex=person.sex, is_bilateral=episode.is_bilateral, figures=figures)
        found = _ready_stages[key] = ready_stage(protocol, stage, measures, who)
    return found


_lights: Kept[LightRules] = Kept(_MOST_READY)


def light_rules_for(ready: ReadyStage) -> LightRules:
    """Make the light rules ready for a person, or take them as they were made before for the same stage.

    Parameters
    ----------
    ready : ReadyStage
        The stage, ready for the person.

    Returns
    -------
    LightRules
        Never changed.
    """
    return _lights.get((ready,), lambda: LightRules(ready.protocol, ready.measures, ready.person))
