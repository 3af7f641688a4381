"""A database as plain rows, for comparing two of them: ids of what nobody names are put aside, and so are times and
troubles of the house itself, which no mail tells.
"""

import sqlite3
from pathlib import Path
from typing import Any

OF_THE_HOUSE = {"alembic_version", "trouble", "reading", "reconciliation"}
"""Tables that say how the house is and was, not what came and went."""

UNTOLD = {
    "mail": {"recorded_at", "finished_at", "last_failed_at"},
    "submission": {"recorded_at"},
    "used_code": {"used_at"},
    "outgoing": {"queued_at", "attempts"},
    "ledger_note": {"noted_at"},
}
"""Columns that no mail tells exactly: to the second at best."""

_NAMELESS = {"evidence", "attachment", "finding", "submission_file", "bounce", "nudge", "submission", "outgoing"}
_BYTES = "outgoing_body"


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table but those of the house, its rows sorted, what points to a row without a name led to its key."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        names = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        keys = {r["id"]: r["key"] for r in connection.execute("SELECT id, key FROM outgoing")}
        versions = {
            r["id"]: f"{r['round']}/{r['agency']}/{r['form']}/{r['version']}"
            for r in connection.execute("SELECT * FROM submission")
        }
        for table in sorted(set(names) - OF_THE_HOUSE):
            if table.startswith("sqlite_"):
                continue
            aside = UNTOLD.get(table, set()) | ({"id"} if table in _NAMELESS else set())
            read = [
                {
                    column: keys.get(row[column], row[column])
                    if column == "outgoing_id"
                    else versions.get(row[column], row[column])
                    if column == "submission_id"
                    else row[column]
                    for column in row.keys()  # noqa: SIM118  a Row iterates over values
                    if column not in aside
                }
                for row in connection.execute(f"SELECT * FROM {table}")
            ]
            found[table] = sorted((tuple(sorted(r.items())) for r in read), key=repr)
        return found
