"""What ``palabre doctor`` looks at in the ledger: is each line, each decision as it was written.

A decision that was taken a moment ago waits for its place in the chain.
"""

from pathlib import Path

from palabre.application.verify_ledger import VerifyLedger
from palabre.cli.doctor_database import Ill
from palabre.settings import Settings
from palabre.storage.database import open_database
from palabre.storage.location import sqlite_path
from palabre.storage.schema import EXPECTED, current
from palabre.storage.store import SqlStore
from palabre.wiring_store import database_url, now

_SHOWN = 3


def ledger_check(settings: Settings, folder: Path) -> str:
    """Return what there is, or tell what was tampered with."""
    url = database_url(settings, folder)
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return "none yet"
    if not _is_present(url):
        return "not looked at: the schema is another one"
    store = SqlStore(url, durability=settings.database.durability, readers=1)
    try:
        found = VerifyLedger(store=store, clock=now)()
    finally:
        store.close()
    if found.wrong:
        more = f" and {len(found.wrong) - _SHOWN} more" if len(found.wrong) > _SHOWN else ""
        raise Ill(
            f"tampered with: {'; '.join(found.wrong[:_SHOWN])}{more}. Keep this database as it is, "
            "compare it with a backup, and look who had access"
        )
    waiting = f", {found.waiting} decisions wait for their place" if found.waiting else ""
    return f"{found.lines} lines, the last {found.head[:16]}{waiting}"


def _is_present(url: str) -> bool:
    database = open_database(url)
    try:
        with database.reading() as connection:
            return current(connection) == EXPECTED
    finally:
        database.close()
