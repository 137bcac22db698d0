"""What moderators work with: the queue, near copies, the words that the search knows, notes."""

import sqlalchemy as sa

from palabre.domain.person import Role
from palabre.domain.waiting import Level
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, one_of, position

# One row for each comment that is held, and for no other: it comes and goes with the state.
queue_entries = sa.Table(
    "queue_entries",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("section_id", sa.String(64)),
    sa.Column("thread_id", Id, nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("priority", sa.Double, nullable=False),
    sa.Column("harm", sa.Double, nullable=False),
    sa.Column("reach", sa.Integer, nullable=False),
    sa.Column("votes", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("reports", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("rule", sa.String(200)),
    sa.Column("entered_at", UtcTime, nullable=False),
    sa.Column("level", sa.String(5), nullable=False),
    sa.Column("group_id", Id, nullable=False, index=True),
    sa.Column("signature", sa.LargeBinary),
    sa.Column("claimed_by", Id),
    sa.Column("claimed_until", UtcTime),
    sa.Column("assigned_to", Id),
    sa.Index(None, "level", "priority", "comment_id"),
    sa.Index(None, "thread_id"),
    one_of("level", Level),
)
_IS_CLAIMED = queue_entries.c.claimed_by.is_not(None)
sa.Index(
    "ix_queue_entries_claimed",
    queue_entries.c.claimed_until,
    sqlite_where=_IS_CLAIMED,
    postgresql_where=_IS_CLAIMED,
)

queue_bands = sa.Table(
    "queue_bands",
    metadata,
    sa.Column("band", sa.String(32), primary_key=True),
    sa.Column(
        "comment_id",
        sa.ForeignKey("queue_entries.comment_id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    **CLUSTERED,
)

# The stems of the present words and of the name. What is indexed over it differs by database: the
# migration makes comment_search (FTS5) and its triggers on SQLite, a GIN index on PostgreSQL.
comment_words = sa.Table(
    "comment_words",
    metadata,
    position(),
    sa.Column("comment_id", sa.ForeignKey("comments.id"), nullable=False, unique=True),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

desk_notes = sa.Table(
    "desk_notes",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("comment_id", sa.ForeignKey("comments.id"), nullable=False, index=True),
    sa.Column("moderator_id", sa.ForeignKey("moderators.id"), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.CheckConstraint("kind IN ('note', 'question', 'opinion')", name="kind"),
)

saved_filters = sa.Table(
    "saved_filters",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("moderator_id", sa.ForeignKey("moderators.id"), nullable=False, index=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("query", sa.Text, nullable=False),
)

# "" for all of the house or all of a site: a key takes no NULL.
moderator_duties = sa.Table(
    "moderator_duties",
    metadata,
    sa.Column("moderator_id", sa.ForeignKey("moderators.id"), primary_key=True),
    sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("section_id", sa.String(64), nullable=False),
    sa.Column("role", sa.String(13), nullable=False),
    one_of("role", Role),
    **CLUSTERED,
)

# What was refused to whom: never what was sent.
desk_refusals = sa.Table(
    "desk_refusals",
    metadata,
    position(),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("moderator_id", KEY, nullable=False),
    sa.Column("method", sa.String(7), nullable=False),
    sa.Column("path", sa.String(200), nullable=False),
    sa.Column("code", sa.String(40), nullable=False),
    sqlite_autoincrement=True,
)
