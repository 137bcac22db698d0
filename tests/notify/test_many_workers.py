"""Several workers on one PostgreSQL: each mail goes out once, whoever takes it."""

import threading
from collections.abc import Iterator

import pytest

from databases import Postgresql
from mail_server import MailServer
from notify.conftest import furnish
from palabre.storage.store import SqlStore

READERS, WORKERS = 60, 3


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Postgresql()
    yield server.database()
    server.close()


def test_workers_beside_each_other_send_each_mail_once(url: str, server: MailServer):
    stores = [SqlStore(url, durability="process") for _ in range(WORKERS)]
    rooms = [furnish(store, server) for store in stores]
    for n in range(READERS):
        rooms[0].subscribed(f"reader{n}@lectrices.example")
    rooms[0].post("Un seul.")
    for room in rooms:
        room.clock.now = rooms[0].clock.now
    hands = [threading.Thread(target=room.work) for room in rooms]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    for room, store in zip(rooms, stores, strict=True):
        room.worker.transport.close()
        store.close()
    told = [mail.to for mail in server.taken]
    assert sorted(told) == sorted(f"reader{n}@lectrices.example" for n in range(READERS))
