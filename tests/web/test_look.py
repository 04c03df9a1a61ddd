"""The look: marks are shape and word, numbers carry unit and error, fields keep what was typed."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template

from mortise.errors import InputError
from mortise.terms import Advice, Cause, Load, Truth
from mortise.web.ui import fields
from mortise.web.ui.templatetags import look

UI = Path(fields.__file__).parent
SPRITE = (UI / "templates/ui/sprite.html").read_text(encoding="utf-8")


def rendered(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


@pytest.mark.parametrize("what", [*Advice, *Load, "refer", "cannot"])
def test_says_is_always_a_shape_and_a_word(what: str) -> None:
    html = rendered("{% says what %}", what=what)
    name = re.search(r'href="#(g-[a-z]+)"', html)
    assert name
    assert f'id="{name.group(1)}"' in SPRITE
    assert re.search(r"</svg>[A-Z][a-z ]+</span>", html)


def test_pegs_are_four_and_spoken() -> None:
    found = {
        rendered("{% peg truth cause %}", truth=truth, cause=cause)
        for truth, cause in [
            (Truth.MET, None),
            (Truth.NOT_MET, None),
            (Truth.UNKNOWN, Cause.STALE),
            (Truth.UNKNOWN, Cause.MISSING),
        ]
    }
    words = {re.search(r'aria-label="([^"]+)"', one).group(1) for one in found}  # type: ignore[union-attr]
    assert words == {"In place", "Not yet", "Too old", "Not known"}
    for one in found:
        assert f'id="{re.search(r"#(p-[a-z]+)", one).group(1)}"' in SPRITE  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"value": Decimal("9.4"), "unit": "cm", "error": Decimal("3")}, "9.4 ± 3\u00a0cm"),
        ({"value": Decimal("-0.5"), "unit": "deg"}, "−0.5°"),
        ({"value": Decimal("1E+1"), "unit": "pct"}, "10\u00a0%"),
        ({"value": Decimal("0"), "unit": "nrs"}, "0/10"),
        ({"value": Decimal("7"), "unit": "cm", "resolution": Decimal("0.1")}, "7.0\u00a0cm"),
        ({"value": Decimal("2"), "unit": "count", "sign": True}, "+2"),
        ({"value": None, "unit": "cm"}, "not known"),
    ],
)
def test_number_carries_its_unit_and_error_and_is_isolated(given: dict[str, object], text: str) -> None:
    html = str(look.number(**given))
    assert html.startswith("<bdi")
    assert re.sub(r"<[^>]+>", "", html) == text


class Form(forms.Form):
    height = forms.DecimalField(
        label="Height", max_value=20, widget=fields.UnitInput("cm"), help_text="Of the heel"
    )
    side = forms.ChoiceField(
        choices=[("left", "Left"), ("unknown", "Can’t say")], widget=fields.Cells(in_row=True)
    )
    pain = forms.ChoiceField(
        choices=[(str(n), n) for n in range(11)] + [("unknown", "?")], widget=fields.ScaleInput()
    )


def test_field_that_fails_keeps_what_was_typed_and_is_tied_to_its_error() -> None:
    form = Form({"height": "94", "side": "left"})
    html = rendered("{{ form.height.as_field_group }}{{ form.pain.as_field_group }}", form=form)
    assert 'value="94"' in html
    assert 'aria-invalid="true"' in html
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    for name in described.group(1).split():
        assert f'id="{name}"' in html
    assert "less than or equal to 20" in html


def test_cells_are_a_fieldset_of_radio_buttons_and_not_knowing_is_one() -> None:
    form = Form({"height": "9", "side": "unknown", "pain": "0"})
    html = rendered("{{ form.side.as_field_group }}{{ form.pain.as_field_group }}", form=form)
    assert html.count("<fieldset") == 2
    assert html.count("<legend") == 2
    assert re.search(r'value="unknown"[^>]*checked', html)
    assert re.search(r'name="pain" value="0"[^>]*checked', html)
    assert 'class="pick__cant"' in html
    assert 'class="scale__cant"' in html


def test_error_of_ours_lands_at_the_field_it_names_or_above_all() -> None:
    form = Form({"height": "9", "side": "left", "pain": "1"})
    assert form.is_valid()
    fields.add_error(form, InputError("Too high."), "height")
    fields.add_error(form, InputError("Somewhere else."), "nowhere")
    assert form.errors["height"] == ["Too high."]
    assert form.non_field_errors() == ["Somewhere else."]


def test_sprite_has_every_mark_that_templates_ask_for() -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))
    web = UI.parent
    asked = set()
    for page in web.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        asked |= {f"i-{name}" for name in re.findall(r'{% icon "([a-z-]+)"', text)}
        asked |= {f"g-{name}" for name in re.findall(r'{% glyph "([a-z-]+)"', text)}
        asked |= set(re.findall(r'<use href="#([igp]-[a-z-]+|mark)"', text))
    assert "i-alert" in asked
    assert asked <= known
