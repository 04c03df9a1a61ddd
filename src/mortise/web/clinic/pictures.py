"""Small pictures of exercises, drawn once per side."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

from mortise.report.figure import ExerciseFigure, diagram_picture, load_diagrams, load_figures, thumbnail
from mortise.terms import Side
from mortise.web.care.content import content


@lru_cache(maxsize=1)
def _figures() -> dict[str, ExerciseFigure]:
    return load_figures()


@lru_cache(maxsize=256)
def thumbnail_of(exercise_id: str, side: Side) -> SafeString:
    """Return the small picture of an exercise with the treated side drawn, or nothing where none is drawn."""
    exercise = content().exercises.get(exercise_id)
    if exercise is not None and exercise.technique is not None:
        diagram = load_diagrams().get(exercise.figure)
        return mark_safe(diagram_picture(diagram, side, is_decoration=True)) if diagram else SafeString("")
    figure = _figures().get(exercise.figure) if exercise is not None else None
    return mark_safe(thumbnail(figure, side)) if figure is not None else SafeString("")
