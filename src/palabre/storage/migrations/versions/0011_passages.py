"""Which passage of the article a comment is about."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, column, primary, reference

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLE = "comment_passages"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        reference(_TABLE, "comment_id", Id, "comments.id"),
        reference(_TABLE, "thread_id", Id, "threads.id"),
        column("passage_key", sa.String(32)),
        column("exact", sa.Text),
        column("prefix", sa.Text),
        column("suffix", sa.Text),
        column("begins", sa.Integer, nullable=True),
        column("ends", sa.Integer, nullable=True),
        column("fragment", sa.Text, nullable=True),
        primary(_TABLE, "comment_id"),
        **CLUSTERED,
    )
    by_passage = "ix_comment_passages_thread_id_passage_key_comment_id"
    op.create_index("ix_comment_passages_thread_id_comment_id", _TABLE, ["thread_id", "comment_id"])
    op.create_index(by_passage, _TABLE, ["thread_id", "passage_key", "comment_id"])


def downgrade() -> None:
    op.drop_table(_TABLE)
