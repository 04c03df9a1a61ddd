"""Whose phone this is, which ankle, which day: the start of every page."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext

from mortise.catalog import Content
from mortise.episode import Story
from mortise.protocol import Circumstances
from mortise.terms import Side
from mortise.web.accounts.models import User
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Patient
from mortise.web.phone import state

HERE = "mortise.episode"  # in the request: which ankle its page is about


class Visit(NamedTuple):
    """One request of a patient's phone."""

    user: User
    patient: Patient
    episode: EpisodeRow
    today: date
    circumstances: Circumstances
    content: Content
    others: tuple[EpisodeRow, ...] = ()  # the other ankle, when both are treated

    @property
    def side(self) -> Side:
        return self.episode.side

    @property
    def is_ended(self) -> bool:
        """Whether this patient was discharged, or took the agreement to treatment back."""
        return self.episode.closed_on is not None or self.patient.taken_back_at is not None

    @property
    def ankle_words(self) -> str:
        return gettext("left ankle") if self.side is Side.LEFT else gettext("right ankle")

    def at(self, episode: str) -> Visit | None:
        """Return the same visit at the ankle of this id; None when no such programme is open."""
        if episode == str(self.episode.pk):
            return self
        here = next((one for one in self.others if str(one.pk) == episode), None)
        if here is None:
            return None
        rest = tuple(one for one in (self.episode, *self.others) if one is not here)
        return self._replace(episode=here, others=rest)

    def story(self) -> Story:
        """Return the story as of today, under today's circumstances; the reading is audited."""
        return services.story_of(
            episode=self.episode, on=self.today, by=self.user, circumstances=self.circumstances
        )


class Ended(Exception):
    """This patient was discharged, and the page asked for needs an open episode."""


class NotBegun(Ended):
    """This patient has a link and no programme yet."""


class TakenBack(Ended):
    """This patient took the agreement to treatment back: there is no programme until they agree again."""


def visit_of(request: HttpRequest, *, even_ended: bool = False) -> Visit:
    """Return the visit. The ankle is the one chosen last.

    It raises `NotBegun` when this phone's patient never had an episode. When all have ended, or treatment is no longer
    agreed to, it raises `Ended`; or, for a page that shows what is still theirs, returns the one ended last or stopped.
    """
    user = request.user
    assert isinstance(user, User)
    patient = services.patient_of_phone(user)
    episodes = services.open_episodes_of(user, patient)
    today = patient.clinic.today()
    if not episodes:
        ended = services.ended_episodes_of(user, patient)
        if not ended:
            raise NotBegun
        if not even_ended:
            raise Ended
        return Visit(user, patient, ended[0], today, Circumstances(), content())
    if patient.taken_back_at is not None and not even_ended:
        raise TakenBack
    chosen = state.ankle_of(request)
    here = next((one for one in episodes if str(one.pk) == chosen), episodes[0])
    others = tuple(one for one in episodes if one is not here)
    request.META[HERE] = str(here.pk)
    return Visit(user, patient, here, today, state.circumstances_of(request, today), content(), others)
