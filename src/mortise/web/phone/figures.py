"""Pictures of exercises as plain trees, so that a phone builds them node by node and never parses markup."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from mortise.catalog import Content
from mortise.report.figure import animation, load_figures, thumbnail
from mortise.terms import Side

Tree = list[Any]  # [tag, {attribute: value}, children or text]


@lru_cache(maxsize=128)
def figure_trees(content: Content, exercise_id: str, side: Side) -> dict[str, Tree]:
    """Return the moving picture and the small one of an exercise; both are our own drawings."""
    exercise = content.exercises[exercise_id]
    figure = load_figures()[exercise.figure]
    return {
        "moving": _tree(
            animation(figure, side, id_prefix=f"fig-{exercise_id}", down_first=exercise.down_first)
        ),
        "small": _tree(thumbnail(figure, side)),
    }


def _tree(svg: str) -> Tree:
    return _node(ElementTree.fromstring(svg))


def _node(element: ElementTree.Element) -> Tree:
    tag = element.tag.rpartition("}")[2]
    attributes = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    children = [_node(child) for child in element]
    return [tag, attributes, children or (element.text or "").strip()]
