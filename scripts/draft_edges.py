"""Draft `edges.toml` of a protocol: for every criterion the bound and the nearest value beyond it.

The draft is pinned by committing it. It is written again only on purpose, after a bound was changed, and its diff is
then read as a clinician reads it: what passed before and does not now. Lights are kept from the file that is there.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mortise.catalog import load
from mortise.catalog._case_expect import Effects
from mortise.catalog._decode import Faults
from mortise.catalog._places import Place, places_of
from mortise.catalog.cases import read_cases
from mortise.protocol import Operator, Protocol, Rule
from mortise.terms import Measure

HEAD = """\
# Both sides of every threshold. Each table becomes three cases: met at the bound, not met at the nearest value of the
# measure beyond it, unknown without a value. Drafted by scripts/draft_edges.py, then pinned: a bound that changes in
# protocol.toml fails against this file until somebody decides which of the two is right. Everybody here is fictional.
"""


def main(arguments: list[str] | None = None) -> int:
    """Write the draft and say how many criteria it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("protocol", help="id of the protocol")
    args = parser.parse_args(arguments)
    content = load()
    protocol = content.protocol(args.protocol)
    path = Path(content.root) / "protocols" / protocol.id / "edges.toml"
    kept = (
        {edge.id: edge for edge in read_cases(content.root, protocol.id, Faults())[0]}
        if path.exists()
        else {}
    )
    tables = []
    for place in places_of(protocol):
        measure = content.measures[place.criterion.measure]
        lines = draft(place, measure, protocol)
        earlier = kept.get(place.criterion.id)
        if place.kind == "light":
            lines.append(f"met_light = '{earlier.met_light if earlier else place.owner}'")
            lines.append(f"not_met_light = '{earlier.not_met_light if earlier else ''}'")
        tables.append("\n".join(["[[edges]]", *lines, *pinned(place)]) + "\n")
    tables += ["\n".join(["[[effects]]", *effects(rule)]) + "\n" for rule in protocol.rules]
    path.write_text("\n".join([HEAD, *tables]), encoding="utf-8")
    print(f"{len(tables)} criteria in {path}")
    return 0


def draft(place: Place, measure: Measure, protocol: Protocol) -> list[str]:
    """Return the lines of one edge."""
    one = place.criterion
    if one.operator is Operator.KNOWN:
        return [
            f"id = '{one.id}'",
            f"met = {10 if place.kind != 'light' and measure.low <= 10 <= measure.high else 1}",
        ]
    lines = [f"id = '{one.id}'"]
    bound = one.value
    if one.band is not None:
        band = next(band for band in protocol.bands if band.id == one.band)
        row = (
            band.rows[-1]
            if band.id == "one_leg_floor"
            else next(r for r in band.rows if r.from_age <= 67 < r.to_age)
        )
        age = 67 if row.from_age <= 67 < row.to_age else row.from_age
        lines += [f"age = {age}", f"sex = '{row.sex.value}'"]
        bound = row.value
    assert bound is not None
    beyond = -measure.resolution if one.operator is Operator.AT_LEAST else measure.resolution
    return [*lines, f"met = {bound}", f"not_met = {bound + beyond}"]


def pinned(place: Place) -> list[str]:
    """Return what else of a criterion is entered twice: how old, how often, over how long."""
    one = place.criterion
    lines = [f"max_age_days = {one.max_age_days}"]
    if one.n_dates != 1:
        lines.append(f"n_dates = {one.n_dates}")
    if one.needs_visit:
        lines.append("needs_visit = true")
    if one.window_days is not None:
        lines += [f"window_days = {one.window_days}", f"n_least = {one.n_least}"]
    return lines


def effects(rule: Rule) -> list[str]:
    """Return what a rule does, leaving out what it does not."""
    lines = [f"id = '{rule.id}'"]
    for name in Effects.__struct_fields__[1:]:
        value = getattr(rule, name)
        if value is True:
            lines.append(f"{name} = true")
        elif isinstance(value, tuple) and value:
            lines.append(f"{name} = [{', '.join(repr(str(one)) for one in value)}]")
        elif isinstance(value, str):
            lines.append(f"{name} = '{value}'")
        elif value not in (None, False, (), 1) or (name == "for_days" and value != 1):
            lines.append(f"{name} = {value}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
