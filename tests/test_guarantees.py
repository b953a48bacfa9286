"""Every promise of the guarantees page names tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "guarantees.md").read_text()
ROWS = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ") and "promise |" not in line]
NAMED = sorted(set(re.findall(r"`([\w/-]+\.py(?:::\w+)?)`", PAGE)))


@cache
def functions_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_is_there(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / path).is_file(), path
    assert not name or name in functions_in(path), name
    assert any(one.startswith("test_") for one in functions_in(path))


@pytest.mark.parametrize("row", ROWS, ids=[row[0].strip()[:60] for row in ROWS])
def test_each_promise_says_its_fault_its_mechanism_and_its_test(row: list[str]) -> None:
    assert len(row) == 4
    promise, fault, mechanism, held = (cell.strip() for cell in row)
    assert all((promise, fault, mechanism))
    assert re.search(r"`[\w/-]+\.py(::\w+)?`", held)
