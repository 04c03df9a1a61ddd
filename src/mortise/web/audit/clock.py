"""The clock of the web application. The demonstration fills in past weeks by setting it; the audit log ignores that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_as_if: ContextVar[datetime | None] = ContextVar("as_if", default=None)


def now() -> datetime:
    """Return the present moment (aware, UTC)."""
    return _as_if.get() or timezone.now()


@contextmanager
def as_if(moment: datetime) -> Iterator[None]:
    """Let the enclosed lines happen at `moment`."""
    token = _as_if.set(moment)
    try:
        yield
    finally:
        _as_if.reset(token)
