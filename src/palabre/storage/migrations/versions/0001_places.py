"""Sites, threads and articles."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, UtcTime, column, primary, reference

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sites",
        column("id", sa.String(64)),
        column("name", sa.String(200)),
        column("lang", sa.String(35)),
        column("name_required", sa.Boolean),
        column("email_required", sa.Boolean),
        primary("sites", "id"),
        **CLUSTERED,
    )
    op.create_table(
        "site_origins",
        column("origin", sa.String(300)),
        reference("site_origins", "site_id", sa.String(64), "sites.id"),
        column("rank", sa.Integer),
        primary("site_origins", "origin"),
        **CLUSTERED,
    )
    op.create_index("ix_site_origins_site_id", "site_origins", ["site_id"])
    op.create_table(
        "site_names",
        reference("site_names", "site_id", sa.String(64), "sites.id"),
        column("rank", sa.Integer, autoincrement=False),
        column("name", sa.String(200)),
        primary("site_names", "site_id", "rank"),
        **CLUSTERED,
    )
    op.create_table(
        "sections",
        reference("sections", "site_id", sa.String(64), "sites.id"),
        column("id", sa.String(64)),
        column("rank", sa.Integer),
        column("name", sa.String(200)),
        column("path", sa.Text),
        primary("sections", "site_id", "id"),
        **CLUSTERED,
    )
    op.create_table(
        "threads",
        column("id", Id),
        reference("threads", "site_id", sa.String(64), "sites.id"),
        column("created_at", UtcTime),
        column("closes_at", UtcTime, nullable=True),
        column("version", sa.BigInteger),
        column("public_count", sa.Integer),
        primary("threads", "id"),
        **CLUSTERED,
    )
    op.create_index("ix_threads_site_id", "threads", ["site_id"])
    op.create_table(
        "articles",
        reference("articles", "thread_id", Id, "threads.id"),
        column("address_hash", sa.LargeBinary(32)),
        column("origin", sa.Text),
        column("key", sa.Text),
        column("url", sa.Text),
        column("title", sa.Text),
        column("lang", sa.String(35)),
        column("section_id", sa.String(64), nullable=True),
        primary("articles", "thread_id"),
        sa.UniqueConstraint("address_hash", name="uq_articles_address_hash"),
    )


def downgrade() -> None:
    for table in (
        "articles",
        "threads",
        "sections",
        "site_names",
        "site_origins",
        "sites",
    ):
        op.drop_table(table)
