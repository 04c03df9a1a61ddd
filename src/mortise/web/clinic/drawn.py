"""Pictures of a story, drawn once for as long as the story is remembered."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from django.utils.safestring import SafeString, mark_safe

from mortise.episode import Story

_drawn: WeakKeyDictionary[Story, dict[str, str]] = WeakKeyDictionary()


def drawn_once(story: Story, what: str, draw: Callable[[], str]) -> str:
    """Return a picture of a story; `what` names it. A story never changes, so neither does its picture."""
    pictures = _drawn.setdefault(story, {})
    if what not in pictures:
        pictures[what] = draw()
    return pictures[what]


def drawn(svg: str) -> SafeString:
    """Mark what `report` drew as safe: it escapes every word it is given."""
    return mark_safe(svg)
