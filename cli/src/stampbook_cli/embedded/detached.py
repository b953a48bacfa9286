"""Talk to a stack that another process keeps up: start one, look at it, end it."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import Any

import psutil

from stampbook_cli.embedded.conditions import AlreadyRunning, ServerFailed
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.health import ask_health
from stampbook_cli.embedded.leftovers import still_there
from stampbook_cli.embedded.process import python_command, tail

START_SECONDS = 180.0
END_SECONDS = 240.0  # the notifier alone may take 135
_POLL_SECONDS = 0.05


def start_detached(directory: DataDirectory, options: Sequence[str]) -> dict[str, Any]:
    """Start a launcher that outlives us, and return its status when everything is ready."""
    if (owner := directory.owner()) is not None:
        raise AlreadyRunning(f"Stampbook is already running on {directory.path} (process {owner})")
    directory.make()
    directory.status_file.unlink(missing_ok=True)
    log = directory.logs / "launcher.log"
    with log.open("ab") as output:
        launcher = subprocess.Popen(
            python_command("stampbook_cli", "up", *options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            env={**os.environ, "STAMPBOOK_DATA": str(directory.path)},
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while launcher.poll() is None and time.monotonic() < deadline:
        if (status := read_status(directory)) is not None and status["pid"] == launcher.pid:
            return status
        time.sleep(_POLL_SECONDS)
    launcher.terminate()
    raise ServerFailed(f"Stampbook did not start:\n{tail(log)}")


def read_status(directory: DataDirectory) -> dict[str, Any] | None:
    """What the launcher wrote last; none before it was ready."""
    try:
        status: dict[str, Any] = json.loads(directory.status_file.read_text())
    except FileNotFoundError:
        return None
    return status


async def current_status(directory: DataDirectory) -> dict[str, Any]:
    """What the launcher wrote, with every service asked anew."""
    owner = directory.running_owner()
    written = read_status(directory)
    if written is None or written["pid"] != owner:
        return {"ok": False, "services": [], "urls": {}, "detail": "starting, or draining"}
    with_health = [entry for entry in written["services"] if "health_port" in entry]
    for entry, health in zip(
        with_health, await asyncio.gather(*(ask_health(entry["health_port"]) for entry in with_health)), strict=True
    ):
        entry["ready"], entry["detail"] = health.ready, health.detail
    return {**written, "ok": all(entry["ready"] for entry in written["services"])}


def end_running(directory: DataDirectory) -> int | None:
    """Ask the launcher to drain and wait until it let go of the directory; none if nobody held it."""
    owner = directory.owner()
    if owner is None:
        return None
    try:
        launcher = psutil.Process(owner)
        launcher.send_signal(signal.SIGTERM)
    except psutil.NoSuchProcess:
        return owner
    except psutil.AccessDenied:
        raise ServerFailed(f"process {owner} belongs to another user, who has to stop it") from None
    if still_there([launcher], patience_seconds=END_SECONDS):
        raise ServerFailed(f"process {owner} did not end within {END_SECONDS:.0f} s")
    return owner
