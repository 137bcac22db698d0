"""Pseudonyms that guests keep, and the links by which an address says yes."""

import sqlalchemy as sa

from palabre.domain.pseudonym import Asks
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, one_of

# Unique in three ways: nobody keeps two on one site, and no two look alike.
pseudonyms = sa.Table(
    "pseudonyms",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("author_key", KEY, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False),
    sa.Column("address_hash", KEY, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("kept_at", UtcTime, nullable=False, index=True),
    sa.Index(None, "author_key", "site_id", unique=True),
    sa.Index(None, "site_id", "name_key", unique=True),
    sa.Index(None, "address_hash", "site_id", unique=True),
    **CLUSTERED,
)

pseudonym_links = sa.Table(
    "pseudonym_links",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("asks", sa.String(4), nullable=False),
    sa.Column("address_hash", KEY, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False, index=True),
    sa.Column("name", sa.Text),
    sa.Column("name_key", sa.Text),
    sa.Column("author_key", KEY),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("code_key", KEY, unique=True),
    sa.Column("code_at", UtcTime),
    sa.Index(None, "address_hash", "asked_at"),
    one_of("asks", Asks),
    **CLUSTERED,
)
