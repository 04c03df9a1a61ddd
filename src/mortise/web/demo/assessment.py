"""The first assessment: stiff after old sprains, limited by the joint, nothing that needs sending on. Fictional."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mortise.record import Sign
from mortise.terms import Origin, Side
from mortise.web.accounts.models import User
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow

# question -> answer; of the treated ankle where the question is asked of each side
ANSWERS = {
    "age": "adult", "acute_injury": "none", "infection": "no", "clot": "unlikely", "charcot": "no",
    "inflammatory_flare": "no", "nerve": "clear", "bone_stress": "no", "locking": "no", "systemic": "no", "crps": "no",
    "activity_level": "active", "involved_reason": "sprain", "duration": "longer", "sprains": "several",
    "giving_way": "never", "falls": "none", "pain_site": "front", "pain_when": "bend", "aggravating_squat": "stiff",
    "aggravating_stairs": "stiff", "aggravating_sprint": "no", "aggravating_jump": "no", "aggravating_cutting": "no",
    "toe_drag": "tired", "settle_time": "hour", "rest_pain": "none", "irritability": "low", "swelling_seen": "none",
    "tender_front": "no", "tender_behind": "no", "sinus_tarsi": "no", "foot_posture": "neutral",
    "arch_under_load": "holds", "footwear": "fits", "walking_aid": "none", "forced_dorsiflexion": "stiff",
    "forced_plantarflexion": "negative", "lunge_feels": "block", "toe_flexor_pain": "negative",
    "play_talocrural": "short_capsular", "play_subtalar": "normal", "play_proximal_tibiofibular": "normal",
    "play_distal_tibiofibular": "short_capsular", "anterior_drawer": "firm", "resisted_dorsiflexion": "strong",
    "resisted_plantarflexion": "strong", "resisted_inversion": "strong", "resisted_eversion": "strong",
    "resisted_toe_flexion": "strong", "knee_compensation": "over_foot", "hip_compensation": "level",
    "foot_contact": "flat", "early_heel_off": "yes", "imaging_front": "clear", "imaging_behind": "clear",
    "imaging_other": "clear",
}  # fmt: skip
OTHER_SIDE = {
    "lunge_feels": "calf", "play_talocrural": "normal", "play_distal_tibiofibular": "normal",
    "forced_dorsiflexion": "negative", "foot_contact": "heel", "early_heel_off": "no", "swelling_seen": "none",
}  # fmt: skip
WORDS = {
    "treatment_before": "Six weeks of band exercises, then nothing.",
}


def assess(episode: EpisodeRow, on: date, by: User, problem: str, differs: Mapping[str, str]) -> None:
    """Answer every question of the assessment, section by section, as one goes."""
    from mortise.web.care.content import content

    answers, words = ANSWERS | dict(differs), WORDS | {"main_problem": problem}
    for section in content().assessment.sections:
        found: list[Sign] = []
        for question in section.questions:
            side = episode.side if question.is_sided else Side.NONE
            if question.id in answers:
                found.append(_sign(on, question.id, answers[question.id], side))
            if question.is_sided and question.id in OTHER_SIDE:
                found.append(_sign(on, question.id, OTHER_SIDE[question.id], side.opposite))
            if question.id in words:
                found.append(_sign(on, question.id, "noted", Side.NONE, words[question.id]))
        if found:
            services.save_assessment_step(episode=episode, findings=found, by=by)


def _sign(on: date, name: str, level: str, side: Side, text: str = "") -> Sign:
    return Sign(
        id=services.new_id(), on=on, origin=Origin.CLINICIAN, captured_at=clock.now(), sign=name, level=level,
        side=side, text=text,
    )  # fmt: skip
