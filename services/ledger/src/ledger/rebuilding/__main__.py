"""``python -m ledger.rebuilding [--keep]``: rebuilds the ledger of the database that STAMPBOOK_DATABASE_URL names."""

import asyncio
import os
import sys

import msgspec

from ledger.rebuilding.rebuild import rebuild
from stampbook_messaging.logging import configure_logging
from stampbook_messaging.settings import Variable, read_variables, url

if __name__ == "__main__":
    configure_logging("ledger", "rebuild")
    variables = {"database_url": Variable("STAMPBOOK_DATABASE_URL", url("postgresql", "postgres"))}
    database_url = read_variables(os.environ, variables, embedded=True)["database_url"]
    rebuilt = asyncio.run(rebuild(database_url, keep="--keep" in sys.argv[1:]))
    sys.stdout.write(msgspec.json.encode(rebuilt).decode() + "\n")
