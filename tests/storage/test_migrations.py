"""The history of the schema: it leads to the tables, and there is a way back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from builders import a_stored, keep, open_thread
from palabre.domain.errors import Code, Refusal
from palabre.storage.migrate import downgrade, upgrade
from palabre.storage.schema import EXPECTED, NONE, REVISIONS
from palabre.storage.store import SqlStore
from palabre.storage.tables import metadata


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a 100% odd name.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    made = sa.create_engine(url)
    yield made
    made.dispose()


def refused(url: str) -> Refusal:
    store = SqlStore(url)
    try:
        with pytest.raises(Refusal) as caught:
            store.check()
    finally:
        store.close()
    return caught.value


def test_migrations_lead_to_the_tables(url: str, engine: sa.Engine):
    assert upgrade(url) == EXPECTED
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_migrations_make_the_same_constraints_and_indexes_as_the_tables(
    url: str, engine: sa.Engine, tmp_path: Path
):
    upgrade(url)
    plain = sa.create_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    metadata.create_all(plain)

    def look(looked_at: sa.Engine) -> dict[str, object]:
        inspector = sa.inspect(looked_at)
        by_name = {"key": lambda found: found["name"]}
        return {
            table: (
                sorted(inspector.get_check_constraints(table), **by_name),
                sorted(inspector.get_foreign_keys(table), **by_name),
                sorted(inspector.get_unique_constraints(table), **by_name),
                [(i["name"], i["column_names"]) for i in inspector.get_indexes(table)],
                inspector.get_pk_constraint(table)["constrained_columns"],
            )
            for table in metadata.tables
        }

    assert look(engine) == look(plain)
    plain.dispose()


def test_upgrading_twice_and_from_many_sides_changes_nothing(url: str):
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(upgrade, [url] * 4)) == {EXPECTED}


def test_there_is_a_way_back_with_data_and_forward_again(url: str, engine: sa.Engine):
    upgrade(url)
    store = SqlStore(url)
    keep(store, a_stored(open_thread(store)))
    store.close()
    assert downgrade(url, "base") == NONE
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    assert upgrade(url) == EXPECTED
    store = SqlStore(url)
    store.check()
    keep(store, a_stored(open_thread(store)))
    store.close()


def test_the_revisions_written_down_are_those_of_the_migrations():
    from palabre.storage import migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert (NONE, *reversed([step.revision for step in steps])) == REVISIONS


def test_a_store_without_a_schema_says_so(url: str):
    refusal = refused(url)
    assert refusal.code is Code.STORE_FAILED
    assert refusal.values == {"found": NONE, "expected": EXPECTED}


@pytest.mark.parametrize("other", ["0000", "9999"])
def test_another_schema_is_refused_and_left_alone(url: str, engine: sa.Engine, other: str):
    upgrade(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": other})
    assert refused(url).values == {"found": other, "expected": EXPECTED}
    with pytest.raises(Refusal) as caught:
        upgrade(url)
    assert caught.value.values == {"found": other, "expected": EXPECTED}
