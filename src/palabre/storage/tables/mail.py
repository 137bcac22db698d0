"""Addresses that asked for mail, what they asked for, and the mails on their way.

An address stands in one row only; all else names its keyed hash, which is indexed everywhere, so
that whatever is held on a person can be found and erased.
"""

import sqlalchemy as sa

from palabre.application.mail_ports import MailKind, MailState
from palabre.domain.subscription import Act, Kind, Pace, Stop
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, one_of, position

mail_addresses = sa.Table(
    "mail_addresses",
    metadata,
    sa.Column("hash", KEY, primary_key=True),
    sa.Column("address", sa.Text),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("pace", sa.String(9), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("confirmed_at", UtcTime),
    sa.Column("stopped", sa.String(11)),
    sa.Column("stopped_at", UtcTime),
    sa.Column("soft_bounces", sa.Integer, nullable=False),
    one_of("pace", Pace),
    one_of("stopped", Stop),
    **CLUSTERED,
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("address_hash", sa.ForeignKey("mail_addresses.hash"), nullable=False, index=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("thread_id", Id, index=True),
    sa.Column("comment_id", Id, index=True),
    sa.Column("author_key", KEY, index=True),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("confirmed_at", UtcTime),
    one_of("kind", Kind),
    **CLUSTERED,
)
_IS_OPEN = subscriptions.c.confirmed_at.is_(None)
sa.Index(
    "ix_subscriptions_open",
    subscriptions.c.asked_at,
    sqlite_where=_IS_OPEN,
    postgresql_where=_IS_OPEN,
)

# The record of consent outlives the subscription, for as long as retention says.
consents = sa.Table(
    "consents",
    metadata,
    position(),
    sa.Column("address_hash", KEY, nullable=False, index=True),
    sa.Column("subscription_id", Id, nullable=False),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("act", sa.String(9), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    one_of("kind", Kind),
    one_of("act", Act),
    sqlite_autoincrement=True,
)

mails = sa.Table(
    "mails",
    metadata,
    position(),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("kind", sa.String(11), nullable=False),
    sa.Column("address_hash", KEY, nullable=False),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("thread_id", Id),
    sa.Column("subscription_id", Id),
    sa.Column("slot", sa.String(200), unique=True),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("state", sa.String(7), nullable=False),
    sa.Column("done_at", UtcTime),
    sa.Column("reason", sa.String(40)),
    sa.Index(None, "address_hash", "made_at"),
    sa.Index(None, "site_id", "kind", "made_at"),
    one_of("kind", MailKind),
    one_of("state", MailState),
    sqlite_autoincrement=True,
)
_IS_WAITING = mails.c.state == sa.literal_column("'waiting'")
sa.Index("ix_mails_waiting", mails.c.due_at, sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING)

# No two for one address and comment: whoever tells a second time changes nothing.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("address_hash", KEY, primary_key=True),
    sa.Column("comment_id", Id, primary_key=True),
    sa.Column("subscription_id", Id, nullable=False, index=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("thread_id", Id, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("mail_id", Id, index=True),
    **CLUSTERED,
)
_IS_LOOSE = notices.c.mail_id.is_(None)
sa.Index(
    "ix_notices_loose",
    notices.c.due_at,
    notices.c.address_hash,
    sqlite_where=_IS_LOOSE,
    postgresql_where=_IS_LOOSE,
)
