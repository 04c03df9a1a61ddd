"""What an administrator does: people, their roles and access, the clinic's details. No patient is in sight here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mortise.errors import ConflictError, InputError
from mortise.web.accounts import access, attempts, people
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.forms_people import ClinicForm, InviteForm, JoinForm, RoleForm
from mortise.web.accounts.models import Invitation, User
from mortise.web.accounts.rights import RIGHTS, STAFF_ROLES, WORDS, Right
from mortise.web.audit import clock, log
from mortise.web.ui.fields import add_error


@access.needs(Right.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def people_page(request: StaffRequest) -> HttpResponse:
    """Show who works in the clinic; a POST invites somebody."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invited = people.invite(by=request.user, **form.cleaned_data)
        except InputError as error:
            add_error(form, error, error.where)
        else:
            return _shown_once(request, invited)
    return _page(request, form, status=400 if request.method == "POST" else 200)


def _shown_once(request: StaffRequest, invited: people.Invited) -> HttpResponse:
    address = request.build_absolute_uri(reverse("accounts:join", args=[invited.token]))
    context = {
        "invitation": invited.invitation, "address": address, "is_sent": people.mail_invitation(invited, address),
    }  # fmt: skip
    return render(request, "accounts/invited.html", context)


def _page(request: StaffRequest, form: InviteForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    log.record(request.user, "people.read")
    staff = people.people_of(by=request.user)
    context: dict[str, Any] = {
        "form": form,
        "people": [(one, RoleForm(initial={"role": one.role}, auto_id=f"id_{one.pk}_%s")) for one in staff],
        "invitations": people.invitations_of(by=request.user),
        "roles": [(role, [WORDS[right] for right in Right if right in RIGHTS[role]]) for role in STAFF_ROLES],
        "problem": problem,
        "here": "people",
    }
    with timezone.override(request.user.clinic.time_zone):
        return render(request, "accounts/people.html", context, status=status)


@access.needs(Right.MANAGE)
@require_POST
def role(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """Give somebody another role."""
    person = _person_or_404(request, user_id)
    try:
        people.change_role(person=person, role=request.POST.get("role", ""), by=request.user)
    except InputError as error:
        return _page(request, InviteForm(), problem=str(error), status=400)
    return redirect("accounts:people")


@access.needs(Right.MANAGE)
@require_POST
def active(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """End somebody's access, or give it back."""
    person = _person_or_404(request, user_id)
    try:
        people.set_active(person=person, is_active=request.POST.get("active") == "1", by=request.user)
    except InputError as error:
        return _page(request, InviteForm(), problem=str(error), status=400)
    return redirect("accounts:people")


@access.needs(Right.MANAGE)
@require_POST
def invitation_revoke(request: StaffRequest, invitation_id: UUID) -> HttpResponse:
    """End an invitation."""
    found = Invitation.objects.filter(pk=invitation_id, clinic_id=request.user.clinic_id).first()
    if found is None:
        raise Http404
    people.revoke_invitation(invitation=found, by=request.user)
    return redirect("accounts:people")


@access.needs(Right.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def clinic(request: StaffRequest) -> HttpResponse:
    """Show and change the clinic's details."""
    now = request.user.clinic
    initial = {name: getattr(now, name) for name in people.FIELDS}
    form = ClinicForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        people.change_clinic(by=request.user, **form.cleaned_data)
        return redirect("accounts:clinic")
    status = 400 if request.method == "POST" else 200
    return render(request, "accounts/clinic.html", {"form": form, "here": "clinic"}, status=status)


@access.public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody invited make their account."""
    if attempts.is_paused(request):
        return render(request, "accounts/link_needed.html", {"is_paused": True}, status=429)
    found = people.open_invitation(token, clock.now())
    if found is None:
        attempts.note_failure(request)
        return render(request, "accounts/ended.html", status=404)
    form = JoinForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            people.take_up(token=token, **form.cleaned_data)
            return redirect("accounts:sign-in")
        except (InputError, ConflictError) as error:
            add_error(form, error, getattr(error, "where", ""))
    status = 400 if request.method == "POST" else 200
    return render(request, "accounts/join.html", {"form": form, "invitation": found}, status=status)


def _person_or_404(request: StaffRequest, user_id: UUID) -> User:
    found = User.objects.filter(pk=user_id, clinic_id=request.user.clinic_id, role__in=STAFF_ROLES).first()
    if found is None:
        raise Http404
    return found
