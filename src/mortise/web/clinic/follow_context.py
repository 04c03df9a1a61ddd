"""What the course page needs for what follows a decision: the view and a form for each thing that can be answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from mortise.protocol import Protocol
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.forms_follow import (
    AutonomyForm,
    EscalateForm,
    OutcomeForm,
    ProposalForm,
    in_a_fortnight,
)
from mortise.web.clinic.presenters_follow import FollowView, with_earned
from mortise.web.clinic.told_course import Started


def follow_context(episode: EpisodeRow, started: Started, protocol: Protocol, on: date) -> dict[str, Any]:
    """Return the part of the context; every form has fields of its own name, so that labels find them."""
    earned = services.earned_now(episode=episode, clinician=started.clinician, trust=started.trust)
    view = with_earned(started.follow, earned, by_hand=started.is_set_by_hand)
    return {
        "follow": view,
        "follow_stage": started.follow_stage,
        "follow_forms": _proposal_forms(view, on),
        "outcome_forms": [
            (one.case, OutcomeForm(initial={"case": one.case}, auto_id=f"id_case{n}_%s"))
            for n, one in enumerate(view.cases)
            if one.is_open
        ],
        "escalate_form": EscalateForm(
            protocol=protocol, open_ones=started.open_ones, auto_id="id_escalate_%s"
        ),
        "autonomy_form": AutonomyForm(auto_id="id_autonomy_%s"),
    }


def _proposal_forms(view: FollowView, on: date) -> list[tuple[str, ProposalForm]]:
    asked: list[tuple[str, tuple[str, ...], bool]] = [
        (one.proposal, one.choices, one.has_date) for one in view.ladders if one.proposal
    ]
    asked += [(one, (), False) for one in (view.re_entry, view.open_raise, view.ending_proposal) if one]
    return [
        (
            proposal,
            ProposalForm(
                initial={"proposal": proposal, "retest_on": in_a_fortnight(on)},
                choices=choices, has_date=has_date, auto_id=f"id_proposal{n}_%s",
            ),
        )
        for n, (proposal, choices, has_date) in enumerate(asked)
    ]  # fmt: skip
