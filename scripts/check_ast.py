"""House rules that neither the linter nor the import contracts can see.

1. Patient data goes through `web/care`: nobody else touches the managers of its models.
2. Today's date is an argument: no clock outside `cli` and `web`.
3. Deciding opens no file and draws nothing at random, not even by a built-in or an id.
4. A module stays below 400 lines (tests and migrations excepted).
5. A template holds no inline style, script or event handler: the content security policy would refuse it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("src/mortise")
CARE = PACKAGE / "web" / "care"
MAX_LINES = 400

ROOMS_WITH_A_CLOCK = ("cli", "web")
PURE_ROOMS = ("terms", "protocol", "record", "decide", "prescribe")
# Taken from an object: datetime.now, date.today, timezone.now, time.time, ...
CLOCK_METHODS = frozenset({"now", "today", "utcnow", "localtime", "gmtime"})
CLOCK_OF_TIME = frozenset({
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "ctime",
    "localtime", "gmtime", "strftime",
})  # fmt: skip
IMPURE_CALLS = frozenset({"open", "input", "print", "exec", "eval", "uuid1", "uuid4"})
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
SHORTCUTS = frozenset({"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"})

TEMPLATE_FAULTS = (
    (re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE), "inline style; give it a class"),
    (re.compile(r"<style[\s>]", re.IGNORECASE), "style element; put it into a stylesheet"),
    (re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE), "event handler in the page; put it into a module"),
    (re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE), "script in an address; put it into a module"),
    (
        re.compile(
            r"<script(?![^>]*\ssrc\s*=)(?![^>]*type\s*=\s*[\"']application/json)[^>]*>", re.IGNORECASE
        ),
        "inline script; put it into a module",
    ),
)
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}|\{% comment .*?%\}.*?\{% endcomment %\}", re.DOTALL)

Fault = tuple[int, str]


def name_of(node: ast.expr) -> str:
    """Return the last part of a dotted name, or an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def care_models(root: Path) -> frozenset[str]:
    """Name every class defined in the models of care: all of them hold patient data."""
    places = [*(root / CARE).glob("models.py"), *(root / CARE).glob("models/**/*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in places]
    return frozenset(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def patient_data_faults(tree: ast.AST, models: frozenset[str]) -> Iterator[Fault]:
    """Find the managers and shortcuts that reach patient data past the services of care."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS and name_of(node.value) in models:
            yield node.lineno, f"{name_of(node.value)}.{node.attr} outside web/care; call a service of care"
        if not isinstance(node, ast.Call):
            continue
        called = name_of(node.func)
        if called in SHORTCUTS and node.args and name_of(node.args[0]) in models:
            yield node.lineno, f"{called}({name_of(node.args[0])}) outside web/care; call a service of care"
        if called == "get_model" and any(is_care_label(argument) for argument in node.args):
            yield node.lineno, "a model of care by its label outside web/care; call a service of care"


def is_care_label(node: ast.expr) -> bool:
    """Tell whether an argument is "care" or "care.Something"."""
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.split(".")[0] == "care"
    )


def clock_faults(tree: ast.AST) -> Iterator[Fault]:
    """Find the places that look at the clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of_time = (
                isinstance(node.value, ast.Name) and node.value.id == "time" and node.attr in CLOCK_OF_TIME
            )
            if node.attr in CLOCK_METHODS or of_time:
                yield node.lineno, f"{ast.unparse(node)} looks at the clock; take the moment as an argument"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                if alias.name in CLOCK_OF_TIME:
                    yield node.lineno, f"time.{alias.name} looks at the clock; take the moment as an argument"


def impure_call_faults(tree: ast.AST) -> Iterator[Fault]:
    """Find files, screens and chance in a room that only decides."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in IMPURE_CALLS:
            yield node.lineno, f"{name_of(node.func)}() in a room that only decides; do it in cli or web"


def module_faults(path: Path, text: str, models: frozenset[str]) -> Iterator[Fault]:
    """Find every fault of one module; `path` is relative to the package."""
    n_lines = text.count("\n")
    if n_lines > MAX_LINES:
        yield n_lines, f"{n_lines} lines; split it before {MAX_LINES}"
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield error.lineno or 1, f"cannot be read: {error.msg}"
        return
    room = path.parts[0].removesuffix(".py")
    if path.parts[:2] != ("web", "care"):
        yield from patient_data_faults(tree, models)
    if room not in ROOMS_WITH_A_CLOCK:
        yield from clock_faults(tree)
    if room in PURE_ROOMS:
        yield from impure_call_faults(tree)


def template_faults(text: str) -> Iterator[Fault]:
    """Find what the content security policy would refuse; comments do not count."""
    shown = TEMPLATE_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    for pattern, what in TEMPLATE_FAULTS:
        for match in pattern.finditer(shown):
            yield shown.count("\n", 0, match.start()) + 1, what


def check(root: Path) -> list[str]:
    """List every fault in the tree at `root`, as file, line and what to do."""
    models, package = care_models(root), root / PACKAGE
    faults: list[str] = []
    for path in sorted(package.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        found = module_faults(path.relative_to(package), path.read_text(encoding="utf-8"), models)
        faults += [f"{path.relative_to(root)}:{line}: {what}" for line, what in found]
    for folder in ("scripts", "validation"):
        for path in sorted((root / folder).rglob("*.py")):
            n_lines = path.read_text(encoding="utf-8").count("\n")
            if n_lines > MAX_LINES:
                faults.append(
                    f"{path.relative_to(root)}:{n_lines}: {n_lines} lines; split it before {MAX_LINES}"
                )
    for path in sorted(package.rglob("templates/**/*")):
        if path.suffix in {".html", ".svg"}:
            found = template_faults(path.read_text(encoding="utf-8"))
            faults += [f"{path.relative_to(root)}:{line}: {what}" for line, what in found]
    return faults


def main(arguments: list[str]) -> int:
    """Print the faults of the tree named, or of this one; return 1 when there are any."""
    faults = check(Path(arguments[0]) if arguments else ROOT)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
