"""What a patient agrees to, in their words. A changed text is a new version; what somebody agreed to keeps its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from django.utils.translation import gettext_noop as _

from mortise.web.care.models import Purpose


class ConsentText(NamedTuple):
    """One text that is shown before somebody says yes or no."""

    version: str
    words: str
    when_taken_back: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(f"{self.version}\n{self.words}\n{self.when_taken_back}".encode()).hexdigest()


TEXTS: Mapping[Purpose, ConsentText] = MappingProxyType(
    {
        Purpose.TREATMENT: ConsentText(
            "2026-11b",
            _(
                "The clinic keeps a record of your ankle: what you report, what is measured, and what is decided. "
                "Those who treat you read it. You can see who did."
            ),
            _(
                "From that moment your programme stops and nothing is added to your record, but for a danger sign you "
                "report. Nobody outside the clinic reads it any more, links given to guests end, and it is left out of "
                "every comparison. What is written stays, because the clinic must keep it. You can agree again."
            ),
        ),
        Purpose.RECORDINGS: ConsentText(
            "2026-11",
            _(
                "The clinic records how you move with small sensors or a phone, and keeps the files to measure from "
                "them. No pictures and no sound are kept."
            ),
            _("No new recording is taken in. Files and numbers already there stay part of your record."),
        ),
        Purpose.COACH: ConsentText(
            "2026-11",
            _(
                "Coaches of this clinic see your name, whether you train as planned, the stage you are in, and what "
                "training is allowed today. They see no symptom, no finding and no reason."
            ),
            _("From that moment no coach sees you any more."),
        ),
        Purpose.RESEARCH: ConsentText(
            "2026-11",
            _(
                "Your numbers are counted together with those of others, without your name, to see how people get on."
            ),
            _(
                "From that moment you are counted in no comparison. Results already given away cannot be taken back."
            ),
        ),
    }
)
