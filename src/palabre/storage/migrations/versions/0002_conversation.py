"""Comments with their erasable side rows, and votes."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import (
    CLUSTERED,
    Id,
    UtcTime,
    column,
    one_of,
    primary,
    reference,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comments",
        column("id", Id),
        reference("comments", "site_id", sa.String(64), "sites.id"),
        reference("comments", "thread_id", Id, "threads.id"),
        reference("comments", "root_id", Id, "comments.id"),
        reference("comments", "parent_id", Id, "comments.id", nullable=True),
        column("depth", sa.SmallInteger),
        column("status", sa.String(9)),
        column("created_at", UtcTime),
        column("lang", sa.String(35)),
        column("author_key", sa.String(64)),
        column("revision", sa.Integer),
        column("edited_at", UtcTime, nullable=True),
        column("up", sa.Integer),
        column("down", sa.Integer),
        column("score", sa.Integer),
        column("replies", sa.Integer),
        column("listed", sa.Boolean),
        column("listed_below", sa.Integer),
        primary("comments", "id"),
        one_of("comments", "status", "published", "held", "refused", "deleted"),
        sa.CheckConstraint("score = up - down", name=op.f("ck_comments_score")),
        **CLUSTERED,
    )
    # "IS" of a constant, as the queries say it: SQLite takes a partial index only then.
    true = "1" if op.get_bind().dialect.name == "sqlite" else "true"
    roots = sa.text(f"parent_id IS NULL AND listed IS {true}")
    below = sa.text(f"parent_id IS NOT NULL AND listed IS {true}")
    for name, columns, where in (
        ("ix_comments_newest", ["thread_id", "id"], roots),
        ("ix_comments_top", ["thread_id", "score", "id"], roots),
        ("ix_comments_below", ["root_id", "id"], below),
    ):
        op.create_index(name, "comments", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_comments_queue", "comments", ["site_id", "status", "id"])
    op.create_index("ix_comments_author", "comments", ["author_key", "thread_id", "id", "status"])
    op.create_table(
        "comment_bodies",
        reference("comment_bodies", "comment_id", Id, "comments.id"),
        column("revision", sa.Integer, autoincrement=False),
        column("text", sa.Text),
        column("html", sa.Text),
        column("renderer", sa.Integer),
        column("salt", sa.LargeBinary),
        primary("comment_bodies", "comment_id", "revision"),
    )
    op.create_table(
        "comment_authors",
        reference("comment_authors", "comment_id", Id, "comments.id"),
        column("name", sa.Text, nullable=True),
        column("email", sa.Text, nullable=True),
        column("is_staff", sa.Boolean),
        primary("comment_authors", "comment_id"),
        **CLUSTERED,
    )
    op.create_table(
        "comment_sources",
        reference("comment_sources", "comment_id", Id, "comments.id"),
        column("source", sa.String(64)),
        column("created_at", UtcTime),
        primary("comment_sources", "comment_id"),
        **CLUSTERED,
    )
    op.create_index(
        "ix_comment_sources_source_created_at_comment_id",
        "comment_sources",
        ["source", "created_at", "comment_id"],
    )
    op.create_table(
        "votes",
        reference("votes", "comment_id", Id, "comments.id"),
        column("voter_key", sa.String(64)),
        column("value", sa.SmallInteger),
        column("at", UtcTime),
        primary("votes", "comment_id", "voter_key"),
        sa.CheckConstraint("value IN (-1, 1)", name=op.f("ck_votes_value")),
        **CLUSTERED,
    )


def downgrade() -> None:
    for table in (
        "votes",
        "comment_sources",
        "comment_authors",
        "comment_bodies",
        "comments",
    ):
        op.drop_table(table)
