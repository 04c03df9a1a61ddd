"""What a job is: a function of django-tasks, how often it is tried, and whom it tells when it is given up.

@job(queue=SLOW, given_up=tell)
def measure(recording_id: str) -> None: ...

measure.enqueue(recording_id=...)   # within the transaction of what needs it: both stand or neither does
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult

QUICK, SLOW = "default", "slow"
N_ATTEMPTS = 3
INTERRUPTED, BROKE = "interrupted", "broke"  # why a job was given up

GivenUp = Callable[..., None]


class Kind(NamedTuple):
    """How a job is treated. `is_kept`: whether its row stays for a week after it was done."""

    n_attempts: int = N_ATTEMPTS
    given_up: GivenUp | None = None
    is_kept: bool = True


class Pace(NamedTuple):
    """How often a worker beats; how long after the last beat its jobs count as interrupted; how long one may take."""

    beat_s: float = 5.0
    n_missed: int = 6
    longest_s: float = 15 * 60.0

    @property
    def lost_after(self) -> timedelta:
        """The age of a beat at which its worker is taken for dead."""
        return timedelta(seconds=self.beat_s * self.n_missed)

    def wait(self, n_attempts: int) -> timedelta:
        """Return how long to wait after so many attempts: two beats, then three times as long each time."""
        return timedelta(seconds=2 * self.beat_s * 3 ** (n_attempts - 1))


_KINDS: dict[str, Kind] = {}


def job(
    *, queue: str = QUICK, n_attempts: int = N_ATTEMPTS, given_up: GivenUp | None = None, is_kept: bool = True
) -> Callable[[Callable[..., Any]], Task[..., Any]]:
    """Make a job of a function. `given_up(cause, **arguments)` is called once when it is not tried again."""

    def made_of(function: Callable[..., Any]) -> Task[..., Any]:
        made: Task[..., Any] = task(queue_name=queue)(function)
        _KINDS[made.module_path] = Kind(n_attempts, given_up, is_kept)
        return made

    return made_of


def kind_of(task_path: str) -> Kind:
    """Return how the job at `task_path` is treated; a job that no longer exists is tried like any other."""
    if task_path not in _KINDS:
        try:
            import_string(task_path)  # its module says what it is
        except ImportError:
            return Kind()
    return _KINDS.get(task_path, Kind())


def enqueue_once(one: Task[..., Any], **arguments: Any) -> None:
    """Queue a job unless the same one waits already. One that runs may have begun before what is new."""
    waiting = DBTaskResult.objects.filter(
        task_path=one.module_path,
        status=TaskResultStatus.READY,
        args_kwargs={"args": [], "kwargs": arguments},
    )
    if not waiting.exists():
        one.enqueue(**arguments)
