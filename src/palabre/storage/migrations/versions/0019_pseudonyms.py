"""Pseudonyms that guests keep, the links by which an address says yes, and mail with them."""

import sqlalchemy as sa
from alembic import op

from palabre.storage.migrations.pieces import CLUSTERED, Id, UtcTime, column, one_of, primary

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KEY = sa.String(64)
_KINDS = (
    *("confirm", "known", "notice", "digest", "desk_urgent", "desk_queue", "desk_week", "data"),
    "law",
)


def upgrade() -> None:
    op.create_table(
        "pseudonyms",
        column("id", Id),
        column("site_id", sa.String(64)),
        column("author_key", _KEY),
        column("name", sa.Text),
        column("name_key", sa.Text),
        column("address_hash", _KEY),
        column("address", sa.Text),
        column("sealed", sa.LargeBinary),
        column("lang", sa.String(35)),
        column("kept_at", UtcTime),
        primary("pseudonyms", "id"),
        **CLUSTERED,
    )
    for names in (
        ["author_key", "site_id"],
        ["site_id", "name_key"],
        ["address_hash", "site_id"],
    ):
        op.create_index("ix_pseudonyms_" + "_".join(names), "pseudonyms", names, unique=True)
    op.create_index("ix_pseudonyms_kept_at", "pseudonyms", ["kept_at"])
    op.create_table(
        "pseudonym_links",
        column("id", Id),
        column("site_id", sa.String(64)),
        column("asks", sa.String(4)),
        column("address_hash", _KEY),
        column("address", sa.Text),
        column("lang", sa.String(35)),
        column("url", sa.Text),
        column("asked_at", UtcTime),
        column("name", sa.Text, nullable=True),
        column("name_key", sa.Text, nullable=True),
        column("author_key", _KEY, nullable=True),
        column("sealed", sa.LargeBinary, nullable=True),
        column("code_key", _KEY, nullable=True),
        column("code_at", UtcTime, nullable=True),
        primary("pseudonym_links", "id"),
        sa.UniqueConstraint("code_key", name="uq_pseudonym_links_code_key"),
        one_of("pseudonym_links", "asks", "keep", "open"),
        **CLUSTERED,
    )
    for names in (["address_hash", "asked_at"], ["asked_at"]):
        op.create_index("ix_pseudonym_links_" + "_".join(names), "pseudonym_links", names)
    _mail_kinds((*_KINDS, "pseudonym"))


def _mail_kinds(kinds: tuple[str, ...]) -> None:
    """Change which kinds of mail the database takes; SQLite needs the table made anew for that."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_mails_kind"), "mails")
        op.create_check_constraint(op.f("ck_mails_kind"), "mails", f"kind IN ({listed})")
        return
    run = op.get_bind().exec_driver_sql
    made = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'mails'").scalar_one()
    indexes = run(
        "SELECT sql FROM sqlite_master"
        " WHERE type = 'index' AND tbl_name = 'mails' AND sql IS NOT NULL"
    ).scalars()
    statements = list(indexes)
    head, found, rest = str(made).partition("CHECK (kind IN (")
    if not found:
        raise RuntimeError("the table of mails is not as migration 0006 made it")
    anew = f"{head}{found}{listed}{rest[rest.index(')') :]}"
    columns = ", ".join(row[1] for row in run("PRAGMA table_info(mails)"))
    run("ALTER TABLE mails RENAME TO mails_before")
    for name in ("address_hash_made_at", "site_id_kind_made_at", "waiting"):
        run(f"DROP INDEX ix_mails_{name}")
    run(anew)
    run(f"INSERT INTO mails ({columns}) SELECT {columns} FROM mails_before")  # noqa: S608 -- ours
    run("DROP TABLE mails_before")
    for statement in statements:
        run(statement)


def downgrade() -> None:
    op.execute("DELETE FROM mails WHERE kind = 'pseudonym'")
    _mail_kinds(_KINDS)
    op.drop_table("pseudonym_links")
    op.drop_table("pseudonyms")
