"""Progress bars for long work: on a terminal only, on the error stream, so that output can be piped."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, TypeVar

_T = TypeVar("_T")


def counted(items: Iterable[_T], n_items: int, words: str, *, stream: IO[str] | None = None) -> Iterator[_T]:
    """Yield `items` while a bar shows how many of `n_items` are done.

    Parameters
    ----------
    items : iterable
        The work, one by one.
    n_items : int
        How many there are.
    words : str
        What is being done.
    stream : text stream or None
        Where the bar is drawn; None is the error stream. Not a terminal: no bar.
    """
    stream = stream or sys.stderr
    if not stream.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, description=words, total=n_items, console=Console(file=stream), transient=True)


@contextmanager
def pulsing(words: str, *, stream: IO[str] | None = None) -> Iterator[None]:
    """Show a moving bar and the time spent, for work whose length is not known beforehand.

    Parameters
    ----------
    words : str
        What is being done.
    stream : text stream or None
        Where the bar is drawn; None is the error stream. Not a terminal: no bar.
    """
    stream = stream or sys.stderr
    if not stream.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream), transient=True) as bar:
        bar.add_task(words, total=None)
        yield
