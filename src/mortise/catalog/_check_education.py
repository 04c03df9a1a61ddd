"""What is taught: every snippet has words, a source and stages, and every stage teaches what fits it."""

from __future__ import annotations

from mortise.catalog._check_figures import double_entry
from mortise.catalog._decode import Faults
from mortise.catalog._places import Book

PREFIX = "education."


def education_fits(book: Book, faults: Faults) -> int:
    """Check that texts and snippets name each other, that sources resolve, and that stages and snippets agree."""
    words = {name for name in book.texts if name.startswith(PREFIX)}
    for name in sorted(words ^ set(book.education)):
        missing = "no entry in education.toml" if name in words else "no text"
        faults.add(f"education {name}", f"has {missing}.", "Write both.")
    for name, snippet in book.education.items():
        where = f"education {name}"
        for row in snippet.evidence:
            if row not in book.evidence:
                faults.add(where, f"there is no evidence row {row!r}.", "Name a row of content/evidence.")
        double_entry(where, snippet.evidence, snippet.strength, book, faults)
    return len(book.education) + _stages_agree(book, faults)


def _stages_agree(book: Book, faults: Faults) -> int:
    n_seen = 0
    for protocol in book.protocols.values():
        for stage in protocol.stages:
            for name in stage.education:
                n_seen += 1
                if name in book.education and stage.id not in book.education[name].stages:
                    faults.add(f"{protocol.id}, stage {stage.id}, education", f"{name} is not tied to this stage.",
                               "Name the stage in education.toml, or teach something else.")  # fmt: skip
    known = {stage.id for protocol in book.protocols.values() for stage in protocol.stages}
    families = {one.rstrip("0123456789") for one in known}
    for name, snippet in book.education.items():
        for stage_id in snippet.stages:
            if stage_id.rstrip("0123456789") in families and stage_id not in known:
                faults.add(
                    f"education {name}, stages", f"there is no stage {stage_id!r}.", "Correct the name."
                )
    return n_seen
