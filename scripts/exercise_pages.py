"""Print the pages of the exercise library, made from the content: one JSON object of file names and texts.

One page for each chain of neighbours with every figure and field, the index of them, and what is taught. Pictures show
the left ankle treated.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping

from mortise.catalog import Content, load
from mortise.cli.figures import look
from mortise.protocol import Demand, Exercise, Tag
from mortise.report.doses import full_dose
from mortise.report.figure import diagram_picture, load_diagrams, load_figures, picture
from mortise.report.figure.sheet import standalone
from mortise.report.words import number, plural
from mortise.terms import Side, Strength

STRENGTH = {
    Strength.EXCERPT_SEEN: "excerpt seen",
    Strength.SOURCE_NOT_OPENED: "source not opened",
    Strength.CONSENSUS: "clinic default",
}
MADE = "<!-- Made by scripts/exercise_pages.py from src/mortise/content. Change the content, then `make generated`. -->"
DEMAND = {Demand.NONE: "none", Demand.MID: "middle of the range", Demand.END: "end of the range"}
WORDS = {
    Tag.OPEN_CHAIN: "foot free", Tag.CLOSED_CHAIN: "foot loaded", Tag.END_RANGE_DORSIFLEXION: "end of bending up",
    Tag.END_RANGE_PLANTARFLEXION: "end of pointing", Tag.IMPACT: "impact", Tag.SINGLE_LEG: "one leg",
    Tag.UNSUPPORTED: "without a hand", Tag.LOADED_CALF: "loaded calf", Tag.QUICK: "quick",
    Tag.WALKING: "walking", Tag.STEP: "step", Tag.MANUAL: "a clinician’s hands", Tag.RUNNING: "running",
    Tag.FORCED_DORSIFLEXION: "bent up by the body’s weight",
}  # fmt: skip
INTRO = """\
Every exercise and technique, easiest first in each chain: the one before is what is done when something is too much,
the one after is what comes next. Pictures show the left ankle treated, in colour. No clinician has checked these
pages or pictures. A dose marked *clinic default* is our own synthesis."""


def chains(library: Mapping[str, Exercise]) -> Iterator[list[Exercise]]:
    """Yield every chain of neighbours from its floor up; home exercises first, then techniques."""
    floors = [one for one in library.values() if one.easier == "floor"]
    for floor in sorted(floors, key=lambda one: (Tag.MANUAL in one.tags, one.purposes[0], one.id)):
        chain = [floor]
        while chain[-1].harder != "ceiling":
            chain.append(library[chain[-1].harder])
        yield chain


def minutes(one: Exercise, step: int) -> str:
    """Write how long a rung takes."""
    seconds = one.seconds(step)
    return f"{number(seconds / 60, 1)} min" if seconds >= 60 else f"{number(seconds, 1)} s"


def link(name: str, library: Mapping[str, Exercise], pages: Mapping[str, str]) -> str:
    """Link to an exercise on its page."""
    return f"[{library[name].name}]({pages[name]}.md#{name})" if name in library else name


def links(names: Iterable[str], library: Mapping[str, Exercise], pages: Mapping[str, str]) -> str:
    """Link to several."""
    return ", ".join(link(name, library, pages) for name in names)


def rows(
    one: Exercise, library: Mapping[str, Exercise], pages: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the fields of an exercise with their words."""
    yield "Purpose", ", ".join(one.purposes)
    yield "Load", ", ".join(WORDS[tag] for tag in one.tags)
    yield "Bending up, pointing", f"{DEMAND[one.dorsiflexion]}, {DEMAND[one.plantarflexion]}"
    yield "Impact", f"{one.impact} of 4"
    yield "Needs", ", ".join(one.needs) or "nothing"
    if one.instead is not None:
        yield "Without it", link(one.instead, library, pages)
    yield "Easier, harder", links((one.easier, one.harder), library, pages)
    if one.not_with:
        yield "Not on one day with", links(one.not_with, library, pages)
    if one.both_sides:
        yield "Sides", "both"
    cited = ", ".join(f"[{row}](../evidence.md)" for row in one.evidence)
    yield "Rests on", f"{cited}: {STRENGTH[one.strength]}"
    yield "Raw list", ", ".join(one.raw_rows)


def table(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield a Markdown table."""
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in body:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
    yield ""


def technique(one: Exercise) -> Iterator[str]:
    """Yield what a clinician reads of a technique."""
    said = one.technique
    assert said is not None  # the catalogue keeps tag and technique together
    yield "A clinician’s technique: never shown as home exercise."
    yield from table(("", ""), (
        ("Joint", said.joint), ("Direction", said.direction), ("Hands", said.hands),
        ("While irritable", said.when_irritable or "not used"), ("When stiff", said.when_stiff or "not used"),
        ("Cautions", "; ".join(said.cautions)), ("Test", said.test),
    ))  # fmt: skip


def section(one: Exercise, library: Mapping[str, Exercise], pages: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of one exercise."""
    yield f'<a id="{one.id}"></a>'
    yield ""
    yield f"## {one.name}"
    yield ""
    yield f"![{one.name}](pictures/{one.id}.svg)"
    yield ""
    yield one.why
    yield ""
    if one.technique is not None:
        yield from technique(one)
    yield f"**Set up.** {one.set_up}"
    yield ""
    yield from (f"{place}. {words}" for place, words in enumerate(one.steps, start=1))
    yield ""
    yield f"**Cues.** {'. '.join(one.cues)}. **Breathing.** {one.breathing}"
    yield ""
    yield f"**Stop if.** {'. '.join(one.stop_signs)}."
    yield from table(("", ""), rows(one, library, pages))
    doses = ((str(n + 1), full_dose(dose), minutes(one, n)) for n, dose in enumerate(one.dose_steps))
    yield from table(("Rung", "Dose", "Takes"), doses)


def chain_page(chain: list[Exercise], library: Mapping[str, Exercise], pages: Mapping[str, str]) -> str:
    """Return the page of one chain."""
    first, last = chain[0].name, chain[-1].name
    title = first if len(chain) == 1 else f"From {first[0].lower()}{first[1:]} to {last[0].lower()}{last[1:]}"
    lines = [f"# {title}", "", MADE, "", "[All exercises](README.md)", ""]
    for one in chain:
        lines += section(one, library, pages)
    return "\n".join(lines).rstrip() + "\n"


def index(content: Content, pages: Mapping[str, str]) -> str:
    """Return the list of every chain."""
    library = content.exercises
    lines = ["# Exercises and techniques", "", MADE, "", INTRO, ""]
    n_home = sum(Tag.MANUAL not in one.tags for one in library.values())
    lines.append(
        f"{plural(n_home, 'exercise')}, {plural(len(library) - n_home, 'technique')}. "
        "`mortise figures` shows every picture at once, light and dark. What is taught beside them: "
        "[education](education.md)."
    )
    body = (
        (chain[0].purposes[0] + (", by hand" if Tag.MANUAL in chain[0].tags else ""), " → ".join(
            link(one.id, library, pages) for one in chain))
        for chain in chains(library)
    )  # fmt: skip
    lines += table(("For", "Easiest to hardest"), body)
    return "\n".join(lines).rstrip() + "\n"


def education_page(content: Content) -> str:
    """Return what is taught, where, and what it rests on."""
    lines = [
        "# What is taught",
        "",
        MADE,
        "",
        "Short texts beside the exercises of a stage. [All exercises](README.md)",
    ]
    body = (
        (name.removeprefix("education.").replace("_", " "), content.texts[name], ", ".join(one.stages),
         f"{', '.join(f'[{row}](../evidence.md)' for row in one.evidence)}: {STRENGTH[one.strength]}")
        for name, one in sorted(content.education.items())
    )  # fmt: skip
    lines += table(("About", "Text", "Stages", "Rests on"), body)
    return "\n".join(lines).rstrip() + "\n"


def pictures(library: Mapping[str, Exercise]) -> Iterator[tuple[str, str]]:
    """Yield the picture of every exercise and technique as a file of its own."""
    css, figures, diagrams = look(), load_figures(), load_diagrams()
    for name, one in library.items():
        if one.technique is not None:
            svg = diagram_picture(diagrams[one.figure], Side.LEFT)
        else:
            svg = picture(figures[one.figure], Side.LEFT)
        yield f"pictures/{name}.svg", standalone(svg, css)


def files_of(content: Content) -> dict[str, str]:
    """Return every file by its name under the folder."""
    library = content.exercises
    pages = {one.id: chain[0].id for chain in chains(library) for one in chain}
    found = {"README.md": index(content, pages), "education.md": education_page(content)}
    for chain in chains(library):
        found[f"{chain[0].id}.md"] = chain_page(chain, library, pages)
    return found | dict(pictures(library))


if __name__ == "__main__":
    json.dump(files_of(load()), sys.stdout, ensure_ascii=False)
