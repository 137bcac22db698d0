"""Take a backup of a database in use, and put one back.

A backup is believed only after it was checked as a whole: its file, its references, its counters,
and the decisions against the words that they judged. The same checks come before anything is
replaced by it.
"""

import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from palabre.storage import replace, schema, snapshot
from palabre.storage.archive import (
    DATABASE,
    FORMAT,
    ArchiveError,
    Manifest,
    pack,
    read_manifest,
    sha256_of,
    unpack,
)
from palabre.storage.location import sqlite_path, sqlite_url
from palabre.storage.migrate import upgrade
from palabre.storage.snapshot import Tell, opened_file
from palabre.storage.soundness import broken_file, counts, unsound


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back, which of the house's files came along, and where the old data lies."""

    manifest: Manifest
    files: Mapping[str, bytes]
    kept: Path | None


def back_up(
    url: str,
    target: Path,
    *,
    files: Mapping[str, bytes],
    palabre: str,
    at: datetime,
    tell: Tell,
) -> Manifest:
    """Write the database and the house's own ``files`` to ``target``, and check what was written.

    Every comment that was acknowledged before the call is in it. ``ArchiveError`` names what is
    unsound; then nothing is left under the target's name.
    """
    if target.exists():
        raise ArchiveError(f"{target}: is there already; name another file")
    with tempfile.TemporaryDirectory(prefix=".palabre-backup-", dir=target.parent) as name:
        folder = Path(name)
        database = folder / DATABASE
        try:
            there = snapshot.take(url, database, tell)
        except sqlite3.Error as error:
            raise ArchiveError(f"the database cannot be read: {error}") from error
        tell("check", 0, 2)
        found = _checked(database, "the database")
        if there is not None and there != found.counts:
            raise ArchiveError(f"copied {found.counts} of {there}; try again")
        for entry, content in files.items():
            (folder / entry).write_bytes(content)
        manifest = Manifest(
            format=FORMAT,
            palabre=palabre,
            made_at=at,
            taken_from="postgresql" if there is not None else "sqlite",
            schema=found.schema,
            counts=found.counts,
            files={entry: sha256_of(folder / entry) for entry in (*files, DATABASE)},
        )
        tell("check", 1, 2)
        pack(target, manifest, folder)
        tell("check", 2, 2)
    return manifest


def restore(url: str, source: Path, *, force: bool, at: datetime, tell: Tell) -> Restored:
    """Put a backup in the place of the database at ``url``: all of it, or nothing happens.

    Refuses (``ArchiveError``) a backup of a newer schema or one that is damaged, a database that is
    in use, and without ``force`` one that holds comments.
    """
    manifest = read_manifest(source)
    if manifest.schema not in schema.REVISIONS:
        raise ArchiveError(
            f"{source}: has schema {manifest.schema}, and Palabre {manifest.palabre} wrote it; "
            f"this version knows {schema.EXPECTED} at most: install that version or a newer one"
        )
    path = sqlite_path(url)
    held = replace.comments_at(url)
    if held != 0 and not force:
        what = "cannot be read" if held is None else f"holds {held} comments"
        raise ArchiveError(f"the present database {what}; to replace it, repeat with --force")
    home = path.parent if path else None
    if home:
        home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".palabre-restore-", dir=home) as name:
        folder = Path(name)
        unpack(source, folder)
        database = folder / DATABASE
        tell("check", 0, 1)
        if _checked(database, str(source)).counts != manifest.counts:
            raise ArchiveError(f"{source}: holds other rows than its manifest says")
        if manifest.schema != schema.EXPECTED:
            upgrade(sqlite_url(database))
            snapshot.settle(database)
            _checked(database, f"{source}, brought to schema {schema.EXPECTED},")
        tell("check", 1, 1)
        files = {n: (folder / n).read_bytes() for n in manifest.files if n != DATABASE}
        kept = None
        if path:
            kept = replace.file(path, database, keep=held != 0, at=at)
        else:
            replace.server(url, database, tell)
    return Restored(manifest=manifest, files=files, kept=kept)


@dataclass(frozen=True, slots=True)
class _Checked:
    schema: str
    counts: dict[str, int]


def _checked(database: Path, what: str) -> _Checked:
    """Return what a snapshot holds; ``ArchiveError`` when it is not sound."""
    try:
        with opened_file(database) as connection:
            found = broken_file(connection)
            revision = schema.current(connection)
            # An older schema may lack a column that the checks read; it is checked as it opens.
            present = revision == schema.EXPECTED
            found += unsound(connection) if present and not found else []
            rows = counts(connection) if present else _counts_of_all(connection)
    except sa.exc.DatabaseError as error:
        raise ArchiveError(f"{what} cannot be read: {error.orig}") from error
    if revision == schema.NONE:
        raise ArchiveError(f"{what} has no tables; palabre init or palabre serve makes them")
    if found:
        raise ArchiveError(f"{what} is not sound: {'; '.join(found[:5])}")
    return _Checked(revision, rows)


def _counts_of_all(connection: sa.Connection) -> dict[str, int]:
    names = sa.inspect(connection).get_table_names()
    return {
        name: connection.execute(
            sa.select(sa.func.count()).select_from(sa.table(name))
        ).scalar_one()
        for name in sorted(names)
        if name != "alembic_version"
    }
