"""Measure a recording: gait, the weight-bearing lunge and the other tests of an ankle."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mortise.terms import RECORDED_TESTS, Sex, Side

if TYPE_CHECKING:
    from rich.console import Console

    from mortise.measure import MeasureResult, Reading

_LONG_BYTES = 5_000_000
_PIPE_COLUMNS = 120  # wide enough for the longest row, where nobody says how wide the paper is


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise measure` and its arguments."""
    text = "measure a recording: gait, the weight-bearing lunge and the other tests of an ankle"
    parser = subparsers.add_parser("measure", help=text, description=text.capitalize() + ".")
    parser.add_argument("test", choices=RECORDED_TESTS, help="which test was done")
    parser.add_argument("files", nargs="*", metavar="FILE", help="recordings; one file may hold both feet")
    parser.add_argument("--left", metavar="FILE", help="recording of the left side")
    parser.add_argument("--right", metavar="FILE", help="recording of the right side")
    parser.add_argument(
        "--side", choices=("left", "right"), help="the side that was tested, of files that hold both"
    )
    parser.add_argument(
        "--foot-length",
        type=float,
        metavar="CM",
        help="heel to longest toe, centimetres, when it was measured",
    )
    parser.add_argument(
        "--rate", type=float, metavar="HZ", help="samples per second, when the file does not say"
    )
    parser.add_argument(
        "--placement", metavar="P", help="where the sensor was worn: instep, heel, shank, ..."
    )
    parser.add_argument(
        "--mark", type=float, action="append", default=[], metavar="S", help="first pinch, seconds (lunge)"
    )
    parser.add_argument("--plot", metavar="FILE.svg", help="draw signals, events and curves into a picture")
    parser.add_argument(
        "--report",
        metavar="FILE.html",
        help="write a page with curves, readings, trials and what was refused",
    )
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="with --plot or --report: an earlier recording, or its --json --curves",
    )
    parser.add_argument(
        "--age", type=int, metavar="YEARS", help="with --plot or --report: age, to choose the norm"
    )
    parser.add_argument(
        "--sex", choices=("female", "male"), help="with --plot or --report: sex, to choose the norm"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument(
        "--curves", action="store_true", help="with --json: include the curves and events for drawing"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and print; return 0."""
    result = _measured(args, list(args.files), args.left, args.right)
    if args.plot or args.report:
        _look(args, result)
    if args.json:
        import msgspec

        from mortise.cli import records
        from mortise.measure import to_plain

        records.write_json(msgspec.json.encode(to_plain(result, curves=args.curves)))
        return 0
    from rich.console import Console

    _show(result, Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS))
    return 0


def _measured(
    args: argparse.Namespace, files: list[str], left: str | None, right: str | None
) -> MeasureResult:
    """Read and measure, with a progress bar on a terminal when the work is long."""
    from mortise import measure

    def work() -> Any:
        materials = measure.open_files(
            files,
            left=left,
            right=right,
            rate_hz=args.rate,
            placement=args.placement,
            test=args.test,
            marks_s=tuple(args.mark),
            side=Side(args.side) if args.side else None,
            foot_length_m=None if args.foot_length is None else args.foot_length / 100.0,
        )
        return measure.TESTS[args.test](materials)

    names = [Path(each) for each in (*files, left, right) if each]
    n_bytes = sum(path.stat().st_size for path in names if path.is_file())
    if n_bytes < _LONG_BYTES:
        return work()  # type: ignore[no-any-return]
    from mortise.cli.progress import pulsing

    with pulsing(f"Measuring {n_bytes / 1e6:.0f} MB"):
        return work()  # type: ignore[no-any-return]


def _look(args: argparse.Namespace, result: MeasureResult) -> None:
    """Write the picture and the page that were asked for."""
    from mortise.catalog import load
    from mortise.report import measured

    baseline = _baseline(args)
    words = f"on {Path(args.baseline).name}" if args.baseline else "baseline"
    measures = load().measures
    person = measured.Person(age=args.age, sex=Sex(args.sex) if args.sex else Sex.UNSPECIFIED)
    norms = measured.norms_of(result, measures, person)
    if args.plot:
        text = measured.report_picture(result, baseline=baseline, baseline_words=words, norms=norms)
        _write(Path(args.plot), text)
    if args.report:
        labels = {name: each.label for name, each in measures.items()}
        page = measured.report_page(
            result, labels=labels, baseline=baseline, baseline_words=words, norms=norms
        )
        _write(Path(args.report), page)


def _write(path: Path, text: str) -> None:
    """Write a file; one that cannot be written is said by name."""
    from mortise.errors import InputError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}).", where=str(path)) from None


def _baseline(args: argparse.Namespace) -> MeasureResult | None:
    """Return the earlier result: kept as JSON, or measured now from its recording."""
    if not args.baseline:
        return None
    import msgspec

    from mortise import measure
    from mortise.errors import InputError

    path = Path(args.baseline)
    body = path.read_bytes() if path.is_file() and path.stat().st_size < _LONG_BYTES else b""
    if not body.lstrip().startswith(b"{") or b'"readings"' not in body:
        return _measured(args, [args.baseline], None, None)
    try:
        kept = msgspec.json.decode(body, type=measure.result_type(args.test))
    except msgspec.DecodeError as error:
        raise InputError(f"the baseline is no result of this test: {error}.", where=path.name) from None
    if kept.test != args.test:
        raise InputError(f"the baseline is a result of {kept.test}, not of {args.test}.", where=path.name)
    return kept


def _show(result: MeasureResult, console: Console) -> None:
    """Print tables a person can read, the verdict first."""
    _show_verdict(result, console)
    _show_files(result, console)
    _show_numbers(result, console)


def _show_verdict(result: MeasureResult, console: Console) -> None:
    """Say whether to believe it, with every reason and what mends it."""
    from mortise.measure import verdict_of

    colours = {"yes": "green", "care": "yellow", "no": "red"}
    verdict = verdict_of(result)
    colour = colours[verdict.trust.value]
    console.print(f"[bold {colour}]{verdict.sentence}[/bold {colour}]", highlight=False)
    for reason in verdict.reasons:
        console.print(f"  [{colour}]- {reason}[/{colour}]", highlight=False)


def _show_files(result: MeasureResult, console: Console) -> None:
    """Say what each file was recognised as."""
    for sensor in result.recording.sensors:
        console.print(
            f"[bold]{sensor.file}[/bold]  {sensor.side.value} {sensor.placement}, {sensor.duration_s:.1f} s at "
            f"{sensor.rate_hz:g} Hz (side: {sensor.sources.side}, rate: {sensor.sources.rate}, "
            f"placement: {sensor.sources.placement}, units: {sensor.sources.units})",
            highlight=False,
        )
        _show_notes(sensor.notes, console)
    for lab in result.recording.labs:
        rates = f"points at {lab.point_rate_hz:g} Hz" + (
            f", analog at {lab.analog_rate_hz:g} Hz" if lab.analog_rate_hz else ""
        )
        console.print(f"[bold]{lab.file}[/bold]  {lab.duration_s:.1f} s, {rates}", highlight=False)
        _show_notes(lab.notes, console)
    for pose in result.recording.poses:
        console.print(
            f"[bold]{pose.file}[/bold]  {pose.duration_s:.1f} s at {pose.rate_hz:g} Hz "
            f"(rate: {pose.rate_from})",
            highlight=False,
        )
        _show_notes(pose.notes, console)


def _show_numbers(result: MeasureResult, console: Console) -> None:
    """Print the readings, what lies behind them, and what was refused."""
    from rich.table import Table

    # The standard error, as in the JSON; the pages of the clinic show the half width of the 95 % interval.
    table = Table("measure", "side", "value", "std. error", "unit", "n", "quality")
    table.columns[0].no_wrap = True
    table.columns[0].overflow = "fold"
    for reading in result.readings:
        table.add_row(*_row(reading))
    console.print(table)
    console.print(_behind(result), highlight=False)
    for refused in result.refused:
        when = f" at {refused.start_s:.1f} s" if refused.start_s is not None else ""
        console.print(
            f"[yellow]Refused: {refused.what}{when}: {refused.reason}. {refused.mend}[/yellow]",
            highlight=False,
        )


def _show_notes(notes: tuple[str, ...], console: Console) -> None:
    for note in notes:
        console.print(f"  [yellow]{note}[/yellow]", highlight=False)


def _row(reading: Reading) -> tuple[str, ...]:
    from mortise.units import SYMBOLS

    digits = 3 if reading.unit in ("m", "s", "m_s", "ratio") else 1
    return (
        reading.measure,
        reading.side.value if reading.side.value != "none" else "",
        f"{reading.value:.{digits}f}",
        f"{reading.error:.{digits}f}",
        SYMBOLS[reading.unit],
        str(reading.n_trials),
        ", ".join(reading.quality),
    )


def _behind(result: MeasureResult) -> str:
    """Say in one line what lies behind the readings."""
    from mortise.measure import GaitResult, TestResult

    if isinstance(result, GaitResult):
        turns = sum(stride.is_turn for stride in result.strides)
        missing = f", {result.n_strides_missing} believed missing" if result.n_strides_missing else ""
        n = len(result.strides)
        return f"{n} stride{'' if n == 1 else 's'}, {turns} of them turning, in {len(result.bouts)} bout(s){missing}."
    counted = sum(trial.is_counted for trial in result.trials)
    missing = ""
    if isinstance(result, TestResult) and result.n_trials_missing:
        missing = f", {result.n_trials_missing} believed missing"
    return f"{len(result.trials)} trials, {counted} counted{missing}."
