"""Start child processes that end when their launcher ends, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stampbook_cli.embedded.conditions import ServerFailed

PR_SET_PDEATHSIG = 1
# Loaded once, here: between fork and exec a child must not import or allocate more than it has to.
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAs:
    """Under which user a server runs: a prefix command, or a plain change of user in the child."""

    prefix: tuple[str, ...] = ()
    user_id: int | None = None


OURSELVES = RunAs()


def _end_with_the_launcher(death_signal: signal.Signals) -> Callable[[], None]:
    launcher = os.getpid()

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != launcher:  # it died before we asked to be told
            os._exit(1)

    return prepare


def python_command(module: str, *arguments: str) -> list[str]:
    # Never from the current folder: a file called like one of ours would be imported instead.
    return [sys.executable, "-P", "-m", module, *arguments]


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    run_as: RunAs = OURSELVES,
    death_signal: signal.Signals = signal.SIGTERM,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, its output appended to the log.

    The kernel sends the death signal when the *thread* that called this ends: call it from the main thread.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [*run_as.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd="/",
            start_new_session=True,  # Ctrl-C reaches the launcher alone, which ends its children in order
            preexec_fn=_end_with_the_launcher(death_signal),  # noqa: PLW1509 - the kernel offers no other place
            pass_fds=pass_fds,
            user=run_as.user_id,
            group=run_as.user_id,
            extra_groups=None if run_as.user_id is None else [],
        )


def end(
    process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, *, patience_seconds: float = 20.0
) -> int:
    """Ask a child to end, insist after a while, and return its exit code."""
    if process.poll() is None:
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)  # a stopped process would never see it
    try:
        return process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(patience_seconds)


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], *, name: str, log: Path, patience_seconds: float = 30.0
) -> None:
    deadline = time.monotonic() + patience_seconds
    while not ready():
        if process.poll() is not None:
            raise ServerFailed(f"{name} ended with code {process.returncode} while starting:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise ServerFailed(f"{name} was not ready after {patience_seconds:.0f} s:\n{tail(log)}")
        time.sleep(0.01)


def tail(log: Path, lines: int = 15) -> str:
    if not log.exists():
        return "(no log)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
