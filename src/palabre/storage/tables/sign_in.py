"""How the newsroom comes in: what is known of each session, passkeys, challenges that were used.

The session itself stands in ``desk``; nothing here opens a door by itself.
"""

import sqlalchemy as sa

from palabre.storage.column_types import UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata

session_uses = sa.Table(
    "session_uses",
    metadata,
    sa.Column("key", sa.ForeignKey("sessions.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("device", sa.String(60), nullable=False),
    sa.Column("way", sa.String(8), nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    **CLUSTERED,
)

# ``key`` is the hash of the credential's identifier, which may be a thousand bytes long.
passkeys = sa.Table(
    "passkeys",
    metadata,
    sa.Column("key", KEY, primary_key=True),
    sa.Column("moderator_id", sa.ForeignKey("moderators.id"), nullable=False, index=True),
    sa.Column("credential", sa.LargeBinary, nullable=False),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime),
)

# An answer to a challenge is taken once. Only answers that were right leave a row.
spent_challenges = sa.Table(
    "spent_challenges",
    metadata,
    sa.Column("key", KEY, primary_key=True),
    sa.Column("expires_at", UtcTime, nullable=False, index=True),
    **CLUSTERED,
)
