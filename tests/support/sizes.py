"""How many random examples a test tries: few every day, many before a release."""

from __future__ import annotations

import os

PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "everyday")
N_TIMES_THOROUGH = 20


def examples(n_everyday: int) -> int:
    """Return how many examples a costly test tries under the profile that was chosen (`make release`: thorough)."""
    return n_everyday * N_TIMES_THOROUGH if PROFILE == "thorough" else n_everyday
