"""What the course page needs for what follows a decision: the view and a form for each thing that can be answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mortise.episode import Story
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.forms_follow import (
    AutonomyForm,
    EscalateForm,
    OutcomeForm,
    ProposalForm,
    in_a_fortnight,
)
from mortise.web.clinic.presenters_follow import FollowView, follow_of


def follow_context(episode: EpisodeRow, told: Story, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the part of the context; every form has fields of its own name, so that labels find them."""
    view = follow_of(told, names, services.earned_now(episode=episode, told=told))
    open_ones = frozenset(one.escalation for one in told.follow_up.escalations if one.is_open)
    reopening = told.follow_up.reopening
    return {
        "follow": view,
        "follow_stage": "" if reopening is None else reopening.stage,
        "follow_forms": _proposal_forms(view, told),
        "outcome_forms": [
            (one.case, OutcomeForm(initial={"case": one.case}, auto_id=f"id_case{n}_%s"))
            for n, one in enumerate(view.cases)
            if one.is_open
        ],
        "escalate_form": EscalateForm(protocol=told.protocol, open_ones=open_ones, auto_id="id_escalate_%s"),
        "autonomy_form": AutonomyForm(auto_id="id_autonomy_%s"),
    }


def _proposal_forms(view: FollowView, told: Story) -> list[tuple[str, ProposalForm]]:
    asked: list[tuple[str, tuple[str, ...], bool]] = [
        (one.proposal, one.choices, one.has_date) for one in view.ladders if one.proposal
    ]
    asked += [(one, (), False) for one in (view.re_entry, view.open_raise) if one]
    return [
        (
            proposal,
            ProposalForm(
                initial={"proposal": proposal, "retest_on": in_a_fortnight(told.as_of)},
                choices=choices, has_date=has_date, auto_id=f"id_proposal{n}_%s",
            ),
        )
        for n, (proposal, choices, has_date) in enumerate(asked)
    ]  # fmt: skip
