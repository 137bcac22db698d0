"""The history of the schema: it leads to the tables, and there is a way back."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from builders import (
    NOON,
    a_hold,
    a_moderator,
    a_passkey,
    a_record,
    a_session,
    a_site,
    a_snapshot,
    a_stored,
    an_event,
    an_id,
    keep,
    open_thread,
)
from client_builders import an_api_key, an_example
from databases import Postgresql, sqlite_database
from lesson_builders import a_layer
from mail_builders import ZOE, a_mail, a_telling, subscribe
from mode_builders import a_measure, a_mode
from palabre.application.ledger_ports import Place, Task
from palabre.application.lesson_ports import LayerUse
from palabre.application.mail_ports import ConsentLine
from palabre.application.person import Scope
from palabre.application.person_ports import DataRequest, Erased, Reading, Run, SealedLine
from palabre.application.ports import EPOCH_LIFE, Repeat, UnitOfWork
from palabre.application.tokens import key_of
from palabre.application.trace_ports import Mark
from palabre.application.work_ports import DeskNote, DeskRefusal, NoteKind, SavedFilter
from palabre.domain.audit import Answer, Draw
from palabre.domain.client import Counts
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.highlight import Highlight
from palabre.domain.ledger import Entry, LineKind, Words
from palabre.domain.passage import Passage
from palabre.domain.person import Duty, Role
from palabre.domain.subscription import Act, Pace
from palabre.storage.migrate import downgrade, upgrade
from palabre.storage.schema import EXPECTED, NONE, REVISIONS
from palabre.storage.store import SqlStore
from palabre.storage.tables import metadata
from pseudonym_builders import a_link, a_pseudonym

SEARCH = ("comment_search", "ix_comment_words_search")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'a 100% odd name.db'}"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    made = server.empty()
    yield made
    server.drop(made)


@pytest.fixture
def plain(url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """Another database of the same kind with nothing in it."""
    if url.startswith("sqlite"):
        other = f"sqlite:///{tmp_path / 'plain.db'}"
    else:
        other = request.getfixturevalue("postgresql").empty()
    made = sa.create_engine(other)
    yield made
    made.dispose()
    if not url.startswith("sqlite"):
        request.getfixturevalue("postgresql").drop(other)


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
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                # The search's own index differs by database; its behaviour is held elsewhere.
                "include_name": lambda name, *_: not str(name).startswith(SEARCH),
            },
        )
        assert compare_metadata(context, metadata) == []


def test_migrations_make_the_same_constraints_and_indexes_as_the_tables(
    url: str, engine: sa.Engine, plain: sa.Engine
):
    upgrade(url)
    metadata.create_all(plain)

    def look(looked_at: sa.Engine) -> dict[str, object]:
        inspector = sa.inspect(looked_at)
        by_name = {"key": lambda found: found["name"]}
        return {
            table: (
                sorted(inspector.get_check_constraints(table), **by_name),
                sorted(inspector.get_foreign_keys(table), **by_name),
                sorted(inspector.get_unique_constraints(table), **by_name),
                sorted(
                    (i["name"], i["column_names"])
                    for i in inspector.get_indexes(table)
                    if i["name"] not in SEARCH
                ),
                inspector.get_pk_constraint(table)["constrained_columns"],
            )
            for table in metadata.tables
        }

    assert look(engine) == look(plain)


def test_upgrading_twice_and_from_many_sides_changes_nothing(url: str):
    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(upgrade, [url] * 12)) == {EXPECTED}


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


Rows = dict[str, list[dict[str, object]]]


def rows(engine: sa.Engine) -> Rows:
    """Return all that is in the database, but for the note of its revision."""
    with engine.connect() as connection:
        names = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        found = {
            name: connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))).mappings()
            for name in names
        }
        return {name: sorted(map(dict, lines), key=repr) for name, lines in found.items()}


def within(full: Rows, less: Rows) -> Rows:
    """Return of all rows what an older schema has columns for."""
    return {
        name: sorted(({c: row[c] for c in lines[0]} for row in full[name]), key=repr)
        for name, lines in less.items()
    }


def fill(url: str) -> None:
    """Put a row into every table there is."""
    store = SqlStore(url)
    thread = open_thread(store)
    stored = replace(a_stored(thread, email="zoe@mail.example"), passage=Passage(exact="le budget"))
    root = keep(store, stored, source="a" * 64)
    answer = keep(store, a_stored(parent=root, status=Status.HELD))
    with store.writing() as unit:
        unit.highlights.set(root.comment, Highlight(pinned=True))
    claire = a_moderator(site_ids=("le-journal",), duties=(Duty(role=Role.MODERATOR),))
    with store.writing() as unit:
        unit.moderators.add(claire)
        fill_desk(unit, answer.comment.id, claire.id)
        unit.moderators.open_session(a_session(claire))
        unit.moderators.add_passkey(a_passkey(claire))
        unit.moderators.spend("c" * 64, expires_at=NOON, now=NOON - EPOCH_LIFE)
        unit.decisions.add(a_record(answer, moderator=claire, note="Vu."))
        unit.outbox.put(an_event(root))
        unit.repeats.claim(
            Repeat(key="k" * 64, content="c" * 64, comment_id=root.comment.id, at=NOON),
            since=NOON - EPOCH_LIFE,
        )
    # Each thirty minutes' votes let notes of the scores before be forgotten up to a floor.
    for n in range(64):
        with store.writing() as unit:
            at = NOON + n * EPOCH_LIFE / 16
            unit.votes.cast(root.comment.id, key_of(str(n)), 1, at)
    asked = subscribe(store, thread_id=thread.id)
    with store.writing() as unit:
        unit.subscriptions.record(
            ConsentLine(
                address_hash=ZOE,
                subscription_id=asked.id,
                site_id="le-journal",
                kind=asked.kind,
                act=Act.ASKED,
                text="Oui.",
                lang="fr",
                at=NOON,
            )
        )
        told = unit.mails.tell(
            a_telling(root), at=NOON, due=dict.fromkeys(Pace, NOON), after="", limit=9
        )
        assert told is None
        unit.mails.add(a_mail(subscription_id=asked.id), comment_ids=())
        fill_privacy(unit, root.comment.id)
    store.close()


def fill_desk(unit: UnitOfWork, comment_id: str, moderator_id: str) -> None:
    about = {"comment_id": comment_id, "moderator_id": moderator_id}
    fill_audits(unit, comment_id, moderator_id)
    unit.work.join(comment_id, comment_id, b"s" * 128, ["b" * 32])
    unit.work.add_note(DeskNote(id=an_id(), kind=NoteKind.NOTE, text="Vu.", at=NOON, **about))
    unit.work.save_filter(
        SavedFilter(id=an_id(), moderator_id=moderator_id, name="Sport", query="section=sport")
    )
    unit.work.refuse(
        DeskRefusal(at=NOON, moderator_id=moderator_id, method="GET", path="/desk", code="x")
    )


def fill_audits(unit: UnitOfWork, comment_id: str, moderator_id: str) -> None:
    draw = Draw(
        decision_id=an_id(),
        comment_id=comment_id,
        site_id="le-journal",
        section_id=None,
        verdict=Verdict.HOLD,
        rules=("insult",),
        share=0.1,
        wanted=1,
        drawn_at=NOON,
    )
    unit.audits.add(draw)
    unit.audits.answer(
        Answer(
            decision_id=draw.decision_id,
            moderator_id=moderator_id,
            verdict=Verdict.PUBLISH,
            at=NOON,
        )
    )


def fill_privacy(unit: UnitOfWork, comment_id: str) -> None:
    unit.pseudonyms.keep(a_pseudonym())
    unit.pseudonyms.ask(a_link())
    request = DataRequest(
        id=an_id(),
        address="zoe@mail.example",
        address_hash=ZOE,
        site_id="le-journal",
        lang="fr",
        asked_at=NOON,
    )
    unit.people.ask(request)
    unit.people.hold(a_hold(comment_id))
    unit.people.keep_words(comment_id, "{}", NOON)
    unit.people.record(Erased(at=NOON, scope=Scope.COMMENT, asked_by="reader", comments=1))
    unit.legal.add(SealedLine(comment_id=comment_id, at=NOON, sealed=b"sealed"))
    unit.legal.keep(a_snapshot(comment_id))
    unit.legal.note(
        Reading(comment_id=comment_id, at=NOON, reader="A.", witness="B.", reason="Req. 1", lines=1)
    )
    unit.upkeep.note(Run(at=NOON, kind="mails", removed=3))
    unit.upkeep.keep_source_key("2026-03-02", b"k" * 32, NOON)
    unit.traces.add([Mark(key="t" * 32, site_id="le-journal", seen=1.0)], NOON)
    unit.lessons.add(a_layer())
    unit.lessons.use(LayerUse(site_id="le-journal", number=1, at=NOON, by="engine"))
    key = an_api_key()
    unit.clients.add(key)
    unit.clients.count({(key.id, "2026-03", ""): Counts(calls=1)})
    unit.labels.keep(an_example(key))
    unit.ledger.add(
        Entry(id=an_id(), kind=LineKind.REPORT, site_id="le-journal", at=NOON),
        Words(salt=b"s" * 32, texts={"why": "Insulte."}),
        Task(due_at=NOON),
    )
    unit.modes.set(a_mode())
    unit.measures.set(a_measure(comment_id))
    unit.ledger.keep_place(Place(name="cms", number=1, due_at=NOON))


@pytest.fixture(scope="module")
def full_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "palabre.db"
    fill(sqlite_database(path))
    return path


@pytest.fixture(scope="module")
def full_database(postgresql: Postgresql) -> Iterator[str]:
    url = postgresql.database()
    fill(url)
    yield url
    postgresql.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def full_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with a row in every table: filled once, then copied."""
    if request.param == "sqlite":
        path = tmp_path / "a 100% odd name.db"
        shutil.copy(request.getfixturevalue("full_file"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    made = server.copy(request.getfixturevalue("full_database"))
    yield made
    server.drop(made)


@pytest.mark.parametrize("revision", REVISIONS[1:-1])
def test_each_step_back_and_forward_keeps_what_its_tables_hold(full_url: str, revision: str):
    url, engine = full_url, sa.create_engine(full_url)
    full = rows(engine)
    assert [name for name, lines in full.items() if not lines] == []
    assert downgrade(url, revision) == revision
    left = rows(engine)
    assert left == within(full, left)
    assert left["sites"]
    assert upgrade(url) == EXPECTED
    again = rows(engine)
    assert within(again, left) == left
    store = SqlStore(url)
    store.check()
    with store.writing() as unit:
        unit.sites.register(a_site(name="Le Quotidien"))
    store.close()
    engine.dispose()


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
