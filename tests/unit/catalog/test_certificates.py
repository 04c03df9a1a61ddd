"""A protocol is run only under a certificate that fits it, its checker and its engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mortise.catalog import Content, load
from mortise.catalog.certificates import (
    CHECKER,
    Certificate,
    Certified,
    certificate_of,
    laxer_later,
    store,
    uncertified,
)
from mortise.episode.fold import ENGINE
from mortise.errors import ContentError
from tests.unit.catalog.planted import PROTOCOL, copy_of, plant

NAME = "restricted-dorsiflexion"
FILE = f"protocols/{NAME}/certificate.toml"


def certified(content: Content, **changes: object) -> Certificate:
    made = {
        "protocol": NAME, "protocol_hash": content.protocol_hash(NAME), "checker": CHECKER, "engine": ENGINE,
        "made_on": date(2026, 11, 21), "seconds": 1.5,
        "obligations": (Certified(number="11 proof", title="Red flags win", n_checked=652),),
    }  # fmt: skip
    return Certificate(**(made | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", load().protocol_ids)
def test_the_content_that_is_shipped_is_certified(name: str) -> None:
    assert uncertified(load(), name, ENGINE) is None


def test_a_certificate_is_read_back_as_it_was_stored(tmp_path: Path) -> None:
    content = Content(copy_of(tmp_path))
    made = certified(content)
    store(content, made)
    assert certificate_of(content, NAME) == made
    assert uncertified(content, NAME, ENGINE) is None


def test_a_protocol_without_a_certificate_is_refused(tmp_path: Path) -> None:
    content = Content(copy_of(tmp_path))
    (content.root / FILE).unlink()
    assert certificate_of(content, NAME) is None
    fault = uncertified(content, NAME, ENGINE)
    assert fault is not None
    assert "nothing of this protocol is proved" in fault.message
    assert "mortise check --prove" in fault.mend


def test_one_changed_figure_makes_the_certificate_void(tmp_path: Path) -> None:
    content = Content(copy_of(tmp_path))
    store(content, certified(content))
    plant(content.root, PROTOCOL, "silence_days = 7", "silence_days = 8")
    fault = uncertified(Content(content.root), NAME, ENGINE)
    assert fault is not None
    assert "another version of the protocol" in fault.message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"checker": "mortise-proof/0"}, "by mortise-proof/0"),
        ({"engine": "mortise-engine/0"}, "for mortise-engine/0"),
        ({"obligations": ()}, "missing required field `obligations`"),
        ({"protocol": "another"}, "for the protocol another"),
    ],
)
def test_a_certificate_that_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    content = Content(copy_of(tmp_path))
    path = store(content, certified(content, **(changes | {"protocol": NAME})))
    if "protocol" in changes:
        path.write_text(
            path.read_text(encoding="utf-8").replace(f"'{NAME}'", "'another'", 1), encoding="utf-8"
        )
    fault = uncertified(content, NAME, ENGINE)
    assert fault is not None
    assert words in fault.message


def test_a_spoilt_certificate_is_a_fault_not_a_crash(tmp_path: Path) -> None:
    content = Content(copy_of(tmp_path))
    (content.root / FILE).write_text("protocol = 3\nmade_by = 'nobody'", encoding="utf-8")
    with pytest.raises(ContentError):
        certificate_of(content, NAME)
    assert uncertified(content, NAME, ENGINE) is not None


def test_two_figures_of_a_clinic_cannot_loosen_a_later_gate() -> None:
    protocol = load().protocol(NAME)
    assert laxer_later(protocol, {}) == ()
    assert (
        laxer_later(protocol, {"G3.exit.heel_rise.count": Decimal(15), "G4.exit.heel_rise": Decimal(15)})
        == ()
    )
    faults = laxer_later(protocol, {"G3.exit.heel_rise.count": Decimal(15)})
    assert [fault.message for fault in faults] == ["10 is laxer than 15 of G3.exit.heel_rise.count."]
    assert laxer_later(protocol, {"G2.exit.pain": Decimal(2)})
