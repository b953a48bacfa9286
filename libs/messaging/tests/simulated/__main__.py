"""Tell the stories of some seeds by themselves, with all that happened: ``make simulation SEED=4711``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "parts")]

from telling import tell, town_on  # noqa: E402  found only now


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("seed", type=int)
    options.add_argument("--count", type=int, default=1, help="so many seeds, from that one on")
    options.add_argument("--deadly", action="store_true", help="processes die, and nothing else goes wrong")
    options.add_argument("--trail", action="store_true", help="print every step")
    chosen = options.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with town_on(Path(folder)) as backends:
            for seed in range(chosen.seed, chosen.seed + chosen.count):
                began = time.monotonic()
                story = tell(seed, backends, deadly=chosen.deadly)
                if chosen.trail:
                    print("\n".join(story.trail))
                print(f"{story} in {time.monotonic() - began:.2f} s", flush=True)
                bad += bool(story.found)
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
