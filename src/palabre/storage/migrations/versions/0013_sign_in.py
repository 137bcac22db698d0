"""What is known of sessions, passkeys, and evidence under seal."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, UtcTime, column, primary, reference

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "session_uses",
        sa.Column(
            "key",
            _KEY,
            sa.ForeignKey("sessions.key", name="fk_session_uses_key_sessions", ondelete="CASCADE"),
            nullable=False,
        ),
        column("device", sa.String(60)),
        column("way", sa.String(8)),
        column("seen_at", UtcTime),
        primary("session_uses", "key"),
        **CLUSTERED,
    )
    op.create_table(
        "passkeys",
        column("key", _KEY),
        reference("passkeys", "moderator_id", Id, "moderators.id"),
        column("credential", sa.LargeBinary),
        column("public_key", sa.LargeBinary),
        column("sign_count", sa.BigInteger),
        column("name", sa.String(60)),
        column("created_at", UtcTime),
        column("used_at", UtcTime, nullable=True),
        primary("passkeys", "key"),
    )
    op.create_index("ix_passkeys_moderator_id", "passkeys", ["moderator_id"])
    op.create_table(
        "spent_challenges",
        column("key", _KEY),
        column("expires_at", UtcTime),
        primary("spent_challenges", "key"),
        **CLUSTERED,
    )
    op.create_index("ix_spent_challenges_expires_at", "spent_challenges", ["expires_at"])
    op.create_table(
        "evidence_snapshots",
        column("line_id", Id),
        column("comment_id", Id),
        column("site_id", sa.String(64)),
        column("at", UtcTime),
        column("ends_at", UtcTime),
        column("sealed", sa.LargeBinary),
        primary("evidence_snapshots", "line_id"),
    )
    for name in ("comment_id", "ends_at"):
        op.create_index(f"ix_evidence_snapshots_{name}", "evidence_snapshots", [name])


def downgrade() -> None:
    for table in ("evidence_snapshots", "spent_challenges", "passkeys", "session_uses"):
        op.drop_table(table)
