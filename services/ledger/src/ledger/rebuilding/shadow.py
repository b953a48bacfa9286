"""The tables that are built: made like the live ones, whatever migration made those, and put in their place."""

from collections.abc import Sequence
from typing import Any

from ledger.rebuilding.projections import SHARED, TABLES, Projection

Db = Any
LIVE, REBUILT, BEFORE = "ledger", "ledger_rebuilt", "ledger_before"
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname = ANY($1::text[])"
_OPTIONS = """
SELECT relname, array_to_string(reloptions, ', ') AS options FROM pg_class
WHERE relnamespace = $1::text::regnamespace AND relname = ANY($2::text[])
"""
_GRANTS = """
SELECT relname, privilege_type AS privilege, grantee::regrole::text AS grantee
FROM pg_class, aclexplode(relacl) WHERE relnamespace = $1::text::regnamespace AND relname = ANY($2::text[])
  AND grantee <> relowner AND grantee <> 0
"""
_CONSTRAINTS = """
SELECT t.relname, c.conname, pg_get_constraintdef(c.oid) AS definition
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
WHERE t.relnamespace = $1::text::regnamespace AND t.relname = ANY($2::text[]) AND c.contype IN ('p', 'u')
ORDER BY 1, 2
"""
_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = $1::text::regnamespace AND t.relname = ANY($2::text[])
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY 1
"""


class SchemasMissing(RuntimeError):
    """The owner of the database has to make them: the ledger's role may not."""


def part(table: str) -> str:
    """Where single amounts lie until they are summed up."""
    return f"{table}_part"


async def furnish(db: Db, role: str = LIVE) -> None:
    """Make the two schemas, as somebody who may. Raises ``SchemasMissing``."""
    found = {row["nspname"] for row in await db.fetch(_SCHEMAS, [REBUILT, BEFORE])}
    for schema in sorted({REBUILT, BEFORE} - found):
        if not await db.fetchval("SELECT has_database_privilege(current_database(), 'CREATE')"):
            raise SchemasMissing(f"CREATE SCHEMA {schema} AUTHORIZATION {role}")
        await db.execute(f"CREATE SCHEMA {schema} AUTHORIZATION {role}")


async def create(db: Db) -> None:
    """Empty tables without a single index: those are built at the end, at once."""
    for schema in (REBUILT, BEFORE):
        await drop(db, schema)
    options = {row["relname"]: row["options"] for row in await db.fetch(_OPTIONS, LIVE, list(TABLES))}
    for table in TABLES:
        room = f" WITH ({options[table]})" if options[table] else ""
        await db.execute(f"CREATE TABLE {REBUILT}.{table} (LIKE {LIVE}.{table} INCLUDING DEFAULTS){room}")
    for row in await db.fetch(_GRANTS, LIVE, list(TABLES)):
        await db.execute(f"GRANT {row['privilege']} ON {REBUILT}.{row['relname']} TO {row['grantee']}")
    for table in _parted():
        await db.execute(f"CREATE TABLE {REBUILT}.{part(table)} (LIKE {LIVE}.{table})")


async def drop(db: Db, schema: str) -> None:
    for table in (*TABLES, *map(part, _parted())):
        await db.execute(f"DROP TABLE IF EXISTS {schema}.{table}")


def _parted() -> Sequence[str]:
    return [projection.shape.table for projection in SHARED]


async def index(db: Db) -> None:
    """Sum up what many cards counted, and give every table the keys and indexes that the live one has."""
    await db.execute("SET LOCAL maintenance_work_mem TO '256MB'")
    for projection in SHARED:
        await db.execute(_summed(projection))
        await db.execute(f"DROP TABLE {REBUILT}.{part(projection.shape.table)}")
    for row in await db.fetch(_CONSTRAINTS, LIVE, list(TABLES)):
        table = f"{REBUILT}.{row['relname']}"
        await db.execute(f"ALTER TABLE {table} ADD CONSTRAINT {row['conname']} {row['definition']}")
    for row in await db.fetch(_INDEXES, LIVE, list(TABLES)):
        await db.execute(row["definition"].replace(f" ON {LIVE}.", f" ON {REBUILT}.", 1))
    for table in TABLES:
        await db.execute(f"ANALYZE {REBUILT}.{table}")


def _summed(projection: Projection) -> str:
    shape = projection.shape
    names, key = ", ".join(shape.names), ", ".join(shape.key.split()[::2])
    sums = ", ".join((*(f"sum({name})" for name in projection.summed), *(f"max({name})" for name in projection.others)))
    table = f"{REBUILT}.{shape.table}"
    return f"INSERT INTO {table} ({names}) SELECT {key}, {sums} FROM {REBUILT}.{part(shape.table)} GROUP BY {key}"


async def lock(db: Db) -> None:
    """From now on nobody reads the live tables; as a lock time-out, if somebody does."""
    await db.execute(f"LOCK TABLE {', '.join(f'{LIVE}.{table}' for table in TABLES)} IN ACCESS EXCLUSIVE MODE")


async def switch(db: Db) -> None:
    for table in TABLES:
        await db.execute(f"ALTER TABLE {LIVE}.{table} SET SCHEMA {BEFORE}")
        await db.execute(f"ALTER TABLE {REBUILT}.{table} SET SCHEMA {LIVE}")


async def differences(db: Db) -> dict[str, int]:
    """How many rows of each table are not in the other one, by table; on a snapshot of the switch."""
    found = {}
    for table in TABLES:
        old, new = f"TABLE {BEFORE}.{table}", f"TABLE {LIVE}.{table}"
        found[table] = await db.fetchval(
            f"SELECT count(*) FROM (({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old})) AS different"
        )
    return found
