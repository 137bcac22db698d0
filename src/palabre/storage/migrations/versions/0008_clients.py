"""Keys of programs that have comments judged here, their use, and what they said of texts."""

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

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "client_keys",
        column("id", Id),
        column("site_id", sa.String(64)),
        column("key_hash", _KEY),
        column("hint", sa.String(4)),
        column("label", sa.String(200)),
        column("role", sa.String(9)),
        column("spam_when", sa.String(7)),
        column("own_site_only", sa.Boolean),
        column("created_at", UtcTime),
        column("created_by", sa.String(200)),
        column("revoked_at", UtcTime, nullable=True),
        primary("client_keys", "id"),
        sa.UniqueConstraint("key_hash", name="uq_client_keys_key_hash"),
        one_of("client_keys", "role", "client", "moderator"),
        one_of("client_keys", "spam_when", "spam", "refused", "held"),
        **CLUSTERED,
    )
    op.create_table(
        "client_usage",
        reference("client_usage", "key_id", Id, "client_keys.id"),
        column("month", sa.String(7)),
        column("blog", sa.String(200)),
        *(
            column(name, sa.BigInteger)
            for name in ("calls", "spam", "ham", "missed_spam", "false_positives")
        ),
        primary("client_usage", "key_id", "month", "blog"),
        **CLUSTERED,
    )
    op.create_table(
        "client_labels",
        column("id", Id),
        reference("client_labels", "key_id", Id, "client_keys.id"),
        column("site_id", sa.String(64)),
        column("digest", _KEY),
        column("at", UtcTime),
        column("text", sa.Text),
        column("lang", sa.String(35), nullable=True),
        column("labels", sa.JSON),
        column("taken_back_at", UtcTime, nullable=True),
        primary("client_labels", "id"),
        sa.UniqueConstraint("key_id", "digest", name="uq_client_labels_key_id_digest"),
    )
    op.create_index("ix_client_labels_at", "client_labels", ["at"])
    op.create_index("ix_client_labels_site_id_id", "client_labels", ["site_id", "id"])


def downgrade() -> None:
    for table in ("client_labels", "client_usage", "client_keys"):
        op.drop_table(table)
