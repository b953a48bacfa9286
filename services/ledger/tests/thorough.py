"""Of tests that take long and are many, a few run with every run of the tests, all of them with the long ones."""

from collections.abc import Iterable
from typing import Any

import pytest


def first_of(values: Iterable[Any], few: int = 1) -> list[Any]:
    quick, rest = list(values)[:few], list(values)[few:]
    return [*quick, *(pytest.param(value, marks=pytest.mark.long) for value in rest)]
