"""A page of ours as a tagged PDF: the template, our own static files, the look of charts. For letters and reports.

    pdf = paper.pdf_of_template("clinic/letter.html", context, request)
    return paper.pdf_answer(pdf, "letter.pdf")

A template extends `ui/paper.html`; the same template is the page to read on a screen and the page to print.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from mortise.report.pdf import PictureLook, pdf_of

HERE = Path(__file__).parent
LOOK = HERE / "static/ui/look.css"
SPRITE = HERE / "templates/ui/sprite.html"
_OF_PICTURES = re.compile(r"\.[cfh]-[\w.-]+")
_FONT = re.compile(r"font:\s*(\d+)\s+([\d.]+)px[^;]*")  # pictures here know no shorthand
_FONT_PARTS = r"font-weight:\1;font-size:\2px;font-family:sans-serif"
_HALO = re.compile(
    r"(?:stroke|stroke-width|paint-order):[^;]*;?"
)  # drawn over what it should lie behind here
_HASHED = re.compile(r"\.[0-9a-f]{12}(\.\w+)$")


def pdf_of_template(template: str, context: dict[str, Any], request: HttpRequest | None = None) -> bytes:
    """Render a template that extends `ui/paper.html` and make a tagged PDF of it."""
    return pdf_of_page(render_to_string(template, {**context, "is_pdf": True}, request))


def pdf_of_page(page: str) -> bytes:
    """Make a tagged PDF of a whole page; it may ask for static files of ours and for nothing else."""
    return pdf_of(page, read=read_static, look=look())


def pdf_answer(pdf: bytes, name: str, *, is_shown: bool = False) -> HttpResponse:
    """Answer with a PDF to be kept (or shown) under `name`, which must hold nobody's name."""
    kind = "inline" if is_shown else "attachment"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'{kind}; filename="{name}"'}
    )


def read_static(path: str) -> tuple[bytes, str] | None:
    """Return a static file of ours by the path a page gives it, with or without its hash; None for anything else."""
    if not path.startswith(settings.STATIC_URL) or ".." in path:
        return None
    name = path.removeprefix(settings.STATIC_URL)
    found = finders.find(name) or finders.find(_HASHED.sub(r"\1", name))
    if not found:
        return None
    return Path(str(found)).read_bytes(), mimetypes.guess_type(name)[0] or "application/octet-stream"


@cache
def look() -> PictureLook:
    """Return what charts and figures look like on paper: the rules and drawings of the screen, in its light colours."""
    text = re.sub(r"/\*.*?\*/", "", LOOK.read_text(encoding="utf-8"), flags=re.DOTALL)
    colours = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", text[: text.index("@media")]))
    colours["--under"] = colours["--card"]
    sprite = re.findall(r"<symbol\b.*?</symbol>", SPRITE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return PictureLook(
        rules="".join(_picture_rules(text)),
        colours=colours,
        symbols={str(re.search(r'\bid="([^"]+)"', one)[1]): one for one in sprite},  # type: ignore[index]
    )


def _picture_rules(text: str) -> Iterator[str]:
    yield "text{font-family:sans-serif}"
    for selectors, body in re.findall(r"^(\.[^{}@]+)\{([^{}]*)\}", text, flags=re.MULTILINE):
        wanted = [one.strip() for one in selectors.split(",") if _OF_PICTURES.fullmatch(one.strip())]
        if wanted:
            body = _HALO.sub("", body) if "paint-order" in body else body
            yield f"{','.join(wanted)}{{{_FONT.sub(_FONT_PARTS, body).strip()}}}"
