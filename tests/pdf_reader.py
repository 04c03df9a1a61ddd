"""Read a PDF of ours back: its catalogue, the structure tree with the text of each element, the text of each page.

Enough of ISO 32000 for what the maker writes (flate streams, object streams, ToUnicode maps); no library for it is
installed, and a reader of our own shares no line with the writer.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    rb"\s*(?:%[^\n]*\n\s*)*(<<|>>|\[|\]|/[^\s/<>\[\]()]*|\d+\s+\d+\s+R\b|[-+]?\d*\.?\d+|true|false|null"
    rb"|\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>|[A-Za-z*'\"]+)"
)


@dataclass(frozen=True)
class Ref:
    """A reference to another object."""

    number: int


@dataclass
class Element:
    """One element of the structure tree, as a screen reader meets it."""

    tag: str
    text: str = ""
    alt: str = ""
    kids: list[Element] = field(default_factory=list)

    def all(self, *tags: str) -> list[Element]:
        """Return this and every element below it, of these tags when given, in reading order."""
        found = [self] if not tags or self.tag in tags else []
        return found + [one for kid in self.kids for one in kid.all(*tags)]

    @property
    def words(self) -> str:
        """Everything that is read out in this element."""
        return re.sub(r"\s+", " ", self.text + " ".join(["", *(kid.words for kid in self.kids)])).strip()


class Pdf:
    """A PDF, read."""

    def __init__(self, content: bytes) -> None:
        assert content.startswith(b"%PDF-")
        self.objects: dict[int, Any] = {}
        self.streams: dict[int, bytes] = {}
        for match in re.finditer(rb"(?:^|\n)(\d+) 0 obj\s(.*?)endobj", content, flags=re.DOTALL):
            number, body = int(match[1]), match[2]
            self.objects[number] = _parsed(body)
            at = body.find(b"stream")
            if at >= 0 and isinstance(self.objects[number], dict):
                raw = body[at + 6 :].lstrip(b"\r").removeprefix(b"\n")
                is_flate = "FlateDecode" in str(self.objects[number].get("Filter"))
                self.streams[number] = zlib.decompressobj().decompress(raw) if is_flate else raw
        for number, one in list(self.objects.items()):
            if isinstance(one, dict) and one.get("Type") == "/ObjStm":
                self._unpack(self.streams[number], int(one["N"]), int(one["First"]))
        self.catalog: dict[str, Any] = next(
            one for one in self.objects.values() if isinstance(one, dict) and one.get("Type") == "/Catalog"
        )
        self.pages = self._pages(self.of(self.catalog["Pages"]))
        self._marked = {page.number: self._marked_text(page) for page in self.pages}

    def _unpack(self, stream: bytes, n: int, first: int) -> None:
        head = [int(one) for one in stream[:first].split()]
        for number, at in zip(head[0 : 2 * n : 2], head[1 : 2 * n : 2], strict=True):
            self.objects[number] = _parsed(stream[first + at :])

    def of(self, value: Any) -> Any:
        """Return what a reference stands for."""
        return self.of(self.objects[value.number]) if isinstance(value, Ref) else value

    def _pages(self, node: dict[str, Any]) -> list[Ref]:
        found: list[Ref] = []
        for kid in self.of(node["Kids"]):
            one = self.of(kid)
            found += self._pages(one) if one["Type"] == "/Pages" else [kid]
        return found

    @property
    def language(self) -> str:
        return text_of(self.of(self.catalog.get("Lang", "")))

    @property
    def metadata(self) -> str:
        return self.streams[self.catalog["Metadata"].number].decode()

    @property
    def tree(self) -> Element:
        """The structure tree."""
        root = self.of(self.catalog["StructTreeRoot"])
        return Element("Root", kids=[self._element(one, None) for one in _listed(self.of(root["K"]))])

    def _element(self, ref: Any, page: Ref | None) -> Element:
        one = self.of(ref)
        page = one.get("Pg", page)
        made = Element(one["S"][1:], alt=text_of(self.of(one.get("Alt", ""))))
        for kid in _listed(self.of(one.get("K", []))):
            if isinstance(kid, int | float):
                made.text += self._marked[page.number].get(int(kid), "") if page else ""
            elif "S" in self.of(kid):
                made.kids.append(self._element(kid, page))
        return made

    @property
    def text(self) -> str:
        """Everything that is read out, in reading order."""
        return self.tree.words

    def _marked_text(self, page: Ref) -> dict[int, str]:
        content = b"\n".join(self.streams[one.number] for one in _listed(self.of(page)["Contents"]))
        fonts = self.of(self.of(self.of(page)["Resources"]).get("Font", {}))
        maps = {name: self._unicode_of(self.of(font)) for name, font in fonts.items()}
        return _read_marks(content, maps)

    def _unicode_of(self, font: dict[str, Any]) -> dict[int, str]:
        ref = font.get("ToUnicode")
        found: dict[int, str] = {}
        if not isinstance(ref, Ref):
            return found
        text = self.streams[ref.number].decode("latin-1")
        for block in re.findall(r"beginbfchar(.*?)endbfchar", text, flags=re.DOTALL):
            for code, to in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                found[int(code, 16)] = bytes.fromhex(to).decode("utf-16-be")
        for block in re.findall(r"beginbfrange(.*?)endbfrange", text, flags=re.DOTALL):
            for low, high, to in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
                start = int(to, 16)
                for n in range(int(low, 16), int(high, 16) + 1):
                    found[n] = chr(start + n - int(low, 16))
        return found


def _read_marks(content: bytes, maps: dict[str, dict[int, str]]) -> dict[int, str]:
    """Return the text of each marked stretch of a page by its number."""
    found: dict[int, str] = {}
    stack: list[Any] = []
    inside: list[int | None] = []
    font: dict[int, str] = {}
    for token in _tokens(content):
        if not (isinstance(token, tuple) and token[0] == "op"):
            stack.append(token)
            continue
        operator = token[1]
        if operator == "BDC":
            mark = stack[-1].get("MCID") if stack and isinstance(stack[-1], dict) else None
            inside.append(int(mark) if mark is not None else None)
            if mark is not None:
                found.setdefault(int(mark), "")
        elif operator == "BMC":
            inside.append(None)
        elif operator == "EMC":
            inside.pop()
        elif operator == "Tf":
            font = maps.get(stack[-2][1:], {})
        elif operator in ("TJ", "Tj") and inside and inside[-1] is not None:
            parts = stack[-1] if isinstance(stack[-1], list) else [stack[-1]]
            found[inside[-1]] += "".join(_shown(one, font) for one in parts if isinstance(one, bytes))
        stack.clear()
    return found


def _shown(codes: bytes, font: dict[int, str]) -> str:
    return "".join(font.get(int.from_bytes(codes[n : n + 2]), "\ufffd") for n in range(0, len(codes), 2))


def text_of(value: Any) -> str:
    """Return a text string."""
    if isinstance(value, bytes):
        return value[2:].decode("utf-16-be") if value.startswith(b"\xfe\xff") else value.decode("latin-1")
    return str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _tokens(content: bytes) -> Any:
    position = 0
    while _TOKEN.match(content, position):
        value, position = _value(content, position)
        yield value


def _parsed(body: bytes) -> Any:
    return _value(body, 0)[0] if _TOKEN.match(body, 0) else None


def _value(content: bytes, position: int) -> tuple[Any, int]:
    match = _TOKEN.match(content, position)
    assert match, content[position : position + 40]
    token, position = match[1], match.end()
    if token == b"<<":
        return _dictionary(content, position)
    if token == b"[":
        return _array(content, position)
    return _simple(token), position


def _dictionary(content: bytes, position: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while True:
        match = _TOKEN.match(content, position)
        assert match
        if match[1] == b">>":
            return found, match.end()
        value, position = _value(content, match.end())
        found[match[1][1:].decode()] = value


def _array(content: bytes, position: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while True:
        match = _TOKEN.match(content, position)
        assert match
        if match[1] == b"]":
            return found, match.end()
        value, position = _value(content, position)
        found.append(value)


def _simple(token: bytes) -> Any:
    if token.endswith(b"R") and b" " in token:
        return Ref(int(token.split()[0]))
    if token.startswith(b"/"):
        return token.decode("latin-1")
    if token.startswith(b"("):
        return re.sub(rb"\\([()\\])", rb"\1", token[1:-1])
    if token.startswith(b"<"):
        return bytes.fromhex(token[1:-1].decode())
    if re.fullmatch(rb"[-+]?\d*\.?\d+", token):
        return float(token) if b"." in token else int(token)
    return ("op", token.decode())
