"""The real settings, with a data folder of their own that is gone when the tests end."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_data_dir = tempfile.mkdtemp(prefix="mortise-tests-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["MORTISE_DATA_DIR"] = _data_dir

from mortise.web.settings import *  # noqa: E402, F403

# Signing in is tested often; the strength of the stored form is Django's own affair.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
