"""The streams' own program, run beside a running platform."""

from __future__ import annotations

import subprocess

from stampbook_cli.embedded.services import declare_steps
from tests.platform import Platform


def reconcile_streams(platform: Platform) -> None:
    """Make what is missing, as the program does that alone may."""
    step = declare_steps(platform.running.parts)[0]
    done = subprocess.run(step.command, env=dict(step.environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
