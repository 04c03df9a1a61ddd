"""Exercises and the ladder of doses each can be given at."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from mortise.terms import Strength


class Tag(StrEnum):
    """What an exercise demands; constraints and rules withhold by tag."""

    OPEN_CHAIN = "open_chain"
    CLOSED_CHAIN = "closed_chain"
    END_RANGE_DORSIFLEXION = "end_range_dorsiflexion"
    END_RANGE_PLANTARFLEXION = "end_range_plantarflexion"
    FORCED_DORSIFLEXION = "forced_dorsiflexion"  # by the body’s weight: it cannot stop short of a pinch
    IMPACT = "impact"
    SINGLE_LEG = "single_leg"
    UNSUPPORTED = "unsupported"  # fall risk: supported stage first
    LOADED_CALF = "loaded_calf"
    QUICK = "quick"  # stretched and shortened fast, without a jump: the rung below impact
    WALKING = "walking"
    STEP = "step"  # on a step or stairs
    MANUAL = "manual"  # clinician's hands; never shown as home exercise
    RUNNING = "running"  # impact counted in minutes, not in contacts


class Demand(StrEnum):
    """How far into a direction the ankle goes."""

    NONE = "none"
    MID = "mid"
    END = "end"


# What an exercise may serve, in the order of a programme. A slot names one of them.
PURPOSES = (
    "swelling", "comfort", "mobility", "flexibility", "sensation", "activation", "strength", "endurance", "balance",
    "gait", "function", "warm-up", "jumping", "agility", "running", "sport", "maintenance",
)  # fmt: skip
IMPACT_FROM = 2  # grade of impact from which an exercise carries the tag; walking is 1
IMPACT_AT_MOST = 4  # a drop or a cut


class Technique(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a clinician's hands do, written for the clinician.

    `when_irritable` and `when_stiff` say grade and dose; an empty one says that the technique is not used then. `test`
    is measured before and after, and says what decides whether it is repeated.
    """

    joint: str
    direction: str  # what moves, which way, on what
    hands: str
    when_irritable: str = ""
    when_stiff: str = ""
    cautions: tuple[str, ...]
    test: str


class DoseStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rung of an exercise's dose ladder. Either repetitions with a tempo, or `duration_s` of doing it.

    A walk-run rung gives `duration_s` of each round and `run_s`, the part of it that is run; the walk comes first.

    `per_side` counts sets and repetitions for each side; the involved side only when the exercise says so.
    """

    n_sets: int
    n_reps: int = 1
    up_s: Decimal = Decimal(0)
    hold_s: Decimal = Decimal(0)
    down_s: Decimal = Decimal(0)
    duration_s: Decimal = Decimal(0)
    run_s: Decimal = Decimal(0)  # of each set's duration_s; 0 where nothing is run
    rest_s: Decimal = Decimal(0)
    load: str = ""  # "own weight", "light band", "5 kg": words, never compared
    height_cm: Decimal | None = None  # step height, where there is a step
    n_contacts: int = 0  # landings in one side's whole dose, on one foot or both; the same number in each set

    @property
    def walk_s(self) -> Decimal:
        """Seconds of each set that are walked before the run; 0 where nothing is run."""
        return self.duration_s - self.run_s if self.run_s else Decimal(0)

    @property
    def n_contacts_a_set(self) -> int:
        """Landings in one set, rounded up where a shortened dose does not divide."""
        return -(-self.n_contacts // self.n_sets) if self.n_sets else 0

    def contacts_done(self, n_sets: int, n_reps: int) -> int:
        """Return the contacts of so many sets of so many repetitions, rounded up: what was landed is never less."""
        planned = self.n_sets * self.n_reps
        return -(-self.n_contacts * n_sets * n_reps // planned) if planned else 0

    def lasting(self, duration_s: Decimal) -> DoseStep:
        """Return the rung with each set cut to so many seconds, what is run and landed of it with them."""
        if not self.duration_s or duration_s >= self.duration_s:
            return self
        cut_s, whole_s = max(duration_s, Decimal(0)), self.duration_s
        return replace(
            self, duration_s=cut_s, run_s=(self.run_s * cut_s / whole_s).to_integral_value(ROUND_FLOOR),
            n_contacts=int((self.n_contacts * cut_s / whole_s).to_integral_value(ROUND_CEILING)),
        )  # fmt: skip

    def seconds(self, n_sides: int) -> Decimal:
        """Return how long the dose takes, rests included, for `n_sides` sides."""
        one_set = self.duration_s + self.n_reps * (self.up_s + self.hold_s + self.down_s)
        return self.n_sets * n_sides * (one_set + self.rest_s)


# Kinds of sport that have exercises of their own.
ACTIVITIES = ("dance", "kicking")


class Exercise(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exercise as a patient reads it, and what the engine must know to choose it.

    `dose_steps` climb from the lowest dose to the highest; the dose state is an index into them. `easier` and `harder`
    are the ids of neighbours, or `floor` and `ceiling`. `needs` names equipment (`band`, `step`, `chair`, `strap`);
    wall, floor and a chair to hold are always there. `dorsiflexion` and `plantarflexion` are how far the ankle goes,
    `impact` from 0 (none) to 4 (drops, cuts). `tempo_names` are what a patient hears for `up_s`, `hold_s` and `down_s`;
    `down_first` is a movement that begins with the way down, as a squat does. `technique` is there when a clinician
    does it, and only then.
    """

    id: str
    name: str
    purposes: tuple[str, ...]  # of `PURPOSES`, the main one first
    why: str
    set_up: str
    steps: tuple[str, ...]
    cues: tuple[str, ...]
    breathing: str
    stop_signs: tuple[str, ...]
    tags: tuple[Tag, ...]
    needs: tuple[str, ...] = ()
    instead: str | None = None  # what to do without the equipment
    easier: str
    harder: str
    both_sides: bool = False
    dorsiflexion: Demand = Demand.NONE
    plantarflexion: Demand = Demand.NONE
    impact: int = 0
    technique: Technique | None = None
    tempo_names: tuple[str, str, str] = ("Up", "Hold", "Down")
    down_first: bool = False
    dose_steps: tuple[DoseStep, ...]
    only_for: tuple[
        str, ...
    ] = ()  # of `ACTIVITIES`: offered to whose goals name one of them, or by a clinician's plan
    not_with: tuple[str, ...] = ()  # exercise ids that share the same tissue on one day
    figure: str  # pose id for the picture
    raw_rows: tuple[str, ...] = ()  # rows of the raw list it comes from, EX..
    evidence: tuple[str, ...] = ()
    strength: Strength

    def phases(self, dose: DoseStep) -> tuple[tuple[str, str, Decimal], ...]:
        """Return the parts of a repetition in order: which (`up`, `hold`, `down`), what it is called, its seconds."""
        up, hold, down = zip(
            ("up", "hold", "down"), self.tempo_names, (dose.up_s, dose.hold_s, dose.down_s), strict=True
        )
        order = (down, hold, up) if self.down_first else (up, hold, down)
        return tuple(part for part in order if part[2])

    def seconds(self, step: int) -> Decimal:
        """Return how long the dose of a rung takes, rests and both sides included."""
        return self.dose_steps[step].seconds(2 if self.both_sides else 1)


class Snippet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is taught: the id of its text, the stages it fits, and what it rests on."""

    id: str
    stages: tuple[str, ...]
    evidence: tuple[str, ...]
    strength: Strength
