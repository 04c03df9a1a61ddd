"""And, or, not for the solver, without the conversions that take most of its Python binding's time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import z3
from z3 import z3core

_CONTEXT = z3.main_ctx()
TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)


@cache
def number(value: int) -> Any:
    """Return a whole number for the solver; each is made once."""
    return z3.IntVal(value)


def at_least(one: Any, other: Any) -> Any:
    """Return whether a whole number is at least another; either may be Python's own."""
    return _compared(z3core.Z3_mk_ge, one, other)


def at_most(one: Any, other: Any) -> Any:
    """Return whether a whole number is at most another; either may be Python's own."""
    return _compared(z3core.Z3_mk_le, one, other)


def _compared(make: Callable[..., Any], one: Any, other: Any) -> Any:
    left, right = (number(each) if isinstance(each, int) else each for each in (one, other))
    return z3.BoolRef(make(_CONTEXT.ref(), left.as_ast(), right.as_ast()), _CONTEXT)


def all_of(*parts: Any) -> Any:
    """Return whether all hold; true of none. A part may be Python's own True or False."""
    kept = [one for one in parts if one is not True and one is not TRUE]
    if any(one is False or one is FALSE for one in kept):
        return FALSE
    return _joined(z3core.Z3_mk_and, kept, TRUE)


def any_of(parts: Iterable[Any]) -> Any:
    """Return whether any holds; false of none. A part may be Python's own True or False."""
    kept = [one for one in parts if one is not False and one is not FALSE]
    if any(one is True or one is TRUE for one in kept):
        return TRUE
    return _joined(z3core.Z3_mk_or, kept, FALSE)


def negated(one: Any) -> Any:
    """Return the opposite."""
    if isinstance(one, bool):
        return FALSE if one else TRUE
    if one is TRUE or one is FALSE:
        return FALSE if one is TRUE else TRUE
    return z3.BoolRef(z3core.Z3_mk_not(_CONTEXT.ref(), one.as_ast()), _CONTEXT)


def implies(one: Any, other: Any) -> Any:
    """Return whether `other` holds wherever `one` does."""
    return any_of([negated(one), other])


def _joined(make: Callable[..., Any], parts: Sequence[Any], of_none: Any) -> Any:
    if not parts:
        return of_none
    if len(parts) == 1:
        return parts[0]
    raw = (z3.Ast * len(parts))(*(one.as_ast() for one in parts))
    return z3.BoolRef(make(_CONTEXT.ref(), len(parts), raw), _CONTEXT)
