"""End processes that outlived a launcher which was killed, before the next one starts on the same directory."""

import json
import signal
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

from stampbook_cli.embedded.files import write_whole

# How a server is asked to end, ever more firmly, with the seconds it gets each time.
POSTGRES_ENDS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
NATS_ENDS = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0))


def end_server(pid_file: Path, working_on: Path, ends: Sequence[tuple[signal.Signals, float]]) -> None:
    """End the server that a pid file names: nobody else can be working on a directory whose lock we hold."""
    try:
        left = psutil.Process(int(pid_file.read_text().split()[0]))
        if str(working_on) not in left.cmdline():
            return  # the number went to some other process since
        for how, patience_seconds in ends:
            left.send_signal(how)
            left.resume()  # a stopped process would never see it
            if not still_there([left], patience_seconds=patience_seconds):
                return
    except (FileNotFoundError, IndexError, psutil.NoSuchProcess):
        return


def record_processes(path: Path, pids: Iterable[int]) -> None:
    alive = []
    for pid in pids:
        try:
            alive.append({"pid": pid, "started": psutil.Process(pid).create_time()})
        except psutil.NoSuchProcess:
            continue
    write_whole(path, json.dumps(alive))


def end_recorded(path: Path, *, patience_seconds: float = 3.0) -> int:
    """End services that were recorded and still run. They were told when their launcher died; this makes sure."""
    if not path.exists():
        return 0
    left = []
    for entry in json.loads(path.read_text()):
        try:
            process = psutil.Process(entry["pid"])
            if abs(process.create_time() - entry["started"]) < 1.0:  # else the number is another process by now
                process.terminate()
                process.resume()
                left.append(process)
        except psutil.NoSuchProcess:
            continue
    for process in (stubborn := still_there(left, patience_seconds=patience_seconds)):
        process.kill()
    still_there(stubborn, patience_seconds=patience_seconds)
    path.unlink()
    return len(left)


def still_there(processes: Iterable[psutil.Process], *, patience_seconds: float) -> list[psutil.Process]:
    """Wait for processes to end and return those that did not.

    Where nobody collects orphans, an ended process keeps its number for good: its state counts, not its number.
    """
    deadline = time.monotonic() + patience_seconds
    left = list(processes)
    while (left := [process for process in left if _is_working(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _is_working(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return False
