"""Reports as files, made by a job: asked for, made, fetched, gone after a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import Http404

from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.audit import clock, log
from mortise.web.care.models import EpisodeRow, Paper
from mortise.web.care.services.access import patients_of, require

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def ask_paper(*, episode: EpisodeRow, kind: str, queue: Callable[[Paper], object], by: User) -> Paper:
    """Ask for a report as a file; the same one asked for and not made yet is returned; audited.

    `queue` queues the job within this transaction: both stand or neither does.
    """
    require(by, Right.SEE_RECORD)
    same = Paper.objects.filter(episode=episode, kind=kind, asked_by=by)
    waiting = next((one for one in same.defer("pdf") if one.is_under_way), None)
    if waiting is not None:
        return waiting
    made = Paper.objects.create(episode=episode, kind=kind, asked_by=by, asked_at=clock.now())
    log.record(by, "paper.ask", episode.patient, {"paper": made.pk, "kind": kind})
    queue(made)
    return made


def make_paper(*, paper: Paper, story: Callable[[], Any], pages: Callable[[Any], bytes]) -> None:
    """Make a file in two steps that the waiting page names; one that is made already stays. Audited."""
    if not paper.is_under_way:
        return
    _now(paper, Paper.Status.READING)
    told = story()
    _now(paper, Paper.Status.SETTING)
    pdf = pages(told)
    with transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(status=Paper.Status.READY, pdf=pdf, made_at=clock.now())
        log.record(paper.asked_by, "paper.make", paper.episode.patient, {"paper": paper.pk})


def give_up_paper(*, paper_id: str) -> None:
    """Say that a file could not be made, so that nobody waits for it."""
    Paper.objects.filter(pk=paper_id).exclude(status=Paper.Status.READY).update(status=Paper.Status.FAILED)


def paper_or_404(by: User, paper_id: Any) -> Paper:
    """Return a file about a patient in reach, or 404; its bytes are fetched by `pdf_of`."""
    rows = Paper.objects.filter(episode__patient__in=patients_of(by))
    found = (
        rows.defer("pdf").select_related("episode__patient__clinic", "asked_by").filter(pk=paper_id).first()
    )
    if found is None:
        if Paper.objects.filter(pk=paper_id).exists():
            log.record(by, "reach.refused", detail={"kind": "paper", "id": paper_id})
        raise Http404
    return found


def pdf_of(*, paper: Paper, by: User) -> bytes:
    """Return the bytes of a file that is ready, or 404; audited."""
    if paper.status != Paper.Status.READY or paper.pdf is None:
        raise Http404
    log.record(by, "paper.read", paper.episode.patient, {"paper": paper.pk})
    return bytes(paper.pdf)


def drop_old_papers() -> int:
    """Delete files asked for more than a day ago; all they say is on the record. Return how many."""
    n, _ = Paper.objects.filter(asked_at__lt=clock.now() - KEPT_FOR).delete()
    return n


def _now(paper: Paper, status: Paper.Status) -> None:
    """Say where the making is, for the page that waits; a file that is there already is not touched."""
    Paper.objects.filter(pk=paper.pk).exclude(status=Paper.Status.READY).update(status=status)
