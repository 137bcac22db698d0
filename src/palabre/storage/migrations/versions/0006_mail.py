"""Addresses that asked for mail, what they asked for, their consent, and mails on their way."""

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

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KINDS = ("comment", "mine", "everywhere", "thread")


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "mail_addresses",
        column("hash", sa.String(64)),
        column("address", sa.Text, nullable=True),
        column("lang", sa.String(35)),
        column("pace", sa.String(9)),
        column("created_at", UtcTime),
        column("confirmed_at", UtcTime, nullable=True),
        column("stopped", sa.String(11), nullable=True),
        column("stopped_at", UtcTime, nullable=True),
        column("soft_bounces", sa.Integer),
        primary("mail_addresses", "hash"),
        one_of("mail_addresses", "pace", "immediate", "hourly", "daily"),
        one_of("mail_addresses", "stopped", "bounced", "complained", "unconfirmed"),
        **CLUSTERED,
    )
    op.create_table(
        "subscriptions",
        column("id", Id),
        reference("subscriptions", "address_hash", sa.String(64), "mail_addresses.hash"),
        column("site_id", sa.String(64)),
        column("kind", sa.String(10)),
        column("thread_id", Id, nullable=True),
        column("comment_id", Id, nullable=True),
        column("author_key", sa.String(64), nullable=True),
        column("lang", sa.String(35)),
        column("asked_at", UtcTime),
        column("confirmed_at", UtcTime, nullable=True),
        primary("subscriptions", "id"),
        one_of("subscriptions", "kind", *_KINDS),
        **CLUSTERED,
    )
    for name in ("address_hash", "thread_id", "comment_id", "author_key"):
        op.create_index(f"ix_subscriptions_{name}", "subscriptions", [name])
    _partial("ix_subscriptions_open", "subscriptions", ["asked_at"], "confirmed_at IS NULL")
    op.create_table(
        "consents",
        position(),
        column("address_hash", sa.String(64)),
        column("subscription_id", Id),
        column("site_id", sa.String(64)),
        column("kind", sa.String(10)),
        column("act", sa.String(9)),
        column("text", sa.Text),
        column("lang", sa.String(35)),
        column("at", UtcTime),
        primary("consents", "position"),
        one_of("consents", "kind", *_KINDS),
        one_of(
            "consents", "act", "asked", "confirmed", "left", "replaced", "stopped", "expired"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consents_address_hash", "consents", ["address_hash"])
    op.create_table(
        "mails",
        position(),
        column("id", Id),
        column("kind", sa.String(11)),
        column("address_hash", sa.String(64)),
        column("site_id", sa.String(64)),
        column("thread_id", Id, nullable=True),
        column("subscription_id", Id, nullable=True),
        column("slot", sa.String(200), nullable=True),
        column("made_at", UtcTime),
        column("due_at", UtcTime),
        column("attempts", sa.Integer),
        column("state", sa.String(7)),
        column("done_at", UtcTime, nullable=True),
        column("reason", sa.String(40), nullable=True),
        primary("mails", "position"),
        sa.UniqueConstraint("id", name="uq_mails_id"),
        sa.UniqueConstraint("slot", name="uq_mails_slot"),
        one_of(
            "mails",
            "kind",
            "confirm",
            "known",
            "notice",
            "digest",
            "desk_urgent",
            "desk_queue",
            "desk_week",
        ),
        one_of("mails", "state", "waiting", "sent", "dropped", "failed"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mails_address_hash_made_at", "mails", ["address_hash", "made_at"])
    op.create_index("ix_mails_site_id_kind_made_at", "mails", ["site_id", "kind", "made_at"])
    _partial("ix_mails_waiting", "mails", ["due_at"], "state = 'waiting'")
    op.create_table(
        "notices",
        column("address_hash", sa.String(64)),
        column("comment_id", Id),
        column("subscription_id", Id),
        column("site_id", sa.String(64)),
        column("thread_id", Id),
        column("made_at", UtcTime),
        column("due_at", UtcTime),
        column("mail_id", Id, nullable=True),
        primary("notices", "address_hash", "comment_id"),
        **CLUSTERED,
    )
    for name in ("subscription_id", "mail_id"):
        op.create_index(f"ix_notices_{name}", "notices", [name])
    _partial("ix_notices_loose", "notices", ["due_at", "address_hash"], "mail_id IS NULL")


def downgrade() -> None:
    for table in ("notices", "mails", "consents", "subscriptions", "mail_addresses"):
        op.drop_table(table)
