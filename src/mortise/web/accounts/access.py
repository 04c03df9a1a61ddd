"""Who may open a page. Every view says so; a view that says nothing is open to nobody.

    @access.staff      # people of a clinic; a patient sees 404, a stranger is asked to sign in
    @access.patient    # the patient's phone; staff see 404, a stranger is asked for their link
    @access.public     # everybody

Which object a person may see is not decided here but where it is fetched (`care`): another clinic's object is 404.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from mortise.web.accounts.models import User

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC, STAFF, PATIENT = "public", "staff", "patient"


class StaffRequest(HttpRequest):
    """A request of somebody who works in a clinic: `request.user` is a `User`, for annotations."""

    user: User


def public(view: View) -> View:
    """Open a view to everybody."""
    return _marked(view, PUBLIC)


def staff(view: View) -> View:
    """Open a view to people who work in a clinic."""
    return _marked(view, STAFF)


def patient(view: View) -> View:
    """Open a view to a patient's phone."""
    return _marked(view, PATIENT)


def _marked(view: View, access: str) -> View:
    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    marked.access = access  # type: ignore[attr-defined]
    return marked  # type: ignore[return-value]


def refusal(request: HttpRequest, view: Callable[..., Any]) -> HttpResponse | None:
    """Return the answer for somebody who may not open `view`, or None for somebody who may."""
    needed = getattr(view, "access", None)
    if needed == PUBLIC:
        return None
    if needed not in (STAFF, PATIENT):
        raise Http404  # a page nobody has spoken for
    if not request.user.is_authenticated:
        return ask_who(request, needed)
    is_allowed = request.user.is_staff_member if needed == STAFF else request.user.is_patient
    if not is_allowed:
        raise Http404
    return None


def ask_who(request: HttpRequest, needed: str) -> HttpResponse:
    """Ask a stranger to sign in or to open their link; tell a program so with status 401."""
    if wants_json(request):
        return JsonResponse({"code": "signed_out", "message": "Sign in again to go on."}, status=401)
    if needed == PATIENT:
        return redirect("accounts:link-needed")
    goes_back = f"?{urlencode({'next': request.path})}" if request.method == "GET" else ""
    response = redirect("accounts:sign-in")
    response["Location"] += goes_back
    return response


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a program asks rather than a page."""
    return request.headers.get("Accept", "").split(",")[0].split(";")[0] == "application/json"
