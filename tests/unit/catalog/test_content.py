"""The door to content: immutable, strict, lazy, and the same whether parsed or read back."""

from __future__ import annotations

import time
import timeit
from decimal import Decimal
from pathlib import Path

import pytest

from mortise import catalog
from mortise.catalog import Content
from mortise.catalog._decode import Faults, decode_node
from mortise.errors import ContentError, ContentFaults
from mortise.protocol import Criterion, Group
from tests.unit.catalog.planted import PROTOCOL, copy_of, plant

PROTOCOL_ID = "restricted-dorsiflexion"


def test_content_is_the_same_parsed_and_read_back(tmp_path: Path) -> None:
    root = copy_of(tmp_path, is_compiled=False)
    parsed = Content(root)
    first = parsed.protocol(PROTOCOL_ID), dict(parsed.measures), dict(parsed.exercises), dict(parsed.evidence)
    assert list((root / "__pycache__").glob("protocol-*.mortise"))
    again = Content(root)
    assert first == (
        again.protocol(PROTOCOL_ID), dict(again.measures), dict(again.exercises), dict(again.evidence)
    )  # fmt: skip
    assert parsed.protocol_hash(PROTOCOL_ID) == again.protocol_hash(PROTOCOL_ID)


def test_a_changed_source_is_read_anew(tmp_path: Path) -> None:
    root = copy_of(tmp_path, is_compiled=False)
    before = Content(root)
    hash_before = before.protocol_hash(PROTOCOL_ID)
    plant(root, "measures/gait.toml", "'Walking speed'", "'Speed of walking'")
    after = Content(root)
    assert after.measures["gait_speed_m_s"].label == "Speed of walking"
    assert after.protocol_hash(PROTOCOL_ID) != hash_before
    assert len(list((root / "__pycache__").glob(f"protocol-{PROTOCOL_ID}-*.mortise"))) == 1


def test_the_hash_ignores_what_the_protocol_does_not_use(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    before = Content(root).protocol_hash(PROTOCOL_ID)
    plant(root, "measures/gait.toml", "'Stride length'", "'Length of a stride'")
    plant(root, "texts/en.toml", "'Today stays the same.'", "'Today is the same.'")
    assert Content(root).protocol_hash(PROTOCOL_ID) == before
    plant(root, "exercises/short-foot.toml", "n_sets = 1, n_reps = 8", "n_sets = 1, n_reps = 7")
    assert Content(root).protocol_hash(PROTOCOL_ID) != before


def test_a_spoilt_stored_part_is_passed_over(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    expected = Content(root).protocol_hash(PROTOCOL_ID)
    for stored in (root / "__pycache__").iterdir():
        stored.write_bytes(b"not a message")
    assert Content(root).protocol_hash(PROTOCOL_ID) == expected


def test_content_loads_where_nothing_can_be_written(tmp_path: Path) -> None:
    root = copy_of(tmp_path, is_compiled=False)
    (root / "__pycache__").write_text("a file, so that no folder can stand here")
    assert Content(root).measures["lunge_cm"].resolution == Decimal("0.1")


def test_content_cannot_be_changed() -> None:
    content = catalog.load()
    with pytest.raises(TypeError):
        content.measures["lunge_cm"] = content.measures["tug_s"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        content.protocol(PROTOCOL_ID).version = "2"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        content.root = Path("/")  # type: ignore[misc]


def test_faults_are_raised_all_together_with_their_places(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    plant(root, PROTOCOL, "title_patient", "titel_patient")
    plant(root, PROTOCOL, "limb = 'involved'", "limb = 'left'", n_times=2)
    with pytest.raises(ContentFaults) as caught:
        Content(root).protocol(PROTOCOL_ID)
    assert len(caught.value.faults) >= 3
    assert all(PROTOCOL in fault.where for fault in caught.value.faults)
    assert caught.value.exit_status == 10


def test_an_unknown_protocol_names_those_that_are_there() -> None:
    with pytest.raises(ContentError, match=PROTOCOL_ID):
        catalog.load().protocol("no-such-protocol")


LEAF = {
    "id": "a", "measure": "tug_s", "operator": "<=", "value": Decimal("11.9"), "unit": "s", "max_age_days": 7,
    "domain": "function", "label": "a", "label_patient": "a", "strength": "consensus",
}  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "n_needed"),
    [
        ({"id": "g", "all": [LEAF, LEAF]}, 2),
        ({"id": "g", "any": [LEAF, LEAF]}, 1),
        ({"id": "g", "at_least": 2, "of": [LEAF, LEAF, LEAF]}, 2),
    ],
)
def test_groups_are_written_as_a_clinician_says_them(raw: dict[str, object], n_needed: int) -> None:
    faults = Faults()
    node = decode_node(raw, "here", faults)
    assert not faults
    assert isinstance(node, Group)
    assert node.n_needed == n_needed
    assert all(isinstance(one, Criterion) for one in node.of)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"id": "g", "all": []}, "at least one line"),
        ({"id": "g", "all": [LEAF], "any": [LEAF]}, "both 'all' and 'any'"),
        ({"id": "g", "at_least": 4, "of": [LEAF]}, "at_least between"),
        ({"id": "g", "of": [LEAF]}, "at_least between"),
        ({"id": "g", "not": [LEAF]}, "unknown field"),
        ("tug_s < 12", "a criterion is a table"),
        ({**LEAF, "value": "twelve"}, "value"),
        ({**LEAF, "if_unknown": 3}, "if_unknown"),
    ],
)
def test_a_malformed_condition_is_a_fault_with_its_place(raw: object, words: str) -> None:
    faults = Faults()
    assert decode_node(raw, "here", faults) is None
    assert len(faults) >= 1
    assert words in str(faults[0])
    assert faults[0].where.startswith("here")


def test_a_misspelt_word_in_a_group_is_a_fault_and_the_rest_is_read_on() -> None:
    faults = Faults()
    found = decode_node({"id": "g", "any": [{**LEAF, "valu": 1}, {**LEAF, "id": "b"}]}, "here", faults)
    assert isinstance(found, Group)
    assert [line.id for line in found.of] == [
        "a",
        "b",
    ]  # so that one run finds whatever else is wrong in them
    assert [(fault.where, "`valu`" in str(fault)) for fault in faults] == [("here, any[0]", True)]


def test_a_protocol_with_its_measures_and_exercises_loads_under_25_ms() -> None:
    root = catalog.CONTENT_ROOT
    Content(root).protocol(PROTOCOL_ID)

    def load() -> None:
        content = Content(root)
        content.protocol(PROTOCOL_ID)
        assert content.measures
        assert content.exercises

    taken = timeit.repeat(load, number=1, repeat=20, timer=time.process_time)
    assert min(taken) < 0.025, f"{min(taken) * 1e3:.1f} ms"
