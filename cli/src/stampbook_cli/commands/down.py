"""`stampbook down`: end what `up` keeps up."""

from stampbook_cli.answers import answer, refusals
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook down
  STAMPBOOK_DATA=/var/lib/second stampbook down --json
"""


def down(as_json: AsJson = False) -> None:
    """Stop a running Stampbook: let it finish what it has begun, then end it. No data is lost.

    Stopping what does not run is no mistake: the exit code is 0 then as well.
    """
    import os

    from stampbook_cli.embedded.data_directory import DataDirectory
    from stampbook_cli.embedded.detached import end_running

    with refusals(as_json=as_json):
        stopped = end_running(DataDirectory.locate(os.environ))
        document = {"ok": True, "was_running": stopped is not None}
        answer(document, as_json=as_json, text="Stampbook is stopped." if stopped else "Stampbook was not running.")
