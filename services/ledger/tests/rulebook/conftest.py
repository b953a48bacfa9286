"""Who keeps the books in these tests: every example is told to each of them alike."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))

from rulebook.deciders import DecidedBooks
from rulebook.model import ModelBooks
from rulebook.speaking import Books

KEEPERS: dict[str, Callable[[], Books]] = {"deciders": DecidedBooks, "model": ModelBooks}


@pytest.fixture(params=sorted(KEEPERS))
def books(request: pytest.FixtureRequest) -> Books:
    return KEEPERS[request.param]()
