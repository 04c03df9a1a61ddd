"""Log lines without patient data: no address, no query, no body, no name, no message of a foreign exception.

An address can hold a personal link, a database error the row that failed, a form error what was typed. So Django's
own lines keep their fixed text and lose what is filled in; a traceback keeps places and types and loses the message.
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

from django.http import HttpRequest

from mortise.errors import MortiseError
from mortise.web.audit import request_ids

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class NoPatientData(logging.Filter):
    """Take everything out of a line that came from a person; join it to the audit log by the request id."""

    def filter(self, record: logging.LogRecord) -> bool:
        asked = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = request_ids.current() or asked or "-"
        if record.name.split(".")[0] != "mortise":
            record.msg, record.args = self._fixed_text(record), ()
        return True

    def _fixed_text(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):  # the development server gives a socket
            match = request.resolver_match
            route = match.view_name if match else "no such page"
            return f"{request.method} {route}: status {getattr(record, 'status_code', '-')}"
        return f"{str(record.msg)!r} (values left out)" if record.args else str(record.msg)


class Line(logging.Formatter):
    """One line: when (UTC), level, request, who logs, what."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        request_id = getattr(record, "request_id", "-")
        text = f"{at} {record.levelname} {request_id} {record.name}: {record.getMessage()}"
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        return text

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name is logging's
        kind, error, trace = ei
        lines = [
            f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)
        ]
        name = f"{kind.__module__}.{kind.__qualname__}" if kind else "no exception"
        code = f" [{error.code}]" if isinstance(error, MortiseError) else ""
        return "\n".join([*lines, f"  {name}{code}"])
