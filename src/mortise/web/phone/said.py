"""The words of the content and of the engine in the language of the page.

Content is written in English and translated by its text (`catalog.translations`). The engine says whole English
sentences, some with a number or a name in them: each stands here once, and is known again by its shape. What is known
to neither, above all what a clinician wrote, stays as it was written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _n
from msgspec.structs import replace

from mortise.protocol import Exercise
from mortise.report.figure import ExerciseFigure, load_figures
from mortise.report.words import MINUS, figures, listed
from mortise.web.care.content import content, words_in


def _counted(message: str) -> str:
    """Mark a sentence whose number decides its form; the English has one form for all."""
    return message


# Every sentence of `prescribe`, `decide` and `episode` that a patient reads. A number is `n`, and counts as one; a name
# or several are words of the content.
ENGINE = (
    _counted("You have %(n)s minutes today."),
    _counted("In this stage a session takes at most %(n)s minutes."),
    _n("This comes in a later stage."),
    _n("Your physiotherapist has left this out for now."),
    _n("Your plan is due for a review; until then it stays as it is."),
    _n("You are not well today, so the ankle rests too."),
    _n("Your ankle has already worked today, so nothing heavy and no jumps."),
    _n("Your ankle is warm or swollen today: only gentle movement in the easy range."),
    _n("You told us this yesterday; what you tell us today may change it."),
    _counted("You told us this %(n)s days ago; what you tell us today may change it."),
    _n("Nothing is added before you have told how the ankle is today."),
    _n("You have had a break. The next stage waits until you are back at your usual amount."),
    _n("You have had a break, so we start a little lower."),
    _n("It goes back up as your sessions go well."),
    _n("There is a limit to minutes of bending the ankle fully in a week."),
    _n("There is a limit to minutes of pointing the foot fully in a week."),
    _n("There is a limit to landings in a week."),
    _n("There is a limit to minutes of walking and running exercise in a week."),
    _n("Enough minutes of bending the ankle fully this week."),
    _n("Enough minutes of pointing the foot fully this week."),
    _n("Enough landings this week."),
    _n("Enough minutes of walking and running exercise this week."),
    _n("Enough minutes of bending the ankle fully today."),
    _n("Enough minutes of pointing the foot fully today."),
    _n("Enough landings today."),
    _n("Enough minutes of walking and running exercise today."),
    _n("minutes of bending the ankle fully"),
    _n("minutes of pointing the foot fully"),
    _n("landings"),
    _n("minutes of walking and running exercise"),
    _n("This is where everybody starts."),
    _n("Your physiotherapist chose this amount."),
    _counted("The last %(n)s times went well, so there is a little more."),
    _n("The same again, until it goes well twice in a row."),
    _n("A little less, because it was a bit much last time."),
    _n("A little less, because it was too much last time."),
    _n("A little less, because it gave a sharp pain."),
    _n("Still the smallest amount, because it was a bit much last time."),
    _n("Still the smallest amount, because it was too much last time."),
    _n("Still the smallest amount, because it gave a sharp pain."),
    _n("You would need equipment for this one, and what would replace it is in your programme anyway."),
    _n("You do not have what this one needs today."),
    _n("Not today."),
    _n("This one rests today; it comes again in a day or two."),
    _n("Today is a day of rest for this one."),
    _n("This one is not available."),
    _n("You are in season: we hold what you have."),
    _n("You are competing: only light work beside it."),
    _n("Last time you did more than was planned. Please do just what stands here."),
    _n("This keeps what you have gained."),
    _n("Your plan has run out. This keeps what you have until it is renewed."),
    _n("Your foot does not warn you, so nothing that lands hard, and something to hold on to first."),
    _n("It is too soon after your operation for jumps and for the ends of the movement."),
    _n("Look at your feet after each session; sessions stay short."),
    _n("No jumps for now, and something to hold on to first."),
    _n("First the version with something to hold on to."),
    _n("First something to hold on to."),
    _n("Shorter sessions are kinder to your joints."),
    _n("This belongs to a sport that is not among your goals."),
    _n("Shorter sessions are safer for you at present."),
    _n("No session is longer than an hour."),
    _n("This programme is for adults. Please ask your physiotherapist."),
    _n("Your physiotherapist does this one with you."),
    _n("Your programme is paused."),
    _n("It works the same part as %(name)s."),
    _n("Another day: the ones today were more due."),
    _n("Another day: today is for rest."),
    _n("This is new for you and waits for an ordinary day."),
    _counted("There is no time for it in %(n)s minutes."),
    _n("Enough jumps for one day."),
    _n("New for you today."),
    _n("It is due again."),
    _n("It keeps you going."),
    _n("Less than usual today."),
    _n("The same amount as last time."),
    _n("A little more of one thing today: %(names)s."),
    _counted("A little more of %(n)s things today: %(names)s."),
    _n("A little less of this today, so that the week does not become too much: %(names)s."),
    _n("All else stays the same."),
    _n("The rest is the same as last time."),
    _n("The same as last time."),
    _n("You know all of this from before: the same amount as then."),
    _n("The plan is the same as last time."),
    _n("It is going well."),
    _n("New today: %(names)s."),
    _n("All of this is new to you: start slowly and see how it feels."),
    _n("Shortened to fit the time you have."),
    _n("A lighter day."),
    _n("A little less than usual."),
    _n("A day of rest: only a little gentle movement, if it feels good."),
    _n("A day of rest: no session today."),
    _n("No exercises today."),
    _n("Have a day off; the next session comes soon."),
    _n("No exercises for now. Your physiotherapist will tell you when to start again."),
    _n("More waits until your physiotherapist has agreed."),
    _n("It stays as it is until your physiotherapist has looked."),
    _n("Your physiotherapist chose this for you."),
    _n("Something new was reported since, so take it more carefully until you have spoken."),
    _n("Please answer first: %(labels)s."),
    _counted("%(n)s of %(all)s answered; %(least)s are needed"),
    _n("this score is typed in"),
    _n("Your programme has ended. If something comes back, ask your clinic to open it again."),
    _n("Stop here. One of your answers has to be looked at by a professional before you go on."),
)  # fmt: skip
SENTENCE_ENDS = re.compile(r"(?<=[.?!…]) +")
_SHAPES = {
    "n": r"(?P<n>\d+)",
    "all": r"(?P<all>\d+)",
    "least": r"(?P<least>\d+)",
    "name": r"(?P<name>.+?)",
    "names": r"(?P<names>.+?)",
    "labels": r"(?P<labels>.+?)",
}


class Shape(NamedTuple):
    """A sentence with something filled in, and what it is known by."""

    message: str
    pattern: re.Pattern[str]


def _shape(message: str) -> Shape:
    parts = re.split(r"%\((\w+)\)s", message)
    return Shape(
        message,
        re.compile("".join(_SHAPES[one] if at % 2 else re.escape(one) for at, one in enumerate(parts))),
    )


PLAIN = frozenset(one for one in ENGINE if "%(" not in one)
SHAPES = tuple(_shape(one) for one in ENGINE if "%(" in one)


def said(text: str) -> str:
    """Return a text of the content or the engine in the language of the page; English where there is nothing else."""
    language = translation.get_language()
    if not text or language in (None, settings.LANGUAGE_CODE):
        return text
    return _said(text, str(language))


def said_of_cell(label: str) -> str:
    """Return an answer in the language of the page; a number may stand before its words."""
    number, _gap, rest = label.partition(" ")
    is_number = number.removeprefix(MINUS).replace(".", "").isdecimal()
    if not is_number:
        return said(label)
    return f"{figures(number) if number.startswith(MINUS) else number} {said(rest)}".rstrip()


def figure_of(exercise: Exercise) -> ExerciseFigure:
    """Return the figure of an exercise, which says in the language of the page what it shows."""
    figure = load_figures()[exercise.figure]
    return replace(figure, says=said(figure.says))


def in_words(exercise: Exercise) -> Exercise:
    """Return an exercise with the names of its tempo in the language of the page."""
    names = exercise.tempo_names
    return replace(exercise, tempo_names=(said(names[0]), said(names[1]), said(names[2])))


@lru_cache(maxsize=4096)
def _said(text: str, language: str) -> str:
    whole = _known(text, language)
    if whole is not None:
        return whole
    sentences, found, at = SENTENCE_ENDS.split(text), [], 0
    while at < len(sentences):
        for end in range(len(sentences), at, -1):  # the longest piece that is known
            known = _known(" ".join(sentences[at:end]), language)
            if known is not None or end == at + 1:
                found.append(sentences[at] if known is None else known)
                at = end
                break
    return " ".join(found)


def _known(text: str, language: str) -> str | None:
    translated = words_in(language).get(text)
    if translated is not None:
        return translated
    if text in PLAIN:
        return gettext(text)
    for shape in SHAPES:
        match = shape.pattern.fullmatch(text)
        if match is not None:
            return _filled(shape.message, match.groupdict())
    return None


def _filled(message: str, given: dict[str, str]) -> str:
    template = ngettext(message, message, int(given["n"])) if "n" in given else gettext(message)
    values = {name: _LISTS.get(name, said)(value) for name, value in given.items()}
    return template % values


def _names(text: str) -> str:
    """Return names of exercises that the engine has listed, each in the language of the page."""
    found = _names_pattern().findall(text)
    rest = _names_pattern().sub("", text).replace(" and ", "").strip(",; ")
    return listed([said(one) for one in found]) if found and not rest else text


def _labels(text: str) -> str:
    """Return labels of measures that the engine has listed."""
    return gettext(", ").join(said(one) for one in text.split(", "))


_LISTS = {"names": _names, "labels": _labels}


@lru_cache(maxsize=1)
def _names_pattern() -> re.Pattern[str]:
    names = sorted((one.name for one in content().exercises.values()), key=len, reverse=True)
    return re.compile("|".join(re.escape(name) for name in names))
