"""`stampbook restored`: say that the database was put back to an older state, so that the services may go on from there."""

from __future__ import annotations

from stampbook_cli.answers import answer, refusals
from stampbook_cli.commands.options import AsJson

EXAMPLES = """\b
For example:
  stampbook restored
  stampbook restored --json
"""


def restored(as_json: AsJson = False) -> None:
    """Declare that the database was restored; nothing else begins on a log that is behind its own event stream.

    The services then apply the commands of the missing time again and must come to the same events; what may have been
    sent in that time by mail is held for a decision instead of being sent twice. Exit code 0 also when nothing is behind.
    """
    import asyncio
    import os

    from stampbook_cli.auditing.restoration import declare_restored
    from stampbook_cli.embedded.attached import attach
    from stampbook_cli.embedded.data_directory import DataDirectory

    with refusals(as_json=as_json):
        partitions = asyncio.run(declare_restored(attach(DataDirectory.locate(os.environ))))
    document = {"ok": True, "declared": any(partitions.values()), "partitions_behind": partitions}
    answer(document, as_json=as_json, text=as_text(partitions))


def as_text(partitions: dict[str, int]) -> str:
    if not any(partitions.values()):
        return "No log is behind its event stream: there is nothing to declare."
    behind = [f"  {service:<12} {count} partitions" for service, count in partitions.items() if count]
    return "\n".join(
        ["Declared. Behind their event streams are", *behind, "See `stampbook status` for how they come up."]
    )
