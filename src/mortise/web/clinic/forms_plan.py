"""The plan as a form: which exercises, which dose step, which limits, what is kept out; any change needs its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mortise.protocol import Constraint, Criterion, Exercise, Phase, Protocol, Stage, Tag
from mortise.protocol.criteria import criteria_in
from mortise.record import PlanVersion
from mortise.report.doses import full_dose
from mortise.report.words import number, with_unit
from mortise.terms import Measure, Strength
from mortise.units import SYMBOLS
from mortise.web.clinic.forms import reason_field
from mortise.web.clinic.forms_added import added_fields, added_shown, added_wanted, outside_words
from mortise.web.clinic.forms_ceilings import CEILING, ceiling_fields, ceilings_wanted
from mortise.web.clinic.forms_plan_rows import (
    PHASE_WORDS,
    TAG_WORDS,
    Changes,
    ExerciseRow,
    FigureRow,
    LimitRow,
)
from mortise.web.clinic.presenters_words import STRENGTH_WORDS
from mortise.web.ui.fields import ManyCells, UnitInput

OFF, WITHOUT, SURGEON = "plan.off.", "plan.without.", "plan.surgeon."
AS_PROPOSED = "Accepted as proposed."
FOR_PATIENT = "Your physiotherapist has left this out for now."


class PlanForm(forms.Form):
    """A plan, filled with what stands or with what Mortise proposes."""

    without = forms.MultipleChoiceField(
        label="Kept out until withdrawn",
        required=False,
        choices=[(tag.value, words) for tag, words in TAG_WORDS.items()],
        widget=ManyCells(),
        help_text="Can only take away: nothing chosen here adds load.",
    )
    phase = forms.ChoiceField(
        label="These weeks are for",
        required=False,
        choices=[(one.value, words) for one, words in PHASE_WORDS.items()],
        help_text="Holds from today. Days that are past keep the plan they had.",
    )
    phase_until = forms.DateField(
        label="Until, and then building up again",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = reason_field(
        "Reason for what differs from the proposal",
        required=False,
        help_text="Goes on the record under your name.",
    )

    def __init__(
        self,
        *args: Any,
        protocol: Protocol,
        stage: Stage,
        exercises: Mapping[str, Exercise],
        steps: Mapping[str, int],
        plan: PlanVersion | None,
        measures: Mapping[str, Measure],
        author: str,
        today: date,
        proposed_without: tuple[str, ...] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.proposed_without = today, proposed_without
        self.limits = protocol.variant.limits if protocol.variant is not None else ()
        self.protocol, self.stage_shown, self.plan, self.author = protocol, stage, plan, author
        self.exercises = {
            slot.exercise: exercises[slot.exercise] for slot in stage.slots if slot.exercise in exercises
        }
        own = next((one for one in protocol.stages if one.id == stage.id), stage)
        self.own, self.added = own, added_shown(plan, own)
        self.steps = {name: steps.get(name, 0) for name in self.exercises}
        self.kept = plan.constraints if plan is not None else ()
        self.measures = measures
        self.editable = {
            one.id: one for one in _criteria(stage) if one.allowed is not None and one.value is not None
        }
        self.fields["stage"] = forms.ChoiceField(
            label="Stage", choices=[(one.id, f"{one.number} {one.title}") for one in protocol.stages]
        )
        self.initial["stage"] = stage.id
        self.initial["phase"], self.initial["phase_until"] = self._phase_before()
        self.initial["without"] = [
            one.id.removeprefix(WITHOUT) for one in self.kept if one.id.startswith(WITHOUT)
        ]
        if plan is None:
            self.initial["without"] = list(proposed_without)
        self._add_limits()
        self.fields.update(ceiling_fields(stage, self.kept))
        for name, exercise in self.exercises.items():
            self._add_exercise(name, exercise)
        self.fields.update(added_fields(stage, exercises))
        for criterion in self.editable.values():
            self._add_figure(criterion)

    def _add_limits(self) -> None:
        if not self.limits:
            return
        self.fields["surgeon"] = forms.CharField(
            label="Set by",
            required=False,
            max_length=80,
            help_text="Name of the surgeon, as it goes on the record.",
        )
        standing = {one.id: one for one in self.kept}
        for limit in self.limits:
            self.fields[f"until-{limit.id}"] = forms.DateField(
                label=limit.ask,
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
            kept = standing.get(f"{SURGEON}{limit.id}")
            first = self.today + timedelta(days=limit.default_days) if self.plan is None else None
            self.initial[f"until-{limit.id}"] = kept.until_on if kept is not None else first

    @property
    def limit_rows(self) -> list[LimitRow]:
        """Return the surgeon's limits with their date fields."""
        return [
            LimitRow(
                one,
                self[f"until-{one.id}"],
                ", ".join(TAG_WORDS[Tag(tag)].lower() for tag in one.without_tags),
            )
            for one in self.limits
        ]

    def _surgeons(self) -> list[Constraint]:
        """Return the surgeon's limits as constraints: each only takes away, until its date."""
        name = " ".join((self.cleaned_data.get("surgeon") or "").split())
        standing = {one.id: one for one in self.kept}
        found = []
        for limit in self.limits:
            until = self.cleaned_data.get(f"until-{limit.id}")
            kept = standing.get(f"{SURGEON}{limit.id}")
            if kept is not None and kept.until_on == until and not name:
                found.append(kept)
            elif until is not None:
                found.append(Constraint(
                    id=f"{SURGEON}{limit.id}", author=f"{name}, surgeon" if name else self.author,
                    reason=f"Surgeon’s limit until {until}: {limit.ask}", reason_patient=limit.say_patient,
                    without_tags=limit.without_tags, n_contacts_at_most=limit.n_contacts_at_most, until_on=until,
                ))  # fmt: skip
        return found

    def _phase_before(self) -> tuple[str, date | None]:
        """Return what the plan that stands is for, today; a phase that is over is over."""
        until = None if self.plan is None else self.plan.phase_until_on or None
        if self.plan is None or not self.plan.phase or (until is not None and until < self.today):
            return Phase.BUILD.value, None
        return self.plan.phase.value, until

    def _phase(self) -> tuple[Phase, date | None]:
        phase = Phase(self.cleaned_data.get("phase") or Phase.BUILD)
        return phase, None if phase is Phase.BUILD else self.cleaned_data.get("phase_until")

    def _before(self) -> set[tuple[str, date | None]]:
        """Return what stands, or what is proposed while nothing stands."""
        if self.plan is not None:
            return {(one.id, one.until_on) for one in self.kept}
        limits = {
            (f"{SURGEON}{one.id}", self.today + timedelta(days=one.default_days)) for one in self.limits
        }
        return limits | {(f"{WITHOUT}{tag}", None) for tag in self.proposed_without}

    def _add_exercise(self, name: str, exercise: Exercise) -> None:
        off = {one.id.removeprefix(OFF) for one in self.kept if one.id.startswith(OFF)}
        self.fields[f"in-{name}"] = forms.BooleanField(
            label=f"{exercise.name}: in the programme", required=False
        )
        self.initial[f"in-{name}"] = name not in off
        self.fields[f"step-{name}"] = forms.TypedChoiceField(
            label=f"{exercise.name}: dose",
            coerce=int,
            choices=[(index, self._dose_words(exercise, index)) for index in range(len(exercise.dose_steps))],
        )
        self.initial[f"step-{name}"] = self.steps[name]

    def _dose_words(self, exercise: Exercise, step: int) -> str:
        words = full_dose(exercise.dose_steps[step], exercise=exercise)
        outside = outside_words(exercise.id, step, self.own)
        return f"{words} ({outside})" if outside else words

    def _mark(self, name: str) -> str:
        """Say that an exercise was added by hand, or stands outside the doses of the stage."""
        outside = outside_words(name, self.steps[name], self.own)
        return "Added by hand" if name in self.added else f"Dose {outside}" if outside else ""

    def _add_figure(self, criterion: Criterion) -> None:
        name = f"f-{criterion.id}"
        unit = SYMBOLS.get(criterion.unit, criterion.unit)
        self.fields[name] = forms.CharField(label=criterion.label, required=False, widget=UnitInput(unit))
        self.fields[f"out-{criterion.id}"] = forms.BooleanField(
            label=f"{criterion.label}: outside what is proved", required=False
        )
        self.initial[f"out-{criterion.id}"] = self.is_outside(criterion, self._standing(criterion))
        self.initial[name] = f"{self._standing(criterion).normalize():f}"

    def _standing(self, criterion: Criterion) -> Decimal:
        assert criterion.value is not None
        return (self.plan.figures if self.plan is not None else {}).get(criterion.id, criterion.value)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for criterion in self.editable.values():
            name = f"f-{criterion.id}"
            try:
                cleaned[name] = self._figure(
                    criterion, cleaned.get(name, ""), may_be_outside=bool(cleaned.get(f"out-{criterion.id}"))
                )
            except ValidationError as error:
                self.add_error(name, error)
        until = cleaned.get("phase_until")
        if until is not None and until < self.today:
            self.add_error("phase_until", "This day is past: choose today or later.")
        if not self.errors:
            if not any(cleaned[f"in-{name}"] for name in self.exercises):
                raise ValidationError("Leave at least one exercise in, or choose another stage.")
            if self.changes().is_changed and not cleaned.get("reason"):
                self.add_error(
                    "reason", "Something differs from the proposal: write why. It goes on the record."
                )
        return cleaned

    @staticmethod
    def is_outside(criterion: Criterion, value: Decimal) -> bool:
        """Whether a figure lies outside what the protocol is proved for."""
        assert criterion.allowed is not None
        low, high = criterion.allowed
        return not low <= value <= high

    def _figure(self, criterion: Criterion, typed: str, *, may_be_outside: bool) -> Decimal:
        assert criterion.allowed is not None
        if not typed.strip():
            return self._standing(criterion)
        try:
            value = Decimal(typed.strip().replace(",", "."))
        except InvalidOperation:
            raise ValidationError(f"“{typed[:20]}” is not a number.") from None
        if not value.is_finite() or not self._is_possible(criterion, value):
            raise ValidationError(f"A clinic may set {self._allowed(criterion)} here.")
        if self.is_outside(criterion, value) and not may_be_outside:
            raise ValidationError(
                f"A clinic may set {self._allowed(criterion)} here. Outside it nothing is proved: tick that it "
                "is meant, and write the reason."
            )
        return value

    def _is_possible(self, criterion: Criterion, value: Decimal) -> bool:
        measure = self.measures.get(criterion.measure)
        return measure is not None and measure.low <= value <= measure.high

    def _allowed(self, criterion: Criterion) -> str:
        assert criterion.allowed is not None
        low, high = (number(end, _grid(end)) for end in criterion.allowed)
        return with_unit(f"{low} to {high}", criterion.unit)

    @property
    def has_outside(self) -> bool:
        """Whether a figure of a valid form lies outside what is proved, and was said to be meant."""
        return any(self.is_outside(one, self.cleaned_data[f"f-{one.id}"]) for one in self.editable.values())

    @property
    def ceiling_rows(self) -> list[forms.BoundField]:
        """Return the fields of the counters."""
        return [self[name] for name in self.fields if name.startswith("most-")]

    @property
    def exercise_rows(self) -> list[ExerciseRow]:
        """Return the exercises with their fields in order."""
        return [
            ExerciseRow(exercise, self[f"in-{name}"], self[f"step-{name}"], self._mark(name))
            for name, exercise in self.exercises.items()
        ]

    @property
    def figure_rows(self) -> list[FigureRow]:
        """Return the limits a clinic may set."""
        return [
            FigureRow(
                criterion=one, field=self[f"f-{one.id}"], allowed=self._allowed(one),
                strength=STRENGTH_WORDS[one.strength], is_default=one.strength is Strength.CONSENSUS,
                outside=self[f"out-{one.id}"], is_outside=self.is_outside(one, self._standing(one)),
            )
            for one in self.editable.values()
        ]  # fmt: skip

    def changes(self) -> Changes:
        """Return the plan of a cleaned form, and whether it differs from what was shown."""
        cleaned = self.cleaned_data
        reason = " ".join((cleaned.get("reason") or "").split())
        constraints = self._constraints(reason)
        before = self.plan.dose_steps if self.plan is not None else {}
        moved = {
            name: cleaned[f"step-{name}"]
            for name in self.exercises
            if cleaned[f"step-{name}"] != self.steps[name]
        }
        set_before = self.plan.figures if self.plan is not None else {}
        figures = {
            one.id: cleaned[f"f-{one.id}"]
            for one in self.editable.values()
            if cleaned[f"f-{one.id}"] != one.value or one.id in set_before
        }
        figures = {**{key: value for key, value in set_before.items() if key not in self.editable}, **figures}
        phase, until = self._phase()
        added = added_wanted(self.plan, self.added, cleaned, reason)
        is_changed = bool(
            moved
            or added != (self.plan.added or () if self.plan is not None else ())
            or (phase.value, until) != self._phase_before()
            or {(one.id, one.until_on) for one in constraints} != self._before()
            or figures != set_before
            or (self.plan is None and cleaned["stage"] != self.protocol.first_stage)
            or (self.plan is not None and cleaned["stage"] != self.stage_shown.id)
        )
        return Changes(
            cleaned["stage"],
            constraints,
            {**before, **moved},
            figures,
            is_changed,
            reason or AS_PROPOSED,
            phase,
            until,
            added,
        )

    def _constraints(self, reason: str) -> tuple[Constraint, ...]:
        cleaned = self.cleaned_data
        kept = {one.id: one for one in self.kept}
        wanted = [one for one in self.kept if not one.id.startswith((OFF, WITHOUT, SURGEON, CEILING))]
        wanted += self._surgeons()
        wanted += ceilings_wanted(self.stage_shown, self.kept, cleaned, self.author, reason)
        wanted += [
            one
            for one in self.kept
            if one.id.startswith(OFF) and one.id.removeprefix(OFF) not in self.exercises
        ]
        for name in self.exercises:
            if not cleaned[f"in-{name}"] and name not in self.added:
                wanted.append(
                    kept.get(f"{OFF}{name}") or self._new(f"{OFF}{name}", reason, exercises=(name,))
                )
        for tag in cleaned.get("without", []):
            wanted.append(kept.get(f"{WITHOUT}{tag}") or self._new(f"{WITHOUT}{tag}", reason, tags=(tag,)))
        return tuple(wanted)

    def _new(
        self, constraint_id: str, reason: str, *, exercises: tuple[str, ...] = (), tags: tuple[str, ...] = ()
    ) -> Constraint:
        return Constraint(
            id=constraint_id, author=self.author, reason=reason, reason_patient=FOR_PATIENT,
            without_exercises=exercises, without_tags=tags,
        )  # fmt: skip


def _criteria(stage: Stage) -> Iterable[Criterion]:
    for node in stage.exit:
        yield from criteria_in(node)


def _grid(value: Decimal) -> Decimal:
    return Decimal(1) if value == value.to_integral_value() else Decimal("0.01")
