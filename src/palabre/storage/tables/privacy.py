"""What the law asks a house to know of itself: requests, holds, the sealed store, what was removed.

None of these tables says whose data was erased. ``legal_sources`` can be read with a key that this
machine does not have.
"""

import sqlalchemy as sa

from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, position

# By which address comments are found again: SHA-256 of its normal form, beside the address itself.
comment_mailboxes = sa.Table(
    "comment_mailboxes",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("mailbox", KEY, nullable=False, index=True),
    **CLUSTERED,
)

# One random key a day; once it is gone, nobody can tell which address a hash was of.
source_keys = sa.Table(
    "source_keys",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    **CLUSTERED,
)

data_requests = sa.Table(
    "data_requests",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("address_hash", KEY, nullable=False, index=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False, index=True),
    **CLUSTERED,
)

legal_holds = sa.Table(
    "legal_holds",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("placed_by", sa.String(200), nullable=False),
    sa.Column("begun_at", UtcTime, nullable=False),
    sa.Column("ends_at", UtcTime, nullable=False),
    **CLUSTERED,
)

# Words that were erased from the thread while a hold was on them, as JSON.
held_words = sa.Table(
    "held_words",
    metadata,
    sa.Column("comment_id", sa.ForeignKey("comments.id"), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

legal_sources = sa.Table(
    "legal_sources",
    metadata,
    position(),
    sa.Column("comment_id", Id, nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

# What a court may ask for, as it stood on a day: written with a public key, kept until the claim
# lapses, whatever is erased meanwhile. ``line_id`` is the line of the ledger with its hash.
evidence_snapshots = sa.Table(
    "evidence_snapshots",
    metadata,
    sa.Column("line_id", Id, primary_key=True),
    sa.Column("comment_id", Id, nullable=False, index=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("ends_at", UtcTime, nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

legal_readings = sa.Table(
    "legal_readings",
    metadata,
    position(),
    sa.Column("comment_id", Id, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("reader", sa.String(200), nullable=False),
    sa.Column("witness", sa.String(200), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)

erasures = sa.Table(
    "erasures",
    metadata,
    position(),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("scope", sa.String(10), nullable=False),
    sa.Column("asked_by", sa.String(200), nullable=False),
    sa.Column("comments", sa.Integer, nullable=False),
    sa.Column("votes", sa.Integer, nullable=False),
    sa.Column("subscriptions", sa.Integer, nullable=False),
    sa.Column("held", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)

retention_runs = sa.Table(
    "retention_runs",
    metadata,
    position(),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("removed", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)
