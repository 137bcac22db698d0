"""Statements and tables are ready for PostgreSQL: they compile there, and nothing stays behind."""

import importlib
import pkgutil

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from palabre import storage
from palabre.storage.tables import metadata

MODULES = [m.name for m in pkgutil.iter_modules(storage.__path__) if not m.ispkg]
DIALECT = postgresql.dialect()


@pytest.mark.parametrize("name", MODULES)
def test_every_statement_compiles_for_postgresql(name: str):
    module = importlib.import_module(f"palabre.storage.{name}")
    for value in vars(module).values():
        found = value.values() if isinstance(value, dict) else [value]
        for statement in found if not isinstance(value, tuple) else value:
            if isinstance(statement, sa.Executable) and "sqlite" not in type(statement).__module__:
                table = statement.table if isinstance(statement, sa.Insert) else None
                keys = [column.name for column in table.columns] if table is not None else None
                assert str(statement.compile(dialect=DIALECT, column_keys=keys))


def test_rows_are_locked_where_a_database_has_row_locks():
    from palabre.storage.locking import LOCK_COMMENT

    text = str(LOCK_COMMENT.compile(dialect=DIALECT))
    assert "FOR NO KEY UPDATE OF threads, comments" in text


def test_identifiers_and_moments_have_their_own_types_there():
    text = str(CreateTable(metadata.tables["comments"]).compile(dialect=DIALECT))
    assert "id UUID NOT NULL" in text
    assert "created_at TIMESTAMP WITH TIME ZONE NOT NULL" in text
    assert "WITHOUT ROWID" not in text
    indexes = [
        str(CreateIndex(i).compile(dialect=DIALECT)) for i in metadata.tables["comments"].indexes
    ]
    assert sum("listed IS true" in index for index in indexes) == 3
