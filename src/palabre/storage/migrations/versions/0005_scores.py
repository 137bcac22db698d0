"""Notes of replaced scores, so that "most voted" can be read on in the order it was begun."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, UtcTime, column, primary, reference

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_notes",
        reference("score_notes", "comment_id", Id, "comments.id"),
        column("until", sa.BigInteger, autoincrement=False),
        column("since", sa.BigInteger),
        column("thread_id", Id),
        column("score", sa.Integer),
        column("at", UtcTime),
        primary("score_notes", "comment_id", "until"),
        **CLUSTERED,
    )
    op.create_index(
        "ix_score_notes_ranked",
        "score_notes",
        ["thread_id", "score", "comment_id", "since", "until"],
    )
    op.create_index("ix_score_notes_oldest", "score_notes", ["thread_id", "until", "at"])
    op.create_table(
        "score_floors",
        reference("score_floors", "thread_id", Id, "threads.id"),
        column("version", sa.BigInteger),
        primary("score_floors", "thread_id"),
        **CLUSTERED,
    )


def downgrade() -> None:
    for table in ("score_floors", "score_notes"):
        op.drop_table(table)
