"""The safety run shows something only while what is unsafe is still seen."""

from __future__ import annotations

import pytest

from scripts import simulate


def test_a_planted_policy_is_caught_and_a_judge_that_sees_nothing_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulate, "N_DAYS_PLANTED", 6)
    assert simulate.planted_is_caught(1)
    monkeypatch.setattr(simulate, "PLANTED", "released")
    assert not simulate.planted_is_caught(1)
    assert "sees nothing" in capsys.readouterr().out
