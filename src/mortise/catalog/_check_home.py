"""Obligation 4b: what a patient is asked or due at home can be taken there."""

from __future__ import annotations

from mortise.catalog._decode import Faults
from mortise.catalog._places import Book
from mortise.terms import Setting


def home_tests_are_home(book: Book, faults: Faults) -> int:
    """Check that what a patient is asked or due at home can be taken at home."""
    n_seen = 0
    for protocol in book.protocols.values():
        asked = [
            (one, "check-in") for one in (*protocol.check_in, *protocol.after_session, *protocol.next_morning)
        ]
        asked += [(one.measure, "home review") for one in protocol.reviews if not one.at_visit]
        for name, where in asked:
            measure = book.measures.get(name)
            n_seen += 1
            if measure is None:
                continue
            if measure.setting not in (Setting.HOME, Setting.EITHER):
                faults.add(f"{protocol.id}, {where}", f"{name} is a {measure.setting.value} measure.",
                           "Ask a home measure.")  # fmt: skip
            elif not measure.question:
                faults.add(f"measure {name}", "is asked at home but has no question.", "Write one.")
    return n_seen
