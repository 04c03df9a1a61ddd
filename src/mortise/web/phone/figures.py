"""Pictures of exercises as plain trees, so that a phone builds them node by node and never parses markup."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from django.urls import reverse
from django.utils import translation

from mortise.catalog import Content
from mortise.report.figure import animation, thumbnail
from mortise.terms import Side
from mortise.web.phone.said import figure_of
from mortise.web.ui import local

Tree = list[Any]  # [tag, {attribute: value}, children or text]


def figure_path(exercise_id: str, side: Side) -> str:
    """Return the address of a picture in the language of the page: a cache keeps each language by itself."""
    path = reverse("phone:figure", args=[exercise_id, side.value])
    return path if local.is_english() else f"{path}?in={translation.get_language()}"


def figure_trees(content: Content, exercise_id: str, side: Side) -> dict[str, Tree]:
    """Return the moving picture and the small one of an exercise; both are our own drawings."""
    return _trees(content, exercise_id, side, str(translation.get_language()))


@lru_cache(maxsize=256)
def _trees(content: Content, exercise_id: str, side: Side, language: str) -> dict[str, Tree]:
    """Return the trees in one language, which is the one that is active."""
    exercise = content.exercises[exercise_id]
    figure = figure_of(exercise)
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
