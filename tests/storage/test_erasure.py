"""After a reader is erased nothing says who they were: not in a table, not in the files' bytes."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from builders import StillClock, a_hold, a_moderator, a_site
from databases import Postgresql
from palabre.application.edit_comment import EditComment
from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.incoming import Limits
from palabre.application.mail_ports import Mail
from palabre.application.mail_tokens import Purpose, subscription_token
from palabre.application.manage_subscriptions import ManageSubscriptions
from palabre.application.moderate import Choice, Moderate
from palabre.application.person import Person, Scope, of_address, of_tokens
from palabre.application.ports import Sort
from palabre.application.post_comment import NewComment, PostComment
from palabre.application.react import Vote
from palabre.application.read_thread import ReadThread
from palabre.application.subscribe import Subscribe, Wish
from palabre.application.tell_readers import MailLimits, TellReaders
from palabre.application.tokens import key_of
from palabre.application.traces import Remember
from palabre.domain.comment import Author, Status
from palabre.domain.decision import Decision, Verdict
from palabre.domain.person import Viewer
from palabre.domain.subscription import Kind
from palabre.rendering.markdown import MarkdownRenderer
from palabre.storage.soundness import unsound
from palabre.storage.store import SqlStore
from palabre.storage.tables import metadata

SECRET = b"the house's secret key, 32 bytes."
URL = "https://journal.example/politique/budget"
NAME, EMAIL = "Zoé Quetzalcoatl", "zoe.quetzal@courriel.example"
TEXTS = ("Le xylophone de mairie 0001.", "Un xylophone 0002 corrigé.", "Le xylophone 0003 [hold].")
REMEMBER = Remember(secret=SECRET)
SOURCE = "5" + "0" * 62 + "5"


def plain_judge(text: str, facts: object) -> Decision:
    del facts
    verdict = Verdict.HOLD if "[hold]" in text else Verdict.PUBLISH
    return Decision(verdict=verdict, rules=(), rules_version="1", lang="fr")


@dataclass
class House:
    """A store with a reader in every table, and what would give her away."""

    store: SqlStore
    url: str
    clock: StillClock
    person: Person
    needles: dict[str, bytes]
    first: str
    answer: str


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    url = request.getfixturevalue(f"{request.param}_url")
    store = SqlStore(url, durability="process")
    yield settled(store, url)
    store.close()


def settled(store: SqlStore, url: str) -> House:
    clock = StillClock()
    claire = a_moderator()
    with store.writing() as unit:
        unit.sites.register(a_site())
        unit.moderators.add(claire)
    writing = {
        "store": store, "clock": clock, "judge": plain_judge,
        "render": MarkdownRenderer(), "limits": Limits(),
    }  # fmt: skip
    post = PostComment(**writing, secret=SECRET)
    hers = None
    posted = []
    for text in (TEXTS[0], "Un xylophone 0002.", TEXTS[2]):
        clock.forward(seconds=1)
        new = NewComment(
            url=URL, text=text, name=NAME, email=EMAIL.upper() if hers else EMAIL, token=hers,
            source=SOURCE,
        )  # fmt: skip
        posted.append(post(new, idempotency_key=f"a key of hers {len(posted)}x".replace(" ", "-")))
        hers = posted[-1].token
    first, second, third = (p.stored.comment for p in posted)
    EditComment(**writing, edit_window=timedelta(minutes=15))(
        second.id, TEXTS[1], Viewer(author_key=key_of(hers))
    )
    clock.forward(seconds=1)
    answer = post(NewComment(url=URL, text="D'accord.", name="Léo", parent=first.id))
    voter = Vote(store=store, clock=clock)(
        answer.stored.comment.id, 1, voter=None, viewer=Viewer()
    ).token
    moderate = Moderate(
        store=store, clock=clock, ground_of=lambda _: None, rules_version="1", remember=REMEMBER
    )
    note = Choice(verdict=Verdict.PUBLISH, note=f"Vu avec {NAME}.")
    moderate.decide(third.id, note, claire)
    known_by = REMEMBER.keys("", Author(email=EMAIL), a_site())
    hashed = subscribed(store, clock, hers)
    told = TellReaders(
        store=store, clock=clock, secret=SECRET, limits=MailLimits(zone=ZoneInfo("Europe/Paris"))
    )
    assert told.events()
    assert told.gather()
    person = of_address(EMAIL, SECRET) | of_tokens(key_of(hers), key_of(voter))
    with store.reading() as unit:
        salts = [b.salt for p in posted for b in unit.comments.bodies(p.stored.comment.id)]
    needles = {
        "name": NAME.encode(),
        "mail": EMAIL.encode(),
        "MAIL": EMAIL.upper().encode(),
        "mail's hash": hashed.encode(),
        "mail's trace": next(iter(known_by)).encode(),
        "mailbox": next(iter(person.mailboxes)).encode(),
        "author": key_of(hers).encode(),
        "voter": key_of(voter).encode(),
        "source": SOURCE.encode(),
        "any text": b"xylophone",
        **{f"salt {n}": salt for n, salt in enumerate(salts)},
    }
    return House(
        store=store,
        url=url,
        clock=clock,
        person=person,
        needles=needles,
        first=first.id,
        answer=answer.stored.comment.id,
    )


def subscribed(store: SqlStore, clock: StillClock, token: str) -> str:
    """Subscribe the reader to her answers and confirm; return the hash of her address."""
    wish = Wish(url=URL, email=EMAIL, kind=Kind.MINE, text="Oui.", token=token)
    Subscribe(store=store, clock=clock, secret=SECRET, languages=frozenset({"fr"}))(wish)
    with store.writing() as unit:
        (mail,) = unit.mails.take(clock.now, until=clock.now, limit=9)
        assert isinstance(mail, Mail)
    link = subscription_token(Purpose.CONFIRM, mail.subscription_id or "", SECRET)
    ManageSubscriptions(store=store, clock=clock, secret=SECRET).confirm(link, "Oui.")
    return mail.address_hash


def rows(house: House) -> dict[str, list[str]]:
    with house.store._database.reading() as connection:
        return {
            table.name: [
                repr([bytes(v) if isinstance(v, memoryview) else v for v in row])
                for row in connection.execute(sa.select(table))
            ]
            for table in metadata.sorted_tables
        }


def tables_with(house: House, needle: bytes) -> set[str]:
    words = {needle.decode(errors="replace"), repr(needle)}
    return {
        name
        for name, lines in rows(house).items()
        if any(w in line for w in words for line in lines)
    }


def files(house: House, request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Return the bytes of the database's files, after all that was deleted has been written off."""
    url = sa.make_url(house.url)
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(house.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        path = Path(url.database or "")
        return {p.name: p.read_bytes() for p in path.parent.iterdir() if p.is_file()}
    server: Postgresql = request.getfixturevalue("postgresql")
    if server.pid is None:
        pytest.skip("the files of that server are not ours to read")
    engine = sa.create_engine(house.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM FULL")
        connection.exec_driver_sql("CHECKPOINT")
        number = connection.exec_driver_sql(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).scalar_one()
    engine.dispose()
    folder = server._folder / "data" / "base" / str(number)
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def test_nothing_in_tables_files_and_logs_tells_of_an_erased_reader(
    house: House, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, capfd
):
    caplog.set_level(logging.DEBUG)
    before = rows(house)["decisions"]
    for name, needle in house.needles.items():
        assert tables_with(house, needle), f"{name} is nowhere to begin with"
    erase = ErasePerson(store=house.store, clock=house.clock, remember=REMEMBER)
    erased = erase(house.person, Scope.EVERYTHING)
    assert (erased.comments, erased.votes, erased.subscriptions, erased.held) == (3, 1, 1, 0)
    left = {name: tables_with(house, needle) for name, needle in house.needles.items()}
    assert {name: tables for name, tables in left.items() if tables} == {}
    found = files(house, request)
    assert found
    everything = {
        (name, file)
        for name, needle in house.needles.items()
        for file, content in found.items()
        if needle in content or needle.lower() in content
    }
    assert everything == set()
    said = caplog.text.encode() + "".join(capfd.readouterr()).encode()
    assert [n for n, needle in house.needles.items() if needle in said] == []
    assert rows(house)["decisions"] == before
    with house.store._database.reading() as connection:
        assert unsound(connection) == []


def test_the_thread_still_reads_well(house: House):
    ErasePerson(store=house.store, clock=house.clock, remember=REMEMBER)(
        house.person, Scope.EVERYTHING
    )
    page = ReadThread(store=house.store, clock=house.clock).page(URL, Sort.OLDEST, limit=9)
    (root,) = page.nodes
    assert (root.stored.comment.id, root.stored.body) == (house.first, None)
    assert root.stored.author.name is None
    assert [n.stored.comment.id for n in root.replies] == [house.answer]
    assert root.replies[0].stored.author.name == "Léo"
    assert page.thread
    assert page.thread.public_count == 1


def test_identity_only_leaves_texts_that_are_nobody_s_and_not_one_person_s(house: House):
    with house.store.reading() as unit:
        ids = unit.people.comments(house.person)
    ErasePerson(store=house.store, clock=house.clock, remember=REMEMBER)(
        house.person, Scope.IDENTITY
    )
    with house.store.reading() as unit:
        stored = [s for i in ids if (s := unit.comments.stored(i))]
    assert [s.body.text for s in stored if s.body] == list(TEXTS)
    assert {s.author.name for s in stored} == {None}
    assert len({s.comment.author_key for s in stored}) == 3
    left = {k for k, n in house.needles.items() if tables_with(house, n) - {"comment_bodies"}}
    assert left == set()
    with house.store._database.reading() as connection:
        assert unsound(connection) == []


def test_one_comment_leaves_the_others_alone(house: House):
    erase = ErasePerson(store=house.store, clock=house.clock, remember=REMEMBER)
    assert erase(house.person, Scope.COMMENT, comment_id=house.first).comments == 1
    with house.store.reading() as unit:
        assert len(unit.people.comments(house.person)) == 2
        first = unit.comments.stored(house.first)
        assert first
        assert first.comment.status is Status.DELETED
        assert unit.people.subscriptions(house.person)


def test_erasing_again_finds_nothing(house: House):
    erase = ErasePerson(store=house.store, clock=house.clock, remember=REMEMBER)
    erase(house.person, Scope.EVERYTHING)
    again = erase(house.person, Scope.EVERYTHING)
    assert (again.comments, again.votes, again.subscriptions) == (0, 0, 0)


def test_a_hold_keeps_a_copy_apart_and_nothing_on_the_page(house: House):
    with house.store.writing() as unit:
        unit.people.hold(a_hold(house.first))
    erased = ErasePerson(store=house.store, clock=house.clock, remember=REMEMBER)(
        house.person, Scope.EVERYTHING
    )
    assert erased.held == 1
    assert tables_with(house, NAME.encode()) == {"held_words"}
    assert tables_with(house, b"xylophone") == {"held_words"}
    with house.store._database.reading() as connection:
        assert unsound(connection) == []


def test_an_export_holds_what_is_erased_afterwards(house: House):
    export = ExportPerson(store=house.store, clock=house.clock)
    whole = repr(export(house.person))
    for needle in (NAME, EMAIL, *TEXTS, f"Vu avec {NAME}."):
        assert needle in whole
    ErasePerson(store=house.store, clock=house.clock, remember=REMEMBER)(
        house.person, Scope.EVERYTHING
    )
    left = export(house.person)
    for empty in ("comments", "votes", "subscriptions", "consents", "mails"):
        assert left[empty] == []
