"""The log of decisions, the newsroom's accounts and sessions, and the outbox."""

import sqlalchemy as sa

from palabre.domain.decision import ActorKind, GroundKind, Verdict
from palabre.domain.events import EventKind
from palabre.domain.person import Role
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, one_of, position

# Append-only: triggers made by the migration refuse to change or delete a line.
decisions = sa.Table(
    "decisions",
    metadata,
    position(),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("comment_id", sa.ForeignKey("comments.id"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("verdict", sa.String(7), nullable=False),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("rules_version", sa.String(200), nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("scores", sa.JSON, nullable=False),
    sa.Column("lang", sa.String(35)),
    sa.Column("ground_kind", sa.String(5)),
    sa.Column("ground_rule", sa.String(200)),
    sa.Column("ground_reference", sa.Text),
    sa.Column("not_checked", sa.JSON, nullable=False),
    sa.Column("not_needed", sa.JSON, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Column("actor_kind", sa.String(9), nullable=False),
    sa.Column("actor_id", sa.String(64), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("automated_detection", sa.Boolean, nullable=False),
    sa.Column("automated_decision", sa.Boolean, nullable=False),
    sa.Column("commitment", KEY, nullable=False),
    sa.Column("supersedes", sa.ForeignKey("decisions.id")),
    sa.Index(None, "comment_id", "position"),
    one_of("verdict", Verdict),
    one_of("ground_kind", GroundKind),
    one_of("actor_kind", ActorKind),
    sqlite_autoincrement=True,
)

_BY_MODERATOR = decisions.c.actor_kind == ActorKind.MODERATOR.value
sa.Index(
    "ix_decisions_by_moderator",
    decisions.c.verdict,
    decisions.c.position,
    sqlite_where=_BY_MODERATOR,
    postgresql_where=_BY_MODERATOR,
)

decision_notes = sa.Table(
    "decision_notes",
    metadata,
    sa.Column("decision_id", sa.ForeignKey("decisions.id"), primary_key=True),
    sa.Column("comment_id", sa.ForeignKey("comments.id"), nullable=False, index=True),
    sa.Column("note", sa.Text, nullable=False),
)

moderators = sa.Table(
    "moderators",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("login", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(13), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    one_of("role", Role),
)

# No foreign key to sites: an account may be made before its site is registered.
moderator_sites = sa.Table(
    "moderator_sites",
    metadata,
    sa.Column("moderator_id", sa.ForeignKey("moderators.id"), primary_key=True),
    sa.Column("site_id", sa.String(64), primary_key=True),
    sa.Column("rank", sa.Integer, nullable=False),
    **CLUSTERED,
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("key", KEY, primary_key=True),
    sa.Column("moderator_id", sa.ForeignKey("moderators.id"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False, index=True),
    **CLUSTERED,
)

outbox = sa.Table(
    "outbox",
    metadata,
    position(),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("thread_id", Id, nullable=False),
    sa.Column("comment_id", Id, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("handled_at", UtcTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    one_of("kind", EventKind),
    sqlite_autoincrement=True,
)
_IS_WAITING = outbox.c.handled_at.is_(None)
sa.Index(
    "ix_outbox_waiting",
    outbox.c.position,
    sqlite_where=_IS_WAITING,
    postgresql_where=_IS_WAITING,
)
