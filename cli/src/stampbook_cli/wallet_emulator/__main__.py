"""Runs the wallet emulator: ``python -m stampbook_cli.wallet_emulator``."""

import os
import sys
from functools import partial

from stampbook_cli.inbox.serving import NotLoopback, run
from stampbook_cli.inbox.settings import SettingsMissing
from stampbook_cli.wallet_emulator.settings import SettingRefused, Settings


def main() -> int:
    try:
        settings = Settings.from_env(os.environ)
    except (SettingsMissing, SettingRefused, NotLoopback) as wrong:
        print(f"wallet emulator: {wrong}", file=sys.stderr)
        return 2
    from stampbook_cli.wallet_emulator.app import serve

    run(partial(serve, settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
