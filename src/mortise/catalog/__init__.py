"""Reads clinical content, refuses what is malformed, resolves citations and checks it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mortise.catalog.content import CONTENT_ROOT, Content, load

if TYPE_CHECKING:
    from mortise.catalog.checks import CheckReport

__all__ = ["CONTENT_ROOT", "Content", "check", "load"]


def check(root: Path | None = None) -> CheckReport:
    """Check every static obligation of a content folder.

    Parameters
    ----------
    root
        The folder; that of the package when not given.

    Returns
    -------
    CheckReport
        Every fault with its place and mend, and the obligations that were looked at.
    """
    from mortise.catalog.checks import check as check_folder  # a decision never needs it

    return check_folder(root)
