"""A page saved as it is filled in: what is whole goes on the record, the rest is said beside its field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

from mortise.errors import InputError
from mortise.web.accounts.access import StaffRequest
from mortise.web.audit import clock
from mortise.web.clinic.forms_readings import ReadingsForm

HEADER = "X-Save"
MOST_TOUCHED = 400


def is_saving(request: StaffRequest) -> bool:
    """Whether the page itself saves what was touched, rather than a person a whole form."""
    return request.method == "POST" and request.headers.get(HEADER) == "touched"


def touched_of(request: StaffRequest) -> frozenset[str]:
    """Return the names of the fields that were touched; whoever confirms a value touches it."""
    names = request.POST.getlist("touched")[:MOST_TOUCHED]
    return frozenset((*names, *(name.removeprefix("ok-") for name in names)))


def answer(
    request: StaffRequest, form: ReadingsForm, touched: Collection[str], html: Mapping[str, str]
) -> HttpResponse:
    """Tell the page what was saved, when, and what was not and why; `html` are the parts that changed with it."""
    wrong = {
        name: " ".join(str(error) for error in errors)
        for name, errors in form.errors.items()
        if name in touched and name not in form.odd
    }
    odd = {name: words for name, words in form.odd.items() if name in touched}
    saved = [name for name in touched if name not in wrong and name not in odd]
    at = clock.now().astimezone(ZoneInfo(request.user.clinic.time_zone)).strftime("%H:%M")
    return JsonResponse({"saved": saved, "wrong": wrong, "odd": odd, "html": dict(html), "at": at})


def refused(form: ReadingsForm, touched: Iterable[str], error: InputError) -> None:
    """Say beside every touched field that nothing was kept, and why."""
    for name in touched:
        if name in form.fields:
            form.add_error(name, str(error))


def part(template: str, context: Mapping[str, Any]) -> str:
    """Render one part of a page."""
    return render_to_string(f"clinic/{template}.html", dict(context))
