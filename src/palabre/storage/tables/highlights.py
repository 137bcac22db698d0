"""Which comments the newsroom pinned or featured; who did is told by the ledger."""

import sqlalchemy as sa

from palabre.storage.tables.naming import CLUSTERED, metadata

highlights = sa.Table(
    "highlights",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("thread_id", sa.ForeignKey("threads.id"), nullable=False, index=True),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("featured", sa.Boolean, nullable=False),
    **CLUSTERED,
)
