"""Mail to a colleague: sent after the change is kept, naming no patient; a failure holds up nothing."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from mortise.web.accounts.models import User

logger = logging.getLogger("mortise.care")


def tell(person: User, subject: str, body: str) -> None:
    """Send a mail once the transaction around it is kept."""
    if person.email:
        transaction.on_commit(lambda: _send(str(person.email), subject, body))


def where() -> str:
    """Return where to sign in, as the end of a sentence."""
    return f" at {settings.ADDRESS}" if settings.ADDRESS else ""


def _send(address: str, subject: str, body: str) -> None:
    try:
        EmailMessage(f"Mortise: {subject}", body, to=[address]).send()
    except (OSError, SMTPException) as error:
        logger.error("a mail to a colleague could not be sent: %s", type(error).__name__)
