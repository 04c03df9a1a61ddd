"""A sheet of every drawn exercise, for the eyes of whoever changes one."""

from __future__ import annotations

from html import escape

from mortise.report.figure.draw import picture, steps, thumbnail
from mortise.report.figure.library import load_figures
from mortise.terms import Side


def contact_sheet(ids: tuple[str, ...] = (), *, stylesheet: str = "look.css") -> str:
    """Return a page with each exercise's pictures: its small one, its own, and all its poses.

    Parameters
    ----------
    ids : tuple of str
        Which exercises; empty is all of them.
    stylesheet : str
        Address of the stylesheet, relative to where the page will be saved.

    Returns
    -------
    str
        A whole HTML page, left ankle treated; every third exercise shows the right, to see both.
    """
    rows = []
    for number, (name, figure) in enumerate(load_figures().items()):
        if ids and name not in ids:
            continue
        side = Side.RIGHT if number % 3 == 2 else Side.LEFT
        small = f'<div class="th"><div class="mat">{thumbnail(figure, side)}</div></div>'
        cards = [
            f'<div class="th">{small}<b>{escape(name)}</b> <span class="small">{side.value}</span></div>'
        ]
        cards.append(f'<div><div class="mat">{picture(figure, side)}</div></div>')
        cards += [
            f'<div><div class="mat">{step.svg}</div><p class="small">{escape(step.words)}</p></div>'
            for step in steps(figure, side)
        ]
        rows.append(f'<div class="four">{"".join(cards)}</div>')
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Figures</title>'
        f'<link rel="stylesheet" href="{escape(stylesheet)}"></head>'
        f'<body><main class="d-main">{"".join(rows)}</main></body></html>'
    )
