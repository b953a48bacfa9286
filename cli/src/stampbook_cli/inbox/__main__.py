"""Runs the local inbox: ``python -m stampbook_cli.inbox``."""

import os
import sys
from functools import partial

from stampbook_cli.inbox.serving import NotLoopback, run
from stampbook_cli.inbox.settings import Settings, SettingsMissing


def main() -> int:
    try:
        settings = Settings.from_env(os.environ)
    except (SettingsMissing, NotLoopback) as wrong:
        print(f"inbox: {wrong}", file=sys.stderr)
        return 2
    from stampbook_cli.inbox.app import serve

    run(partial(serve, settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
