"""What every store promises to whoever keeps pages: news of each change, and a cheap check."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from builders import NOON, a_body, a_session, a_site, a_stored, a_thread, an_article, keep
from builders import a_moderator as moderator_of
from palabre.application.ports import Store, UnitOfWork
from palabre.application.tokens import key_of
from palabre.domain.article import Thread
from palabre.domain.comment import Status

WITHIN = 0.3


@pytest.fixture
def told(store: Store, thread: Thread) -> Iterator[list[str | None]]:
    heard: list[str | None] = []
    end = store.watch(heard.append)
    yield heard
    end()


def test_a_commit_is_told_before_its_author_goes_on(
    store: Store, thread: Thread, told: list[str | None]
):
    root = keep(store, a_stored(thread))
    assert told == [thread.id]
    changes: list[Callable[[UnitOfWork], object]] = [
        lambda unit: unit.votes.cast(root.comment.id, key_of("v"), 1, NOON),
        lambda unit: unit.comments.revise(root.comment.id, a_body(revision=2), NOON),
        lambda unit: unit.comments.move(root.comment.id, Status.HELD),
        lambda unit: unit.threads.close(thread.id, NOON),
        lambda unit: unit.threads.describe(thread.id, title="Autre", lang="fr"),
    ]
    for change in changes:
        told.clear()
        with store.writing() as unit:
            change(unit)
            assert told == []
        assert told == [thread.id]


def test_what_no_reader_sees_is_not_told(store: Store, thread: Thread, told: list[str | None]):
    keep(store, a_stored(thread, status=Status.HELD))
    with store.writing() as unit:
        unit.sites.register(a_site())  # as it was: each process does this when it starts
        unit.threads.add(a_thread())  # known already
        someone = moderator_of()
        unit.moderators.add(someone)
        unit.moderators.open_session(a_session(someone))
    with pytest.raises(ZeroDivisionError), store.writing() as unit:  # noqa: PT012
        unit.comments.add(a_stored(thread), source=None)
        raise ZeroDivisionError
    time.sleep(WITHIN)
    assert told == []


def test_a_new_thread_is_told_by_its_id_and_a_site_as_anything(
    store: Store, told: list[str | None]
):
    with store.writing() as unit:
        new = unit.threads.add(a_thread(an_article(key="/new")))
    assert told == [new.id]
    with store.writing() as unit:
        unit.threads.close(new.id, NOON)
        unit.sites.register(a_site(name="Le Quotidien"))
    assert told == [new.id, None]


def test_all_listeners_are_told_and_one_that_fails_harms_nobody(
    store: Store, thread: Thread, told: list[str | None], monkeypatch: pytest.MonkeyPatch
):
    failures: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)

    def fail(_: str | None) -> None:
        raise ZeroDivisionError

    ends = [store.watch(fail), store.watch(told.append)]
    keep(store, a_stored(thread))
    assert told == [thread.id] * 2
    assert len(failures) == 1
    for end in ends:
        end()
        end()  # twice is once
    keep(store, a_stored(thread))
    assert told == [thread.id] * 3
    assert len(failures) == 1


def test_a_closed_store_tells_nobody(store: Store, thread: Thread, told: list[str | None]):
    store.close()
    keep(store, a_stored(thread))
    time.sleep(WITHIN)
    assert told == []


def test_a_page_that_was_kept_is_checked_by_its_address(store: Store, thread: Thread):
    article = thread.article
    with store.reading() as unit:
        assert unit.threads.version(article.origin, article.key) == (thread.id, 0)
        assert unit.threads.version(article.origin, "/elsewhere") is None
    keep(store, a_stored(thread))
    with store.reading() as unit:
        assert unit.threads.version(article.origin, article.key) == (thread.id, 1)
