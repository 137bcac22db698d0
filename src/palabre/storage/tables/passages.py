"""Which passage of the article a comment is about: a side row, erased with the comment's words."""

import sqlalchemy as sa

from palabre.storage.tables.naming import CLUSTERED, metadata

comment_passages = sa.Table(
    "comment_passages",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("thread_id", sa.ForeignKey("threads.id"), nullable=False),
    sa.Column("passage_key", sa.String(32), nullable=False),
    sa.Column("exact", sa.Text, nullable=False),
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("suffix", sa.Text, nullable=False),
    sa.Column("begins", sa.Integer),
    sa.Column("ends", sa.Integer),
    sa.Column("fragment", sa.Text),
    sa.Index(None, "thread_id", "comment_id"),
    sa.Index(None, "thread_id", "passage_key", "comment_id"),
    **CLUSTERED,
)
