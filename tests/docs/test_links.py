"""Relative links in our pages lead somewhere: to a file of the repository, and to a heading where one is named."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)  # https:, mailto:


def tracked_pages() -> list[Path]:
    """Return every Markdown page that git tracks; a copy without git has no other folders to keep out."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        folders = [ROOT / name for name in ("docs", "src", "tests", "validation")]
        return sorted(ROOT.glob("*.md")) + [page for one in folders for page in sorted(one.rglob("*.md"))]
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def broken_links(page: Path) -> list[str]:
    """Return the links of a page that lead nowhere."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    return [link for link in LINK.findall(text) if not ELSEWHERE.match(link) and not leads(page, link)]


def leads(page: Path, link: str) -> bool:
    """Tell whether a relative link names a file, and a heading of it when it names one."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in anchors(target)


def anchors(page: Path) -> set[str]:
    """Return the names that the headings of a page get: small letters, words joined by hyphens."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6}\s+(.+?)\s*$", text, re.MULTILINE)
    named = re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings} | set(named)


@pytest.mark.parametrize("page", tracked_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_the_pages_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md"} <= {page.name for page in tracked_pages()}


def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# The one heading\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "[good](there.md) [good](there.md#the-one-heading) [away](https://example.org/x) [up](#here)\n\n"
        "## Here\n\n[gone](gone.md) ![gone](gone.png) [no heading](there.md#another) [nor here](#nowhere)\n\n"
        "```\n[not a link](example.md)\n```\n",
        encoding="utf-8",
    )
    assert broken_links(page) == ["gone.md", "gone.png", "there.md#another", "#nowhere"]


def test_every_page_of_docs_is_reached_from_its_index() -> None:
    """A page that nothing names is found by nobody. Decisions, measures and exercises have their own index."""
    docs = ROOT / "docs"
    for index in (
        docs / "README.md",
        docs / "decisions" / "README.md",
        docs / "reference" / "measures" / "README.md",
        docs / "reference" / "exercises" / "README.md",
    ):
        links = LINK.findall(index.read_text(encoding="utf-8"))
        reached = {index} | {(index.parent / link.partition("#")[0]).resolve() for link in links}
        inside = {page.resolve() for page in tracked_pages() if index.parent in page.parents}
        if index.parent.name == "docs":
            inside = {
                page for page in inside if page.parent.name not in ("decisions", "measures", "exercises")
            }
            assert {
                docs / "decisions" / "README.md",
                docs / "reference" / "measures" / "README.md",
                docs / "reference" / "exercises" / "README.md",
            } <= reached
        assert sorted(str(page.relative_to(ROOT)) for page in inside - reached) == []
