"""Words of the content in the language of the page, for templates that show a table of the content as it stands."""

from __future__ import annotations

from django import template

from mortise.web.phone.said import said

register = template.Library()
register.filter("said", said)
