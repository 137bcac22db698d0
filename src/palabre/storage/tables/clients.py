"""Keys of programs that have comments judged here, their use, and what they said of texts.

Nothing of a comment that was only judged is in any of these tables.
"""

import sqlalchemy as sa

from palabre.domain.client import KeyRole, SpamWhen
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, one_of

client_keys = sa.Table(
    "client_keys",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("key_hash", KEY, nullable=False, unique=True),
    sa.Column("hint", sa.String(4), nullable=False),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("role", sa.String(9), nullable=False),
    sa.Column("spam_when", sa.String(7), nullable=False),
    sa.Column("own_site_only", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("created_by", sa.String(200), nullable=False),
    sa.Column("revoked_at", UtcTime),
    one_of("role", KeyRole),
    one_of("spam_when", SpamWhen),
    **CLUSTERED,
)

client_usage = sa.Table(
    "client_usage",
    metadata,
    sa.Column("key_id", sa.ForeignKey("client_keys.id"), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("blog", sa.String(200), primary_key=True),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("spam", sa.BigInteger, nullable=False),
    sa.Column("ham", sa.BigInteger, nullable=False),
    sa.Column("missed_spam", sa.BigInteger, nullable=False),
    sa.Column("false_positives", sa.BigInteger, nullable=False),
    **CLUSTERED,
)

# ``digest`` is SHA-256 of the text: a key's second word on it takes the place of the first.
client_labels = sa.Table(
    "client_labels",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("key_id", sa.ForeignKey("client_keys.id"), nullable=False),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("digest", KEY, nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("lang", sa.String(35)),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("taken_back_at", UtcTime),
    sa.UniqueConstraint("key_id", "digest"),
    sa.Index(None, "site_id", "id"),
)
