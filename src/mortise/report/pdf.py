"""A tagged PDF (PDF/UA-1) from a page: every PDF of the house is made here, readable by ear, asking nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

OWN_HOST = "mortise.invalid"  # nobody's: addresses of a page are taken as paths of our own, never asked for
Read = Callable[[str], tuple[bytes, str] | None]
_SVG = re.compile(r"<svg\b[^>]*>|</svg>")
_LABEL = re.compile(r'aria-label="([^"]+)"')
_USE = re.compile(r'<use\b[^>]*\bhref="#([\w-]+)"')


class PageError(ValueError):
    """A page that cannot become a PDF: our own fault, never the reader's."""


class PictureLook(NamedTuple):
    """What pictures of a page look like: the rules of a page do not reach into its pictures here.

    `rules` are put into each picture, `colours` replace `var(--name)`, `symbols` are what a picture uses by name.
    """

    rules: str = ""
    colours: Mapping[str, str] = MappingProxyType({})
    symbols: Mapping[str, str] = MappingProxyType({})


PLAIN = PictureLook()


def pdf_of(page: str, *, read: Read, look: PictureLook = PLAIN) -> bytes:
    """Make a tagged PDF from a whole HTML page.

    Parameters
    ----------
    page : str
        A page with a language, a title and one main heading.
    read : callable
        Given a path of our own ("/static/ui/paper.css"), its bytes and media type; None refuses it.
    look : PictureLook
        What the pictures of the page look like.

    Returns
    -------
    bytes
        PDF 1.7 with a structure tree, language, title, outline and the fonts it needs.

    Raises
    ------
    PageError
        The page has no language, title or main heading, a picture without words, or asks for what is not ours.

    Notes
    -----
    1. Language, title and heading are looked for: without them a screen reader has no name for the file.
    2. A picture is spoken by its `aria-label`, or hidden with `aria-hidden`.
    3. Whatever the page asks for goes to `read`; nothing is fetched from a network or a disk by the maker itself.
    """
    _refuse_unspoken(page)
    page = _with_whole_pictures(page, look)
    import weasyprint  # 1.5 s and 40 MB: only for whoever prints
    from weasyprint.urls import FatalURLFetchingError

    try:
        document = weasyprint.HTML(
            string=page, base_url=f"https://{OWN_HOST}/", url_fetcher=_fetcher(read), media_type="print"
        )
        made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    except FatalURLFetchingError as error:
        raise PageError(str(error)) from None
    return made


def _fetcher(read: Read) -> Any:
    """Return a fetcher of the library's kind that knows no protocol and no place but ours."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Ours(URLFetcher):  # type: ignore[misc]
        """Asks `read` and nobody else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Return what is ours; anything else ends the making of the file."""
            found = _own(url, read)
            if found is None:
                raise FatalURLFetchingError(f"{url[:200]} is not ours: what is printed asks for nothing else")
            return URLFetcherResponse(url, found[0], {"Content-Type": found[1]})

    return Ours(allowed_protocols=("https",), allow_redirects=False)


def _own(url: str, read: Read) -> tuple[bytes, str] | None:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if (parts.scheme, parts.netloc) != ("https", OWN_HOST) or ".." in path.split("/"):
        return None
    return read(path)


def _refuse_unspoken(page: str) -> None:
    for what, pattern in (
        ("language", r'<html\b[^>]*\blang="[a-z]{2}'),
        ("title", r"<title>\s*[^<\s]"),
        ("main heading", r"<h1\b"),
    ):
        if not re.search(pattern, page):
            raise PageError(f"A page that is printed needs a {what}.")


def _with_whole_pictures(page: str, look: PictureLook) -> str:
    """Give every picture the rules, colours and drawings it needs; a picture inside a picture shares its."""
    out, depth, at = [], 0, 0
    for tag in _SVG.finditer(page):
        out.append(page[at : tag.start()])
        at = tag.end()
        if tag[0] == "</svg>":
            depth -= 1
        else:
            if depth == 0 and not _LABEL.search(tag[0]) and 'aria-hidden="true"' not in tag[0]:
                raise PageError(
                    "A picture that is printed needs words: aria-label, or aria-hidden for decoration."
                )
            if not tag[0].endswith("/>"):
                depth += 1
            if depth == 1:
                inside = page[at : _end_of(page, at)]
                out.append(_opened(tag[0], inside, look))
                continue
        out.append(tag[0])
    out.append(page[at:])
    whole = "".join(out)
    for name, colour in look.colours.items():
        whole = whole.replace(f"var({name})", colour)
    return whole


def _end_of(page: str, start: int) -> int:
    depth = 1
    for tag in _SVG.finditer(page, start):
        depth += -1 if tag[0] == "</svg>" else 0 if tag[0].endswith("/>") else 1
        if depth == 0:
            return tag.start()
    raise PageError("A picture is not closed.")


def _opened(tag: str, inside: str, look: PictureLook) -> str:
    drawn = "".join(
        look.symbols[name] for name in dict.fromkeys(_USE.findall(inside)) if name in look.symbols
    )
    namespace = "" if "xmlns=" in tag else ' xmlns="http://www.w3.org/2000/svg"'
    label = _LABEL.search(tag)
    words = f"<title>{label[1] if label else ' '}</title>"  # what the maker takes as its spoken words
    rules = f"<style>{look.rules}</style>" if look.rules else ""
    drawings = f"<defs>{drawn}</defs>" if drawn else ""
    return f"<svg{namespace}{tag.removeprefix('<svg')}{words}{rules}{drawings}"
