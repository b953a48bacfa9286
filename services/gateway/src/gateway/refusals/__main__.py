"""``python -m gateway.refusals docs/refusals.md`` writes the page anew; with ``--check`` it compares."""

import sys
from pathlib import Path

from gateway.refusals.pages import document


def main(arguments: list[str]) -> int:
    page = Path(arguments[-1])
    if "--check" not in arguments:
        page.write_text(document())
        return 0
    if page.read_text() == document():
        return 0
    sys.stderr.write(f"{page} is not what the code says; `make refusals` writes it anew\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
