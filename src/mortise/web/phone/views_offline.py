"""What the phone needs to work without the server: manifest, worker, shell, pictures, envelope, sync."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from mortise.report.words import spoken
from mortise.terms import Side
from mortise.web.accounts import access
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone import questions, state
from mortise.web.phone.envelope import sealed_envelope, tag_of
from mortise.web.phone.figures import figure_trees
from mortise.web.phone.shell import shell, shell_page
from mortise.web.phone.sync import read_batch, take_in
from mortise.web.phone.visits import visit_of
from mortise.web.ui import languages, local

SCOPE = "/phone/"
LOOK_AGAIN = "no-cache"  # may be kept, must be asked about
KEEP = "public, max-age=86400"
RUNS = re.compile(r"[0-9]{1,15}-[0-9]{1,15}( [0-9]{1,15}-[0-9]{1,15}){0,49}")


@access.public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Say how the app is called and drawn when it is put on the home screen."""
    icons = [
        ("icon-192.png", 192, "any"),
        ("icon-512.png", 512, "any"),
        ("maskable-512.png", 512, "maskable"),
    ]
    body = {
        "id": SCOPE, "name": "Mortise", "short_name": "Mortise", "start_url": SCOPE, "scope": SCOPE,
        "display": "standalone", "background_color": "#f3f3ef", "theme_color": "#f3f3ef",
        "lang": translation.get_language(),
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "icons": [
            {"src": static(f"phone/icons/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": use}
            for name, size, use in icons
        ],
    }  # fmt: skip
    return _kept(HttpResponse(json.dumps(body), content_type="application/manifest+json"))


@access.public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker with the list of what it keeps; when switched off, one that takes itself away."""
    kept = shell(content())
    config = {
        "version": kept.version, "assets": kept.assets if settings.PHONE_OFFLINE else [],
        "is_off": not settings.PHONE_OFFLINE, "shell": kept.assets[0],
    }  # fmt: skip
    script = f"self.MORTISE = {json.dumps(config)};\n{kept.worker}"
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = SCOPE
    return _kept(response)


@access.public
@require_safe
def shell_view(request: HttpRequest) -> HttpResponse:
    """Give the page that is shown without the server; it holds nobody's data."""
    return _kept(HttpResponse(shell_page(content(), shell(content()).version)))


@access.public
@require_safe
def shell_in(request: HttpRequest, language: str) -> HttpResponse:
    """Give the same page in the language its worker asks for, whoever's phone it is."""
    if not languages.is_offered(language):
        raise Http404
    with translation.override(language), spoken(local.speech()):
        return shell_view(request)


@access.public
@require_safe
def figure(request: HttpRequest, exercise: str, side: str) -> HttpResponse:
    """Give the pictures of one exercise as trees."""
    if exercise not in content().exercises or side not in (Side.LEFT.value, Side.RIGHT.value):
        raise Http404
    language = languages.first_offered(request.GET.get("in", ""))
    with translation.override(language), spoken(local.speech()):
        response = JsonResponse(figure_trees(content(), exercise, Side(side)))
    response["Cache-Control"] = KEEP
    return response


@require_safe
@access.patient
def envelope(request: HttpRequest) -> HttpResponse:
    """Give the plan that the phone carries away; 304 when it carries this one already."""
    visit = visit_of(request)
    tag = f'"{tag_of(visit)}"'
    is_known = request.headers.get("If-None-Match") == tag
    response = (
        HttpResponse(status=HTTPStatus.NOT_MODIFIED) if is_known else JsonResponse(sealed_envelope(visit))
    )
    if not is_known:
        response["ETag"] = tag
    device, runs = request.headers.get("Mortise-Device", ""), acknowledged(request)
    if services.has_forgotten(episode=visit.episode, device=device, runs=runs, by=visit.user):
        response["Mortise-Again"] = "1"
    return response


def acknowledged(request: HttpRequest) -> list[tuple[int, int]]:
    """Return the runs of numbers that a phone says were acknowledged; what cannot be read is none."""
    said = request.headers.get("Mortise-Acknowledged", "")
    if RUNS.fullmatch(said) is None:
        return []
    runs = [(int(first), int(last)) for first, last in (one.split("-") for one in said.split(" "))]
    return [run for run in runs if 1 <= run[0] <= run[1]]


@csrf_exempt  # a page kept on the phone has no token; the rule here is the same origin, see `is_our_page`
@require_POST
@access.patient
def sync(request: HttpRequest) -> HttpResponse:
    """Take a batch of the phone's items in and answer each."""
    if not is_our_page(request):
        return refused(HTTPStatus.FORBIDDEN, "Only this app's own pages may send here.")
    if request.content_type != "application/json":
        return refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON.")
    visit = visit_of(request, even_ended=True)
    contact = take_in(visit, read_batch(request.body))
    if contact.taken.changed:
        state.say_once(request, contact.taken.changed)
        state.forget_check(request)
    for there, name in contact.taken.finished:
        questions.forget(request, there, name)
    return JsonResponse(contact.body)


def is_our_page(request: HttpRequest) -> bool:
    """Tell whether our own page sent it: one of another site cannot set these headers, the browser writes them."""
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site == "same-origin" and urlsplit(origin).netloc == request.get_host()


def refused(status: HTTPStatus, message: str) -> HttpResponse:
    """Return why nothing was taken."""
    return JsonResponse({"code": f"http.{status}", "message": message}, status=status)


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = LOOK_AGAIN
    return response
