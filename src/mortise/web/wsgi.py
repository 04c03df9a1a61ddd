"""The door for a WSGI server. What every worker needs is read here, once, before the first page is asked for."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mortise.web.settings")

application = get_wsgi_application()

from mortise.web.clinic.warm import warm  # noqa: E402 - after the applications are set up

warm()
