"""Work on many records, several at once: in order, and with no more of them in memory than are being worked on."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")
N_AHEAD = 2  # tasks for each process that are handed out before the first of them is asked for


def n_processes(asked: int = 0) -> int:
    """Return how many processes to use.

    Parameters
    ----------
    asked : int
        As many; 0: one for each core that this process may use.

    Returns
    -------
    int
        At least 1.
    """
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return asked if asked > 0 else max(1, n_cores or 1)


def in_order(
    do: Callable[[_Task], _Done], tasks: Iterable[_Task], n_workers: int, *, start: str = "fork"
) -> Generator[_Done, None, None]:
    """Do tasks side by side and yield what comes of them in their order.

    Parameters
    ----------
    do : callable
        Of a module, so that another process finds it.
    tasks : iterable
        Is read only a few tasks ahead of what has been yielded: a long one need not fit into memory.
    n_workers : int
        Processes; with one, everything is done in this process.
    start : str
        How processes begin: `fork`, or `spawn` where this process holds connections that must not be shared.

    Yields
    ------
    object
        What `do` returns.
    """
    if n_workers <= 1:
        yield from map(do, tasks)
        return
    waiting: deque[Future[_Done]] = deque()
    with ProcessPoolExecutor(n_workers, mp_context=get_context(start)) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(do, task))
                if len(waiting) >= N_AHEAD * n_workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()
