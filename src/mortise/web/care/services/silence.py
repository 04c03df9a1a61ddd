"""Decide for those who say nothing: without a report nobody asks the engine, so the server's clock does."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from mortise.web.audit import log
from mortise.web.care.models import EpisodeRow, Need, Standing
from mortise.web.care.services import notices, standings
from mortise.web.care.services.decisions import UndecidedError, decide

logger = logging.getLogger("mortise.care")


def decide_for_the_silent(*, now: datetime, by: log.Process) -> int:
    """Decide the day of everybody not heard from for the protocol's `silence_days`; return how many; audited.

    Once when the silence has become that long, and again after every further such time. A patient with an address gets
    one mail a silence. Who took the agreement to treatment back is left alone.
    """
    rows = Standing.objects.filter(episode__closed_on__isnull=True, is_taken_back=False).exclude(
        need=Need.NEW
    )
    n_decided = 0
    for standing in rows.select_related("episode__patient__clinic", "episode__standing"):
        episode = standing.episode
        today = episode.patient.clinic.today(now)
        if _is_due(standing, today):
            n_decided += _decide(episode, today, by)
    return n_decided


def silent_since(standing: Standing) -> date:
    """Return the day from which silence is counted: the last report, or the beginning."""
    return standing.last_heard_on or standing.episode.opened_on


def _is_due(standing: Standing, today: date) -> bool:
    silent_on = silent_since(standing) + timedelta(days=standing.silence_days)
    if today < silent_on:
        return False
    decided_on = standing.decided_on
    return decided_on is None or decided_on < silent_on or (today - decided_on).days >= standing.silence_days


def _decide(episode: EpisodeRow, today: date, by: log.Process) -> int:
    is_first = episode.standing.decided_on is None or episode.standing.decided_on < silent_since(
        episode.standing
    ) + timedelta(days=episode.standing.silence_days)
    try:
        decide(episode=episode, on=today, by=by)
    except Exception as error:
        kind = "not run" if isinstance(error, UndecidedError) else type(error).__name__
        logger.error("no day could be decided for somebody silent: %s", kind)
        standings.undecided(episode, today)
        return 0
    if is_first:
        notices.tell_of_silence(episode)
    return 1
