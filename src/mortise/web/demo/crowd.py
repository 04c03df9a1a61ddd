"""The rest of a Tuesday: 32 more fictional people, other protocols, a second clinician; always the same."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import NamedTuple

from mortise.terms import Sex, Side
from mortise.web.demo.people import YES, Part

SEED = 20260
SECOND_CLINICIAN = ("femi@clinic.example", "Femi Adeyemi")
DORSIFLEXION, ANTERIOR, POSTERIOR, ARTHROSCOPY = (
    "restricted-dorsiflexion", "anterior-impingement", "posterior-impingement", "after-arthroscopy",
)  # fmt: skip

# Made-up names; whoever bears one of them is not meant.
NAMES = (
    ("Ines Okafor", Sex.FEMALE), ("Matteo Brandl", Sex.MALE), ("Yara Nilsson", Sex.FEMALE),
    ("Pavel Adler", Sex.MALE), ("Noor Haddad", Sex.FEMALE), ("Callum Petrov", Sex.MALE),
    ("Sanna Virtala", Sex.FEMALE), ("Tomas Reyes", Sex.MALE), ("Greta Lindholm", Sex.FEMALE),
    ("Idris Falk", Sex.MALE), ("Maeve Corrigan", Sex.FEMALE), ("Jonas Albrecht", Sex.MALE),
    ("Priya Ramanan", Sex.FEMALE), ("Hugo Sandoval", Sex.MALE), ("Leila Farouk", Sex.FEMALE),
    ("Anton Wexler", Sex.MALE), ("Beatriz Amaral", Sex.FEMALE), ("Kofi Mensah", Sex.MALE),
    ("Ronja Steiner", Sex.FEMALE), ("Davide Moretti", Sex.MALE), ("Wren Gallagher", Sex.FEMALE),
    ("Emil Hoffner", Sex.MALE), ("Zofia Kaminska", Sex.FEMALE), ("Silas Thorne", Sex.MALE),
    ("Amara Diallo", Sex.FEMALE), ("Viggo Lund", Sex.MALE), ("Nadia Kessler", Sex.FEMALE),
    ("Rafael Quint", Sex.MALE), ("Tilda Marsh", Sex.FEMALE), ("Bruno Castell", Sex.MALE),
    ("Hana Sorensen", Sex.FEMALE), ("Oskar Weaver", Sex.MALE),
)  # fmt: skip
PROBLEMS = {
    DORSIFLEXION: (
        "The ankle stops before the step is done.", "Stiff every morning until I have walked to the bus.",
        "Since the plaster the heel comes up when I squat.", "I catch my toes when I am tired.",
    ),
    ANTERIOR: ("It pinches in front when I squat or go downhill.", "Lunges pinch at the front of the ankle."),
    POSTERIOR: ("It pinches behind when I point the foot.", "Going up on my toes hurts at the back."),
    ARTHROSCOPY: ("The scope was weeks ago and it is still stiff.",),
}  # fmt: skip
GOALS = (
    "Walk for an hour without thinking of it.", "Run for the bus.", "Dance at my sister’s wedding.",
    "Stairs at work, foot over foot.", "Hike down, not only up.", "Play with the children on the floor.",
)  # fmt: skip


class Joining(NamedTuple):
    """One more person: their story, the protocol, whose patient, and what else there is to see today."""

    part: Part
    protocol: str
    is_ada_s: bool
    writes: str = ""  # a message nobody has read yet
    has_unread_report: bool = False  # something the phone sent that could not be taken in
    agrees: bool = True  # to be counted in comparisons


class _Plot(NamedTuple):
    """How a story ends today."""

    n: int
    n_days: tuple[int, int]
    n_days_quiet: int = 1
    ending: str = ""
    flare_days_ago: int | None = None
    trains: float = 1.0
    pain: float = 1.5
    has_programme: bool = True
    writes: str = ""
    has_unread_report: bool = False


_PLOTS = (
    _Plot(1, (9, 12), 0, ending="red_hot_joint"),
    _Plot(2, (16, 20), 0, flare_days_ago=2),
    _Plot(2, (10, 16), 0, flare_days_ago=4, pain=2.0),
    _Plot(4, (18, 24), 0, pain=0.6),
    _Plot(3, (18, 26), 10, trains=0.5),
    _Plot(1, (12, 16), 0, writes="Is it all right to cycle to work again?"),
    _Plot(1, (12, 16), 0, writes="I am away until Monday and have no band with me."),
    _Plot(1, (12, 18), 0, has_unread_report=True),
    _Plot(2, (0, 1), 0, has_programme=False),
    _Plot(4, (28, 34), 0, pain=1.0),
    _Plot(11, (4, 13), 0, pain=1.2),
)


def crowd() -> tuple[Joining, ...]:
    """Return everybody who joins, always the same."""
    chance = Random(SEED)
    plots = [plot for plot in _PLOTS for _ in range(plot.n)]
    made = []
    for number, ((name, sex), plot) in enumerate(zip(NAMES, plots, strict=True)):
        protocol = DORSIFLEXION if number % 3 else chance.choice((ANTERIOR, POSTERIOR, ARTHROSCOPY, ANTERIOR))
        n_days = chance.randint(*plot.n_days)
        made.append(
            Joining(
                part=_part(name, sex, 100 + number, plot, n_days, protocol, chance),
                protocol=protocol,
                is_ada_s=number % 5 not in (1, 3),
                writes=plot.writes,
                has_unread_report=plot.has_unread_report,
                agrees=number % 9 != 4,
            )
        )
    return tuple(made)


def _part(name: str, sex: Sex, seed: int, plot: _Plot, n_days: int, protocol: str, chance: Random) -> Part:
    stays = (0, 15) if n_days >= 17 and plot.pain < 2 else (0,)
    return Part(
        name=name, birth_year=chance.randint(1949, 2004), sex=sex, side=chance.choice((Side.LEFT, Side.RIGHT)),
        seed=seed, n_days=n_days, stage_days=stays if plot.has_programme else (), pain_at_start=plot.pain,
        pain_spread=0.25, n_days_quiet=plot.n_days_quiet, trains=plot.trains,
        ending={plot.ending: YES} if plot.ending else {},
        flare_from_day=None if plot.flare_days_ago is None else n_days - plot.flare_days_ago,
        has_programme=plot.has_programme, problem=chance.choice(PROBLEMS[protocol]),
        goals=(chance.choice(GOALS),),
    )  # fmt: skip


def answers_of(part: Part) -> dict[str, Decimal | None]:
    """Return what a last report says that cannot be taken in: a day nobody can have lived yet."""
    return {"pain_now_nrs": Decimal(part.seed % 3)}
