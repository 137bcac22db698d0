"""The ledger of decisions, reasons, reports, appeals and orders; mail about its lines."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, UtcTime, column, one_of, primary

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = sa.String(64)
_COUNT = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KINDS = ("confirm", "known", "notice", "digest", "desk_urgent", "desk_queue", "desk_week", "data")

# As with decisions: the database itself keeps the ledger append-only, whoever writes to it.
SQLITE = (
    """CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger
    WHEN EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id OR number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
    """CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()""",
    """CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()""",
)


def upgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("number", _COUNT, autoincrement=False, nullable=False),
        column("id", Id),
        column("kind", sa.String(10)),
        column("site_id", sa.String(64)),
        column("comment_id", Id, nullable=True),
        column("subject", Id, nullable=True),
        column("at", UtcTime),
        column("content", sa.JSON),
        column("commitment", _KEY, nullable=True),
        column("previous", _KEY),
        column("hash", _KEY),
        primary("ledger", "number"),
        sa.UniqueConstraint("id", name="uq_ledger_id"),
        one_of(
            "ledger",
            "kind",
            "decision",
            "statement",
            "report",
            "answer",
            "appeal",
            "review",
            "view",
            "order",
            "effect",
            "snapshot",
        ),
    )
    for names in (["comment_id", "kind"], ["subject", "kind"], ["kind", "at"]):
        op.create_index(f"ix_ledger_{'_'.join(names)}", "ledger", names)
    op.create_index("ix_ledger_kind_site_id", "ledger", ["kind", "site_id", "number"])
    op.create_table(
        "ledger_words",
        column("line_id", Id),
        column("salt", sa.LargeBinary),
        column("texts", sa.JSON),
        column("mailbox", _KEY, nullable=True),
        column("comment_id", Id, nullable=True),
        column("at", UtcTime),
        primary("ledger_words", "line_id"),
    )
    for name in ("mailbox", "comment_id", "at"):
        op.create_index(f"ix_ledger_words_{name}", "ledger_words", [name])
    head = op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        column("count", sa.BigInteger),
        column("hash", _KEY),
        column("decided", sa.BigInteger),
        primary("ledger_head", "id"),
    )
    op.bulk_insert(head, [{"id": 1, "count": 0, "hash": "0" * 64, "decided": 0}])
    op.create_table(
        "ledger_tasks",
        column("line_id", Id),
        column("kind", sa.String(10)),
        column("site_id", sa.String(64)),
        column("rank", sa.Integer),
        column("due_at", UtcTime),
        primary("ledger_tasks", "line_id"),
        **CLUSTERED,
    )
    place = ["kind", "site_id", "rank", "due_at", "line_id"]
    op.create_index("ix_ledger_tasks_" + "_".join(place), "ledger_tasks", place)
    op.create_table(
        "webhook_places",
        column("name", sa.String(100)),
        column("number", sa.BigInteger),
        column("attempts", sa.Integer),
        column("due_at", UtcTime),
        column("status", sa.String(40), nullable=True),
        primary("webhook_places", "name"),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(statement)
    _mail_kinds((*_KINDS, "law"))


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
    op.execute("DELETE FROM mails WHERE kind = 'law'")
    _mail_kinds(_KINDS)
    for table in ("webhook_places", "ledger_tasks", "ledger_head", "ledger_words", "ledger"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_refuse_change()")
