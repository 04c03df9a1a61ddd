"""Progress shows on a terminal and nowhere else, and never touches what is worked on."""

from __future__ import annotations

import io

from mortise.cli.progress import counted, pulsing


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_counted_yields_everything_in_order_with_a_bar_on_a_terminal() -> None:
    screen = Terminal()
    assert list(counted(iter("abc"), 3, "Deciding again", stream=screen)) == ["a", "b", "c"]
    assert "Deciding again" in screen.getvalue()


def test_counted_draws_nothing_into_a_pipe() -> None:
    pipe = io.StringIO()
    assert list(counted(range(3), 3, "Deciding again", stream=pipe)) == [0, 1, 2]
    assert pipe.getvalue() == ""


def test_pulsing_shows_what_is_done_on_a_terminal_only() -> None:
    screen, pipe = Terminal(), io.StringIO()
    with pulsing("Measuring 90 MB", stream=screen):
        pass
    with pulsing("Measuring 90 MB", stream=pipe):
        pass
    assert "Measuring 90 MB" in screen.getvalue()
    assert pipe.getvalue() == ""
