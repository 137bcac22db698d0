"""The queue by urgency, near copies, the search, notes at the desk, duties, what was refused."""

import sqlalchemy as sa
from alembic import op

from palabre.application.search_words import stems
from palabre.domain.waiting import Weight
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

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BEFORE = ("moderator", "administrator")
_ROLES = ("moderator", "lead", "legal", "administrator")
_BATCH = 1000
_MODERATORS = "id, login, name, role, password_hash, created_at"


def upgrade() -> None:
    _queue()
    _search()
    _desk()
    _roles(_ROLES)
    _fill()


def _queue() -> None:
    op.create_table(
        "queue_entries",
        reference("queue_entries", "comment_id", Id, "comments.id"),
        column("site_id", sa.String(64)),
        column("section_id", sa.String(64), nullable=True),
        column("thread_id", Id),
        column("lang", sa.String(35)),
        column("priority", sa.Double),
        column("harm", sa.Double),
        column("reach", sa.Integer),
        column("rule", sa.String(200), nullable=True),
        column("entered_at", UtcTime),
        column("level", sa.String(5)),
        column("group_id", Id),
        column("signature", sa.LargeBinary, nullable=True),
        column("claimed_by", Id, nullable=True),
        column("claimed_until", UtcTime, nullable=True),
        column("assigned_to", Id, nullable=True),
        primary("queue_entries", "comment_id"),
        one_of("queue_entries", "level", "desk", "legal"),
    )
    op.create_index("ix_queue_entries_group_id", "queue_entries", ["group_id"])
    op.create_index(
        "ix_queue_entries_level_priority_comment_id",
        "queue_entries",
        ["level", "priority", "comment_id"],
    )
    op.create_table(
        "queue_bands",
        column("band", sa.String(32)),
        column("comment_id", Id),
        primary("queue_bands", "band", "comment_id"),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["queue_entries.comment_id"],
            name="fk_queue_bands_comment_id_queue_entries",
            ondelete="CASCADE",
        ),
        **CLUSTERED,
    )
    op.create_index("ix_queue_bands_comment_id", "queue_bands", ["comment_id"])


def _search() -> None:
    op.create_table(
        "comment_words",
        position(),
        reference("comment_words", "comment_id", Id, "comments.id"),
        column("words", sa.Text),
        column("name", sa.Text),
        primary("comment_words", "position"),
        sa.UniqueConstraint("comment_id", name="uq_comment_words_comment_id"),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_comment_words_search ON comment_words"
            " USING gin (to_tsvector('simple', words || ' ' || name))"
        )
        return
    # No places and no lengths are kept: a search asks which comments have these words.
    op.execute(
        "CREATE VIRTUAL TABLE comment_search USING fts5(words, name, content='comment_words',"
        " content_rowid='position', detail='none', columnsize=0,"
        " tokenize='unicode61 remove_diacritics 0')"
    )
    old = "INSERT INTO comment_search(comment_search, rowid, words, name)"
    old += " VALUES ('delete', old.position, old.words, old.name);"
    new = "INSERT INTO comment_search(rowid, words, name)"
    new += " VALUES (new.position, new.words, new.name);"
    for name, event, steps in (
        ("added", "INSERT", new),
        ("gone", "DELETE", old),
        ("changed", "UPDATE", old + new),
    ):
        op.execute(
            f"CREATE TRIGGER comment_words_{name} AFTER {event} ON comment_words BEGIN {steps} END"
        )


def _desk() -> None:
    op.create_table(
        "desk_notes",
        column("id", Id),
        reference("desk_notes", "comment_id", Id, "comments.id"),
        reference("desk_notes", "moderator_id", Id, "moderators.id"),
        column("kind", sa.String(8)),
        column("text", sa.Text),
        column("at", UtcTime),
        primary("desk_notes", "id"),
        one_of("desk_notes", "kind", "note", "question", "opinion"),
    )
    op.create_index("ix_desk_notes_comment_id", "desk_notes", ["comment_id"])
    op.create_table(
        "saved_filters",
        column("id", Id),
        reference("saved_filters", "moderator_id", Id, "moderators.id"),
        column("name", sa.String(100)),
        column("query", sa.Text),
        primary("saved_filters", "id"),
    )
    op.create_index("ix_saved_filters_moderator_id", "saved_filters", ["moderator_id"])
    op.create_table(
        "moderator_duties",
        reference("moderator_duties", "moderator_id", Id, "moderators.id"),
        column("rank", sa.Integer, autoincrement=False),
        column("site_id", sa.String(64)),
        column("section_id", sa.String(64)),
        column("role", sa.String(13)),
        primary("moderator_duties", "moderator_id", "rank"),
        one_of("moderator_duties", "role", *_ROLES),
        **CLUSTERED,
    )
    op.create_table(
        "desk_refusals",
        position(),
        column("at", UtcTime),
        column("moderator_id", sa.String(64)),
        column("method", sa.String(7)),
        column("path", sa.String(200)),
        column("code", sa.String(40)),
        primary("desk_refusals", "position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_desk_refusals_at", "desk_refusals", ["at"])


def _roles(roles: tuple[str, ...]) -> None:
    """Change which roles an account may have; SQLite needs the table made anew for that."""
    listed = ", ".join(f"'{role}'" for role in roles)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_moderators_role"), "moderators")
        op.create_check_constraint(op.f("ck_moderators_role"), "moderators", f"role IN ({listed})")
        return
    run = op.get_bind().exec_driver_sql
    made = run("SELECT sql FROM sqlite_master WHERE name = 'moderators'").scalar_one()
    head, found, rest = str(made).partition("CHECK (role IN (")
    if not found:
        raise RuntimeError("the table of moderators is not as migration 0003 made it")
    anew = f"{head}{found}{listed}{rest[rest.index(')') :]}"
    # Sessions refer to accounts: they may miss them until the end of this transaction.
    run("PRAGMA defer_foreign_keys = ON")
    run(f"CREATE TEMPORARY TABLE moderators_kept AS SELECT {_MODERATORS} FROM moderators")  # noqa: S608 -- ours
    run("DROP TABLE moderators")
    run(anew)
    run(f"INSERT INTO moderators ({_MODERATORS}) SELECT {_MODERATORS} FROM moderators_kept")  # noqa: S608 -- ours
    run("DROP TABLE moderators_kept")


def _fill() -> None:
    """Let the search know what is there, and the queue what is held."""
    connection = op.get_bind()
    last = ""
    while True:
        found = connection.execute(
            sa.text(
                "SELECT c.id, c.lang, b.text, a.name, c.status, c.site_id, c.thread_id,"
                " c.created_at, p.section_id FROM comments c"
                " JOIN articles p ON p.thread_id = c.thread_id"
                " LEFT JOIN comment_bodies b ON b.comment_id = c.id AND b.revision = c.revision"
                " LEFT JOIN comment_authors a ON a.comment_id = c.id"
                " WHERE c.id > :last ORDER BY c.id LIMIT :batch"
            )
            .bindparams(sa.bindparam("last", last or _FIRST, type_=Id))
            .columns(id=Id, thread_id=Id, created_at=UtcTime),
            {"batch": _BATCH},
        ).all()
        if not found:
            return
        words = [
            {"comment_id": r.id, "words": stems(r.text, r.lang), "name": stems(r.name or "", "")}
            for r in found
            if r.text is not None
        ]
        if words:
            connection.execute(sa.insert(_WORDS), words)
        held = [_entry(r) for r in found if r.status == "held"]
        if held:
            connection.execute(sa.insert(_ENTRIES), held)
        last = found[-1].id


_FIRST = "00000000-0000-0000-0000-000000000000"
_WORDS = sa.table(
    "comment_words", sa.column("comment_id", Id), sa.column("words"), sa.column("name")
)
_ENTRIES = sa.table(
    "queue_entries",
    *(sa.column(name, Id) for name in ("comment_id", "thread_id", "group_id")),
    *(sa.column(name) for name in ("site_id", "section_id", "lang", "priority", "harm", "reach")),
    sa.column("entered_at", UtcTime),
    sa.column("level"),
)


def _entry(row: sa.Row[tuple[object, ...]]) -> dict[str, object]:
    weight = Weight()
    at = row.created_at
    return {
        "comment_id": row.id,
        "site_id": row.site_id,
        "section_id": row.section_id,
        "thread_id": row.thread_id,
        "lang": row.lang,
        "priority": weight.key(at),
        "harm": weight.harm,
        "reach": weight.reach,
        "entered_at": at,
        "level": "desk",
        "group_id": row.id,
    }


def downgrade() -> None:
    op.execute("UPDATE moderators SET role = 'moderator' WHERE role IN ('lead', 'legal')")
    _roles(_BEFORE)
    if op.get_bind().dialect.name != "postgresql":
        for name in ("added", "gone", "changed"):
            op.execute(f"DROP TRIGGER comment_words_{name}")
        op.execute("DROP TABLE comment_search")
    for table in (
        "desk_refusals",
        "moderator_duties",
        "saved_filters",
        "desk_notes",
        "comment_words",
        "queue_bands",
        "queue_entries",
    ):
        op.drop_table(table)
