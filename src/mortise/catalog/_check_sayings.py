"""Obligation 5b: what people read names the figure that decides, and says what is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from mortise.catalog._decode import Faults
from mortise.catalog._places import Book, places_of
from mortise.protocol import Criterion, Operator, Protocol, Rule
from mortise.protocol.criteria import Reduction
from mortise.terms import Advice, Load, Measure

_WORDS = {
    "no": 0, "not": 0, "none": 0, "without": 0, "nothing": 0, "one": 1, "once": 1, "a": 1, "an": 1, "two": 2,
    "twice": 2, "second": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
}  # fmt: skip
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+", re.UNICODE)
_SHARE = re.compile(r"(\d+(?:\.\d+)?) ?%")
_PRODUCT = re.compile(r"(\d+) x (\d+)")
_SPAN = {"week": 7, "weeks": 7, "fortnight": 14}
_MOST = ("full", "complete", "as usual", "normal")  # the best a scale has


def sayings_agree(book: Book, faults: Faults) -> int:
    """Check the label of every criterion against its figure, and both sentences of every rule against its effects."""
    n_seen = 0
    for protocol in book.protocols.values():
        for place in places_of(protocol):
            measure = book.measures.get(place.criterion.measure)
            if measure is not None:
                n_seen += 1
                _label(place.where, place.criterion, measure, faults)
        for rule in protocol.rules:
            n_seen += 1
            for fault, mend in (*_heard(rule), *_done(rule)):
                faults.add(f"{protocol.id}, rule {rule.id}", fault, mend)
        n_seen += _lights(protocol, faults)
    return n_seen


# ---------------------------------------------------------------------- labels


def _label(where: str, one: Criterion, measure: Measure, faults: Faults) -> None:
    if one.value is None or measure.unit == "flag":
        return _flag(where, one, measure, faults)
    text = _labels(one.label, one.label_patient)
    if not _names_figure(text, one, measure):
        faults.add(
            where, f"neither label names {one.value} {one.unit}.", "Write the figure, in digits or in words."
        )
    if one.reduce in (Reduction.MAX, Reduction.MIN, Reduction.MEDIAN) and not _names_window(text, one):
        faults.add(where, "neither label says over how many days or answers.", "Name window_days or n_least.")
    return None


@lru_cache(maxsize=4096)
def _labels(label: str, label_patient: str) -> str:
    return f"{label}. {label_patient}".lower()


@lru_cache(maxsize=4096)
def _lower(text: str) -> str:
    return text.lower()


def _flag(where: str, one: Criterion, measure: Measure, faults: Faults) -> None:
    """A flag is asked for as raised, 1 or more, or as not raised, 0 at most; every other bound says nothing."""
    if measure.unit != "flag" or one.value is None:
        return
    if (one.operator, one.value) not in ((Operator.AT_LEAST, Decimal(1)), (Operator.AT_MOST, Decimal(0))):
        faults.add(where, f"{one.operator.value} {one.value} on a flag.", "A flag is >= 1 or <= 0.")


def _names_figure(text: str, one: Criterion, measure: Measure) -> bool:
    assert one.value is not None
    found = _figures_in(text)
    if abs(one.value) in found or any(figure in found for figure in _spoken_as(one.value, one, measure)):
        return True
    if measure.levels:
        return _names_level(text, one, measure)
    return one.measure.endswith("light") and _names_light(text, int(one.value))


def _names_light(text: str, grade: int) -> bool:
    return ("red", "amber", "green-amber", "green")[min(3, max(0, grade))] in text


def _names_level(text: str, one: Criterion, measure: Measure) -> bool:
    assert one.value is not None
    index = int(one.value - measure.low)
    if not 0 <= index < len(measure.levels):
        return False
    words = [word for word in _TOKEN.findall(measure.levels[index].lower()) if len(word) > 2]
    is_top = one.value in (measure.low, measure.high)
    return any(word in text for word in words) or (is_top and any(word in text for word in (*_MOST, "no ")))


def _spoken_as(value: Decimal, one: Criterion, measure: Measure) -> Iterator[Decimal]:
    """Yield the figures under which people may read this bound: itself, as percent, as the first value beyond it."""
    size = abs(value)
    yield size
    if one.unit == "ratio":
        yield size * 100
    if one.unit in ("s", "min") and size % 60 == 0:
        yield size / 60
    step = measure.resolution if one.operator is Operator.AT_MOST else -measure.resolution
    beyond = value + step
    if _strict(one):
        yield abs(beyond)
        if one.unit == "min" and abs(beyond) % 30 == 0:
            yield abs(beyond) / 60


def _strict(one: Criterion) -> bool:
    text = _labels(one.label, one.label_patient)
    words = (
        ("below", "less than", "fewer than", "under")
        if one.operator is Operator.AT_MOST
        else ("more than", "above", "over")
    )
    return _says(text, words)


@lru_cache(maxsize=4096)
def _figures_in(text: str) -> frozenset[Decimal]:
    return frozenset(_figures(text))


def _figures(text: str) -> Iterator[Decimal]:
    for left, right in _PRODUCT.findall(text):
        yield Decimal(left) * Decimal(right)
    before: Decimal | None = None
    for token in _TOKEN.findall(text):
        if token == "half":
            yield Decimal("0.5")
        if token in _SPAN:
            yield (before if before is not None else Decimal(1)) * _SPAN[token]
        if _NUMBER.fullmatch(token):
            before = Decimal(token)
        elif token in _WORDS:
            before = Decimal(_WORDS[token])
        else:
            continue
        yield before
    if "every second" in text:
        yield Decimal("0.5")


def _names_window(text: str, one: Criterion) -> bool:
    found = _figures_in(text)
    return bool({Decimal(one.n_least if one.n_least > 1 else -1), Decimal(one.window_days or -1)} & found)


# ---------------------------------------------------------------------- rules

_SAYS_ASKED = (
    "clinic has been asked",
    "the clinic is asked",
    "clinic is told",
    "asked the clinic",
    "clinic was asked",
)
_SAYS_BACK = ("back one stage", "one stage back", "back a stage")
_SAYS_LIGHTER = ("lighter", "half", "shorter", "less today", "gentler", "easier")
_SAYS_REST = ("rest",)
_SAYS_MORE = ("a little more",)
_SAYS_END = (
    "end range",
    "end-range",
    "end of the movement",
    "end of the bend",
    "mid-range",
    "middle of the movement",
)
_END_TAGS = ("end_range_dorsiflexion", "end_range_plantarflexion")


def _says(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _heard(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield what the patient is told and what does not follow, and what follows and the patient is not told."""
    told = _lower(rule.say_patient)
    is_stop = rule.advice is Advice.STOP_AND_SEEK_HELP
    pairs = (
        ("stops", told.startswith("stop"), is_stop),
        ("asks the clinic", _says(told, _SAYS_ASKED), rule.advice is Advice.ASK_CLINICIAN),
        ("goes back one stage", _says(told, _SAYS_BACK), rule.advice is Advice.STEP_BACK),
    )
    for what, is_said, is_so in pairs:
        if is_said != is_so and not (what == "asks the clinic" and is_stop):
            told_so = "the patient is told that it" if is_said else "the patient is not told that it"
            yield f"{told_so} {what}.", "Say it in the words of the other rules, or correct the effect."
    if rule.load is Load.EASE and not _says(told, _SAYS_LIGHTER):
        yield "eases, and the patient is not told.", "Say that today is lighter."
    if (
        rule.load is not Load.EASE
        and rule.load is not Load.REST
        and _says(told, _SAYS_LIGHTER)
        and not is_stop
    ):
        yield "tells the patient of a lighter day, and does not ease.", "Ease, or say what is done."
    if rule.load is Load.REST and not is_stop and not _says(told, _SAYS_REST):
        yield "rests, and the patient is not told.", "Say that the ankle rests."
    if (rule.load is Load.RAISE) != _says(told, _SAYS_MORE):
        yield (
            "what is raised and what the patient is told do not agree.",
            "Say that it is more today, or correct the load.",
        )


def _done(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield where the clinician's sentence and the effects differ: percent, days, and what is withheld."""
    told = _lower(rule.say_clinician)
    both = f"{told} {_lower(rule.say_patient)}"
    shares = (Decimal(one) for one in _SHARE.findall(told))
    if rule.ease_to_pct is not None and rule.ease_to_pct not in shares:
        yield (
            f"eases to {rule.ease_to_pct} %, and the clinician’s sentence does not say so.",
            "Name the share.",
        )
    if rule.for_days > 1 and not _names_days(both, rule.for_days):
        yield f"holds for {rule.for_days} days, and neither sentence says so.", "Name the days."
    if _says(both, _SAYS_END) and not set(_END_TAGS) & set(rule.without_tags):
        yield "speaks of the end range and withholds none.", "Name the tags that are withheld."
    if "impact" in told and "withheld" in told and "impact" not in rule.without_tags:
        yield "speaks of impact withheld and does not withhold it.", "Name the tag impact."
    if "hand on a support" in both and "unsupported" not in rule.without_tags:
        yield "speaks of a hand on a support and withholds nothing.", "Name the tag unsupported."
    if "unsupported" in rule.without_tags and "support" not in both:
        yield "withholds what is done without support, and neither sentence says so.", "Say it."


def _names_days(text: str, n_days: int) -> bool:
    hours = {int(one) for one in re.findall(r"(\d+) ?h\b", text)}
    return n_days * 24 in hours or Decimal(n_days) in _figures_in(text)


def _lights(protocol: Protocol, faults: Faults) -> int:
    for light in protocol.lights:
        name = light.light.value.replace("_", "-")
        if not light.say_clinician.lower().startswith(f"{name}:"):
            faults.add(f"{protocol.id}, light {light.light.value}", "the clinician’s sentence names another light.",
                       f"Begin with {name.capitalize()!r}.")  # fmt: skip
    return len(protocol.lights)
