"""PDFs are tagged, named and spoken, hold what the page held, and ask nobody for anything."""

from __future__ import annotations

import re

import pytest

from mortise.report.pdf import PageError, PictureLook, pdf_of
from tests.pdf_reader import Pdf

BODY = (
    "<main><h1>Left ankle</h1><h2>Range</h2><p>Knee to wall 7.5 ± 1.9 cm, 38°, ≥ 90 %.</p>"
    "<table><caption>Readings</caption><thead><tr><th scope=col>On</th></tr></thead><tbody><tr><td>1 May</td></tr>"
    "</tbody></table><ul><li>One</li><li>Two</li></ul></main>"
)


def page(body: str = BODY, head: str = "", lang: str = ' lang="en"', title: str = "A letter") -> str:
    return f"<!doctype html><html{lang}><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def nothing(path: str) -> None:
    return None


def test_pdf_is_tagged_and_has_language_title_and_outline() -> None:
    pdf = Pdf(pdf_of(page(), read=nothing))
    assert pdf.language == "en"
    assert pdf.catalog["MarkInfo"]["Marked"] == ("op", "true")
    assert pdf.of(pdf.catalog["ViewerPreferences"])["DisplayDocTitle"] == ("op", "true")
    assert re.search(r"pdfuaid:part(=\"|>)1", pdf.metadata)
    assert "A letter" in pdf.metadata
    assert pdf.of(pdf.catalog["Outlines"])["Count"] >= 1


def test_pdf_reads_as_the_page_does() -> None:
    tree = Pdf(pdf_of(page(), read=nothing)).tree
    assert [one.words for one in tree.all("H1")] == ["Left ankle"]
    assert [one.words for one in tree.all("H2")] == ["Range"]
    assert [one.words for one in tree.all("P")][:1] == ["Knee to wall 7.5 ± 1.9 cm, 38°, ≥ 90 %."]
    assert [one.words for one in tree.all("TH")] == ["On"]
    assert [one.words for one in tree.all("TD")] == ["1 May"]
    assert len(tree.all("LI")) == 2
    for whole, part in (("Table", "TR"), ("L", "LI")):
        assert tree.all(whole)[0].all(part)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (page(lang=""), "language"),
        (page(title=" "), "title"),
        (page("<p>No heading</p>"), "main heading"),
        (page('<h1>A</h1><svg width="9" height="9"></svg>'), "needs words"),
        (page('<h1>A</h1><svg aria-hidden="true" width="9" height="9">'), "not closed"),
    ],
)
def test_page_that_cannot_be_spoken_is_refused(given: str, says: str) -> None:
    with pytest.raises(PageError, match=says):
        pdf_of(given, read=nothing)


@pytest.mark.parametrize(
    "asks",
    [
        "https://elsewhere.example/a.css",
        "http://mortise.invalid/static/a.css",
        "file:///etc/hostname",
        "/static/../../secret-key",
        "/static/%2e%2e/secret-key",
        "/not-ours.css",
        "data:text/css,p{color:red}",
        "//elsewhere.example/a.css",
    ],
)
def test_page_asks_for_nothing_but_ours(asks: str) -> None:
    asked: list[str] = []

    def read(path: str) -> tuple[bytes, str] | None:
        asked.append(path)
        return (b"p{color:red}", "text/css") if path == "/static/own.css" else None

    with pytest.raises(PageError, match="not ours"):
        pdf_of(page(head=f'<link rel="stylesheet" href="{asks}">'), read=read)
    assert not [one for one in asked if ".." in one]


def test_pictures_and_style_sheets_are_ours_too() -> None:
    for body in ('<h1>A</h1><img src="https://elsewhere.example/a.png" alt="x">',
                 '<h1>A</h1><p style="background:url(https://elsewhere.example/b.png)">B</p>'):  # fmt: skip
        with pytest.raises(PageError, match="not ours"):
            pdf_of(page(body), read=nothing)


def test_own_style_sheet_is_read() -> None:
    asked: list[str] = []

    def read(path: str) -> tuple[bytes, str]:
        asked.append(path)
        return b"h1{font-size:30pt}", "text/css"

    pdf_of(page(head='<link rel="stylesheet" href="/static/own.css">'), read=read)
    assert asked == ["/static/own.css"]


def test_picture_is_spoken_and_drawn_with_its_rules() -> None:
    picture = (
        '<h1>A</h1><svg role="img" aria-label="Knee to wall, 7.5 to 9.4 cm" viewBox="0 0 9 9" width="90" height="90">'
        '<rect class="c-own" width="9" height="9"/><svg x="1" y="1" width="3" height="3"><use href="#p-met"/></svg>'
        "</svg>"
    )
    look = PictureLook(
        rules=".c-own{fill:var(--own)}", colours={"--own": "#0000ff"},
        symbols={"p-met": '<symbol id="p-met" viewBox="0 0 9 9"><rect width="9" height="9" fill="#00ff00"/></symbol>'},
    )  # fmt: skip
    pdf = Pdf(pdf_of(page(picture), read=nothing, look=look))
    assert [one.alt for one in pdf.tree.all("Figure")] == ["Knee to wall, 7.5 to 9.4 cm"]
    drawn = b" ".join(pdf.streams.values())
    assert b"0 0 1 rg" in drawn, "the rule did not reach the picture"
    assert b"0 1 0 rg" in drawn, "the drawing used by name is missing"


def test_reader_finds_an_untagged_pdf() -> None:
    """The planted fault: a PDF made without tags has no tree to read."""
    import weasyprint

    plain = Pdf(weasyprint.HTML(string=page()).write_pdf())
    assert "StructTreeRoot" not in plain.catalog
