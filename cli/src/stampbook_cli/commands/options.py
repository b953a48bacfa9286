"""Options that several commands take."""

from typing import Annotated

import typer

HowMany = Annotated[
    str | None,
    typer.Option("--processes", metavar="N", help="So many processes of each service, or of some: ledger=4,gateway=2."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document on standard output.")]
