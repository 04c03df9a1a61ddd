"""Every drawn exercise and technique at once, in light and dark, for the eyes of whoever changes one.

The look is given as text and carried along, so that a sheet is one file that needs nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from mortise.errors import InputError
from mortise.report.figure.diagram import diagram_picture, load_diagrams
from mortise.report.figure.draw import picture, steps, thumbnail
from mortise.report.figure.library import ExerciseFigure, load_figures
from mortise.terms import Side

_CELL_WIDTH, _CELL_HEIGHT, _CAPTION, _GAP, _COLUMNS = 230, 250, 26, 12, 5
# At the beginning of a line: what is set in is of another medium (forced colours), where the device's own colours hold.
_RULE = re.compile(r"^(\.(?:mat|fig|f-)[^{}]*\{[^{}]*\})", re.MULTILINE)
_TOKENS = re.compile(r":root(?P<dark>\[data-theme=\"dark\"\])?\s*\{(?P<body>[^{}]*)\}")


class Drawn(NamedTuple):
    """One entry of the sheet: its name, its main picture, its small one, and every pose with its words."""

    name: str
    main: str
    small: str
    poses: tuple[tuple[str, str], ...]


def figure_style(look: str) -> tuple[str, str, str]:
    """Take out of the stylesheet what a drawn figure needs.

    Parameters
    ----------
    look : str
        The whole stylesheet of the pages.

    Returns
    -------
    tuple of str
        Rules of the figure, the values of the light theme and of the dark one, both without their selector.

    Raises
    ------
    InputError
        When it is not that stylesheet.
    """
    themes: dict[bool, str] = {}
    for found in _TOKENS.finditer(look):
        themes.setdefault(found["dark"] is not None, " ".join(found["body"].split()))
    rules = [found[1] for found in _RULE.finditer(look)]
    if not rules or set(themes) != {False, True}:
        raise InputError("the stylesheet holds no figure, or not both themes.", where="look.css")
    return "\n".join(rules), themes[False], themes[True]


def side_of_entry(number: int) -> Side:
    """Return the side the sheet shows: every third entry the right one, to see both."""
    return Side.RIGHT if number % 3 == 2 else Side.LEFT


def _of_figure(figure: ExerciseFigure, side: Side) -> Drawn:
    poses = tuple((step.words, step.svg) for step in steps(figure, side))
    return Drawn(figure.id, picture(figure, side), thumbnail(figure, side), poses)


def drawn(ids: Sequence[str] = ()) -> Iterator[Drawn]:
    """Draw every exercise, then every technique.

    Parameters
    ----------
    ids : sequence of str
        Which of them; empty is all.

    Yields
    ------
    Drawn
        In order of their names. A technique has one picture and no poses: it never moves.

    Raises
    ------
    InputError
        When an id is neither drawn as an exercise nor as a technique.
    """
    figures, diagrams = load_figures(), load_diagrams()
    unknown = sorted(set(ids) - set(figures) - set(diagrams))
    if unknown:
        raise InputError(
            f"nothing is drawn under {unknown[0]!r}.", where="id", mend="`mortise figures` shows all."
        )
    wanted = set(ids) or {*figures, *diagrams}
    for number, name in enumerate([*figures, *diagrams]):
        if name not in wanted:
            continue
        side = side_of_entry(number)
        if name in figures:
            yield _of_figure(figures[name], side)
        else:
            svg = diagram_picture(diagrams[name], side)
            yield Drawn(name, svg, diagram_picture(diagrams[name], side, is_decoration=True), ())


def _mat(svg: str, css: str) -> str:
    return f'<div class="mat {css}">{svg}</div>'


def _row(one: Drawn) -> str:
    poses = "".join(
        f"<figure>{_mat(svg, 'light')}<figcaption>{escape(words)}</figcaption></figure>"
        for words, svg in one.poses
    )
    return (
        f'<section id="{escape(one.name)}"><h2>{escape(one.name)}</h2><div class="row">'
        f'<figure class="small">{_mat(one.small, "light")}{_mat(one.small, "dark")}</figure>'
        f"<figure>{_mat(one.main, 'light')}</figure><figure>{_mat(one.main, 'dark')}</figure>{poses}</div></section>"
    )


_PAGE = """\
body { margin: 16px; font: 400 15px/1.4 system-ui, sans-serif; background: #f3f3ef; color: #1b1d2a; }
h2 { font-size: 17px; margin: 20px 0 6px; }
.row { display: flex; flex-wrap: wrap; gap: 12px; align-items: start; }
figure { margin: 0; inline-size: 230px; }
figure.small { inline-size: 96px; display: grid; gap: 8px; }
figcaption { font-size: 13px; }
svg { display: block; inline-size: 100%; block-size: auto; }
"""


def contact_sheet(look: str, ids: Sequence[str] = ()) -> str:
    """Return a page with each exercise's pictures: small and large in both themes, and all its poses.

    Parameters
    ----------
    look : str
        The whole stylesheet of the pages; what the figures need of it is carried along.
    ids : sequence of str
        Which exercises and techniques; empty is all of them.

    Returns
    -------
    str
        A whole HTML page, left ankle treated; every third entry shows the right one.

    Raises
    ------
    InputError
        When an id is not drawn, or the stylesheet holds no figures.
    """
    rules, light, dark = figure_style(look)
    rows = "".join(_row(one) for one in drawn(ids))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Every figure</title>'
        f"<style>{_PAGE}.light, .dark {{ {light} }}\n.dark {{ {dark} }}\n{rules}</style></head><body>"
        f"<h1>Every figure</h1><p>No clinician has checked these pictures.</p>{rows}</body></html>\n"
    )


def _nested(svg: str, x: float, y: float, css: str) -> str:
    """Put a picture into its cell: ground, then the picture, scaled to fit."""
    box = f'x="{x}" y="{y}" width="{_CELL_WIDTH}" height="{_CELL_HEIGHT}"'
    inner = svg.replace('<svg class="fig"', f'<svg class="fig" {box}', 1)
    return f'<g class="{css}"><rect class="ground" {box} rx="8"/>{inner}</g>'


def contact_svg(look: str, ids: Sequence[str] = ()) -> str:
    """Return one picture with every exercise and technique, light on the left, dark on the right.

    Parameters
    ----------
    look : str
        The whole stylesheet of the pages.
    ids : sequence of str
        Which exercises and techniques; empty is all of them.

    Returns
    -------
    str
        A whole SVG that needs nothing else.

    Raises
    ------
    InputError
        When an id is not drawn, or the stylesheet holds no figures.
    """
    rules, light, dark = figure_style(look)
    cells: list[str] = []
    step_x, step_y = _CELL_WIDTH + _GAP, _CELL_HEIGHT + _CAPTION + _GAP
    entries = list(drawn(ids))
    for number, one in enumerate(entries):
        x, y = _GAP + number % _COLUMNS * step_x, _GAP + number // _COLUMNS * step_y
        cells.append(_nested(one.main, x, y, "light"))
        cells.append(_nested(one.main, x + _COLUMNS * step_x, y, "dark"))
        cells.append(f'<text x="{x}" y="{y + _CELL_HEIGHT + 18}">{escape(one.name)}</text>')
    width = 2 * _COLUMNS * step_x + _GAP
    height = -(-len(entries) // _COLUMNS) * step_y + _GAP
    style = (
        f".light, .dark {{ {light} --under: var(--warm); }} .dark {{ {dark} }} "
        ".ground { fill: var(--warm); } "
        f"text {{ font: 400 15px system-ui, sans-serif; }}\n{rules}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<style>{style}</style><rect width='100%' height='100%' fill='#fff'/>{''.join(cells)}</svg>\n"
    )


def standalone(svg: str, look: str) -> str:
    """Return one picture as a file of its own, dark where the reader's device is.

    Parameters
    ----------
    svg : str
        A picture of this room.
    look : str
        The whole stylesheet of the pages.

    Returns
    -------
    str
        A whole SVG file on its mat.
    """
    rules, light, dark = figure_style(look)
    used = set(re.findall(r"class=\"([^\"]*)\"", svg))
    names = {name for one in used for name in one.split()} | {"fig"}
    kept = [
        rule
        for rule in rules.split("\n")
        if any(re.search(rf"\.{re.escape(name)}\b(?!-)", rule) for name in names)
    ]
    tokens = set(re.findall(r"var\((--[a-z0-9-]+)\)", " ".join(kept))) | {"--warm"}
    style = (
        f"svg {{ {_only(light, tokens)} --under: var(--warm); }} "
        f"@media (prefers-color-scheme: dark) {{ svg {{ {_only(dark, tokens)} }} }} "
        f".ground {{ fill: var(--warm); }} {' '.join(kept)}"
    )
    box = re.search(r'viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"', svg)
    if box is None:
        raise InputError("is not a picture of this room.", where="svg")
    x, y, width, height = box.groups()
    ground = f'<rect class="ground" x="{x}" y="{y}" width="{width}" height="{height}"/>'
    opened = svg.replace(
        '<svg class="fig"',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{float(width) / 2.4:.0f}" class="fig"',
        1,
    )
    head, rest = opened.split(">", 1)
    return f"{head}><style>{style}</style>{ground}{rest}\n"


def _only(theme: str, tokens: set[str]) -> str:
    """Return the lines of a theme that set one of the tokens."""
    plain = re.sub(r"/\*.*?\*/", "", theme)
    return " ".join(
        f"{found[0].strip()};" for found in re.finditer(r"--[^;]+", plain) if found[0].split(":")[0] in tokens
    )
