"""Every address of the web application. Rooms that are not installed have none."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mortise.web.accounts.views import home
from mortise.web.settings import has_room

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("mortise.web.accounts.urls")),
]
if has_room("clinic", "urls"):
    urlpatterns.append(path("desk/", include("mortise.web.clinic.urls")))
if has_room("phone", "urls"):
    urlpatterns.append(path("phone/", include("mortise.web.phone.urls")))

handler400 = "mortise.web.ui.errors.bad_request"
handler403 = "mortise.web.ui.errors.forbidden"
handler404 = "mortise.web.ui.errors.not_found"
handler500 = "mortise.web.ui.errors.broken"
