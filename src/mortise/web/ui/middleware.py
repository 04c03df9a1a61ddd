"""Headers that keep pages closed, and one place where an error becomes a page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from mortise.errors import MortiseError
from mortise.web.ui.errors import answer_to, too_large

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# The phone's own sensors are for our pages only; everything else is off.
PERMISSIONS = (
    "accelerometer=(self), gyroscope=(self), screen-wake-lock=(self), camera=(), microphone=(), geolocation=(), "
    "payment=(), usb=()"
)


class SafeHeaders:
    """Add the content security policy and its kin to every answer; forbid keeping any answer that does not say else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class SmallAnswers(GZipMiddleware):
    """Compress pages and data for a phone on a slow network.

    Random bytes are added to each, and the token of every form changes with every page, so that sizes tell nothing
    of what is in them (BREACH). What is streamed, such as an archive, is sent as it is.
    """

    TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml")

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what is text and was made in one piece."""
        is_text = response.headers.get("Content-Type", "").startswith(self.TEXT)
        return super().process_response(request, response) if is_text and not response.streaming else response


class SizeLimit:
    """Refuse a request larger than two recordings before anything of it is read: reading a form fills the disk.

    A body without a length is empty to WSGI, so the length sent is the length there is.
    """

    N_RECORDINGS = 2

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = self.N_RECORDINGS * settings.UPLOAD_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if length.isdecimal() and (len(length) > len(str(most)) or int(length) > most):
            return too_large(request)
        return self.get_response(request)


class ErrorPages:
    """Turn an error of the Mortise family into a page, or into JSON for a program."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_to(request, error) if isinstance(error, MortiseError) else None
