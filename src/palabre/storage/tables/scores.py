"""Notes of replaced scores: a root had ``score`` from the thread's version ``since`` to ``until``.

They are no record of anybody's vote, and are forgotten within hours.
"""

import sqlalchemy as sa

from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, metadata

score_notes = sa.Table(
    "score_notes",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("until", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("thread_id", Id, nullable=False),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    # Everything that a page filters by, so that notes of other epochs are passed over cheaply.
    sa.Index("ix_score_notes_ranked", "thread_id", "score", "comment_id", "since", "until"),
    sa.Index("ix_score_notes_oldest", "thread_id", "until", "at"),
    **CLUSTERED,
)

# Up to which version a thread's notes are forgotten: a cursor from before cannot go on.
score_floors = sa.Table(
    "score_floors",
    metadata,
    sa.Column("thread_id", sa.ForeignKey("threads.id"), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    **CLUSTERED,
)
