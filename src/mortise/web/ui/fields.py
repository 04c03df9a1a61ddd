"""How form fields look: label, control, unit, hint, and the error below, with what was typed kept.

`{{ form.name.as_field_group }}` renders a field. Choices as radio buttons become cells in a `<fieldset>`; `ScaleInput`
is 0 to 10 by tap with "can't say" as the twelfth cell; `UnitInput` is a number with its unit inside the box.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from mortise.errors import MortiseError

CANNOT_SAY = "unknown"


class Look(TemplatesSetting):
    """Renders fields, groups and errors with our own templates."""

    field_template_name = "ui/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        return super().get_template(OURS.get(template_name, template_name))


# The templates of Django that we replace by ours.
OURS = {
    "django/forms/errors/list/ul.html": "ui/forms/errors.html",
    "django/forms/errors/list/default.html": "ui/forms/errors.html",
    "django/forms/widgets/radio.html": "ui/forms/cells.html",
    "django/forms/widgets/checkbox_select.html": "ui/forms/cells.html",
}


class UnitInput(forms.TextInput):
    """A number with its unit inside the box; the phone shows its number keys."""

    template_name = "ui/forms/unit.html"

    def __init__(self, unit: str, attrs: dict[str, Any] | None = None) -> None:
        self.unit = unit
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["unit"] = self.unit
        return context


class Cells(forms.RadioSelect):
    """One of several, as cells. `in_row` puts them side by side; a choice of value "unknown" is drawn dashed."""

    template_name = "ui/forms/cells.html"

    def __init__(self, *args: Any, in_row: bool = False, **kwargs: Any) -> None:
        self.in_row = in_row
        super().__init__(*args, **kwargs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"in_row": self.in_row, "cannot_say": CANNOT_SAY}
        return context


class ManyCells(forms.CheckboxSelectMultiple):
    """Any of several, as cells."""

    template_name = "ui/forms/cells.html"


class ManyFilesInput(forms.FileInput):
    """A place for any number of files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files; the cleaned value is a list, empty when nothing was sent."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Clean each file as one file is cleaned."""
        sent = list(data) if isinstance(data, list | tuple) else [data] if data else []
        if not sent and self.required:
            super().clean(None, initial)
        return [super(ManyFilesField, self).clean(one, initial) for one in sent]


class ScaleInput(forms.RadioSelect):
    """0 to 10 by tap; not knowing is an answer of its own."""

    template_name = "ui/forms/scale.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, is_desk: bool = False) -> None:
        self.is_desk = is_desk
        numbers = [(str(number), str(number)) for number in range(11)]
        super().__init__(attrs, [*numbers, (CANNOT_SAY, _("Can’t say"))])

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"is_desk": self.is_desk, "cannot_say": CANNOT_SAY}
        return context


def add_error(form: forms.BaseForm, error: MortiseError, field: str | None = None) -> None:
    """Show an error of ours in the form that caused it, by the field it names or above all fields."""
    form.add_error(field if field in form.fields else None, str(error))
