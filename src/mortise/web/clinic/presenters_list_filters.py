"""To what the list is narrowed, to what else it could be, and the addresses of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from msgspec import Struct

from mortise.protocol import Protocol
from mortise.web.care.services import Facet, Wanted

NEED_WORDS = {
    "stopped": "Red flag", "flare": "Flare", "stepped_back": "Stepped back", "plateau": "Stands still",
    "asked": "Asks for you", "advance": "May advance", "task": "To do", "tests_due": "Tests due",
    "silent": "Silent", "not_taken_in": "Not taken in", "not_received": "Not received", "written": "Wrote",
    "new": "Not started", "on_plan": "On plan",
}  # fmt: skip
FIELDS = {"words": "q", "need": "need", "protocol": "protocol", "stage": "stage", "clinician": "clinician"}


class Chip(Struct, frozen=True):
    """One need as a link: what it is called, how many, whether it is chosen; chosen, it leads back to all."""

    label: str
    n: int
    address: str
    is_chosen: bool


class Option(Struct, frozen=True):
    """One option of a list."""

    value: str
    label: str
    is_chosen: bool


class Choice(Struct, frozen=True, kw_only=True):
    """A list of options; `groups` are headed where a heading is needed."""

    name: str
    label: str
    everybody: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    is_chosen: bool


class Filters(Struct, frozen=True, kw_only=True):
    """Everything that narrows the list."""

    wanted: Wanted
    titles: Mapping[str, str]  # protocol id -> title
    chips: tuple[Chip, ...]
    choices: tuple[Choice, ...]
    hidden: tuple[tuple[str, str], ...]  # what the form has to carry along: the chosen need
    said: str  # "Shown: ..."

    def title(self, protocol: str) -> str:
        """Return the title of a protocol."""
        return self.titles.get(protocol, protocol)

    def address(self, *, after: str = "", before: str = "") -> str:
        """Return the address of another page of the same list."""
        return _address(self.wanted._replace(after=after, before=before))


def filters_of(
    wanted: Wanted, protocols: Mapping[str, Protocol], *, needs: Iterable[Facet], used: Iterable[Facet],
    stages: Iterable[Facet], clinicians: Iterable[Facet],
) -> Filters:  # fmt: skip
    """Return the filters of the list.

    Parameters
    ----------
    wanted
        What was asked for.
    protocols
        Those known, by id.
    needs, used, stages, clinicians
        What the clinic's own list has: needs, protocols, stages, clinicians.
    """
    titles = {name: one.title for name, one in protocols.items()}
    clinician_facets = tuple(clinicians)
    by_clinician = _options(wanted.clinician, clinician_facets)
    choices = (
        _choice("stage", "Stage", "Every stage", _stage_groups(wanted, protocols, stages), wanted.stage),
        _choice("clinician", "Clinician", "Every clinician", by_clinician, wanted.clinician),
        _choice(
            "protocol", "Protocol", "Every protocol", _options(wanted.protocol, used, titles), wanted.protocol
        ),
    )
    return Filters(
        wanted=wanted, titles=titles, chips=tuple(_chip(one, wanted) for one in needs),
        choices=tuple(one for one in choices if one.is_chosen or _n_options(one) > 1),
        hidden=(("need", wanted.need),) if wanted.need else (),
        said=_said(wanted, protocols, {one.value: one.label for one in clinician_facets}),
    )  # fmt: skip


def _address(wanted: Wanted) -> str:
    named = {FIELDS.get(field, field): value for field, value in wanted._asdict().items() if value}
    return f"?{urlencode(named)}" if named else "?"


def _chip(one: Facet, wanted: Wanted) -> Chip:
    is_chosen = one.value == wanted.need
    to = wanted._replace(need="" if is_chosen else one.value, after="", before="")
    return Chip(NEED_WORDS.get(one.value, one.label), one.n, _address(to), is_chosen)


def _choice(
    name: str, label: str, everybody: str, groups: tuple[tuple[str, tuple[Option, ...]], ...], chosen: str
) -> Choice:
    return Choice(name=name, label=label, everybody=everybody, groups=groups, is_chosen=bool(chosen))


def _n_options(choice: Choice) -> int:
    return sum(len(options) for _, options in choice.groups)


def _options(
    chosen: str, facets: Iterable[Facet], labels: Mapping[str, str] | None = None
) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    options = tuple(
        Option(one.value, f"{(labels or {}).get(one.value, one.label)} ({one.n})", one.value == chosen)
        for one in facets
    )
    return (("", options),) if options else ()


def _stage_groups(
    wanted: Wanted, protocols: Mapping[str, Protocol], stages: Iterable[Facet]
) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    counts = {one.value: one.n for one in stages}
    groups = []
    for protocol in protocols.values():
        options = tuple(
            Option(one.id, f"{one.id} {one.title} ({counts[one.id]})", one.id == wanted.stage)
            for one in protocol.stages
            if one.id in counts
        )
        if options:
            groups.append((protocol.title, options))
    return tuple(groups)


def _said(wanted: Wanted, protocols: Mapping[str, Protocol], clinicians: Mapping[str, str]) -> str:
    """Say to what the list is narrowed, in words."""
    parts = []
    if wanted.words:
        parts.append(f"name or number with “{wanted.words}”")
    if wanted.need:
        parts.append(NEED_WORDS.get(wanted.need, wanted.need).lower())
    if wanted.stage:
        parts.append(f"stage {wanted.stage}")
    if wanted.clinician:
        parts.append(f"treated by {clinicians.get(wanted.clinician, 'somebody who treats nobody here')}")
    if wanted.protocol:
        parts.append(protocols[wanted.protocol].title if wanted.protocol in protocols else wanted.protocol)
    return "; ".join(parts)
