"""The checks of the last week, each with a line of what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext, ngettext

from mortise.record import CheckIn
from mortise.report.words import day
from mortise.web.phone.visits import Visit


class CheckLine(NamedTuple):
    """One check: which it was, and how many of its answers were danger signs."""

    id: str
    title: str
    said: str


def check_lines(visit: Visit, checks: Iterable[CheckIn]) -> list[CheckLine]:
    """Return a line for each check."""
    return [_line(visit, one) for one in checks]


def _line(visit: Visit, told: CheckIn) -> CheckLine:
    when = gettext("Today") if told.on == visit.today else day(told.on)
    words = {
        "before_session": gettext("%(day)s, before the session"),
        "next_morning": gettext("%(day)s, the morning after"),
    }
    title = words.get(told.moment, gettext("%(day)s, a test")) % {"day": when}
    signs = visit.content.protocol(visit.episode.protocol).red_flags
    n_flags = sum(bool(told.answers.get(name)) for name in signs)
    n = len([name for name in told.answers if name not in signs])
    counted = ngettext("%(n)s answer", "%(n)s answers", n) % {"n": n}
    flagged = ngettext("%(n)s danger sign", "%(n)s danger signs", n_flags) % {"n": n_flags}
    return CheckLine(told.id, title, f"{flagged}, {counted}" if n_flags else counted)
