"""What can be done with patient data. Plain functions, keyword-only, all or nothing, `by` somebody, audited."""

from mortise.web.care.services.access import (
    decision_or_404,
    episode_or_404,
    fact_or_404,
    open_episodes_of,
    patient_of_phone,
    patient_or_404,
    patients_of,
    phone_link_or_404,
    quarantined_or_404,
    recording_or_404,
)
from mortise.web.care.services.facts import (
    Answer,
    append_fact,
    append_facts,
    quarantine_of,
    record_of,
    server_epoch,
    settle_quarantined,
)
from mortise.web.care.services.patients import (
    NewLink,
    add_patient,
    make_phone_link,
    open_episode,
    phone_links_of,
    revoke_phone_link,
)

__all__ = [
    "Answer",
    "NewLink",
    "add_patient",
    "append_fact",
    "append_facts",
    "decision_or_404",
    "episode_or_404",
    "fact_or_404",
    "make_phone_link",
    "open_episode",
    "open_episodes_of",
    "patient_of_phone",
    "patient_or_404",
    "patients_of",
    "phone_link_or_404",
    "phone_links_of",
    "quarantine_of",
    "quarantined_or_404",
    "record_of",
    "recording_or_404",
    "revoke_phone_link",
    "server_epoch",
    "settle_quarantined",
]
