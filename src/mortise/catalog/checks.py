"""Static checks of clinical content: every obligation that needs no solver, all faults in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from mortise.catalog import (
    _build,
    _check_care,
    _check_citations,
    _check_duties,
    _check_education,
    _check_figures,
    _check_home,
    _check_names,
    _check_plan,
    _check_questionnaires,
    _check_sayings,
)
from mortise.catalog._case_expect import CaseFiles
from mortise.catalog._check_again import again_agrees, said_again
from mortise.catalog._check_sisters import sisters_agree
from mortise.catalog._check_source import Source, read_source, source_agrees
from mortise.catalog._decode import Faults
from mortise.catalog._places import Book
from mortise.catalog.cases import cases_cover_criteria, read_cases
from mortise.catalog.content import CONTENT_ROOT, Content
from mortise.errors import ContentFaults, Fault
from mortise.protocol import Protocol


class Obligation(NamedTuple):
    """One thing that content must keep, by its number in the design."""

    number: str
    title: str
    n_checked: int
    faults: tuple[Fault, ...]


class CheckReport(NamedTuple):
    """What the checks found. `obligations` is empty when the files could not be read."""

    faults: tuple[Fault, ...]
    obligations: tuple[Obligation, ...]

    @property
    def is_clean(self) -> bool:
        """Whether no fault was found."""
        return not self.faults


_Check = Callable[[Book, Faults], int]
_CHECKS: tuple[tuple[str, str, _Check], ...] = (
    ("1", "Every name resolves", _check_names.names_resolve),
    ("2", "Figures fit their measure, its range and its grid", _check_figures.figures_fit),
    ("3", "Every figure has evidence, entered twice alike", _check_figures.figures_have_evidence),
    ("4", "The calendar feeds every criterion", _check_plan.calendar_feeds_criteria),
    ("4b", "What is asked at home can be answered at home", _check_home.home_tests_are_home),
    ("4c", "Reviews, plateau, ways out and keeping have their clocks", _check_care.reviews_are_kept),
    ("5", "Every criterion points the right way", _check_figures.directions_point_right),
    ("5b", "What people read names the figure, and says what is done", _check_sayings.sayings_agree),
    ("6", "Every gate holds its domains", _check_plan.gates_hold_domains),
    ("6b", "Lines, rules, citations and slots keep their duties", _check_duties.duties_are_kept),
    ("7", "Tags keep exercises to their stages", _check_plan.tags_are_kept),
    (
        "7b",
        "What is forbidden is kept out, and hands keep to irritability",
        _check_care.positions_are_kept_out,
    ),
    (
        "9",
        "Dose ladders climb, neighbours are mutual, every stage has a session",
        _check_plan.doses_are_sound,
    ),
    (
        "9b",
        "The weekly minima of a stage fit its week, and every purpose has one",
        _check_plan.week_holds_minima,
    ),
    ("9c", "Ladders climb, and every jump stands on one", _check_care.ladders_hold),
    ("13", "Gates do not loosen, and stepping back is an error away", _check_figures.gates_do_not_loosen),
    ("14", "Every stage leads to the end", _check_names.stages_reach_the_end),
    ("14b", "A variant says what it leaves out", _check_care.variants_say_what_is_off),
    (
        "3b",
        "Questionnaires have their licence, and score as their measures say",
        _check_questionnaires.questionnaires_are_sound,
    ),
    ("3d", "Citations speak of what cites them", _check_citations.citations_fit),
    ("3e", "What is taught has words, a source and its stages", _check_education.education_fits),
    ("16", "No advice rests on a change below the error", _check_figures.changes_exceed_error),
)


def check(root: Path | None = None) -> CheckReport:
    """Read a content folder and check every static obligation.

    Parameters
    ----------
    root
        The content folder; that of the package when not given.

    Returns
    -------
    CheckReport
        Every fault with its place and mend. When a part cannot be read the obligations are not judged; a misspelt key
        alone does not hide what else is wrong.
    """
    faults = Faults()
    root = (root or CONTENT_ROOT).resolve()
    book = read_book(root, faults)
    if faults.n_lost:
        return CheckReport(tuple(faults), ())
    report = check_book(book)
    return CheckReport((*faults, *report.faults), report.obligations)


def check_book(book: Book) -> CheckReport:
    """Check content that is already read.

    Parameters
    ----------
    book
        The content.
    """
    said = {name: said_again(protocol, book.exercises) for name, protocol in book.protocols.items()}
    book = _plain(book)
    obligations: list[Obligation] = []
    for number, title, run in _CHECKS:
        found = Faults()
        n_checked = run(book, found)
        obligations.append(Obligation(number, title, n_checked, tuple(found)))
    found = Faults()
    n_checked = sum(source_agrees(one, book.sources.get(name), found) for name, one in book.protocols.items())
    obligations.append(
        Obligation(
            "3c", "Gates, lights and warnings are entered again from the source", n_checked, tuple(found)
        )
    )
    found = Faults()
    n_checked = cases_cover_criteria(book.cases, book.protocols, book.measures, found)
    obligations.append(
        Obligation("17", "Every criterion has cases on both sides and unknown", n_checked, tuple(found))
    )
    found = Faults()
    n_checked = sum(again_agrees(name, said[name], book.cases[name].again, found) for name in book.protocols)
    obligations.append(Obligation("17b", "All else is entered a second time alike", n_checked, tuple(found)))
    found = Faults()
    n_checked = sisters_agree(book.protocols, said, book.sources, found)
    obligations.append(
        Obligation("17c", "Where the other protocols agree, a difference is meant", n_checked, tuple(found))
    )
    return CheckReport(tuple(fault for one in obligations for fault in one.faults), tuple(obligations))


def _plain(book: Book) -> Book:
    """Return the book with plain tables: they are asked tens of thousands of times."""
    return book._replace(
        measures=dict(book.measures), exercises=dict(book.exercises), evidence=dict(book.evidence),
    )  # fmt: skip


def read_book(root: Path, faults: Faults) -> Book:
    """Read everything under a content folder, collecting every fault of every file.

    Parameters
    ----------
    root
        The content folder.
    faults
        Is added to.
    """
    names = Content(root).protocol_ids
    cases = {name: read_cases(root, name, faults) for name in names}
    sources = {name: read_source(root, name, faults) for name in names}
    try:
        return _book_of(Content(root), cases, sources)
    except ContentFaults:
        pass
    measures = _build.measures(root, faults)
    exercises = _build.exercises(root, faults)
    protocols: dict[str, Protocol] = {}
    for name in Content(root).protocol_ids:
        one = _build.protocol(root, name, faults)
        if one is not None:
            protocols[name] = one
    return Book(
        measures, exercises, protocols, _build.evidence(root, faults), _build.texts(root, "en", faults),
        _build.assessment(root, faults), _build.classification(root, faults), cases,
        _build.questionnaires(root, faults), sources, _build.education(root, faults),
    )  # fmt: skip


def _book_of(content: Content, cases: Mapping[str, CaseFiles], sources: Mapping[str, Source | None]) -> Book:
    return Book(
        content.measures, content.exercises,
        {name: content.protocol(name) for name in content.protocol_ids},
        content.evidence, content.texts, content.assessment, content.classification, cases,
        content.questionnaires, sources, content.education,
    )  # fmt: skip
