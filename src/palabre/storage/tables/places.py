"""Sites with their origins, names and sections; threads and the articles above them."""

import sqlalchemy as sa

from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, metadata

sites = sa.Table(
    "sites",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("name_required", sa.Boolean, nullable=False),
    sa.Column("email_required", sa.Boolean, nullable=False),
    **CLUSTERED,
)

site_origins = sa.Table(
    "site_origins",
    metadata,
    sa.Column("origin", sa.String(300), primary_key=True),
    sa.Column("site_id", sa.ForeignKey("sites.id"), nullable=False, index=True),
    sa.Column("rank", sa.Integer, nullable=False),
    **CLUSTERED,
)

site_names = sa.Table(
    "site_names",
    metadata,
    sa.Column("site_id", sa.ForeignKey("sites.id"), primary_key=True),
    sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(200), nullable=False),
    **CLUSTERED,
)

sections = sa.Table(
    "sections",
    metadata,
    sa.Column("site_id", sa.ForeignKey("sites.id"), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    **CLUSTERED,
)

# What changes with every comment is kept small and apart from the article's description.
threads = sa.Table(
    "threads",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("site_id", sa.ForeignKey("sites.id"), nullable=False, index=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("closes_at", UtcTime),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("public_count", sa.Integer, nullable=False),
    **CLUSTERED,
)

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("thread_id", sa.ForeignKey("threads.id"), primary_key=True),
    # SHA-256 of origin and key: an address may be longer than what PostgreSQL can index.
    sa.Column("address_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    # No foreign key: a site may drop a section whose articles stay.
    sa.Column("section_id", sa.String(64)),
)
