"""What a referral letter says was found: story, examination and working classification, as the receiver needs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from mortise.decide.classify import Standing, classify
from mortise.episode import Story
from mortise.protocol.assessment import Question
from mortise.record import Reading, Sign
from mortise.report.words import day
from mortise.terms import Side
from mortise.web.care.content import content

_STORY = (
    "main_problem",
    "involved_reason",
    "duration",
    "surgery",
    "surgery_since",
    "sprains",
    "giving_way",
    "treatment_before",
)
_JOINT = (
    "pain_site", "pain_when", "irritability", "settle_time", "swelling_seen", "tender_front", "tender_behind",
    "sinus_tarsi", "forced_dorsiflexion", "forced_plantarflexion", "lunge_feels", "toe_flexor_pain", "play_talocrural",
    "play_subtalar", "play_distal_tibiofibular", "anterior_drawer",
)  # fmt: skip
_IMAGES = ("imaging_front", "imaging_behind", "imaging_other")
_FOOT = (
    "pain_site", "pain_when", "foot_posture", "arch_under_load", "footwear", "walking_aid", "toe_drag", "foot_contact",
    "early_heel_off", "knee_compensation", "hip_compensation", "play_subtalar", "resisted_dorsiflexion", "neuropathy",
    "falls",
)  # fmt: skip
# What each receiver reads, in this order; whatever was not examined is not there.
FOUND: Mapping[str, tuple[str, ...]] = {
    "imaging": (*_STORY, *_JOINT, "locking", "bone_stress", *_IMAGES, "pregnancy"),
    "imaging_cartilage": (*_STORY, *_JOINT, "locking", "bone_stress", *_IMAGES, "pregnancy"),
    "injection": (*_STORY, *_JOINT, *_IMAGES, "neuropathy", "infection", "pregnancy"),
    "surgical_opinion": (*_STORY, "activity_level", *_JOINT, "locking", *_IMAGES, "neuropathy"),
    "podiatry": (*_STORY, *_FOOT, *_IMAGES),
}
DEFAULT = (*_STORY, *_JOINT, *_IMAGES, "neuropathy", "falls")
SECTIONS: Mapping[str, str] = {"joint_play": "Joint play", "imaging": "Images"}  # said before its questions
# Answers that read well among the others of their question, and not alone.
REWORDED: Mapping[tuple[str, str], str] = {
    ("duration", "longer"): "Longer than a year",
    ("surgery_since", "longer"): "Longer than six months",
}
_SAYS_NOTHING = ("unknown", "")  # answers that mean "not looked at"


def found_words(kind: str, told: Story) -> str:
    """Return what was found, a line each: the story, the examination, what it adds up to."""
    lines = [*_signs(kind, told), *_classification(told)]
    return "\n".join(lines) or "No examination is on record yet."


def _signs(kind: str, told: Story) -> Iterator[str]:
    """Yield the day most was examined on, then a line for each question; a line of another day says which."""
    asked = {
        one.id: (section.id, one) for section in content().assessment.sections for one in section.questions
    }
    newest: dict[tuple[str, Side], Sign] = {
        (fact.sign, fact.side): fact for fact in told.facts if isinstance(fact, Sign)
    }
    treated = told.record.episode.involved_side
    lines: list[tuple[date, str]] = []
    for name in FOUND.get(kind, DEFAULT):
        answers = {side: sign for (sign_id, side), sign in newest.items() if sign_id == name}
        if name in asked and answers:
            section, question = asked[name]
            lines += _line(SECTIONS.get(section, ""), question, answers, treated)
    if not lines:
        return
    usual, _ = Counter(on for on, _ in lines).most_common(1)[0]
    yield f"Asked and examined on {day(usual, with_year=True)}, where no other day is named."
    for on, words in lines:
        yield f"{words}." if on == usual else f"{words} ({day(on, with_year=True)})."


def _line(
    section: str, question: Question, answers: Mapping[Side, Sign], treated: Side
) -> Iterator[tuple[date, str]]:
    """Yield one question with its answers, the treated side first, and its day; nothing where nothing was looked at."""
    order = sorted(answers, key=lambda side: (side is not treated, side.value))
    said = [(side, words) for side in order if (words := _answer(question, answers[side]))]
    if not said:
        return
    parts = [
        words if side is Side.NONE else f"{side.value}{', treated' if side is treated else ''}: {words}"
        for side, words in said
    ]
    label = question.label.rstrip("?").removesuffix(", your judgement")
    label = f"{section}, {label[:1].lower()}{label[1:]}" if section else label
    yield max(answers[side].on for side, _ in said), f"{label}: {'; '.join(parts)}"


def _answer(question: Question, sign: Sign) -> str:
    level = question.level(sign.level)
    if level is not None and sign.level in _SAYS_NOTHING and not sign.text:
        return ""
    words = REWORDED.get((question.id, sign.level), level.label if level is not None else "")
    return ", ".join(one for one in (words, sign.text.strip().rstrip(".")) if one)


def _classification(told: Story) -> Iterator[str]:
    """Yield what fits best, with what speaks for and against it: an opinion in progress, and said to be one."""
    signs = tuple(one for one in told.facts if isinstance(one, Sign))
    readings = tuple(one for one in told.facts if isinstance(one, Reading))
    found = classify(content().classification, signs, readings, told.record.episode.involved_side)
    best = next((one for one in found.candidates if one.candidate == found.primary), None)
    if best is None or best.standing is not Standing.NAMED:
        return
    yield f"Working classification: {best.label}. It is an opinion in progress, not a diagnosis."
    for words, arguments in (("For it", best.speaks_for), ("Against it", best.speaks_against)):
        if arguments:
            said = "; ".join(one.say.rstrip(".") for one in arguments)
            yield f"{words}: {said}."
