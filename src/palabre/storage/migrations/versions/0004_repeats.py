"""Posts that came with a key, so that the same one sent again is stored once."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, UtcTime, column, primary

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "repeats",
        column("key", sa.String(64)),
        column("content", sa.String(64)),
        column("comment_id", Id),
        column("at", UtcTime),
        primary("repeats", "key"),
        **CLUSTERED,
    )
    op.create_index("ix_repeats_at", "repeats", ["at"])


def downgrade() -> None:
    op.drop_table("repeats")
