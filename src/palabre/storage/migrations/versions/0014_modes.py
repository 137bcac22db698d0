"""Modes of threads, sections and sites; what is set on readers; lines of the ledger about both.

The ledger takes two more kinds of line. On SQLite its table is made anew for that, with its
triggers. A step back leaves the wider list: the lines are there, and none may be taken out.
"""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, UtcTime, column, one_of, primary

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = sa.String(64)
_KINDS = (
    *("decision", "statement", "report", "answer", "appeal", "review", "view", "order", "effect"),
    *("snapshot", "mode", "measure"),
)


def upgrade() -> None:
    op.create_table(
        "modes",
        column("scope", sa.String(150)),
        column("site_id", sa.String(64)),
        column("section_id", sa.String(64), nullable=True),
        column("thread_id", Id, nullable=True),
        column("holds_all", sa.Boolean),
        column("known_only", sa.Boolean),
        column("slow_minutes", sa.Integer),
        column("closes_at", UtcTime, nullable=True),
        column("opens", sa.SmallInteger, nullable=True),
        column("shuts", sa.SmallInteger, nullable=True),
        column("why", sa.String(7)),
        column("until", UtcTime, nullable=True),
        column("set_by", sa.String(64)),
        column("set_at", UtcTime),
        primary("modes", "scope"),
        one_of("modes", "why", "surge", "subject", "abuse", "absent"),
        **CLUSTERED,
    )
    op.create_table(
        "reader_measures",
        column("author_key", _KEY),
        column("site_id", sa.String(64)),
        column("trust", sa.String(9)),
        column("rule", sa.String(200)),
        column("comment_id", Id),
        column("set_at", UtcTime),
        column("set_by", sa.String(64)),
        column("until", UtcTime),
        column("statement_id", Id, nullable=True),
        primary("reader_measures", "author_key", "site_id"),
        one_of("reader_measures", "trust", "watched", "suspended", "banned"),
        **CLUSTERED,
    )
    op.create_index("ix_reader_measures_until", "reader_measures", ["until"])
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
        raise RuntimeError("the ledger is not as migration 0010 made it")
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
    op.drop_table("reader_measures")
    op.drop_table("modes")
