"""Static files under names that hold their hash, so that a browser may keep them for ever, compressed once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Comments that have their lines to themselves; one within a line stays.
COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)


def without_comments(script: bytes) -> bytes:
    """Return a script of ours as it is sent: a phone needs no explanations, and they are a fifth of it."""
    return COMMENT.sub("", script.decode()).encode()


class _AsSent:
    """The source of static files, scripts without their comments."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def open(self, path: str) -> Any:
        found = self._source.open(path)
        if not path.endswith(".js"):
            return found
        with found:
            return ContentFile(without_comments(found.read()), name=path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is not typed
    """Names from the manifest that `collectstatic` writes; the plain name where it has not run (tests, first look).

    Imports between ES modules are rewritten too, so that no page mixes two versions.
    """

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        known: str | None = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return known or self.clean_name(name)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        as_sent = {name: (_AsSent(source), path) for name, (source, path) in paths.items()}
        yield from super().post_process(as_sent, dry_run, **options)
