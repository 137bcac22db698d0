"""Requests for one's data, legal holds, the sealed store, and what retention removed."""

import hashlib
import unicodedata

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import (
    CLUSTERED,
    Id,
    UtcTime,
    column,
    position,
    primary,
    reference,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.String(64)
_KINDS = ("confirm", "known", "notice", "digest", "desk_urgent", "desk_queue", "desk_week")
_BATCH = 1000


def upgrade() -> None:
    _comments()
    _requests()
    _legal()
    _logs()
    op.create_index("ix_votes_voter_key", "votes", ["voter_key"])
    _mail_kinds((*_KINDS, "data"))


def _comments() -> None:
    op.create_table(
        "comment_mailboxes",
        reference("comment_mailboxes", "comment_id", Id, "comments.id"),
        column("mailbox", _KEY),
        primary("comment_mailboxes", "comment_id"),
        **CLUSTERED,
    )
    op.create_index("ix_comment_mailboxes_mailbox", "comment_mailboxes", ["mailbox"])
    op.create_table(
        "source_keys",
        column("day", sa.String(10)),
        column("key", sa.LargeBinary),
        column("at", UtcTime),
        primary("source_keys", "day"),
        **CLUSTERED,
    )
    _fill_mailboxes()


def _fill_mailboxes() -> None:
    connection = op.get_bind()
    authors = sa.table("comment_authors", sa.column("comment_id", Id), sa.column("email"))
    boxes = sa.table("comment_mailboxes", sa.column("comment_id", Id), sa.column("mailbox"))
    given = sa.select(authors).where(authors.c.email.is_not(None)).order_by(authors.c.comment_id)
    last = None
    while True:
        asked = given if last is None else given.where(authors.c.comment_id > last)
        found = connection.execute(asked.limit(_BATCH)).all()
        if not found:
            return
        rows = [{"comment_id": i, "mailbox": _mailbox(email)} for i, email in found]
        connection.execute(sa.insert(boxes), rows)
        last = found[-1][0]


def _mailbox(email: str) -> str:
    normal = unicodedata.normalize("NFC", email.strip()).lower()
    return hashlib.sha256(normal.encode()).hexdigest()


def _requests() -> None:
    op.create_table(
        "data_requests",
        column("id", Id),
        column("address", sa.Text),
        column("address_hash", _KEY),
        column("site_id", sa.String(64)),
        column("lang", sa.String(35)),
        column("asked_at", UtcTime),
        primary("data_requests", "id"),
        **CLUSTERED,
    )
    for name in ("address_hash", "asked_at"):
        op.create_index(f"ix_data_requests_{name}", "data_requests", [name])


def _legal() -> None:
    op.create_table(
        "legal_holds",
        reference("legal_holds", "comment_id", Id, "comments.id"),
        column("reason", sa.Text),
        column("placed_by", sa.String(200)),
        column("begun_at", UtcTime),
        column("ends_at", UtcTime),
        primary("legal_holds", "comment_id"),
        **CLUSTERED,
    )
    op.create_table(
        "held_words",
        reference("held_words", "comment_id", Id, "comments.id"),
        column("content", sa.Text),
        column("at", UtcTime),
        primary("held_words", "comment_id"),
    )
    op.create_table(
        "legal_sources",
        position(),
        column("comment_id", Id),
        column("at", UtcTime),
        column("sealed", sa.LargeBinary),
        primary("legal_sources", "position"),
        sqlite_autoincrement=True,
    )
    for name in ("comment_id", "at"):
        op.create_index(f"ix_legal_sources_{name}", "legal_sources", [name])
    op.create_table(
        "legal_readings",
        position(),
        column("comment_id", Id),
        column("at", UtcTime),
        column("reader", sa.String(200)),
        column("witness", sa.String(200)),
        column("reason", sa.Text),
        column("lines", sa.Integer),
        primary("legal_readings", "position"),
        sqlite_autoincrement=True,
    )


def _logs() -> None:
    op.create_table(
        "erasures",
        position(),
        column("at", UtcTime),
        column("scope", sa.String(10)),
        column("asked_by", sa.String(200)),
        column("comments", sa.Integer),
        column("votes", sa.Integer),
        column("subscriptions", sa.Integer),
        column("held", sa.Integer),
        primary("erasures", "position"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "retention_runs",
        position(),
        column("at", UtcTime),
        column("kind", sa.String(20)),
        column("removed", sa.Integer),
        primary("retention_runs", "position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_retention_runs_at", "retention_runs", ["at"])


def _mail_kinds(kinds: tuple[str, ...]) -> None:
    """Change which kinds of mail the database takes; SQLite needs the table made anew for that."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_mails_kind"), "mails")
        op.create_check_constraint(op.f("ck_mails_kind"), "mails", f"kind IN ({listed})")
        return
    run = op.get_bind().exec_driver_sql
    made = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'mails'").scalar_one()
    indexes = run(
        "SELECT sql FROM sqlite_master"
        " WHERE type = 'index' AND tbl_name = 'mails' AND sql IS NOT NULL"
    ).scalars()
    statements = list(indexes)
    head, found, rest = str(made).partition("CHECK (kind IN (")
    if not found:
        raise RuntimeError("the table of mails is not as migration 0006 made it")
    anew = f"{head}{found}{listed}{rest[rest.index(')') :]}"
    columns = ", ".join(row[1] for row in run("PRAGMA table_info(mails)"))
    run("ALTER TABLE mails RENAME TO mails_before")
    for name in ("address_hash_made_at", "site_id_kind_made_at", "waiting"):
        run(f"DROP INDEX ix_mails_{name}")
    run(anew)
    run(f"INSERT INTO mails ({columns}) SELECT {columns} FROM mails_before")  # noqa: S608 -- ours
    run("DROP TABLE mails_before")
    for statement in statements:
        run(statement)


def downgrade() -> None:
    op.execute("DELETE FROM mails WHERE kind = 'data'")
    _mail_kinds(_KINDS)
    op.drop_index("ix_votes_voter_key", "votes")
    for table in (
        "retention_runs",
        "erasures",
        "legal_readings",
        "legal_sources",
        "held_words",
        "legal_holds",
        "data_requests",
        "source_keys",
        "comment_mailboxes",
    ):
        op.drop_table(table)
