"""What sites learned from their moderators, and traces by which what comes again is known."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, UtcTime, column, position, primary

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_layers",
        column("site_id", sa.String(64)),
        column("number", sa.Integer, autoincrement=False),
        column("made_at", UtcTime),
        column("decisions", sa.Integer),
        column("report", sa.Text),
        column("packed", sa.LargeBinary),
        primary("site_layers", "site_id", "number"),
    )
    op.create_table(
        "layer_uses",
        position(),
        column("site_id", sa.String(64)),
        column("number", sa.Integer),
        column("at", UtcTime),
        column("used_by", sa.String(200)),
        primary("layer_uses", "position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_layer_uses_site_id", "layer_uses", ["site_id"])
    op.create_table(
        "traces",
        column("key", sa.String(32)),
        column("home", sa.String(64)),
        column("seen", sa.Double),
        column("elsewhere", sa.Double),
        column("good", sa.Double),
        column("bad", sa.Double),
        column("at", UtcTime),
        primary("traces", "key"),
        **CLUSTERED,
    )
    op.create_index("ix_traces_at", "traces", ["at"])


def downgrade() -> None:
    op.drop_table("traces")
    op.drop_table("layer_uses")
    op.drop_table("site_layers")
