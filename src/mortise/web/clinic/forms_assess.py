"""One section of the assessment as a form: questions as cells, both sides beside each other, then the readings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django import forms

from mortise.protocol.assessment import Question, Section
from mortise.terms import Side
from mortise.web.clinic import charts
from mortise.web.clinic.forms import DateInput
from mortise.web.clinic.forms_readings import ReadingsForm
from mortise.web.ui.fields import CANNOT_SAY, Cells

NOTED = "noted"  # the level of an answer that is words only
N_GOALS = 3
TEXT_LENGTH = 2000


class Found(NamedTuple):
    """One answer: a level (empty: not examined) and words."""

    question: Question
    side: Side
    level: str
    text: str


class TypedGoal(NamedTuple):
    """One goal as it was typed; `goal_id` is the fact it shows, empty for a new one."""

    goal_id: str
    words: str
    by_on: date | None


class QuestionRow(NamedTuple):
    """One question with its bound fields, for the template."""

    question: Question
    left: forms.BoundField | None
    right: forms.BoundField | None
    both: forms.BoundField | None
    text: forms.BoundField | None
    acts: bool  # an answer sends on or stops: it is kept only when the clinician has moved on


class GoalRow(NamedTuple):
    """One goal's bound fields."""

    words: forms.BoundField
    by_on: forms.BoundField


class ChartRow(NamedTuple):
    """The charts of one side: pictures to tap, and the same regions as ticks for keyboard and screen reader."""

    side: str
    is_treated: bool
    views: tuple[charts.View, ...]
    regions: list[tuple[charts.Region, forms.BoundField]]


class SectionForm(ReadingsForm):
    """Everything one section asks. Nothing is required: what is left out is not examined, and said to be."""

    def __init__(
        self,
        *args: Any,
        section: Section,
        signs: Mapping[tuple[str, Side], tuple[str, str]],
        goals: tuple[tuple[str, str, date | None], ...] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.section = section
        self.goal_ids = [goal_id for goal_id, _, _ in goals] + [""] * max(1, N_GOALS - len(goals))
        for question in section.questions:
            self._ask(question, signs)
        if section.id == charts.SECTION:
            self._draw_charts(signs)
        if section.asks_goals:
            self._ask_goals(goals)

    def _ask(self, question: Question, signs: Mapping[tuple[str, Side], tuple[str, str]]) -> None:
        sides = question_sides(question)
        if question.kind != "text":
            for side in sides:
                name = question_field(question, side)
                where = "" if side is Side.NONE else f", {self._side_words(side)}"
                self.fields[name] = forms.ChoiceField(
                    label=f"{question.label}{where}",
                    required=False,
                    widget=Cells(in_row=True),
                    choices=choices_of(question),
                )
                given = signs.get((question.id, side), ("", ""))[0]
                self.initial[name] = given or ("" if says_unknown_itself(question) else CANNOT_SAY)
        if question.kind != "level":
            name = text_field(question)
            self.fields[name] = forms.CharField(
                label=question.label if question.kind == "text" else f"{question.label}: in words",
                required=False,
                max_length=TEXT_LENGTH,
                help_text=question.help if question.kind == "text" else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            texts = (signs.get((question.id, side), ("", ""))[1] for side in sides)
            self.initial[name] = next((text for text in texts if text), "")

    def _draw_charts(self, signs: Mapping[tuple[str, Side], tuple[str, str]]) -> None:
        for side in (Side.LEFT, Side.RIGHT):
            for region in charts.REGIONS:
                name = chart_field(region.id, side)
                self.fields[name] = forms.BooleanField(
                    label=f"{region.label}, {self._side_words(side)}", required=False
                )
                self.initial[name] = (charts.sign_of(region.id), side) in signs

    @property
    def charts(self) -> list[ChartRow]:
        """Return the charts, one for each side."""
        if self.section.id != charts.SECTION:
            return []
        return [
            ChartRow(
                side.value,
                side is self.involved,
                charts.VIEWS,
                [(one, self[chart_field(one.id, side)]) for one in charts.REGIONS],
            )
            for side in (Side.LEFT, Side.RIGHT)
        ]

    def _ask_goals(self, goals: tuple[tuple[str, str, date | None], ...]) -> None:
        for index in range(len(self.goal_ids)):
            _, words, by_on = goals[index] if index < len(goals) else ("", "", None)
            self.fields[f"g-{index}-words"] = forms.CharField(
                label=f"Goal {index + 1}", required=False, max_length=300
            )
            self.fields[f"g-{index}-by"] = forms.DateField(
                label=f"Goal {index + 1}: by", required=False, widget=DateInput()
            )
            self.initial[f"g-{index}-words"], self.initial[f"g-{index}-by"] = words, by_on

    @property
    def question_rows(self) -> list[QuestionRow]:
        """Return the questions with their fields in order."""
        return [self._question_row(question) for question in self.section.questions]

    def _question_row(self, question: Question) -> QuestionRow:
        def bound(name: str) -> forms.BoundField | None:
            return self[name] if name in self.fields else None

        return QuestionRow(
            question=question,
            left=bound(question_field(question, Side.LEFT)),
            right=bound(question_field(question, Side.RIGHT)),
            both=bound(question_field(question, Side.NONE)),
            text=bound(text_field(question)),
            acts=bool(question.raises)
            or any(level.refers or level.is_exclusion or level.tier for level in question.levels),
        )

    @property
    def goal_rows(self) -> list[GoalRow]:
        """Return the goals' fields in order."""
        if not self.section.asks_goals:
            return []
        return [
            GoalRow(self[f"g-{index}-words"], self[f"g-{index}-by"]) for index in range(len(self.goal_ids))
        ]

    def found(self, touched: Collection[str] | None = None) -> Iterator[Found]:
        """Yield every answer of a valid form, or what was touched; an empty level with empty text is not examined."""
        for question in self.section.questions:
            text = self.cleaned_data.get(text_field(question), "").replace("\r\n", "\n").strip()
            for side in question_sides(question):
                names = {question_field(question, side), text_field(question)}
                if names & set(self.errors) or (touched is not None and not names & set(touched)):
                    continue
                level = self.cleaned_data.get(question_field(question, side), "")
                level = "" if level == CANNOT_SAY and not says_unknown_itself(question) else level
                if question.kind == "text":
                    level = NOTED if text else ""
                yield Found(question, side, level, text if level else "")
        if self.section.id == charts.SECTION:
            yield from self._tapped(touched)

    def _tapped(self, touched: Collection[str] | None) -> Iterator[Found]:
        for side in (Side.LEFT, Side.RIGHT):
            for region in charts.REGIONS:
                name = chart_field(region.id, side)
                if touched is None or name in touched:
                    here = charts.HERE if self.cleaned_data.get(name) else ""
                    yield Found(Question(id=charts.sign_of(region.id), label=region.label), side, here, "")

    def goals_are_whole(self, touched: Collection[str] | None = None) -> bool:
        """Whether the goals can be kept: none is wrong and, on a page saved as it goes, one was touched."""
        names = {name for name in self.fields if name.startswith("g-")}
        return not names & set(self.errors) and (touched is None or bool(names & set(touched)))

    def typed_goals(self) -> Iterator[TypedGoal]:
        """Yield every goal of a valid form, empty ones as well: an emptied goal is closed."""
        if not self.section.asks_goals:
            return
        for index, goal_id in enumerate(self.goal_ids):
            words = " ".join(self.cleaned_data.get(f"g-{index}-words", "").split())
            yield TypedGoal(goal_id, words, self.cleaned_data.get(f"g-{index}-by"))


def says_unknown_itself(question: Question) -> bool:
    """Whether not knowing is one of the question's own answers, which is then an answer like any other."""
    return question.level(CANNOT_SAY) is not None


def choices_of(question: Question) -> list[tuple[str, str]]:
    """Return the answers as cells; "not examined" is added where the question has no such answer of its own."""
    levels = [(level.id, level.label) for level in question.levels]
    return levels if says_unknown_itself(question) else [*levels, (CANNOT_SAY, "Not examined")]


def question_sides(question: Question) -> tuple[Side, ...]:
    """Return the sides a question is asked for."""
    return (Side.LEFT, Side.RIGHT) if question.is_sided else (Side.NONE,)


def question_field(question: Question, side: Side) -> str:
    """Name the field of one question on one side."""
    return f"q-{question.id}-{side.value}"


def chart_field(region: str, side: Side) -> str:
    """Name the field of one region of the charts on one side."""
    return f"c-{region}-{side.value}"


def text_field(question: Question) -> str:
    """Name the field of the words to a question."""
    return f"t-{question.id}"
