"""How commands answer: one JSON document on standard output if asked for, everything else on standard error."""

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import typer

from stampbook_cli import exit_codes


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def answer(document: dict[str, Any], *, as_json: bool, text: str = "") -> None:
    """Print the document for programs, or the text for people."""
    if as_json:
        print(json.dumps(document, indent=2, ensure_ascii=False), flush=True)
    elif text:
        say(text)


@contextlib.contextmanager
def refusals(*, as_json: bool) -> Iterator[None]:
    """Turn what the embedded mode refuses into a message, a document and an exit code."""
    from stampbook_cli.embedded.conditions import (
        AlreadyRunning,
        NotOurDirectory,
        NotRunning,
        ServerFailed,
        UnusableSetting,
    )

    codes: dict[type[Exception], int] = {
        AlreadyRunning: exit_codes.ALREADY_RUNNING,
        NotRunning: exit_codes.NOT_RUNNING,
        NotOurDirectory: exit_codes.WRONG,
        ServerFailed: exit_codes.WRONG,
        UnusableSetting: exit_codes.MISUSED,
    }
    try:
        yield
    except tuple(codes) as refusal:
        answer({"ok": False, "error": str(refusal)}, as_json=as_json)
        say(f"stampbook: {refusal}")
        raise typer.Exit(codes[type(refusal)]) from None
