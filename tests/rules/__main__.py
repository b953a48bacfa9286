"""``python -m tests.rules docs/rules.md``: write it anew; with ``--check`` only say whether it is current."""

import sys
from pathlib import Path

from tests.rules.document import document


def main(arguments: list[str]) -> int:
    page = Path(arguments[-1])
    if "--check" not in arguments:
        page.write_text(document())
        return 0
    if page.read_text() == document():
        return 0
    sys.stderr.write(f"{page} is not what the tests say; `make rules` writes it anew\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
