"""Reads clinical content, refuses what is malformed, resolves citations and checks it."""

from mortise.catalog.content import CONTENT_ROOT, Content, load

__all__ = ["CONTENT_ROOT", "Content", "load"]
