"""The scripts of the content: the evidence import loses nothing, reference pages say what the content says."""

from __future__ import annotations

import csv
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from mortise.catalog import CONTENT_ROOT, load
from scripts import import_evidence, reference

COLUMNS = (
    "id", "measure_or_rule", "figure", "unit", "population", "kind", "value_low", "value_high", "citation",
    "doi_if_sure", "status", "confidence",
)  # fmt: skip
ROW = {
    "id": "SW-01", "measure_or_rule": 'the "figure of eight" isn\'t steady', "figure": "0.2 / 0.3", "unit": "cm",
    "population": "fictional", "kind": "sem", "value_low": "0.20", "value_high": "", "citation": "A. Nobody",
    "doi_if_sure": "", "status": "verified", "confidence": "low",
}  # fmt: skip


def table(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "evidence.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_import_keeps_every_field_and_every_digit(tmp_path: Path) -> None:
    other = ROW | {"id": "HOP-01", "value_low": "", "doi_if_sure": "10.1/x", "status": "recalled"}
    path = table(tmp_path, ROW, other)
    assert import_evidence.main([str(path), "--into", str(tmp_path / "out")]) == 0
    found = tomllib.loads((tmp_path / "out" / "swelling.toml").read_text(), parse_float=Decimal)["SW-01"]
    assert found["fact"] == ROW["measure_or_rule"]
    assert str(found["low"]) == "0.20"
    assert "high" not in found
    assert "doi" not in found
    assert tomllib.loads((tmp_path / "out" / "hop.toml").read_text())["HOP-01"]["doi"] == "10.1/x"


def test_the_import_again_writes_the_same(tmp_path: Path) -> None:
    path = table(tmp_path, ROW)
    import_evidence.main([str(path), "--into", str(tmp_path)])
    first = (tmp_path / "swelling.toml").read_bytes()
    import_evidence.main([str(path), "--into", str(tmp_path)])
    assert (tmp_path / "swelling.toml").read_bytes() == first


@pytest.mark.parametrize("change", [{"id": "XYZ-01"}, {"value_low": "about 3"}])
def test_a_row_that_cannot_be_placed_stops_the_import(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match=r"XYZ-01|value_low"):
        import_evidence.main([str(table(tmp_path, ROW | change)), "--into", str(tmp_path)])


def test_the_pages_hold_every_row_every_exit_and_every_rule() -> None:
    content = load(CONTENT_ROOT)
    evidence = reference.evidence_page(content)
    assert all(f"| {name} |" in evidence for name in content.evidence)
    protocol = content.protocol("restricted-dorsiflexion")
    page = reference.protocol_page(content, protocol.id)
    assert all(line.label in page for stage in protocol.stages for line in stage.exit)
    assert all(f"| {rule.id} |" in page for rule in protocol.rules)
    assert "no clinician has checked this" in page


def test_check_compares_and_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "evidence.md"
    page.write_text(reference.evidence_page(load(CONTENT_ROOT)), encoding="utf-8")
    assert reference.main(["evidence", "--check", str(page)]) == 0
    page.write_text(page.read_text(encoding="utf-8").replace("1.9", "1.8", 1), encoding="utf-8")
    assert reference.main(["evidence", "--check", str(page)]) == 1
    assert "make generated" in capsys.readouterr().err
