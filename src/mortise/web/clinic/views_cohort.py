"""The clinic's cohort: how long stages take, what changed beyond error, who kept at it, who responded. And as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from msgspec import Struct

from mortise.episode.cohorts import DEFINITIONS, ChangeRow, Cohort
from mortise.report.words import number
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.clinic.requests import page

HIDDEN, KEPT_BACK = "fewer than 5", "kept back"  # a count, and what is worked out from one
DIALECTS = {"comma": (",", "."), "semicolon": (";", ",")}
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class Table(Struct, frozen=True, kw_only=True):
    """One table, as the page and the file show it."""

    id: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: tuple[tuple[str, ...], ...] = ()  # rows that say little: behind a tap on the page


@access.needs(Right.SEE_RECORD)
@require_safe
def cohort(request: StaffRequest) -> HttpResponse:
    """Show the cohort; with `?as=csv` give its tables as a file."""
    known = content()
    protocols = {name: known.protocol(name).title for name in known.protocol_ids}
    chosen = request.GET.get("protocol", "")
    if chosen and chosen not in protocols:
        raise Http404
    found = services.cohort_for(by=request.user, protocol=chosen)
    tables = tables_of(found.cohort, protocols)
    if request.GET.get("as") == "csv":
        return _file(tables, request.GET.get("dialect", "comma"))
    context = {
        "cohort": found.cohort,
        "n_waiting": found.n_waiting,
        "n_not_agreed": found.n_not_agreed,
        "tables": tables,
        "definitions": DEFINITIONS.items(),
        "protocols": protocols.items(),
        "chosen": chosen,
        "here": "cohort",
    }
    return page(request, "cohort", context)


def tables_of(found: Cohort, protocols: dict[str, str]) -> tuple[Table, ...]:
    """Write a cohort as tables; what is kept back says so."""
    adherence = found.adherence
    return (
        Table(
            id="stages", title="Time in each stage",
            heads=("Protocol", "Stage", "Left it", "Still in it", "Median days", "Middle half, days"),
            rows=tuple(
                (
                    protocols.get(row.protocol, row.protocol), f"{row.number} {row.title}", shown(row.n_left),
                    shown(row.n_still_in), shown(row.median_days, KEPT_BACK),
                    _span(row.quarter_days, row.three_quarter_days),
                )
                for row in found.stages
            ),
        ),
        Table(
            id="changes", title="Changes since the first reading, treated side",
            heads=("Measure", "Read twice", "Better", "Same within error", "Worse", "Error not known"),
            rows=tuple(_change(row) for row in found.changes if not _says_little(row)),
            folded=tuple(_change(row) for row in found.changes if _says_little(row)),
        ),
        Table(
            id="adherence", title="Planned sessions done in the last four weeks",
            heads=("Ankles", "80 % and more", "50 to 79 %", "Less than 50 %", "Not known", "Median, %"),
            rows=(
                (
                    *(
                        shown(n)
                        for n in (
                            adherence.n, adherence.n_good, adherence.n_fair, adherence.n_little, adherence.n_unknown,
                        )
                    ),
                    shown(adherence.median_pct, KEPT_BACK),
                ),
            ),
        ),
        Table(
            id="responders", title="Responders: knee to wall better beyond error",
            heads=("Protocol", "Ankles", "Responders", "Share, %", "95 % interval, %"),
            rows=tuple(
                (
                    protocols.get(row.protocol, row.protocol), shown(row.n), shown(row.n_responders),
                    shown(_pct(row.ratio), KEPT_BACK), _span(_pct(row.low_ratio), _pct(row.high_ratio)),
                )
                for row in found.responders
            ),
        ),
    )  # fmt: skip


def _change(row: ChangeRow) -> tuple[str, ...]:
    """Write how many changed on one measure."""
    known = content().measures.get(row.measure)
    counts = (row.n, row.n_better, row.n_same, row.n_worse, row.n_unknown)
    return (known.label if known is not None else row.measure, *(shown(n) for n in counts))


def _says_little(row: ChangeRow) -> bool:
    """Whether no change can be told of anybody, because the error of the measure is not known."""
    return row.n is not None and row.n_unknown == row.n


def shown(n: float | None, hidden: str = HIDDEN) -> str:
    """Write a number, or that it is kept back."""
    return hidden if n is None else number(n, Decimal(1) if float(n).is_integer() else Decimal("0.5"))


def _pct(ratio: float | None) -> float | None:
    return None if ratio is None else float(round(100 * ratio))


def _span(low: float | None, high: float | None) -> str:
    return KEPT_BACK if low is None or high is None else f"{shown(low)} to {shown(high)}"


def _file(tables: Iterable[Table], dialect: str) -> HttpResponse:
    if dialect not in DIALECTS:
        raise Http404
    response = HttpResponse(csv_of(tables, dialect), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="cohort.csv"'
    return response


def csv_of(tables: Iterable[Table], dialect: str) -> str:
    """Write tables below each other (RFC 4180, a byte order mark for spreadsheets); no cell can be a formula."""
    delimiter, mark = DIALECTS[dialect]
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for table in tables:
        writer.writerow([inert(table.title)])
        writer.writerow([inert(head) for head in table.heads])
        for row in (*table.rows, *table.folded):
            writer.writerow([inert(_with_mark(cell, mark)) for cell in row])
        writer.writerow([])
    return out.getvalue()


def _with_mark(cell: str, mark: str) -> str:
    plain = cell.replace("\u2212", "-")
    return plain.replace(".", mark) if plain.replace(".", "", 1).replace("-", "", 1).isdigit() else cell


def inert(cell: str) -> str:
    """Return a cell that a spreadsheet takes for text or a number, never for a formula."""
    is_number = cell.replace(".", "", 1).replace(",", "", 1).lstrip("-").isdigit()
    return f"'{cell}" if cell.lstrip().startswith(_RISKY) and not is_number else cell
