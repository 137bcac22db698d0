"""Comments, their erasable words, signatures and sources, and the votes on them.

``comments`` says where a comment stands and nothing of what it says or who wrote it: that lies in
side rows, which erasure may delete without touching a counter or a decision.
"""

import sqlalchemy as sa

from palabre.domain.comment import Status
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, one_of

comments = sa.Table(
    "comments",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("site_id", sa.ForeignKey("sites.id"), nullable=False),
    sa.Column("thread_id", sa.ForeignKey("threads.id"), nullable=False),
    sa.Column("root_id", sa.ForeignKey("comments.id"), nullable=False),
    sa.Column("parent_id", sa.ForeignKey("comments.id")),
    sa.Column("depth", sa.SmallInteger, nullable=False),
    sa.Column("status", sa.String(9), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("author_key", KEY, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("edited_at", UtcTime),
    sa.Column("up", sa.Integer, nullable=False),
    sa.Column("down", sa.Integer, nullable=False),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("replies", sa.Integer, nullable=False),
    # Listed: has a place on a reader's page, being published or standing above what is.
    sa.Column("listed", sa.Boolean, nullable=False),
    sa.Column("listed_below", sa.Integer, nullable=False),  # direct answers that are listed
    one_of("status", Status),
    sa.CheckConstraint("score = up - down", name="score"),
    **CLUSTERED,
)

_IS_ROOT = sa.and_(comments.c.parent_id.is_(None), comments.c.listed.is_(sa.true()))
_IS_BELOW = sa.and_(comments.c.parent_id.is_not(None), comments.c.listed.is_(sa.true()))
sa.Index(
    "ix_comments_newest",
    comments.c.thread_id,
    comments.c.id,
    sqlite_where=_IS_ROOT,
    postgresql_where=_IS_ROOT,
)
sa.Index(
    "ix_comments_top",
    comments.c.thread_id,
    comments.c.score,
    comments.c.id,
    sqlite_where=_IS_ROOT,
    postgresql_where=_IS_ROOT,
)
sa.Index(
    "ix_comments_below",
    comments.c.root_id,
    comments.c.id,
    sqlite_where=_IS_BELOW,
    postgresql_where=_IS_BELOW,
)
sa.Index("ix_comments_queue", comments.c.site_id, comments.c.status, comments.c.id)
sa.Index(
    "ix_comments_author",
    comments.c.author_key,
    comments.c.thread_id,
    comments.c.id,
    comments.c.status,
)

comment_bodies = sa.Table(
    "comment_bodies",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("renderer", sa.Integer, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
)

# A guest without name and mail has no row here.
comment_authors = sa.Table(
    "comment_authors",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("is_staff", sa.Boolean, nullable=False),
    sa.Column("badge", sa.Text),
    **CLUSTERED,
)

comment_sources = sa.Table(
    "comment_sources",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("source", KEY, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index(None, "source", "created_at", "comment_id"),
    **CLUSTERED,
)

votes = sa.Table(
    "votes",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("voter_key", KEY, primary_key=True, index=True),
    sa.Column("value", sa.SmallInteger, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.CheckConstraint("value IN (-1, 1)", name="value"),
    **CLUSTERED,
)
