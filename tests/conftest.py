"""What every test gets: closed network, plain leaving out, a browser when asked, repeatable random examples."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.support.sizes import PROFILE

pytest_plugins = [
    "tests.support.leaving_out",
    "tests.support.second_go",
    "tests.support.network",
    "tests.support.browser",
    "tests.support.javascript",
]

# A busy machine is slow, not wrong: no deadline per example.
settings.register_profile("everyday", deadline=None, max_examples=60)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=40,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(PROFILE)
