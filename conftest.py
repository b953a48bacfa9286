"""Which tests go to the same process when there are several: those of one file, and all that ask for the whole platform."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent
_ASKING = re.compile(r"def test_\w+\([^)]*\bplatform: Platform")


class OnePlatform(LoadScopeScheduling):
    """A platform is seven processes: one is started, and it ends before the tests that come after.

    (The marks of ``--dist loadgroup`` would say the same, but pytest 9 does not take the names that pytest-xdist 3.8 gives.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.split("::", 1)[0])


@cache
def group_of(path: str) -> str:
    return "platform" if _ASKING.search((ROOT / path).read_text()) else path


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OnePlatform | None:
    return OnePlatform(config, log) if config.getvalue("dist") == "loadfile" else None
