"""The id of the request being answered, so that log lines and audit entries can be joined."""

from __future__ import annotations

from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the id of the request being answered, or an empty string outside of one."""
    return _request_id.get()


def use(request_id: str) -> None:
    """Make `request_id` the current one."""
    _request_id.set(request_id)
