"""What is round every chart: title, direction, picture with its label, key, and the numbers in tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mortise.errors import ContentError
from mortise.report.chart._svg import hatchings, safe
from mortise.report.chart.inputs import Heading
from mortise.report.words import tr
from mortise.terms import Side

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")


class Key(NamedTuple):
    """One entry of the key: a small picture 28 by 14 and its words."""

    picture: str
    words: str


class Table(NamedTuple):
    """Numbers beneath a chart; the first cell of a row is its heading, numbers stand to the end."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    n_words: int = 0  # columns at the end that hold words, not numbers


class Canvas(NamedTuple):
    """The picture: its size and what is drawn; a wide one scrolls sideways before its words shrink."""

    width: float
    height: float
    content: str
    is_wide: bool = False


def side_word(side: Side) -> str:
    """Return the side as a reader sees it."""
    return {Side.LEFT: tr("Left"), Side.RIGHT: tr("Right"), Side.NONE: tr("Both")}[side]


def is_treated_side(side: Side, treated: Side) -> bool:
    """Whether a side takes the treated hue; with both or neither treated, the left does."""
    return side is treated if treated is not Side.NONE else side is not Side.RIGHT


def isolated(words: str) -> str:
    """Return words that keep their own direction on a page of the other one: "4 Nov" never becomes "Nov 4"."""
    return f"<bdi>{safe(words)}</bdi>"


def _cell(words: str, is_number: bool) -> str:
    return f'<td class="n">{safe(words)}</td>' if is_number else f"<td>{isolated(words)}</td>"


def table_html(table: Table) -> str:
    """Return a table; empty ones are left out."""
    if not table.rows:
        return ""
    n_numbers = len(table.columns) - 1 - table.n_words
    heads = "".join(
        f'<th scope="col"{" class=" + chr(34) + "n" + chr(34) if 0 < i <= n_numbers else ""}>{safe(words)}</th>'
        for i, words in enumerate(table.columns)
    )
    body = "".join(
        f'<tr><th scope="row">{isolated(row[0])}</th>'
        + "".join(_cell(words, i < n_numbers) for i, words in enumerate(row[1:]))
        + "</tr>"
        for row in table.rows
    )
    return (
        f'<table class="table"><caption>{isolated(table.caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def keys_html(keys: Sequence[Key]) -> str:
    """Return the key."""
    if not keys:
        return ""
    items = "".join(
        f'<li><svg viewBox="0 0 28 14" aria-hidden="true">{key.picture}</svg>{isolated(key.words)}</li>'
        for key in keys
    )
    return f'<ul class="keys">{items}</ul>'


def chart_figure(
    heading: Heading,
    canvas: Canvas,
    *,
    keys: Sequence[Key] = (),
    tables: Sequence[Table] = (),
    notes: Sequence[str] = (),
) -> str:
    """Return a whole chart as `<figure class="chart">`.

    Raises
    ------
    ContentError
        When the prefix could not be part of an id.
    """
    if not _PREFIX.match(heading.id_prefix):
        raise ContentError(
            "a prefix is a letter, then letters, digits and hyphens.", where="heading.id_prefix"
        )
    picture = (
        f'<svg viewBox="0 0 {canvas.width:.0f} {canvas.height:.0f}" role="img" direction="ltr" '
        f'aria-label="{safe(heading.finding)}">{hatchings(heading.id_prefix)}{canvas.content}</svg>'
    )
    if canvas.is_wide:
        label = tr("{title}; scrolls sideways on a small screen").format(title=heading.title)
        css = "scroll scroll--wide" if canvas.width > 760 else "scroll"
        picture = f'<div class="{css}" tabindex="0" role="region" aria-label="{safe(label)}">{picture}</div>'
    numbers = "".join(table_html(table) for table in tables)
    said = "".join(f"<li><span>{isolated(note)}</span></li>" for note in notes)
    show = safe(tr("Show the numbers"))
    return (
        f'<figure class="chart"><figcaption><b>{isolated(heading.title)}</b>'
        f'<span class="small hush">{isolated(heading.about)}</span></figcaption>{picture}{keys_html(keys)}'
        + (f'<ul class="dots small hush">{said}</ul>' if said else "")
        + (f"<details><summary>{show}</summary>{numbers}</details>" if numbers else "")
        + "</figure>"
    )
