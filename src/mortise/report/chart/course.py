"""The course of an episode on one time axis: decisions, a measure, symptoms and load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from mortise.report.chart import _marks, _panels
from mortise.report.chart._figure import Canvas, Key, Table, chart_figure
from mortise.report.chart._scale import Days, Scale, day_ticks, rounded_range, value_ticks
from mortise.report.chart._svg import Box, is_known, line, path, rect, text, text_width
from mortise.report.chart.inputs import Calm, Course, DecisionMark, Done, Glyph, LoadBar, Symptom
from mortise.report.words import NOT_KNOWN, number, plural, short_day

_WIDTH, _LEFT, _RIGHT = 918.0, 46.0, 822.0
_LABELS = _RIGHT + 8
_ROW = 15.0
_N_LABEL_ROWS = 3
_LOOK_AHEAD_DAYS = 10


def _dates(course: Course) -> Iterator[date]:
    yield from (dot.on for one in course.series for dot in one.dots)
    yield from (mark.on for mark in course.decisions)
    yield from (symptom.on for symptom in course.symptoms)
    yield from (bar.on for bar in course.loads)
    yield from (stretch.from_on for stretch in (*course.flares, *course.unknowns))
    yield from (gate.from_on for gate in course.gates)


def _axis(course: Course) -> Days:
    """Return the time axis: from the first fact to a little after today or the last test due."""
    first = course.from_on or min([*_dates(course), course.today_on])
    last = course.until_on or max(
        [course.today_on + timedelta(days=_LOOK_AHEAD_DAYS), *(due.on for due in course.due)]
    )
    last = max(last, course.today_on)
    if course.from_on is None:
        first = min(first, course.today_on - timedelta(days=7))
        first -= timedelta(days=max(1, (last - first).days // 30))
    return Days(min(first, last - timedelta(days=1)), last, _LEFT, _RIGHT)


def _label_rows(marks: Sequence[DecisionMark], days: Days) -> list[int | None]:
    """Return for each decision the row its word fits in, or None when it would lie on another.

    A stop and what is proposed today choose first: their words are never the ones left out.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_N_LABEL_ROWS)]
    rows: list[int | None] = [None] * len(marks)
    first = sorted(
        range(len(marks)),
        key=lambda i: (marks[i].glyph is not Glyph.STOP_AND_SEEK_HELP, not marks[i].is_proposed, i),
    )
    for i in first:
        half, x = text_width(marks[i].words) / 2, days(marks[i].on)
        for row, spans in enumerate(taken):
            if all(x + half + 6 < low or x - half - 6 > high for low, high in spans):
                spans.append((x - half, x + half))
                rows[i] = row
                break
    return rows


def _decisions(course: Course, days: Days, bottom: float) -> tuple[str, float]:
    """Return the lane above and its height; hairlines run through all panels below."""
    marks = sorted(
        (mark for mark in course.decisions if days.from_on <= mark.on <= days.until_on),
        key=lambda mark: mark.on,
    )
    rows = _label_rows(marks, days)
    height = 38.0 + _ROW * max((row for row in rows if row is not None), default=0)
    parts = []
    for mark, row in zip(marks, rows, strict=True):
        x = days(mark.on)
        if not mark.is_proposed:
            parts.append(line(x, height, x, bottom, "c-event"))
        parts.append(_marks.decision_glyph(mark, x, 3))
        if row is not None:
            css = "c-mid c-text--b" if mark.is_proposed else "c-mid"
            parts.append(text(x, 32 + row * _ROW, mark.words, css))
    return "".join(parts), height


def _fields(course: Course, days: Days, top: float, bottom: float) -> str:
    """Return what lies behind all panels: flares, unknown stretches, and the empty field after today."""
    prefix, parts = course.heading.id_prefix, []
    for flare in course.flares:
        x0, x1 = days(flare.from_on), days(flare.until_on + timedelta(days=1))
        parts.append(rect(x0, top, max(x1 - x0, 2), bottom - top, "c-flare"))
    for unknown in course.unknowns:
        x0, x1 = days(unknown.from_on), days(unknown.until_on + timedelta(days=1))
        parts.append(rect(x0, top, max(x1 - x0, 2), bottom - top, "", fill=f"{prefix}-line"))
    x = days(course.today_on)
    parts.append(rect(x, top, _RIGHT - x, bottom - top, "", fill=f"{prefix}-line"))
    return "".join(parts)


def _due(course: Course, days: Days, floor: float) -> str:
    """Return the tests due, as ticks with their words where they fit; each on its own row."""
    parts, room = [], _RIGHT - days(course.today_on) - 14
    for row, due in enumerate(sorted(course.due, key=lambda one: one.on)[:3]):
        x = days(due.on)
        words = f"{due.words} {short_day(due.on)}"
        if text_width(words) > room:
            words = f"due {short_day(due.on)}"
        parts.append(line(x, floor, x, floor - 5, "c-gate"))
        end = max(x + text_width(words) / 2, days(course.today_on) + 8 + text_width(words))
        parts.append(text(min(end, _RIGHT - 4), floor - 8 - row * _ROW, words, "c-end c-halo"))
    return "".join(parts)


def _treated(course: Course, days: Days, floor: float) -> str:
    """Return visits and treatments as small filled marks just under the measure's axis."""
    inside = {one.on for one in course.treated if days.from_on <= one.on <= days.until_on}
    return "".join(rect(days(on) - 2.5, floor + 4, 5, 5, "c-bar") for on in sorted(inside))


def _symptoms(course: Course, days: Days, box: Box) -> str:
    """Return the symptoms panel: worst pain of each session, all of 0 to 10, and the next morning as a thin line."""
    scale = Scale(0, 10, box.bottom, box.top)
    ticks = sorted({0.0, course.calm_up_to_nrs, course.watch_up_to_nrs, 10.0})
    parts = [text(box.left, box.top - 4, "Pain in session, and next morning, 0–10", "c-text--b")]
    for tick in ticks:
        parts.append(text(box.left - 9, scale(tick) + 4, number(tick, 1), "c-end"))
        if 0 < tick < 10:
            parts.append(line(box.left, scale(tick), box.right, scale(tick), "c-grid"))
    parts.append(path([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], "c-axis"))
    calm, watch = course.calm_up_to_nrs, course.watch_up_to_nrs
    parts.append(text(_LABELS, scale(calm / 2) + 4, f"calm, to {number(calm, 1)}"))
    parts.append(text(_LABELS, scale((calm + watch) / 2) + 4, f"watch, to {number(watch, 1)}"))
    parts.append(text(_LABELS, scale((watch + 10) / 2) + 4, "too much"))
    ordered = sorted(course.symptoms, key=lambda one: one.on)
    parts.append(_mornings(ordered, days, scale))
    for symptom in ordered:
        x = days(symptom.on)
        if symptom.pain_nrs is None:
            parts.append(_marks.unknown_mark(x, box.bottom - 3))
        else:
            parts.append(_marks.calm_mark(symptom.calm, x, scale.inside(symptom.pain_nrs)))
    return "".join(parts)


def _mornings(ordered: Sequence[Symptom], days: Days, scale: Scale) -> str:
    """Return the next mornings as a thin line, broken where nobody answered, with a tick at each answer."""
    points = [
        None if one.next_morning_nrs is None else (days(one.on), scale.inside(one.next_morning_nrs))
        for one in ordered
    ]
    ticks = "".join(
        line(point[0] - 3, point[1], point[0] + 3, point[1], "c-morning") for point in points if point
    )
    return path(points, "c-morning") + ticks


def _load_bar(bar: LoadBar, x: float, width: float, scale: Scale, prefix: str) -> str:
    if bar.value is None:
        return _marks.unknown_mark(x, scale.at_low - 3)
    top = scale.inside(bar.value)
    css, fill = {
        Done.DONE: ("c-bar", ""),
        Done.EASED: ("c-plan2", f"{prefix}-bar"),
        Done.SKIPPED: ("c-bar--none", ""),
    }[bar.done]
    return rect(x - width / 2, top, width, scale.at_low - top, css, fill=fill)


def _loads(course: Course, days: Days, box: Box) -> str:
    """Return the load panel: solid done, hatched eased, dotted outline skipped; its axis begins at zero."""
    known = [bar.value for bar in course.loads if bar.value is not None and is_known(bar.value)]
    high = rounded_range([0.0, *known], at_least=1.0, n_ticks=2)[1]
    scale = Scale(0, high, box.bottom, box.top)
    parts = [text(box.left, box.top - 6, f"Load per session, {course.load_about}", "c-text--b")]
    for tick in value_ticks(0, high, 2):
        parts.append(
            text(box.left - 9, scale(tick) + 4, number(tick, 1 if tick == int(tick) else 0.1), "c-end")
        )
    parts.append(path([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], "c-axis"))
    width = max(2.0, min(7.0, 0.6 * days.day_width))
    prefix = course.heading.id_prefix
    parts += [_load_bar(bar, days(bar.on), width, scale, prefix) for bar in course.loads]
    for row, (done, words) in enumerate(
        ((Done.DONE, "done"), (Done.EASED, "eased"), (Done.SKIPPED, "skipped"))
    ):
        n_bars = sum(bar.done is done for bar in course.loads)
        parts.append(text(_LABELS, box.top + 12 + row * _ROW, f"{n_bars} {words}"))
    return "".join(parts)


def _time_axis(course: Course, days: Days, floor: float) -> str:
    today = days(course.today_on)
    words = f"today, {short_day(course.today_on)}"
    parts = [text(today, floor + 18, words, "c-mid c-text--b")]
    for on in day_ticks(days):
        x = days(on)
        parts.append(line(x, floor, x, floor + 4, "c-axis"))
        if abs(x - today) > (text_width(words) + text_width(short_day(on))) / 2 + 4:
            parts.append(text(x, floor + 18, short_day(on), "c-mid"))
    return "".join(parts)


def _flare_words(course: Course, days: Days, y: float) -> str:
    parts = []
    for flare in course.flares:
        x = min(days(flare.from_on) + 3, _RIGHT - text_width(flare.words))
        parts.append(text(max(x, _LEFT), y, flare.words, "c-text--amber c-halo"))
    return "".join(parts)


def _panel_boxes(course: Course, top: float) -> tuple[Box, Box | None, Box | None, float]:
    """Return the boxes of measure, symptoms and load, and the floor of the last; an empty panel takes no room."""
    measure = Box(_LEFT, top, _RIGHT, top + 208)
    floor, symptoms, loads = measure.bottom, None, None
    if course.symptoms:
        symptoms = Box(_LEFT, floor + 34, _RIGHT, floor + 142)
        floor = symptoms.bottom
    if course.loads:
        loads = Box(_LEFT, floor + 34, _RIGHT, floor + 112)
        floor = loads.bottom
    return measure, symptoms, loads, floor


def _course_canvas(course: Course) -> Canvas:
    days = _axis(course)
    lane_height = _decisions(course, days, 0)[1]
    measure, symptoms, loads, floor = _panel_boxes(course, lane_height + 6)
    lane, _ = _decisions(course, days, floor)
    fitted = _panels.value_range(course.series, course.norm, course.gates, course.resolution)
    low, high = course.whole_scale or fitted
    scale, ticks = _panels.measure_scale(measure, low, high)
    panel = _panels.Panel(
        measure, days, scale, ticks, course.heading.id_prefix, course.unit, course.resolution
    )
    today = days(course.today_on)
    parts = [
        _panels.norm_band(panel, course.norm),
        _fields(course, days, measure.top, floor),
        lane,
        _panels.measure_panel(panel, course.series, None, course.today_on, gates=course.gates),
        _panels.side_labels(panel, course.series, course.today_on, _LABELS),
        _due(course, days, measure.bottom),
        _treated(course, days, measure.bottom),
        _flare_words(course, days, measure.bottom - 8),
        _symptoms(course, days, symptoms) if symptoms else "",
        _loads(course, days, loads) if loads else "",
        line(today, lane_height, today, floor, "c-today"),
        _time_axis(course, days, floor),
    ]
    return Canvas(_WIDTH, floor + 26, "".join(parts), is_wide=True)


def _course_keys(course: Course) -> list[Key]:
    keys = _panels.measure_keys(course.series, course.heading.id_prefix, course.today_on)
    if course.symptoms:
        keys.append(_marks.CALM_KEY)
        if any(one.next_morning_nrs is not None for one in course.symptoms):
            keys.append(_marks.MORNING_KEY)
    if course.loads:
        keys.append(_marks.load_key(course.heading.id_prefix))
    if course.flares:
        keys.append(_marks.FLARE_KEY)
    if course.treated:
        keys.append(_marks.TREATED_KEY)
    return keys


def _score(value: float | None) -> str:
    return NOT_KNOWN if value is None else number(value, 1)


_CALM_WORDS = {Calm.CALM: "calm", Calm.WATCH: "watch", Calm.TOO_MUCH: "too much", None: NOT_KNOWN}


def _course_tables(course: Course) -> list[Table]:
    symptoms = [
        (
            short_day(one.on),
            _score(one.pain_nrs),
            _score(one.next_morning_nrs),
            _CALM_WORDS[one.calm],
            one.note,
        )
        for one in sorted(course.symptoms, key=lambda one: one.on)
    ]
    loads = [
        (short_day(bar.on), _score(bar.value), bar.done.value)
        for bar in sorted(course.loads, key=lambda bar: bar.on)
    ]
    decisions = [
        (
            short_day(mark.on),
            mark.words,
            "overruled" if mark.is_overruled else "proposed" if mark.is_proposed else "in force",
        )
        for mark in sorted(course.decisions, key=lambda mark: mark.on)
    ]
    treated = [(short_day(one.on), one.words) for one in sorted(course.treated, key=lambda one: one.on)]
    return [
        _panels.readings_table(course.series, course.unit, course.resolution, course.today_on),
        Table(
            "Pain in each session, 0–10",
            ("Date", "Worst pain", "Next morning", "How it was borne", "Note"),
            symptoms,
            n_words=2,
        ),
        Table(
            f"Load per session, {course.load_about}", ("Date", "Load", "What became of it"), loads, n_words=1
        ),
        Table("Decisions", ("Date", "Decision", "Outcome"), decisions, n_words=2),
        Table("Visits and treatments", ("Date", "What"), treated, n_words=1),
    ]


def course_chart(course: Course) -> str:
    """Draw the course of an episode.

    Parameters
    ----------
    course : Course
        Readings in `course.unit`, pain 0-10, loads in one unit of the caller's choosing.

    Returns
    -------
    str
        A whole `<figure class="chart">`: picture 918 units wide in a sideways scroller, key, notes and tables.

    Notes
    -----
    1. Decisions stand in the lane above with their word; a word that would lie on another is left to the table.
    2. The level's line ends at the last counted reading; its band goes on hatched to today, and never further.
    3. After today the field is hatched and empty but for tests due. Unknown stretches are hatched, their reason in
       words beneath. Panels without facts are left out; a measure without readings says so.
    """
    notes = [
        f"{short_day(one.from_on)} to {short_day(one.until_on)}: {one.words}"
        for one in (*course.unknowns, *course.flares)
    ]
    notes += [f"{short_day(due.on)}: {due.words}" for due in sorted(course.due, key=lambda one: one.on)]
    n_unknown = sum(one.pain_nrs is None for one in course.symptoms)
    if n_unknown:
        notes.append(f"Pain is not known for {plural(n_unknown, 'session')}, marked with a question mark.")
    return chart_figure(
        course.heading,
        _course_canvas(course),
        keys=_course_keys(course),
        tables=_course_tables(course),
        notes=notes,
    )
