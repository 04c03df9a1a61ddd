"""Check clinical content: every static obligation, every case, and a session for every day that can happen."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mortise.catalog import Content
    from mortise.catalog.checks import CheckReport, Obligation


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise check` and its arguments."""
    text = "check clinical content: names, figures, evidence, calendar, doses, cases"
    parser = subparsers.add_parser("check", help=text, description=text.capitalize() + ".")
    parser.add_argument("root", nargs="?", type=Path, help="content folder (default: the one installed)")
    parser.add_argument("--static", action="store_true", help="leave out the cases and the sessions")
    parser.add_argument(
        "--prove", action="store_true", help="prove it for every patient, and write the certificates"
    )
    parser.add_argument(
        "--against", metavar="REV", help="print what changed for the fictional patients since REV"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Check, print what was found; return 0, or 10 when there is a fault."""
    from mortise.catalog import check
    from mortise.errors import ContentError, InputError

    if args.root is not None and not (args.root / "protocols").is_dir():
        raise InputError("holds no folder `protocols`.", where=str(args.root), mend="Name a content folder.")
    if args.against:
        return _against(args.root, args.against)
    report = check(args.root)
    if not args.static and report.is_clean:
        report = with_engine(report, args.root)
    if args.prove:
        report = _proved(report, args.root, certify=not args.static)
    elif not args.static and report.is_clean:
        report = _with(report, certificates_fit(args.root))
    if args.json:
        _print_json(report)
    else:
        _print_text(report, _unsigned(args.root) if report.is_clean else ())
    return 0 if report.is_clean else ContentError.exit_status


def certificates_fit(root: Path | None) -> Obligation:
    """Compare the certificate beside each protocol with the protocol and the engine that are here."""
    from mortise.catalog import load
    from mortise.catalog.certificates import uncertified
    from mortise.catalog.checks import Obligation
    from mortise.episode.fold import ENGINE

    content = load(root)
    found = [uncertified(content, name, ENGINE) for name in content.protocol_ids]
    title = "Every protocol has a certificate that fits"
    return Obligation("proof", title, len(found), tuple(fault for fault in found if fault is not None))


def _proved(report: CheckReport, root: Path | None, *, certify: bool) -> CheckReport:
    """Prove every protocol; write its certificate when everything was looked at and nothing is broken."""
    from mortise.catalog import load
    from mortise.errors import InputError

    if not report.is_clean:  # the solver presumes that names and figures are right
        return report
    try:
        from mortise.proof import obligations_of, prove_all
    except ModuleNotFoundError as error:
        raise InputError(
            f"proving needs {error.name}, which is not installed.",
            mend="Run `make check` in a checkout once.",
        ) from error
    content = load(root)
    started_s = perf_counter()
    proofs = prove_all([content.protocol(name) for name in content.protocol_ids], content.measures)
    report = _with(report, *obligations_of(proofs))
    seconds = perf_counter() - started_s
    if certify and report.is_clean:
        for proof in proofs:
            _certify(content, proof.protocol, seconds / len(proofs), report)
    return report


def _certify(content: Content, protocol_id: str, seconds: float, report: CheckReport) -> None:
    from mortise.catalog.certificates import CHECKER, Certificate, Certified, store, uncertified
    from mortise.episode.fold import ENGINE

    if uncertified(content, protocol_id, ENGINE) is None:
        return  # what fits is left as it is, so that proving twice changes no file
    kept = tuple(
        Certified(number=one.number, title=one.title, n_checked=one.n_checked) for one in report.obligations
    )
    store(
        content,
        Certificate(
            protocol=protocol_id, protocol_hash=content.protocol_hash(protocol_id), checker=CHECKER, engine=ENGINE,
            made_on=date.today(), seconds=seconds, obligations=kept,  # noqa: DTZ011 - the day on this desk
        ),
    )  # fmt: skip


def _with(report: CheckReport, *more: Obligation) -> CheckReport:
    from mortise.catalog.checks import CheckReport

    obligations = (*report.obligations, *more)
    return CheckReport(tuple(fault for one in obligations for fault in one.faults), obligations)


def _against(root: Path | None, revision: str) -> int:
    from mortise.catalog import load
    from mortise.proof.against import changed_since

    for line in changed_since(load(root), revision):
        print(line)
    return 0


def with_engine(report: CheckReport, root: Path | None) -> CheckReport:
    """Return the report with the cases run and every possible day's session solved."""
    from mortise.catalog import load
    from mortise.cli.check_ceilings import ceilings_fit
    from mortise.cli.check_sessions import sessions_exist

    content = load(root)
    return _with(report, sessions_exist(content), ceilings_fit(content), cases_hold(content))


def cases_hold(content: Content, only: Sequence[str] = ()) -> Obligation:
    """Run every case of every protocol, or of those named, through the engine."""
    from mortise.catalog import cases
    from mortise.catalog.checks import Obligation
    from mortise.episode import story
    from mortise.errors import Fault

    n_cases, faults = 0, []
    for protocol_id in only or content.protocol_ids:
        found = cases.load(protocol_id, content.root)
        n_cases += len(found)
        failures = cases.run(found, lambda record, as_of: story(record, content, as_of))
        faults += [
            Fault(f"{protocol_id}, case {one.case}", f"{one.what}.", "Correct the content or the case.")
            for one in failures
        ]
    return Obligation("cases", "Every case finds what it expects", n_cases, tuple(faults))


def _unsigned(root: Path | None) -> tuple[str, ...]:
    from mortise.catalog import load

    content = load(root)
    return tuple(name for name in content.protocol_ids if not content.protocol(name).checked_by)


def _print_text(report: CheckReport, unsigned: tuple[str, ...]) -> None:
    from mortise.cli import tables

    blocks: list[tables.Block] = []
    if report.obligations:
        rows = [
            (
                one.number,
                one.title,
                str(one.n_checked),
                "kept" if not one.faults else f"{len(one.faults)} faults",
            )
            for one in report.obligations
        ]
        blocks.append(tables.Table(("no.", "obligation", "looked at", ""), rows))
    if report.faults:
        blocks.append(tables.Heading(f"{len(report.faults)} faults"))
        blocks += [tables.Lines((str(fault),)) for fault in report.faults]
    else:
        blocks.append(tables.Lines(("No fault found.",)))
        blocks += [tables.Lines((f"{name}: no clinician has checked this protocol.",)) for name in unsigned]
    tables.show(blocks)


def _print_json(report: CheckReport) -> None:
    import json

    document = {
        "is_clean": report.is_clean,
        "obligations": [
            {
                "number": one.number,
                "title": one.title,
                "n_checked": one.n_checked,
                "n_faults": len(one.faults),
            }
            for one in report.obligations
        ],
        "faults": [{"where": one.where, "message": one.message, "mend": one.mend} for one in report.faults],
    }
    print(json.dumps(document, indent=2))
