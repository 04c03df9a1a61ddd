"""One family of errors; each class says, in the reader's words, what is wrong and what to do next.

The class docstring is the default message. Facts are attributes, never text to parse. Four families by who must
act: the author of a file (`ContentError`), whoever recorded (`SignalError`), whoever typed or sent (`InputError`),
two people at once (`ConflictError`). Not knowing is a value (`mortise.terms.Cause`), not an error. No message may
hold patient data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class MortiseError(Exception):
    """Something went wrong in Mortise. Please report it with what you did just before."""

    code: ClassVar[str] = "mortise"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str | None = None, *, where: str = "", mend: str = "") -> None:
        """Say what is wrong, `where` (file and field, or sample and channel) and how to `mend` it."""
        self.message = message or " ".join((type(self).__doc__ or "").split())
        self.where = where
        self.mend = mend
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f" {self.mend}" if self.mend else ""
        return f"{place}{self.message}{mend}"


class ContentError(MortiseError):
    """A content file is not valid. Correct the field named and run `mortise check`."""

    code = "content"
    exit_status = 10


class SignalError(MortiseError):
    """The recording cannot be used. Record again as the instructions for this test say."""

    code = "signal"
    exit_status = 11


class InputError(MortiseError):
    """What was entered or sent cannot be read. Correct the field named and send it again."""

    code = "input"
    exit_status = 12


class ConflictError(MortiseError):
    """Somebody else changed this meanwhile. Load it again and repeat your change."""

    code = "conflict"
    exit_status = 13


@dataclass(frozen=True)
class Fault:
    """One fault found in a file: where it is, what is wrong, and the mend."""

    where: str
    message: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message} {self.mend}".rstrip()


class ContentFaults(ContentError):
    """Content files hold faults. Correct each field named and run `mortise check` again."""

    code = "content.faults"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{len(self.faults)} fault(s) in content files:\n{lines}")
