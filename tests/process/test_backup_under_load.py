"""A backup taken while readers post restores to the acknowledged comments of its moment."""

import asyncio
import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from palabre.storage.archive import read_manifest
from palabre.storage.backup import restore
from palabre.storage.database import open_database
from palabre.storage.soundness import counts, unsound
from palabre.storage.store import SqlStore

pytestmark = pytest.mark.process

ENOUGH = 40  # acknowledged before the backup begins
CLIENTS = 6


def endless() -> Iterator[dict[str, Any]]:
    for number in itertools.count():
        url = f"https://example.org/articles/{number % 7}"
        yield {"url": url, "text": f"Commentaire numéro {number}, d’un seul tenant.", "lang": "fr"}


async def backed_up_under_load(server: Any, archive: Path) -> tuple[set[str], Any]:
    """Post all the while; return what was acknowledged before the backup began, and all of it."""
    from house_server import PALABRE
    from posting import Acknowledged, post_all

    said, stop = Acknowledged(), asyncio.Event()
    posting = asyncio.create_task(
        post_all(server.port, endless(), connections=CLIENTS, said=said, stop=stop)
    )
    while len(said.comments) < ENOUGH and not posting.done():  # noqa: ASYNC110 -- others count
        await asyncio.sleep(0.005)
    before = set(said.comments)
    command = [*PALABRE, "--config", str(server.folder / "palabre.toml"), "backup", str(archive)]
    backup = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await backup.communicate()
    assert backup.returncode == 0, output.decode()
    after = len(said.comments)
    # The server went on meanwhile, and goes on.
    while len(said.comments) <= after and not posting.done():  # noqa: ASYNC110 -- as above
        await asyncio.sleep(0.005)
    stop.set()
    await posting
    return before, said


def test_a_backup_under_load_is_of_one_moment(tmp_path):
    from house_server import HouseServer

    archive = tmp_path / "b.tar.gz"
    server = HouseServer(tmp_path / "house", PALABRE_LIMITS_ENABLED="false")
    try:
        server.start()
        before, said = asyncio.run(backed_up_under_load(server, archive))
    finally:
        server.stop()
    assert not said.others

    url = f"sqlite:///{tmp_path / 'restored' / 'palabre.db'}"
    manifest = read_manifest(archive)
    restore(url, archive, force=False, at=manifest.made_at, tell=lambda *_: None)
    database = open_database(url)
    with database.reading() as connection:
        assert unsound(connection) == []
        assert counts(connection) == manifest.counts
        held = connection.exec_driver_sql("SELECT hex(id) FROM comments").scalars().all()
    database.close()
    inside = {value.lower() for value in held}
    assert {i.replace("-", "") for i in before} <= inside
    assert len(before) <= len(inside) < len(said.comments)

    store = SqlStore(url)
    with store.reading() as unit:
        for comment_id, answer in said.comments.items():
            if comment_id.replace("-", "") in inside:
                stored = unit.comments.stored(comment_id)
                assert stored.body.text == said.texts[comment_id]
                assert stored.comment.status.value == answer["status"]
                assert unit.decisions.latest(comment_id) is not None
                inside.discard(comment_id.replace("-", ""))
    store.close()
    # What else is in it was written before its moment, and its author heard of it just after or
    # was cut off when the test ended.
    assert len(inside) <= CLIENTS
