"""Static files under names that hold their hash, so that a browser may keep them for ever, compressed once."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is not typed
    """Names from the manifest that `collectstatic` writes; the plain name where it has not run (tests, first look).

    Imports between ES modules are rewritten too, so that no page mixes two versions.
    """

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        known: str | None = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return known or self.clean_name(name)
