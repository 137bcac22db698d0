"""The first schema.

Written by hand and never changed: a database that ran it must be what it says. The two column
types come from the package because they are contracts with data that is already stored.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from palabre.storage.column_types import Id, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}


def column(name: str, kind: Any, *rest: Any, **options: Any) -> sa.Column[Any]:
    options.setdefault("nullable", False)
    return sa.Column(name, kind, *rest, **options)


def primary(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def reference(
    table: str, name: str, kind: Any, target: str, **options: Any
) -> sa.Column[Any]:
    goal = target.split(".")[0]
    key = sa.ForeignKey(target, name=f"fk_{table}_{name}_{goal}")
    return column(name, kind, key, **options)


def one_of(table: str, name: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{name} IN ({listed})", name=op.f(f"ck_{table}_{name}"))


def position() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("position", kind, autoincrement=True)


def upgrade() -> None:
    places()
    conversation()
    desk()
    make_append_only()


def places() -> None:
    op.create_table(
        "sites",
        column("id", sa.String(64)),
        column("name", sa.String(200)),
        column("lang", sa.String(35)),
        column("name_required", sa.Boolean),
        column("email_required", sa.Boolean),
        primary("sites", "id"),
        **CLUSTERED,
    )
    op.create_table(
        "site_origins",
        column("origin", sa.String(300)),
        reference("site_origins", "site_id", sa.String(64), "sites.id"),
        column("rank", sa.Integer),
        primary("site_origins", "origin"),
        **CLUSTERED,
    )
    op.create_index("ix_site_origins_site_id", "site_origins", ["site_id"])
    op.create_table(
        "site_names",
        reference("site_names", "site_id", sa.String(64), "sites.id"),
        column("rank", sa.Integer, autoincrement=False),
        column("name", sa.String(200)),
        primary("site_names", "site_id", "rank"),
        **CLUSTERED,
    )
    op.create_table(
        "sections",
        reference("sections", "site_id", sa.String(64), "sites.id"),
        column("id", sa.String(64)),
        column("rank", sa.Integer),
        column("name", sa.String(200)),
        column("path", sa.Text),
        primary("sections", "site_id", "id"),
        **CLUSTERED,
    )
    op.create_table(
        "threads",
        column("id", Id),
        reference("threads", "site_id", sa.String(64), "sites.id"),
        column("created_at", UtcTime),
        column("closes_at", UtcTime, nullable=True),
        column("version", sa.BigInteger),
        column("public_count", sa.Integer),
        primary("threads", "id"),
        **CLUSTERED,
    )
    op.create_index("ix_threads_site_id", "threads", ["site_id"])
    op.create_table(
        "articles",
        reference("articles", "thread_id", Id, "threads.id"),
        column("address_hash", sa.LargeBinary(32)),
        column("origin", sa.Text),
        column("key", sa.Text),
        column("url", sa.Text),
        column("title", sa.Text),
        column("lang", sa.String(35)),
        column("section_id", sa.String(64), nullable=True),
        primary("articles", "thread_id"),
        sa.UniqueConstraint("address_hash", name="uq_articles_address_hash"),
    )


def conversation() -> None:
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
    op.create_index(
        "ix_comments_author", "comments", ["author_key", "thread_id", "id", "status"]
    )
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


def desk() -> None:
    op.create_table(
        "decisions",
        position(),
        column("id", Id),
        reference("decisions", "comment_id", Id, "comments.id"),
        column("revision", sa.Integer),
        column("verdict", sa.String(7)),
        column("rules", sa.JSON),
        column("rules_version", sa.String(200)),
        column("evidence", sa.JSON),
        column("scores", sa.JSON),
        column("lang", sa.String(35), nullable=True),
        column("ground_kind", sa.String(5), nullable=True),
        column("ground_rule", sa.String(200), nullable=True),
        column("ground_reference", sa.Text, nullable=True),
        column("not_checked", sa.JSON),
        column("not_needed", sa.JSON),
        column("versions", sa.JSON),
        column("actor_kind", sa.String(9)),
        column("actor_id", sa.String(64)),
        column("at", UtcTime),
        column("automated_detection", sa.Boolean),
        column("automated_decision", sa.Boolean),
        column("commitment", sa.String(64)),
        column("supersedes", Id, nullable=True),
        primary("decisions", "position"),
        sa.UniqueConstraint("id", name="uq_decisions_id"),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["decisions.id"], name="fk_decisions_supersedes_decisions"
        ),
        one_of("decisions", "verdict", "publish", "hold", "refuse"),
        one_of("decisions", "ground_kind", "law", "terms"),
        one_of("decisions", "actor_kind", "engine", "moderator"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_decisions_comment_id_position", "decisions", ["comment_id", "position"]
    )
    op.create_table(
        "decision_notes",
        reference("decision_notes", "decision_id", Id, "decisions.id"),
        reference("decision_notes", "comment_id", Id, "comments.id"),
        column("note", sa.Text),
        primary("decision_notes", "decision_id"),
    )
    op.create_index("ix_decision_notes_comment_id", "decision_notes", ["comment_id"])
    op.create_table(
        "moderators",
        column("id", Id),
        column("login", sa.String(200)),
        column("name", sa.String(200)),
        column("role", sa.String(13)),
        column("password_hash", sa.Text),
        column("created_at", UtcTime),
        primary("moderators", "id"),
        sa.UniqueConstraint("login", name="uq_moderators_login"),
        one_of("moderators", "role", "moderator", "administrator"),
    )
    op.create_table(
        "moderator_sites",
        reference("moderator_sites", "moderator_id", Id, "moderators.id"),
        column("site_id", sa.String(64)),
        column("rank", sa.Integer),
        primary("moderator_sites", "moderator_id", "site_id"),
        **CLUSTERED,
    )
    op.create_table(
        "sessions",
        column("key", sa.String(64)),
        reference("sessions", "moderator_id", Id, "moderators.id"),
        column("created_at", UtcTime),
        column("expires_at", UtcTime),
        primary("sessions", "key"),
        **CLUSTERED,
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "outbox",
        position(),
        column("id", Id),
        column("kind", sa.String(30)),
        column("site_id", sa.String(64)),
        column("thread_id", Id),
        column("comment_id", Id),
        column("at", UtcTime),
        column("handled_at", UtcTime, nullable=True),
        column("attempts", sa.Integer),
        primary("outbox", "position"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        one_of(
            "outbox",
            "kind",
            "comment.published",
            "comment.held",
            "comment.refused",
            "comment.edited",
            "comment.deleted",
        ),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("handled_at IS NULL")
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["position"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


# The database itself keeps the log append-only, whoever writes to it. On SQLite, REPLACE deletes
# without asking the trigger for deletion (unless recursive triggers are on): hence the first one.
SQLITE = (
    """CREATE TRIGGER decisions_no_replace BEFORE INSERT ON decisions
    WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id OR position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
    """CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
    """CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION decisions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'decisions are append-only'; END $$""",
    """CREATE TRIGGER decisions_no_change BEFORE UPDATE OR DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse_change()""",
    """CREATE TRIGGER decisions_no_truncate BEFORE TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION decisions_refuse_change()""",
)


def make_append_only() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "outbox",
        "sessions",
        "moderator_sites",
        "moderators",
        "decision_notes",
        "decisions",
        "votes",
        "comment_sources",
        "comment_authors",
        "comment_bodies",
        "comments",
        "articles",
        "threads",
        "sections",
        "site_names",
        "site_origins",
        "sites",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION decisions_refuse_change()")
