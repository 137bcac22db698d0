"""The append-only log of decisions, the newsroom’s accounts, the outbox."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import (
    CLUSTERED,
    Id,
    UtcTime,
    column,
    one_of,
    position,
    primary,
    reference,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


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


def upgrade() -> None:
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
    op.create_index("ix_decisions_comment_id_position", "decisions", ["comment_id", "position"])
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
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION decisions_refuse_change()")
