"""Pinned and featured comments, and the ledger's lines about them.

The ledger takes one more kind of line. On SQLite its table is made anew for that, with its
triggers. A step back leaves the wider list: the lines are there, and none may be taken out.
"""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, column, primary, reference

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLE = "highlights"
_KINDS = (
    *("decision", "statement", "report", "answer", "appeal", "review", "view", "order", "effect"),
    *("snapshot", "mode", "measure", "highlight"),
)


def upgrade() -> None:
    op.create_table(
        _TABLE,
        reference(_TABLE, "comment_id", Id, "comments.id"),
        reference(_TABLE, "thread_id", Id, "threads.id"),
        column("pinned", sa.Boolean),
        column("featured", sa.Boolean),
        primary(_TABLE, "comment_id"),
        **CLUSTERED,
    )
    op.create_index("ix_highlights_thread_id", _TABLE, ["thread_id"])
    _widen()


def _widen() -> None:
    listed = ", ".join(f"'{kind}'" for kind in _KINDS)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_ledger_kind"), "ledger")
        op.create_check_constraint(op.f("ck_ledger_kind"), "ledger", f"kind IN ({listed})")
        return
    run = op.get_bind().exec_driver_sql
    asked = "SELECT sql FROM sqlite_master WHERE tbl_name = 'ledger' AND type = '{}' AND sql != ''"
    made = run(asked.format("table")).scalar_one()
    triggers = list(run(asked.format("trigger")).scalars())
    indexes = list(run(asked.format("index")).scalars())
    head, found, rest = str(made).partition("CHECK (kind IN (")
    if not found:
        raise RuntimeError("the ledger is not as migration 0014 left it")
    anew = f"{head}{found}{listed}{rest[rest.index(')') :]}"
    if anew == made:
        return  # a step back had left it so
    columns = ", ".join(f'"{row[1]}"' for row in run("PRAGMA table_info(ledger)"))
    for statement in triggers:
        run(f"DROP TRIGGER {statement.split()[2]}")
    for statement in indexes:
        run(f"DROP INDEX {statement.split()[2]}")
    run("ALTER TABLE ledger RENAME TO ledger_before")
    run(anew)
    run(f"INSERT INTO ledger ({columns}) SELECT {columns} FROM ledger_before")  # noqa: S608 -- ours
    run("DROP TABLE ledger_before")
    for statement in (*indexes, *triggers):
        run(statement)


def downgrade() -> None:
    op.drop_table(_TABLE)
