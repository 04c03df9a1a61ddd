"""What the phone says: the fact, its limit, what happens next. No scale names, no blame, no praise, no promise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _n

from mortise.episode import Story
from mortise.record import CheckIn, FiredRule, PlannedExercise, Session
from mortise.report.doses import short_dose, tempo_words
from mortise.report.figure import load_figures, thumbnail
from mortise.report.words import listed
from mortise.terms import Advice, Load, Side, Truth
from mortise.web.phone.changes import last_told, told_checks
from mortise.web.phone.presenters_follow import clinic_lines, reopened_lines
from mortise.web.phone.presenters_progress import TrackStage, gate_count, track_of
from mortise.web.phone.presenters_self import SensorTest, next_visit_words, sensor_tests_due
from mortise.web.phone.said import in_words, said
from mortise.web.phone.same_cause import without_the_lesser
from mortise.web.phone.self_tests import measures_due
from mortise.web.phone.visits import Visit
from mortise.web.ui.local import capital, in_a_list, in_a_sentence, minutes, weekday
from mortise.web.ui.templatetags.look import SAYS

MOST_NAMES = 6  # of what is left out for one reason; more are counted
DUE_SOON = timedelta(days=7)
TOMORROW = _n("Tomorrow we ask how the ankle was in the morning. That answer decides the next session.")
MESSAGE_KEPT = _n("Your clinic has your message. Somebody reads it when they next look.")
TIGHTER = (Load.RAISE, Load.KEEP, Load.EASE, Load.REST)
MORNING_DAYS = 2  # a morning after is asked for on the next two days, then it is forgotten
DAY_WORDS = {
    "ten_minutes": (_n("10 minutes"), _n("Today is cut to ten minutes.")),
    "travelling": (_n("Away, no kit"), _n("Today needs nothing but floor, wall and a chair.")),
    "ill": (_n("Unwell"), _n("Today is only the gentle part.")),
    "other_sport": (_n("Sport today"), _n("Today leaves out what your sport already loads.")),
    "hot_ankle": (_n("Ankle is hot"), _n("Today leaves out jumps and end of range.")),
}


class ExerciseLine(NamedTuple):
    """One line of today's list."""

    name: str
    why: str
    dose: str
    thumbnail: SafeString


class LeftOutLine(NamedTuple):
    """Exercises left out for one reason."""

    names: str
    why: str


class DayChoice(NamedTuple):
    value: str
    words: str
    is_chosen: bool


class Action(NamedTuple):
    url: str
    words: str
    session: str = ""  # the session it opens: under way on this phone, it says so


class OtherAnkle(NamedTuple):
    id: str
    words: str


class TodayPage(NamedTuple):
    """Everything the first page says."""

    date_words: str
    first_name: str
    headline: str
    glyph: str
    because: tuple[str, ...]
    answered: tuple[str, ...]
    answered_title: str
    stage_words: str
    gate_words: str
    track: tuple[TrackStage, ...]
    ankle_words: str
    session_words: str
    exercises: tuple[ExerciseLine, ...]
    left_out: tuple[LeftOutLine, ...]
    empty_words: str
    has_checked_in: bool
    is_done_today: bool
    done_title: str  # empty when the headline says it
    done_words: str
    can_change: bool
    can_put_right: bool
    day_words: tuple[str, ...]
    day_choices: tuple[DayChoice, ...]
    clinic: tuple[str, ...]
    due: tuple[str, ...]
    tests: str
    is_questionnaire_due: bool
    education: tuple[str, ...]
    next_visit: str
    sensor_tests: tuple[SensorTest, ...]
    action: Action | None
    others: tuple[OtherAnkle, ...]


def today_page(visit: Visit, story: Story, kinds: Sequence[str], answered: list[str]) -> TodayPage:
    """Compose the first page from the story of today."""
    protocol = visit.content.protocol(visit.episode.protocol)
    stage, decision, session = protocol.stage(story.stage), story.decision, story.session
    checked, done = has_checked_in(visit, story), is_done(visit, story)
    n_met, n_lines = gate_count(visit, story)
    return TodayPage(
        date_words=weekday(visit.today),
        first_name=visit.patient.first_name,
        headline=headline(visit, story),
        glyph=_glyph(visit, story),
        because=(*reopened_lines(story), *(line for line in because(visit, story) if line not in answered)),
        answered=tuple(answered),
        answered_title=gettext("Sent")
        if answered == [gettext(MESSAGE_KEPT)]
        else gettext("What your answers changed"),
        stage_words=gettext("Stage %(number)s of %(n)s: %(title)s")
        % {
            "number": stage.number,
            "n": len(protocol.stages),
            "title": in_a_sentence(said(stage.title_patient)),
        },
        gate_words=ngettext("%(n_met)s of %(n)s in place", "%(n_met)s of %(n)s in place", n_lines)
        % {"n_met": n_met, "n": n_lines}
        if n_lines
        else gettext("what keeps it"),
        track=track_of(visit, story),
        ankle_words=visit.ankle_words,
        session_words=session_words(len(session.exercises), session.seconds),
        exercises=tuple(
            _line(visit, item, is_added=item.exercise in story.added) for item in session.exercises
        )
        if checked or not decision.is_locked
        else (),
        left_out=left_out_lines(session),
        empty_words=said(session.why_patient),
        has_checked_in=checked,
        is_done_today=done,
        done_title=gettext("Today is done") if done and _speaks_of_stage(decision.advice) else "",
        done_words=gettext(TOMORROW) if done and _speaks_of_stage(decision.advice) else "",
        can_change=last_told(story, visit.today) is not None,
        can_put_right=bool(told_checks(story, visit.today)),
        day_words=tuple(gettext(DAY_WORDS[kind][1]) for kind in kinds),
        day_choices=tuple(
            DayChoice(kind, gettext(words), kind in kinds) for kind, (words, _) in DAY_WORDS.items()
        ),
        clinic=clinic_lines(story),
        due=due_lines(visit, story),
        tests=capital(listed([in_a_list(said(one.label)) for one in measures_due(visit, story)])),
        is_questionnaire_due=_is_questionnaire_due(visit, story),
        education=education_texts(visit, story),
        next_visit=next_visit_words(visit, story),
        sensor_tests=sensor_tests_due(visit, story),
        others=tuple(OtherAnkle(str(one.pk), _to_the(one.side)) for one in visit.others),
        action=_action(checked, done, session, bool(morning_due(story))),
    )


def education_texts(visit: Visit, story: Story) -> tuple[str, ...]:
    """Return what is taught in the stage the person is in."""
    stage, texts = visit.content.protocol(visit.episode.protocol).stage(story.stage), visit.content.texts
    return tuple(said(texts[key]) for key in stage.education if key in texts)


def headline(visit: Visit, story: Story) -> str:
    """Return today's one sentence: the stage's when it says something, else the load's."""
    decision, texts = story.decision, visit.content.texts
    if _speaks_of_stage(decision.advice):
        return said(texts[f"advice.{decision.advice.value}.patient"])
    if is_done(visit, story):
        return gettext("Today is done.")
    if not has_checked_in(visit, story):
        return gettext("First, how is the ankle?")
    if not story.lights and decision.load is Load.KEEP:
        return gettext("Your first session.")
    return said(texts[f"load.{decision.load.value}.patient"])


def _to_the(side: Side) -> str:
    return gettext("To the left ankle") if side is Side.LEFT else gettext("To the right ankle")


def _speaks_of_stage(advice: Advice) -> bool:
    return advice is not Advice.HOLD


def _glyph(visit: Visit, story: Story) -> str:
    decision = story.decision
    if _speaks_of_stage(decision.advice):
        return SAYS[decision.advice][1]
    return SAYS[decision.load][1] if has_checked_in(visit, story) else SAYS["cannot"][1]


def because(visit: Visit, story: Story) -> tuple[str, ...]:
    """Return why today is as it is: what fired rules say to a patient, each once; else why the session is so."""
    if is_done(visit, story) and not _speaks_of_stage(story.decision.advice):
        return (gettext(TOMORROW),)
    heard = without_the_lesser(story.decision.rules)
    met = [rule for rule in heard if rule.truth is Truth.MET and not _is_outdone(rule, story)]
    told = [words for rule in met if (words := _of_rule(rule, story))]
    asked = [rule.say_patient for rule in story.decision.rules if rule.truth is Truth.UNKNOWN]
    if not has_checked_in(visit, story) and not told:
        return (
            gettext("This is today’s plan. Your answers can make it lighter; nothing is added before them."),
        )
    is_calm = story.decision.load is Load.KEEP and not any(rule.without_tags for rule in met)
    if not story.lights and is_calm and not _speaks_of_stage(story.decision.advice):
        return (gettext("It starts low on purpose. Your answers decide what comes next."),)
    more = visit.content.texts.get(f"advice.{story.decision.advice.value}.patient.more", "")
    lines = (
        told or asked[:1] or [more if _speaks_of_stage(story.decision.advice) else story.session.why_patient]
    )
    shown = dict.fromkeys(said(line) for line in lines if line)
    return tuple(line for line in shown if line != headline(visit, story))[:3]


def _is_outdone(rule: FiredRule, story: Story) -> bool:
    """Whether a rule only asks for a fuller day than today is: nobody is told to rest and to do the same again."""
    asks = rule.request or rule.escalate or _speaks_of_stage(rule.advice or Advice.HOLD)
    is_fuller = rule.load is not None and TIGHTER.index(rule.load) < TIGHTER.index(story.decision.load)
    return rule.load is not Load.RAISE and is_fuller and not asks


def _of_rule(rule: FiredRule, story: Story) -> str:
    """Return what a rule says, but of a raise only what came of it: a tighter rule or the session may have kept it."""
    if rule.load is not Load.RAISE:
        return rule.say_patient
    return story.session.why_patient if story.decision.load is Load.RAISE else ""


def changes(before: Story, after: Story) -> list[str]:
    """Return what an answer changed, in plain words; every report is answered, also when it changed nothing."""
    lines: list[str] = []
    had = {rule.rule for rule in before.decision.rules if rule.truth is Truth.MET}
    for rule in without_the_lesser(after.decision.rules):
        if rule.truth is Truth.MET and rule.rule not in had:
            lines.append(said(rule.say_patient))
    lines += _dose_changes(before, after)
    if after.decision.load is not before.decision.load and not lines:
        lines.append(said(after.session.why_patient))
    return list(dict.fromkeys(line for line in lines if line)) or [
        gettext("Saved. It changes nothing today.")
    ]


def _dose_changes(before: Story, after: Story) -> Iterable[str]:
    usual = {item.exercise: item.dose_step for item in before.session.exercises}
    now = {item.exercise for item in after.session.exercises}
    for item in after.session.exercises:
        was = usual.get(item.exercise)
        if was is not None and item.dose_step != was:
            yield gettext("%(name)s: %(dose)s. %(why)s") % {
                "name": said(item.name),
                "dose": short_dose(item.dose),
                "why": said(item.why_patient),
            }
    for left in after.session.left_out:
        if left.exercise in usual and left.exercise not in now:
            yield gettext("%(name)s is left out. %(why)s") % {
                "name": said(left.name),
                "why": said(left.reason_patient),
            }


def minutes_words(seconds: Decimal) -> str:
    """Write a length as whole minutes, at least one."""
    return minutes(max(1, round(seconds / 60)))


def session_words(n: int, seconds: Decimal) -> str:
    """Write how much a session is: "4 exercises, 12 min"."""
    return gettext("%(exercises)s, %(minutes)s") % {
        "exercises": exercises_words(n),
        "minutes": minutes_words(seconds),
    }


def exercises_words(n: int) -> str:
    """Write how many exercises."""
    return ngettext("%(n)s exercise", "%(n)s exercises", n) % {"n": n}


def _line(visit: Visit, item: PlannedExercise, *, is_added: bool) -> ExerciseLine:
    exercise = visit.content.exercises[item.exercise]
    changed = said(item.why_patient) if item.dose_step != item.usual_step else ""
    tempo = capital(tempo_words(item.dose, in_words(exercise)))
    return ExerciseLine(
        said(item.name), changed or (added_words() if is_added else tempo or said(item.dose.load)),
        short_dose(item.dose),
        small_picture(exercise.figure, visit),
    )  # fmt: skip


def added_words() -> str:
    """Say that an exercise is the physiotherapist's own addition."""
    return gettext("Your physiotherapist added this one.")


def small_picture(figure_id: str, visit: Visit) -> SafeString:
    """Return the picture of an exercise for a list; the SVG is our own drawing, never a person's text."""
    return mark_safe(thumbnail(load_figures()[figure_id], visit.side))


def left_out_lines(session: Session) -> tuple[LeftOutLine, ...]:
    """Return what is left out today, one line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for item in session.left_out:
        by_reason.setdefault(said(item.reason_patient), []).append(said(item.name))
    return tuple(
        LeftOutLine(gettext("%(names)s.") % {"names": _few(names)}, reason)
        for reason, names in sorted(by_reason.items(), key=lambda group: len(group[1]))
    )


def _few(names: list[str]) -> str:
    """List a few names; many are counted: nobody reads sixty."""
    return listed(names) if len(names) <= MOST_NAMES else exercises_words(len(names))


def has_checked_in(visit: Visit, story: Story) -> bool:
    """Whether today's check before a session has been answered."""
    check_ins = (fact for fact in story.facts if isinstance(fact, CheckIn))
    return any(one.on == visit.today and one.moment == "before_session" for one in check_ins)


def is_done(visit: Visit, story: Story) -> bool:
    """Whether today's session has been logged."""
    return any(one.on == visit.today for one in story.lights)


def may_start(visit: Visit, story: Story) -> bool:
    """Whether the session may be opened: asked first, not done yet, and something in it."""
    return has_checked_in(visit, story) and not is_done(visit, story) and bool(story.session.exercises)


def morning_due(story: Story) -> str:
    """Return the id of the last session whose morning after has not been told, when it is still worth asking."""
    if not story.lights:
        return ""
    last = story.lights[-1]
    is_recent = timedelta(0) < story.decision.as_of - last.on <= timedelta(days=MORNING_DAYS)
    return last.session if is_recent and not last.morning else ""


def due_lines(visit: Visit, story: Story) -> tuple[str, ...]:
    """Return what is due at a visit soon, in words; what is due at home has its own page."""
    soon = [item for item in story.due if item.where == "visit" and item.due_on <= visit.today + DUE_SOON]
    if not soon:
        return ()
    n = len(soon)  # their names are the clinic's words
    return (ngettext("At your next visit: %(n)s test.", "At your next visit: %(n)s tests.", n) % {"n": n},)


def _is_questionnaire_due(visit: Visit, story: Story) -> bool:
    """Whether a score is due whose questions may be asked here."""
    protocol = visit.content.protocol(visit.episode.protocol)
    daily = {*protocol.check_in, *protocol.after_session, *protocol.next_morning}
    asked = {
        score.measure
        for one in visit.content.questionnaires.values()
        if one.items and not all(item.asks in daily for item in one.items)
        for score in one.scores
    }
    return any(one.measure in asked and one.due_on <= visit.today for one in story.due)


def _action(checked: bool, done: bool, session: Session, morning: bool) -> Action | None:
    has_exercises = bool(session.exercises)
    if not checked:
        words = gettext("Check in, then start") if has_exercises else gettext("Check in")
        return Action(reverse("phone:check"), gettext("How was the morning?") if done and morning else words)
    if done or not has_exercises:
        return None
    return Action(reverse("phone:session"), gettext("Start"), session.id)
