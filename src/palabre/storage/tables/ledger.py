"""The ledger: its lines, their erasable words, the end of the chain, what waits for somebody."""

import sqlalchemy as sa

from palabre.domain.ledger import LineKind
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, one_of

# Append-only: triggers made by the migration refuse to change or delete a line. No foreign keys:
# a comment that an order names may be gone, and the line stays.
ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column(
        "number",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("comment_id", Id),
    sa.Column("subject", Id),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("commitment", KEY),
    sa.Column("previous", KEY, nullable=False),
    sa.Column("hash", KEY, nullable=False),
    sa.Index(None, "comment_id", "kind"),
    sa.Index(None, "subject", "kind"),
    sa.Index(None, "kind", "at"),
    sa.Index("ix_ledger_kind_site_id", "kind", "site_id", "number"),
    one_of("kind", LineKind),
)

ledger_words = sa.Table(
    "ledger_words",
    metadata,
    sa.Column("line_id", Id, primary_key=True),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("texts", sa.JSON, nullable=False),
    sa.Column("mailbox", KEY, index=True),
    # Set where the comment's own author wrote it: it goes with the comment's words.
    sa.Column("comment_id", Id, index=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
)

# One row: how long the chain is, its last hash, and the last decision that it holds.
ledger_head = sa.Table(
    "ledger_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("hash", KEY, nullable=False),
    sa.Column("decided", sa.BigInteger, nullable=False),
)

ledger_tasks = sa.Table(
    "ledger_tasks",
    metadata,
    sa.Column("line_id", Id, primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("turn", sa.Double, nullable=False),
    sa.Column("comment_id", Id, index=True),
    sa.Index(None, "kind", "site_id", "rank", "turn", "line_id"),
    **CLUSTERED,
)

# How far each of the publisher's systems has been told (``notify/webhooks``): up to which line.
webhook_places = sa.Table(
    "webhook_places",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("status", sa.String(40)),
)
