"""The application's own settings for tests: a data folder that is thrown away, quick password hashes."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from typing import Any

_data_dir = tempfile.mkdtemp(prefix="mortise-test-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["MORTISE_DATA_DIR"] = _data_dir
os.environ["MORTISE_HOSTS"] = "localhost,127.0.0.1,testserver"
# Of the environment only what steers the tests themselves stays.
_KEPT = {
    "MORTISE_DATA_DIR", "MORTISE_HOSTS", "MORTISE_DATA", "MORTISE_CHROMIUM", "MORTISE_NOTHING_LEFT_OUT",
    "MORTISE_N_KILLS",
}  # fmt: skip
for _name in [name for name in os.environ if name.startswith("MORTISE_") and name not in _KEPT]:
    del os.environ[_name]
os.environ["MORTISE_MIRROR"] = "1"  # a language to test with; nobody's browser asks for it

from mortise.web.settings import *  # noqa: E402, F403
from mortise.web.settings import DATA_DIR, DATABASES, INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "tests.web.flushing.Flushing"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_database: dict[str, Any] = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}  # a file, as in use: threads and WAL as there
# A job is done where it is queued, and its end can be looked at; what needs the queue itself chooses the other.
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default", "slow"]},
    "queue": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "slow"]},
}
MEASURE_APART = False  # a process each would cost a second; what bounds it has tests of its own
