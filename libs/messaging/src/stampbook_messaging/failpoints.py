"""Named places where a test build may be told to die, to stall or to fail.

``STAMPBOOK_FAILPOINTS=worker.before_commit=kill@3;relay.after_publish=pause:2.5`` arms them: ``kill`` ends the
process as a power cut would, ``stop`` raises SIGSTOP, ``fail`` raises ``Armed``, ``pause:s`` waits; ``@n`` means
from the n-th pass on, once. Nothing is armed unless the variable is set, and a pass then costs one dict look-up.
"""

import asyncio
import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field

_VERB = re.compile(r"kill|stop|fail|pause:\d+(\.\d+)?")


class Armed(RuntimeError):
    """A failpoint was told to fail here."""


@dataclass(slots=True)
class Failpoints:
    plans: dict[str, tuple[str, int]] = field(default_factory=dict)
    passes: dict[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Failpoints":
        """Raises ``ValueError`` for a plan that would do something else than was meant."""
        plans = {}
        for part in filter(None, map(str.strip, text.split(";"))):
            name, _, action = part.partition("=")
            verb, _, nth = action.partition("@")
            if not _VERB.fullmatch(verb.strip()) or not (nth or "1").strip().isdigit():
                raise ValueError(f"{part} is no plan for a failpoint")
            plans[name.strip()] = (verb.strip(), int(nth or 1))
        return cls(plans)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Failpoints":
        return cls.parse(environ.get("STAMPBOOK_FAILPOINTS", ""))

    async def reach(self, name: str) -> None:
        """Pass the place *name*; does nothing unless a plan says otherwise."""
        if name not in self.plans:
            return
        verb, nth = self.plans[name]
        self.passes[name] = self.passes.get(name, 0) + 1
        if self.passes[name] != nth:
            return
        if verb == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif verb == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif verb.startswith("pause:"):
            await asyncio.sleep(float(verb.removeprefix("pause:")))
        else:
            raise Armed(name)


NONE = Failpoints()
