"""Backups of either database restore on either, whole; what is unsound or unsafe is refused."""

import io
import sqlite3
import tarfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from builders import NOON, a_moderator, a_site, an_event, keep, open_thread
from builders import a_stored as stored_of
from palabre.application.ports import Stored
from palabre.domain.comment import Status
from palabre.storage.archive import DATABASE, MANIFEST, ArchiveError, read_manifest, sha256_of
from palabre.storage.backup import Restored, back_up, restore
from palabre.storage.database import open_database
from palabre.storage.location import sqlite_path
from palabre.storage.migrate import downgrade, upgrade
from palabre.storage.schema import EXPECTED, NONE, REVISIONS
from palabre.storage.soundness import counts, unsound
from palabre.storage.store import SqlStore

FILES = {"palabre.toml": b"[server]\n", "house-rules.toml": b"# none\n"}


def silent(part: str, done: int, total: int) -> None:
    assert 0 <= done <= max(total, 1), part


def fill(url: str) -> list[Stored]:
    """Store a conversation with every kind of row."""
    store = SqlStore(url, durability="process")
    thread = open_thread(store)
    root = keep(store, stored_of(thread, text="Première 👍 — l’œuvre"), source="s" * 64)
    answer = keep(store, stored_of(parent=root, text="Réponse", email="zoe@mail.example"))
    held = keep(store, stored_of(thread, text="À voir", status=Status.HELD))
    with store.writing() as unit:
        unit.votes.cast(root.comment.id, "v" * 64, 1, NOON)
        unit.votes.cast(root.comment.id, "w" * 64, -1, NOON)
        unit.moderators.add(a_moderator())
        unit.outbox.put(an_event(root))
    store.close()
    return [root, answer, held]


def saved(url: str, target: Path, **changes: Any) -> Path:
    back_up(url, target, **({"files": FILES, "palabre": "1", "at": NOON, "tell": silent} | changes))
    return target


def put(url: str, source: Path, *, force: bool = False) -> Restored:
    return restore(url, source, force=force, at=NOON, tell=silent)


def rows(url: str) -> dict[str, list[Any]]:
    """Return every row of every table, as Python knows them."""
    from palabre.storage.tables import metadata

    database = open_database(url)
    try:
        with database.reading() as connection:
            return {
                table.name: connection.execute(sa.select(table).order_by(*table.primary_key)).all()
                for table in metadata.sorted_tables
            }
    finally:
        database.close()


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Return a function that gives the URL of a database with nothing in it."""

    def url(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'new' / 'palabre.db'}"
        server = request.getfixturevalue("postgresql")
        made = server.empty()
        request.addfinalizer(lambda: server.drop(made))
        return str(made)

    return url


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
def test_a_backup_of_either_restores_on_either(source, to, request, new_url, tmp_path):
    url = request.getfixturevalue(f"{source}_url")
    fill(url)
    archive = saved(url, tmp_path / "b.tar.gz")
    manifest = read_manifest(archive)
    assert (manifest.taken_from, manifest.schema) == (source, EXPECTED)
    assert manifest.counts["comments"] == 3
    goal = new_url(to)
    done = put(goal, archive)
    assert dict(done.files) == FILES
    assert rows(goal) == rows(url)
    assert sum(map(len, rows(url).values())) == sum(manifest.counts.values()) > 10
    # And it is a house that goes on: positions count on, the log is still append-only.
    store = SqlStore(goal)
    with store.writing() as unit:
        thread = unit.threads.all(limit=1)[0]
    keep(store, stored_of(thread))
    store.close()
    database = open_database(goal)
    with database.reading() as connection:
        assert unsound(connection) == []
        assert counts(connection)["comments"] == 4
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM decisions")
    database.close()


def test_nobody_else_may_read_a_backup_nor_what_is_restored(sqlite_url, tmp_path, new_url):
    fill(sqlite_url)
    archive = saved(sqlite_url, tmp_path / "b.tar.gz")
    assert archive.stat().st_mode & 0o777 == 0o600
    url = new_url("sqlite")
    put(url, archive)
    assert sqlite_path(url).stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_backup_never_replaces_a_file(sqlite_url, tmp_path):
    target = tmp_path / "b.tar.gz"
    target.write_text("older")
    with pytest.raises(ArchiveError, match="is there already"):
        saved(sqlite_url, target)
    assert target.read_text() == "older"


UNSOUND = {
    "UPDATE comments SET up = up + 1, score = score + 1": "votes for",
    "UPDATE threads SET public_count = 7": "public comments",
    "UPDATE comments SET replies = 5 WHERE parent_id IS NULL": "number of answers",
    "UPDATE comments SET listed_below = listed_below + 1": "listed answers",
    "UPDATE comments SET listed = NOT listed": "listed and should not be",
    "UPDATE comments SET status = 'refused' WHERE status = 'held'": "decided last",
    "UPDATE comment_bodies SET text = 'Autre chose'": "commitment",
    "DELETE FROM comment_bodies": "without their words",
    "DELETE FROM votes": "votes",
}


@pytest.mark.parametrize("statement", UNSOUND)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_unsound_is_no_backup(kind, statement, request, tmp_path):
    url = request.getfixturevalue(f"{kind}_url")
    fill(url)
    database = open_database(url)
    with database.writing() as connection:
        connection.exec_driver_sql(statement)
    database.close()
    with pytest.raises(ArchiveError, match=UNSOUND[statement]):
        saved(url, tmp_path / "b.tar.gz")
    assert [p.name for p in tmp_path.iterdir() if "b.tar.gz" in p.name] == []


def test_erased_words_are_no_damage(sqlite_url, tmp_path):
    root, *_ = fill(sqlite_url)
    store = SqlStore(sqlite_url)
    with store.writing() as unit:
        unit.comments.move(root.comment.id, Status.DELETED)
        unit.comments.erase_words(root.comment.id)
    store.close()
    archive = saved(sqlite_url, tmp_path / "b.tar.gz")
    with tarfile.open(archive) as tar:
        assert "Première".encode() not in tar.extractfile(DATABASE).read()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_comments_are_replaced_by_force_only(kind, request, tmp_path, new_url):
    url = request.getfixturevalue(f"{kind}_url")
    fill(url)
    archive = saved(url, tmp_path / "b.tar.gz")
    before = rows(url)
    store = SqlStore(url, durability="process")
    with store.writing() as unit:
        thread = unit.threads.all(limit=1)[0]
    keep(store, stored_of(thread, text="Plus tard"))
    store.close()
    with pytest.raises(ArchiveError, match=r"holds 4 comments.*--force"):
        put(url, archive)
    done = put(url, archive, force=True)
    assert rows(url) == before
    if kind == "sqlite":
        kept = done.kept
        assert kept.stat().st_mode & 0o777 == 0o600
        assert len(rows(f"sqlite:///{kept}")["comments"]) == 4
        assert sorted(p.name for p in kept.parent.glob("palabre.db*")) == sorted(
            ["palabre.db", kept.name]
        )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_replaced_under_a_server(kind, request, tmp_path):
    url = request.getfixturevalue(f"{kind}_url")
    fill(url)
    archive = saved(url, tmp_path / "b.tar.gz")
    store = SqlStore(url, durability="process")
    with store.reading() as unit:
        unit.sites.all()
    with pytest.raises(ArchiveError, match="stop palabre serve"):
        put(url, archive, force=True)
    store.close()
    put(url, archive, force=True)


def test_a_backup_of_a_newer_schema_is_refused(sqlite_url, tmp_path, new_url):
    fill(sqlite_url)
    path = sqlite_path(sqlite_url)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    archive = saved(sqlite_url, tmp_path / "b.tar.gz", palabre="9.0")
    with pytest.raises(ArchiveError, match=r"schema 9999.*Palabre 9\.0"):
        put(new_url("sqlite"), archive)


def test_an_older_schema_is_brought_up(tmp_path, new_url):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    upgrade(url)
    store = SqlStore(url)
    with store.writing() as unit:
        unit.sites.register(a_site())
    store.close()
    older = REVISIONS[-2]
    assert older != NONE
    downgrade(url, older)
    archive = saved(url, tmp_path / "b.tar.gz")
    assert read_manifest(archive).schema == older
    goal = new_url("sqlite")
    put(goal, archive)
    assert [site.id for site in rows(goal)["sites"]] == ["le-journal"]
    database = open_database(goal)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT * FROM alembic_version").all() == [(EXPECTED,)]
    database.close()


def rewritten(archive: Path, target: Path, change: Any) -> Path:
    """Write the archive again with its members changed by name."""
    with tarfile.open(archive) as tar:
        members = {m.name: tar.extractfile(m).read() for m in tar}
    members = change(members)
    with tarfile.open(target, "w:gz") as tar:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            tar.addfile(about, io.BytesIO(content))
    return target


def _smuggled(members: dict[str, bytes]) -> dict[str, bytes]:
    manifest = msgspec.json.decode(members[MANIFEST])
    manifest["files"]["../evil"] = "0" * 64
    return members | {MANIFEST: msgspec.json.encode(manifest), "../evil": b"x"}


def _recounted(members: dict[str, bytes]) -> dict[str, bytes]:
    manifest = msgspec.json.decode(members[MANIFEST])
    manifest["counts"]["comments"] += 1
    return members | {MANIFEST: msgspec.json.encode(manifest)}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m | {DATABASE: m[DATABASE][:-1] + b"\x01"}, "palabre.db is damaged"),
        (lambda m: {k: v for k, v in m.items() if k != DATABASE}, "palabre.db missing"),
        (lambda m: m | {"more": b"x"}, "not in its manifest"),
        (lambda m: {k: m[k] for k in reversed(m)}, "not a backup of Palabre"),
        (lambda m: m | {MANIFEST: b"{}"}, "newer Palabre|not a whole backup"),
        (lambda m: m | {MANIFEST: b"[1"}, "not a whole backup"),
        (_smuggled, "outside of its own folder"),
        (_recounted, "other rows than its manifest"),
    ],
)
def test_a_file_that_is_no_whole_backup_changes_nothing(
    change, says, sqlite_url, tmp_path, new_url
):
    fill(sqlite_url)
    archive = saved(sqlite_url, tmp_path / "b.tar.gz")
    bad = rewritten(archive, tmp_path / "bad.tar.gz", change)
    url = new_url("sqlite")
    with pytest.raises(ArchiveError, match=says):
        put(url, bad)
    assert not sqlite_path(url).exists()
    assert not (tmp_path / "evil").exists()


def test_a_file_cut_off_anywhere_changes_nothing(sqlite_url, tmp_path, new_url):
    fill(sqlite_url)
    whole = saved(sqlite_url, tmp_path / "b.tar.gz").read_bytes()
    url = new_url("sqlite")
    for share in range(0, 100, 7):
        bad = tmp_path / f"cut-{share}"
        bad.write_bytes(whole[: len(whole) * share // 100])
        with pytest.raises(ArchiveError):
            put(url, bad)
    assert not sqlite_path(url).exists()


def test_a_damaged_database_is_replaced_by_force_and_kept(sqlite_url, tmp_path):
    fill(sqlite_url)
    archive = saved(sqlite_url, tmp_path / "b.tar.gz")
    path = sqlite_path(sqlite_url)
    path.write_bytes(b"x" * 8192)
    path.with_name("palabre.db-wal").write_bytes(b"left behind")
    with pytest.raises(ArchiveError, match="cannot be read"):
        put(sqlite_url, archive)
    done = put(sqlite_url, archive, force=True)
    assert done.kept.read_bytes() == b"x" * 8192
    assert len(rows(sqlite_url)["comments"]) == 3


def test_a_log_left_behind_is_not_played_into_what_is_restored(sqlite_url, tmp_path):
    """The file was deleted, its write-ahead log was not: SQLite would replay it."""
    fill(sqlite_url)
    archive = saved(sqlite_url, tmp_path / "b.tar.gz")
    path = sqlite_path(sqlite_url)
    writer = sqlite3.connect(path)
    writer.execute("UPDATE sites SET name = 'Autre'")
    writer.commit()
    log = path.with_name("palabre.db-wal")
    left = log.read_bytes()
    writer.close()
    path.unlink()
    log.write_bytes(left)
    put(sqlite_url, archive)
    assert rows(sqlite_url)["sites"][0].name == "Le Journal"


def test_the_checksums_are_of_what_lies_in_the_archive(sqlite_url, tmp_path):
    fill(sqlite_url)
    archive = saved(sqlite_url, tmp_path / "b.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "out", filter="data")
    manifest = read_manifest(archive)
    for name, digest in manifest.files.items():
        assert sha256_of(tmp_path / "out" / name) == digest
