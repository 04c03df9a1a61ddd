"""Duties that no single edit of one place could break."""

from pathlib import Path

from mortise import catalog
from tests.unit.catalog.planted import PROTOCOL, copy_of


def test_a_stage_without_a_jump_keeps_jumps_out(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    text = (root / PROTOCOL).read_text(encoding="utf-8")
    old = "without_tags = ['impact', 'manual']"
    last = text.rindex(old)
    (root / PROTOCOL).write_text(
        text[:last] + "without_tags = ['manual']" + text[last + len(old) :], encoding="utf-8"
    )
    assert any("does not keep it out" in str(fault) for fault in catalog.check(root).faults)


def test_a_protocol_without_its_second_entry_is_a_fault(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    (root / PROTOCOL).with_name("source.toml").unlink()
    assert any("source.toml is missing" in str(fault) for fault in catalog.check(root).faults)
