"""The rest of a Tuesday: 32 more fictional people, other protocols, a second clinician; always the same."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from mortise.terms import Sex, Side
from mortise.web.demo.people import IN_G2, IN_G3, YES, Part, Treated

FIRST_SEED = 100
DORSIFLEXION, ANTERIOR, POSTERIOR, ARTHROSCOPY = (
    "restricted-dorsiflexion", "anterior-impingement", "posterior-impingement", "after-arthroscopy",
)  # fmt: skip
F, M, L, R = Sex.FEMALE, Sex.MALE, Side.LEFT, Side.RIGHT
CALM: Mapping[str, Any] = {"n_days_quiet": 0, "pain_at_start": 1.2, "pain_spread": 0.25}
SPORT, DAILY = {"activity_level": "sport"}, {"activity_level": "daily"}
BAD_DAY = {"pain_worst_24h_nrs": Decimal(7), "pain_now_nrs": Decimal(6)}
BAD_NIGHT = {"pain_night_flag": YES}
CAUGHT = {"fall_or_catch_flag": YES}


class Joining(NamedTuple):
    """One more person: their story, the protocol, whose patient, and what else there is to see today."""

    part: Part
    protocol: str
    is_ada_s: bool
    writes: str = ""  # a message nobody has read yet
    has_unread_report: bool = False  # something the phone sent that could not be taken in
    n_on_the_phone: int = 0  # numbered by their phone and not received yet
    agrees: bool = True  # to be counted in comparisons


class _Row(NamedTuple):
    """One line of the table below."""

    name: str
    born: int
    sex: Sex
    side: Side
    cm: int
    protocol: str
    n_days: int
    stage_days: tuple[int, ...]
    problem: str
    goal: str
    plot: Mapping[str, Any] = MappingProxyType({})  # of `Part`, where it is not calm
    joins: Mapping[str, Any] = MappingProxyType({})  # of `Joining`
    found: Mapping[str, str] = MappingProxyType({})


_ROWS = (
    # who needs somebody today
    _Row("Pavel Mallet", 1966, M, L, 178, POSTERIOR, 12, (0,), "It pinches behind when I point the foot.",
         "Kneel and sit back on my heels in the workshop.",
         {"flare_from_day": 9, "said": {1: {"warmth_self": YES}, 0: {"warmth_self": YES}}}),
    _Row("Noor Chamfer", 1994, F, R, 164, DORSIFLEXION, 24, (0, 9), "Landing from a jump ends with a jolt in front.",
         "A whole handball match by spring.", {"said": {6: BAD_DAY, 2: BAD_DAY}}, found=SPORT),
    _Row("Edda Plumb", 1951, F, L, 161, DORSIFLEXION, 58, (0, 15), "The left one has stood still for weeks.",
         "Walk to the allotment with the stick at home.",
         {"home_lunge_cm": ("5.8", "5.6", "5.7", "5.5", "5.6", "5.6", "5.4")},
         found={**DAILY, "walking_aid": "stick", "involved_reason": "gradual", "sprains": "none"}),
    _Row("Yara Trammel", 1987, F, R, 170, DORSIFLEXION, 17, (0, 9), "It aches at night since I carried boxes.",
         "Sleep through, then carry boxes again.", {"said": {2: BAD_NIGHT, 1: BAD_NIGHT, 0: BAD_NIGHT}}),
    _Row("Hilde Purlin", 1944, F, R, 158, DORSIFLEXION, 16, (0,), "I trip over the edge of the carpet.",
         "Cross the square with my frame before the light turns.", {"said": {8: CAUGHT, 1: CAUGHT}},
         found={**DAILY, "walking_aid": "frame", "involved_reason": "gradual", "sprains": "none"}),
    _Row("Maeve Corbel", 1983, F, L, 167, DORSIFLEXION, 22, (0, 15), "Stiff every morning until I reach the bus.",
         "Run for the bus."),
    _Row("Jonas Ratchet", 1999, M, R, 186, DORSIFLEXION, 18, (0,), "Since the plaster the heel comes up when I squat.",
         "Squat with the bar again.", found={**SPORT, "involved_reason": "fracture", "sprains": "none"}),
    _Row("Leila Scribe", 1976, F, R, 162, DORSIFLEXION, 15, (0,), "Stairs down hurt in front.",
         "Down the stairs at work, foot over foot.", joins={"has_unread_report": True}),
    _Row("Rafael Clamp", 1970, M, L, 174, ANTERIOR, 12, (0,), "Lunges pinch at the front of the ankle.",
         "Lay a floor without getting up every minute.", {"is_left_alone": True}),
    _Row("Emil Coping", 1962, M, R, 180, ANTERIOR, 13, (0,), "It pinches in front when I squat or go downhill.",
         "Hike down, not only up."),
    _Row("Sanna Lathe", 1990, F, L, 169, ARTHROSCOPY, 21, (0, 9), "The scope was weeks ago and it is still stiff.",
         "Ski again next winter.", found=SPORT),
    _Row("Davide Burr", 1958, M, L, 172, DORSIFLEXION, 28, (0, 15), "I catch my toes when I am tired.",
         "Walk for an hour without thinking of it.", found=DAILY),
    _Row("Ronja Sawyer", 1997, F, R, 175, ANTERIOR, 26, (0, 15), "It pinches in front at the end of a plié.",
         "Dance the winter season.", found=SPORT),
    _Row("Idris Gouge", 1985, M, R, 183, ANTERIOR, 24, (0,), "Downhill it pinches after ten minutes.",
         "Hike the coast path.", {"n_days_quiet": 10, "trains": 0.5}),
    # beside it
    _Row("Zofia Peg", 1992, F, L, 166, DORSIFLEXION, 6, (0,), "It stops before the step is done.",
         "Walk the dog twice a day.", joins={"has_unread_report": True}),
    _Row("Tilda Wedge", 2001, F, R, 171, DORSIFLEXION, 5, (0,), "Stiff since the sprain in spring.",
         "Volleyball with my old team.", joins={"n_on_the_phone": 4}, found=SPORT),
    _Row("Priya Dowel", 1978, F, L, 160, DORSIFLEXION, 6, IN_G2, "The left heel comes up when I squat.",
         "Play with the children on the floor.", {"days_before": 30},
         {"writes": "Is it all right to cycle to work again?"}),
    _Row("Hugo Batten", 1968, M, L, 177, DORSIFLEXION, 4, (0,), "It takes a kilometre until it bends.",
         "Walk to work and back.", joins={"writes": "I am away until Monday and have no band with me."}),
    _Row("Anton Burnish", 1989, M, R, 188, ARTHROSCOPY, 1, (), "", "Climb again.", {"has_programme": False},
         found=SPORT),
    _Row("Beatriz Inlay", 1960, F, L, 159, DORSIFLEXION, 0, (), "", "Garden on my knees.", {"has_programme": False}),
    # doing well
    _Row("Callum Veneer", 1995, M, R, 182, DORSIFLEXION, 20, (0, 15), "It blocks in front since two sprains.",
         "Football on Sundays.", found=SPORT),
    _Row("Greta Tongue", 1972, F, L, 168, DORSIFLEXION, 18, (0, 15), "Since the plaster the foot will not come up.",
         "Stairs with the washing basket.", {"treated": (
             Treated(16, "4.0", "6.2"), Treated(12, "6.0", "8.0"), Treated(8, "7.6", "9.6"), Treated(4, "9.2", "11.0"),
             Treated(1, "10.8", "12.2"))}, found={"involved_reason": "fracture", "sprains": "none"}),
    _Row("Kofi Groove", 1981, M, L, 179, DORSIFLEXION, 6, IN_G3, "Downhill the ankle stops the run.",
         "Ten kilometres in the park.", {"days_before": 90}, found=SPORT),
    _Row("Wren Spoke", 2003, F, R, 173, DORSIFLEXION, 1, IN_G3, "Landing from a jump feels blocked.",
         "Play the second half of the season.", {"days_before": 100}, {"agrees": False}, SPORT),
    _Row("Tomas Keyhole", 1975, M, R, 176, DORSIFLEXION, 6, IN_G2, "Stiff after every night shift.",
         "A shift on my feet.", {"days_before": 25}),
    _Row("Bruno Halving", 1964, M, R, 171, DORSIFLEXION, 3, (0,), "The boot pinches when I climb a ladder.",
         "Ladders, all day."),
    _Row("Amara Finger", 1986, F, L, 174, ARTHROSCOPY, 2, (0,), "Four weeks after the scope it is still stiff.",
         "Carry my daughter upstairs."),
    _Row("Viggo Lap", 1956, M, L, 178, DORSIFLEXION, 5, IN_G2, "I shuffle when I am tired.",
         "Sail with my brother in summer.", {"days_before": 35}, {"agrees": False}, DAILY),
    _Row("Nadia Biscuit", 1998, F, R, 165, POSTERIOR, 6, (0,), "Going up on my toes hurts at the back.",
         "Pointe work, slowly.", found=SPORT),
    _Row("Oskar Brace", 1948, M, R, 173, DORSIFLEXION, 6, (0,), "The walk to the baker has become a job.",
         "To the baker and back with the stick.", found={**DAILY, "walking_aid": "stick", "sprains": "none"}),
    # discharged
    _Row("Hana Rasp", 1982, F, L, 167, DORSIFLEXION, 30, (0, 10), "Squatting stops half way.",
         "Sit in a low squat and play.", {"discharged_days_ago": 3, "days_before": 40}),
    _Row("Silas Kerf", 1971, M, R, 185, ANTERIOR, 20, (0,), "It pinches in front when I kneel.",
         "Kneel at work.", {"discharged_days_ago": 6}),
)  # fmt: skip


def crowd() -> tuple[Joining, ...]:
    """Return everybody who joins, always the same."""
    return tuple(_joining(number, row) for number, row in enumerate(_ROWS))


def _joining(number: int, row: _Row) -> Joining:
    part = Part(
        name=row.name, birth_year=row.born, sex=row.sex, side=row.side, height_cm=row.cm, seed=FIRST_SEED + number,
        n_days=row.n_days, stage_days=row.stage_days, problem=row.problem, goals=(row.goal,), found=row.found,
        **{**CALM, **row.plot},
    )  # fmt: skip
    return Joining(part=part, protocol=row.protocol, is_ada_s=number % 5 not in (1, 3), **row.joins)


def answers_of(part: Part) -> dict[str, Decimal | None]:
    """Return what a last report says that cannot be taken in: a day nobody can have lived yet."""
    return {"pain_now_nrs": Decimal(part.seed % 3)}
