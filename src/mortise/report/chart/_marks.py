"""Marks of the chart grammar: decision glyphs, how a session was borne, pegs, and the entries of the key."""

from __future__ import annotations

from mortise.report.chart._figure import Key
from mortise.report.chart._svg import circle, n, rect, text
from mortise.report.chart.inputs import Calm, DecisionMark, Glyph
from mortise.report.words import tr

# drawn in a field of 20 by 20
_GLYPHS = {
    Glyph.ADVANCE: '<path d="M10 1.5l8 9h-4.7v8H6.7v-8H2z"/>',
    Glyph.STEP_BACK: '<path d="M10 18.5l8-9h-4.7v-8H6.7v8H2z"/>',
    Glyph.HOLD: '<path d="M2.5 4h15v4.3h-15zM2.5 11.7h15V16h-15z"/>',
    Glyph.ASK_CLINICIAN: '<path d="M4 2.5h4.3v15H4zM11.7 2.5H16v15h-4.3z"/>',
    Glyph.REFER: '<path d="M2 2h9v3H5v10h6v3H2zM9 8.5h4.5V5l5 5-5 5v-3.5H9z"/>',
    Glyph.STOP_AND_SEEK_HELP: '<path d="M6.3 1.5h7.4l4.8 4.8v7.4l-4.8 4.8H6.3L1.5 13.7V6.3z"/>',
    Glyph.START: '<circle cx="10" cy="10" r="7"/>',
    Glyph.CANNOT_DECIDE: (
        '<path d="M6.3 7a3.7 3.7 0 1 1 5.4 3.3c-1.2.7-1.7 1.4-1.7 2.7h-2c0-2.3.9-3.5 2.5-4.4a1.7 1.7 0 1 0-2.4-1.6z"/>'
        '<circle cx="9" cy="16" r="1.3"/>'
    ),
}
_GLYPH_CSS = {
    Glyph.ADVANCE: "c-glyph c-glyph--advance",
    Glyph.STEP_BACK: "c-glyph c-glyph--ease",
    Glyph.ASK_CLINICIAN: "c-glyph c-glyph--ease",
    Glyph.STOP_AND_SEEK_HELP: "c-red",
}
_PEGS = {
    True: '<rect class="c-green" x="1" y="1" width="16" height="16" rx="3.5"/>'
    '<path fill="none" stroke="var(--card)" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round" d="M5 9.3l2.8 2.8L13.2 6"/>',
    False: '<rect class="c-gate" x="1.9" y="1.9" width="14.2" height="14.2" rx="3"/>',
    None: '<rect class="c-bar--none" x="1.9" y="1.9" width="14.2" height="14.2" rx="3"/>',
}


def decision_glyph(mark: DecisionMark, x: float, y: float) -> str:
    """Return the shape of a decision, 16 wide, centred at `x`; overruled: hollow with a stroke."""
    css = "c-over" if mark.is_overruled else _GLYPH_CSS.get(mark.glyph, "c-glyph")
    place = f'x="{n(x - 8)}" y="{n(y)}" width="16" height="16" viewBox="0 0 20 20"'
    shape = f'<svg {place} class="{css}">{_GLYPHS[mark.glyph]}</svg>'
    if mark.is_overruled:
        shape += f'<path class="c-slash" d="M{n(x - 9)} {n(y + 16)}L{n(x + 9)} {n(y)}"/>'
    return shape


def calm_mark(calm: Calm | None, x: float, y: float, size: float = 1.0) -> str:
    """Return circle, triangle or diamond; a dotted circle when nobody said how it was borne."""
    if calm is Calm.CALM:
        return circle(x, y, 3.8 * size, "c-green")
    if calm is Calm.WATCH:
        rise, half = 7 * size, 6 * size
        return f'<path class="c-amber" d="M{n(x)} {n(y - rise)}l{n(half)} {n(1.75 * half)}h{n(-2 * half)}z"/>'
    if calm is Calm.TOO_MUCH:
        half = 6 * size
        r = n(half)
        return f'<path class="c-red" d="M{n(x)} {n(y - half)}l{r} {r}-{r} {r}-{r}-{r}z"/>'
    return circle(x, y, 3.8 * size, "c-bar--none")


def peg(is_met: bool | None, x: float, y: float) -> str:
    """Return a small peg, 13 wide: in place, not yet, or not known."""
    return f'<svg x="{n(x)}" y="{n(y)}" width="13" height="13" viewBox="0 0 18 18">{_PEGS[is_met]}</svg>'


def series_key(is_treated: bool, words: str, *, has_band: bool = True) -> Key:
    """Return the entry of a side's readings and level."""
    if is_treated:
        under = '<path class="c-own-band" d="M0 1h28v12H0z"/>' if has_band else ""
        return Key(f'{under}<path class="c-own" d="M0 7h28"/>{circle(14, 7, 4, "c-own-dot")}', words)
    return Key(f'<path class="c-other" d="M0 7h28"/>{circle(14, 7, 3.5, "c-other-dot")}', words)


PRACTICE_KEY = Key(circle(14, 7, 3.5, "c-own-open"), "practice, not counted")
CALM_KEY = Key(
    calm_mark(Calm.CALM, 5, 7) + calm_mark(Calm.WATCH, 14, 8.5, 0.8) + calm_mark(Calm.TOO_MUCH, 23, 7, 0.8),
    "calm, watch, too much",
)
MORNING_KEY = Key('<path class="c-morning" d="M2 10h6l6-5h12"/>', "next morning")


def stale_key(prefix: str) -> Key:
    """Return the entry of a level that nobody has measured lately."""
    return Key(rect(1, 1, 26, 12, "", fill=f"{prefix}-own"), tr("last value too old"))


def load_key(prefix: str) -> Key:
    """Return the entry of the load bars."""
    bars = (
        rect(2, 2, 6, 12, "c-bar")
        + rect(11, 2, 6, 12, "c-plan2", fill=f"{prefix}-bar")
        + rect(20, 2, 6, 12, "c-bar--none")
    )
    return Key(bars, "done, eased, skipped")


FLARE_KEY = Key('<rect class="c-flare" width="28" height="14"/>', "flare")


TREATED_KEY = Key('<rect class="c-bar" x="11" y="4" width="6" height="6"/>', "visit or treatment")


def unknown_mark(x: float, y: float) -> str:
    """Return the question mark of what is not known."""
    return text(x, y, "?", "c-mid c-text--b")
