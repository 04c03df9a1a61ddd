"""QR codes: read back by a reader of our own, and every codeword's correction checks out."""

from __future__ import annotations

import pytest

from mortise.errors import InputError
from mortise.report import qr
from mortise.report.qr import qr_code, qr_svg, qr_text


def read(code: tuple[tuple[bool, ...], ...]) -> str:
    """Read a code as a phone does: format, mask, way of the bits, blocks, text."""
    size = len(code)
    version = (size - 17) // 4
    near, far = qr._format_places(size)
    forms = {sum(code[r][c] << i for i, (r, c) in enumerate(places)) for places in (near, far)}
    assert len(forms) == 1
    mask = next(m for m in range(8) if qr._checked(m, 10, 0x537) ^ 0x5412 == forms.copy().pop())
    fixed = qr._fixed(version)
    bits: list[bool] = []
    columns = [c for c in range(size - 1, 0, -1) if c != 6]
    for number, right in enumerate(columns[::2]):
        for r in range(size - 1, -1, -1) if number % 2 == 0 else range(size):
            for c in (right, right - 1):
                if fixed[r][c] is None:
                    bits.append(code[r][c] != qr._MASKS[mask](r, c))
    n_correction, sizes = qr._BLOCKS[version]
    n_words = sum(sizes) + n_correction * len(sizes)
    words = [sum(bits[8 * i + k] << (7 - k) for k in range(8)) for i in range(n_words)]
    blocks: list[list[int]] = [[] for _ in sizes]
    at = 0
    for i in range(max(sizes)):
        for block, length in zip(blocks, sizes, strict=True):
            if i < length:
                block.append(words[at])
                at += 1
    for k in range(n_correction):
        for b, block in enumerate(blocks):
            assert qr._correction(block[: sizes[b]], n_correction)[k] == words[at]
            at += 1
    data = "".join(f"{word:08b}" for block in blocks for word in block)
    assert data[:4] == "0100"
    n_count = 16 if version >= 10 else 8
    n = int(data[4 : 4 + n_count], 2)
    return bytes(int(data[4 + n_count + 8 * i :][:8], 2) for i in range(n)).decode()


@pytest.mark.parametrize("n", [1, 14, 15, 42, 62, 84, 106, 122, 152, 180, 213])
def test_what_is_written_is_read_back_in_every_version(n: int) -> None:
    text = ("https://192.168.1.20:8443/enter/" + "aB3-_xYz" * 30)[:n]
    assert read(qr_code(text)) == text


def test_letters_of_every_language_are_kept() -> None:
    assert read(qr_code("https://klinik.example/ä/é")) == "https://klinik.example/ä/é"


def test_too_long_is_refused() -> None:
    with pytest.raises(InputError, match="too long"):
        qr_code("x" * 214)


def test_the_first_code_is_the_published_one() -> None:
    """The corners, the timing and the one dark module lie where the standard has them."""
    code = qr_code("A")
    assert len(code) == 21
    assert [code[6][c] for c in range(8, 13)] == [True, False, True, False, True]
    assert code[13][8]
    assert code[0][:7] == (True,) * 7


def test_it_is_drawn_for_a_terminal_and_for_a_page() -> None:
    rows = qr_text("A").splitlines()
    assert {len(row) for row in rows} == {29}
    assert qr_svg("A").count("h1v1h-1z") == sum(map(sum, qr_code("A")))
