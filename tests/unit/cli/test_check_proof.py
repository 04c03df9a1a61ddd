"""`mortise check --prove` and `--against`: certificates only for what is proved, and what a change would alter."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("z3")

from mortise import proof
from mortise.catalog import Content
from mortise.catalog.certificates import uncertified
from mortise.cli import main
from mortise.episode.fold import ENGINE
from mortise.proof.prover import TIME_OUT_MS
from mortise.protocol import Protocol
from mortise.terms import Measure
from tests.unit.catalog.planted import PROTOCOL, copy_of, plant

NAME = "restricted-dorsiflexion"
CERTIFICATE = f"protocols/{NAME}/certificate.toml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy without a certificate of one protocol, and a proof of that protocol only."""
    root = copy_of(tmp_path)
    (root / CERTIFICATE).unlink()
    monkeypatch.setattr("mortise.cli.check.with_engine", lambda report, root: report)  # tested beside this
    monkeypatch.setattr(proof, "prove_all", prove_one)
    return root


def prove_one(
    protocols: Sequence[Protocol], measures: Mapping[str, Measure], time_out_ms: int = TIME_OUT_MS
) -> tuple[proof.Proof, ...]:
    return tuple(proof.prove(one, measures, time_out_ms=time_out_ms) for one in protocols if one.id == NAME)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_what_is_proved_gets_its_certificate(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert uncertified(Content(root), NAME, ENGINE) is not None
    assert main(["check", str(root), "--prove"]) == 0
    assert "Red flags win" in said(capsys)
    assert uncertified(Content(root), NAME, ENGINE) is None
    written = (root / CERTIFICATE).read_text(encoding="utf-8")
    assert all(f"number = '{number} proof'" in written for number in (10, 11, 12, 13))


def test_what_is_not_answered_in_time_gets_no_certificate(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "prove_all", partial(prove_one, time_out_ms=1))
    assert main(["check", str(root), "--prove"]) == 10
    assert "not proved in time" in said(capsys)
    assert not (root / CERTIFICATE).exists()


def test_what_is_refuted_gets_no_certificate_but_a_patient(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mortise.catalog.checks import CheckReport

    text = (root / PROTOCOL).read_text(encoding="utf-8")
    start = text.index("id = 'warmth.today'")
    end = text.index("[[rules]]", start)
    rule = (
        "\n".join(line for line in text[start:end].splitlines() if not line.startswith("advice = ")) + "\n\n"
    )
    (root / PROTOCOL).write_text(text[:start] + rule + text[end:], encoding="utf-8")
    # The static obligations see it too; here they let it pass, so that the proof has to.
    monkeypatch.setattr("mortise.catalog.check", lambda root: CheckReport((), ()))
    assert main(["check", str(root), "--prove"]) == 10
    assert "A fictional patient in G1, one ankle affected" in said(capsys)
    assert not (root / CERTIFICATE).exists()


# ---------------------------------------------------------------------- against another revision


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the content in a repository of its own, and one patient of ten weeks."""
    root = copy_of(tmp_path)
    for words in (
        ("init", "-q"), ("add", "-A"),
        ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "commit", "-q", "-m", "As it was"),
    ):  # fmt: skip
        subprocess.run(["git", "-C", str(root), *words], check=True)
    monkeypatch.setattr("mortise.proof.against.SEEDS", (1,))
    monkeypatch.setattr("mortise.proof.against.N_DAYS", 70)
    return root


def test_a_change_is_told_by_what_it_alters_for_fictional_patients(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(kept, PROTOCOL, "silence_days = 7", "silence_days = 2")
    plant(kept, PROTOCOL, "value = 5\nunit = 'min'", "value = 60\nunit = 'min'")
    assert main(["check", str(kept), "--against", "HEAD"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [one for one in lines if one.endswith(": the same in HEAD.")] == [
        f"{name}: the same in HEAD." for name in Content(kept).protocol_ids if name != NAME
    ]
    altered = [one for one in lines if one.startswith(f"{NAME}, ")]
    assert any("G1.exit.walk was met, is not met" in one for one in altered)
    assert lines[-1].endswith("days of fictional patients come out otherwise than in HEAD.")
    assert lines[-1].startswith(f"{len(altered)} of ")


def test_a_protocol_that_is_new_or_gone_is_said(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (kept / "protocols" / NAME).rename(kept / "protocols" / "another")
    assert main(["check", str(kept), "--against", "HEAD"]) == 0
    said = capsys.readouterr().out
    assert "another: not there in HEAD." in said
    assert f"{NAME}: was there in HEAD, and is gone." in said


@pytest.mark.parametrize("revision", ["no-such-revision", "--upload-pack=x"])
def test_a_revision_that_git_does_not_know_is_a_wrong_input(
    kept: Path, capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    assert main(["check", str(kept), f"--against={revision}"]) == 12
    assert "Name a commit, a branch or a tag" in capsys.readouterr().err
