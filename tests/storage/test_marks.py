"""No column without a word on whom it tells of, and no such word that the register leaves out."""

import sqlalchemy as sa

from palabre.application.register import Keeping, register_of
from palabre.domain.personal import Held
from palabre.storage.tables import metadata
from palabre.storage.tables.marks import MARKS

FULL = Keeping(
    controller="Le Journal", contact="", authority="", periods={}, mail="", sealed_store=True
)


def unmarked(tables: sa.MetaData) -> set[tuple[str, str]]:
    return {(t.name, c.name) for t in tables.sorted_tables for c in t.c} ^ set(MARKS)


def test_every_column_says_what_it_holds():
    assert unmarked(metadata) == set()


def test_a_new_column_is_noticed():
    other = sa.MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(other)
    other.tables["comment_authors"].append_column(sa.Column("telephone", sa.Text))
    assert unmarked(other) == {("comment_authors", "telephone")}


def test_the_register_tells_of_every_kind_that_a_column_holds():
    told = {entry.held for entry in register_of(FULL).entries}
    assert {kind for kind in MARKS.values() if kind} <= told
    assert told == set(Held)
