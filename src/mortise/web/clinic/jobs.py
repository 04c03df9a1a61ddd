"""What the desk has done apart: courses told beforehand, and reports made as files."""

from __future__ import annotations

from collections.abc import Mapping

from mortise.episode import Story
from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.requests import author_names
from mortise.web.clinic.told_course import course_told, to_bytes
from mortise.web.jobs.kinds import SLOW, job
from mortise.web.jobs.timetable import every

EVERY_S = 20.0
HOUR_S = 3600.0
FOR_S = 8.0  # of every turn, so that a recording never waits long behind it
BY = log.Process("run_jobs")


@job(queue=SLOW, n_attempts=1, is_kept=False)
def tell_courses() -> str:
    """Tell again the courses whose facts or day have moved on, so that nobody waits for one."""
    n = services.retell_outdated(by=BY, names=_names, tell=_tell, for_s=FOR_S)
    return f"{n} courses told beforehand" if n else ""


def _tell_given_up(cause: str, paper: str, by: str) -> None:
    services.give_up_paper(paper_id=paper)


@job(queue=SLOW, given_up=_tell_given_up)  # pages take seconds: the mail of a red flag never waits for them
def make_paper(paper: str, by: str) -> None:
    """Make a report as a file for whoever asked for it, as that person."""
    from mortise.web.clinic import views_paper  # the pages, which no other job needs

    views_paper.make(services.paper_or_404(User.objects.get(pk=by), paper))


@job(n_attempts=1, is_kept=False)
def drop_old_papers() -> str:
    """Let files of yesterday go."""
    n = services.drop_old_papers()
    return f"{n} files dropped" if n else ""


def _names(episode: EpisodeRow) -> dict[str, str]:
    return author_names(episode.patient)


def _tell(episode: EpisodeRow, told: Story, names: Mapping[str, str]) -> bytes:
    return to_bytes(course_told(episode, told, names))


every(EVERY_S, "courses", tell_courses)
every(HOUR_S, "papers", drop_old_papers)
