"""Pages of ours on paper: our own style sheet and pictures, nobody else's."""

from __future__ import annotations

from django.template import engines

from mortise.report.chart import trend_chart
from mortise.web.ui import paper
from tests.pdf_reader import Pdf
from tests.unit.report import examples


def template(main: str) -> str:
    made = engines["django"].from_string(
        "{% extends 'ui/paper.html' %}{% block title %}A letter{% endblock %}{% block main %}"
        + main
        + "{% endblock %}"
    )
    return made.render({"is_pdf": True})


def test_paper_has_the_look_and_says_what_cannot_be_relied_on() -> None:
    pdf = Pdf(paper.pdf_of_page(template("<h1>Left ankle</h1><p>Words.</p>")))
    assert "Not a medical device" in pdf.text
    assert pdf.tree.all("H1")[0].words == "Left ankle"
    size = pdf.of(pdf.pages[0])["MediaBox"]
    assert [round(one) for one in size] == [0, 0, 595, 842]


def test_static_files_are_read_with_and_without_their_hash() -> None:
    plain = paper.read_static("/static/ui/paper.css")
    assert plain == paper.read_static("/static/ui/paper.0123456789ab.css")
    assert plain is not None
    assert plain[1] == "text/css"
    for other in ("/static/../settings.py", "/etc/passwd", "/static/no-such.css", "/desk/"):
        assert paper.read_static(other) is None


def test_charts_keep_their_colours_on_paper() -> None:
    rules = paper.look().rules
    assert ".c-own{" in rules
    assert "@media" not in rules
    assert "font:" not in rules
    pdf = Pdf(paper.pdf_of_page(template(f"<h1>A</h1>{trend_chart(examples.trend())}")))
    own = "0.172549 0.227451 0.580392"  # --own, 2c3a94
    assert any(own.encode() in one for one in pdf.streams.values())
    assert all(one.alt for one in pdf.tree.all("Figure"))


def test_answer_is_a_file_of_nobodys_name() -> None:
    answer = paper.pdf_answer(b"%PDF-1.7", "letter.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
