"""The audit sample; what votes and reports add to a place in the queue; reports by urgency.

The order of reports takes the place of the moment when they are due: their table is made anew, and
each keeps the place that it has (``turn`` grows with the moment).
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, UtcTime, column, one_of, primary

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_VERDICTS = ("publish", "hold", "refuse")
_TENFOLD = timedelta(hours=12)
_OLD = ("kind", "site_id", "rank", "due_at", "line_id")
_NEW = ("kind", "site_id", "rank", "turn", "line_id")


def upgrade() -> None:
    op.create_table(
        "audits",
        column("decision_id", Id),
        column("comment_id", Id),
        column("site_id", sa.String(64)),
        column("section_id", sa.String(64), nullable=True),
        column("verdict", sa.String(7)),
        column("rules", sa.JSON),
        column("share", sa.Double),
        column("wanted", sa.SmallInteger),
        column("answered", sa.SmallInteger),
        column("drawn_at", UtcTime),
        primary("audits", "decision_id"),
        one_of("audits", "verdict", *_VERDICTS),
        **CLUSTERED,
    )
    op.create_index("ix_audits_comment_id", "audits", ["comment_id"])
    op.create_index("ix_audits_drawn_at", "audits", ["drawn_at"])
    is_open = sa.text("answered < wanted")
    op.create_index(
        "ix_audits_open",
        "audits",
        ["decision_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "audit_answers",
        column("decision_id", Id),
        column("moderator_id", Id),
        column("verdict", sa.String(7)),
        column("rule", sa.String(200), nullable=True),
        column("at", UtcTime),
        primary("audit_answers", "decision_id", "moderator_id"),
        one_of("audit_answers", "verdict", *_VERDICTS),
        **CLUSTERED,
    )
    for name in ("votes", "reports"):
        added = sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))
        op.add_column("queue_entries", added)
    op.create_index("ix_queue_entries_thread_id", "queue_entries", ["thread_id"])
    is_claimed = sa.text("claimed_by IS NOT NULL")
    op.create_index(
        "ix_queue_entries_claimed",
        "queue_entries",
        ["claimed_until"],
        sqlite_where=is_claimed,
        postgresql_where=is_claimed,
    )
    _make_tasks_anew(by_turn=True)


def downgrade() -> None:
    _make_tasks_anew(by_turn=False)
    op.drop_index("ix_queue_entries_claimed", "queue_entries")
    op.drop_index("ix_queue_entries_thread_id", "queue_entries")
    for name in ("reports", "votes"):
        op.drop_column("queue_entries", name)
    op.drop_table("audit_answers")
    op.drop_table("audits")


def _make_tasks_anew(*, by_turn: bool) -> None:
    tasks = sa.table(
        "ledger_tasks",
        sa.column("line_id", Id),
        sa.column("kind"),
        sa.column("site_id"),
        sa.column("rank"),
        sa.column("due_at", UtcTime),
    )
    ledger = sa.table("ledger", sa.column("id", Id), sa.column("comment_id", Id))
    connection = op.get_bind()
    asked = sa.select(tasks, ledger.c.comment_id).outerjoin(ledger, ledger.c.id == tasks.c.line_id)
    rows = [dict(row) for row in connection.execute(asked).mappings()]
    op.drop_table("ledger_tasks")
    more = [column("turn", sa.Double), column("comment_id", Id, nullable=True)] if by_turn else []
    made = op.create_table(
        "ledger_tasks",
        column("line_id", Id),
        column("kind", sa.String(10)),
        column("site_id", sa.String(64)),
        column("rank", sa.Integer),
        column("due_at", UtcTime),
        *more,
        primary("ledger_tasks", "line_id"),
        **CLUSTERED,
    )
    names = list(_NEW if by_turn else _OLD)
    op.create_index("ix_ledger_tasks_" + "_".join(names), "ledger_tasks", names)
    if by_turn:
        op.create_index("ix_ledger_tasks_comment_id", "ledger_tasks", ["comment_id"])
    kept = {c.name for c in made.c}
    for row in rows:
        full = {**row, "turn": _turn(row["due_at"])}
        connection.execute(sa.insert(made), {k: v for k, v in full.items() if k in kept})


def _turn(due: datetime) -> float:
    return round(due.timestamp() / _TENFOLD.total_seconds(), 6)
