"""Sign in, sign out, and let a patient's phone in."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mortise.web.accounts import access, attempts, phone_links, rights
from mortise.web.accounts.forms import SignInForm
from mortise.web.audit import log

WRONG = _("The e-mail and the password do not belong together. Check both and try again.")
PAUSED = _("Too many attempts. Wait 15 minutes and try again.")


@access.public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to where they belong."""
    if not request.user.is_authenticated:
        return redirect("accounts:sign-in")
    return redirect(rights.HOME[request.user.role])


@access.public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let staff in. Whoever fails learns nothing about which addresses exist."""
    form = SignInForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            answer = _try_to_sign_in(request, form)
            if answer is not None:
                return answer
    elif request.user.is_authenticated and request.user.is_staff_member:
        return redirect("home")
    return render(request, "accounts/sign_in.html", {"form": form, "next": _next(request)})


def _try_to_sign_in(request: HttpRequest, form: SignInForm) -> HttpResponse | None:
    email, password = form.cleaned_data["email"], form.cleaned_data["password"]
    if attempts.is_paused(request, email=email):
        form.add_error(None, PAUSED)
        return None
    user = authenticate(request, email=email, password=password)
    if user is None:
        attempts.note_failure(request, email=email)
        log.record(log.Process("sign-in"), "sign_in.failed")
        form.add_error(None, WRONG)
        return None
    attempts.forget_failures(request, email=email)
    login(request, user)
    log.record(user, "sign_in")
    return redirect(_next(request) or "home")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_safe and wanted.startswith("/") and not wanted.startswith("//") else ""


@access.public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on this device. A patient has no password: they come back by their link."""
    is_patient = request.user.is_authenticated and request.user.is_patient
    if request.user.is_authenticated:
        log.record(request.user, "sign_out")
    logout(request)
    return redirect("accounts:link-needed" if is_patient else "accounts:sign-in")


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Let a patient's phone or a guest in by a link; only a tap opens it, so a preview of the address does not."""
    if attempts.is_paused(request):
        return render(request, "accounts/link_needed.html", {"is_paused": True}, status=429)
    found = phone_links.find_link(token, timezone.now())
    if found is None:
        attempts.note_failure(request)
        return render(request, "accounts/link_needed.html", {"is_refused": True}, status=404)
    if request.method != "POST":
        door = "enter_guest" if found.user.is_guest else "enter"
        return render(request, f"accounts/{door}.html", {"link": found})
    link = phone_links.open_link(request, token)
    if link is None:  # used up between the two looks at it
        return render(request, "accounts/link_needed.html", {"is_refused": True}, status=404)
    log.record(link.user, "phone_link.open", detail={"link": link.pk})
    return redirect(rights.HOME[link.user.role])


@access.public
@require_safe
def link_needed(request: HttpRequest) -> HttpResponse:
    """Tell somebody without a session how to come in."""
    return render(request, "accounts/link_needed.html")
