"""Put threads of any length into a house's database, as rows: posting a million takes too long.

Of five comments three are roots and two answer one of them, so that a page of 60 roots has 100
comments. The counters are set as posting would have left them.
"""

import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from palabre.domain.article import Article, Thread
from palabre.domain.identifier import new_id
from palabre.storage.store import SqlStore
from palabre.storage.tables import comment_authors, comment_bodies, comments, threads

ROOTS_A_PAGE = 60
_BATCH = 5000
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = (  # noqa: SIM905 -- prose
    "le budget prévoit une baisse des crédits pour la recherche publique et les collectivités "
    "locales alors que les besoins augmentent chaque année dans les territoires ruraux comme dans "
    "les grandes villes où la population attend des réponses claires sur son école son hôpital et "
    "ses transports depuis que plusieurs lignes ont fermé sans consultation ni solution durable"
).split()


def fill(database: Path, key: str, size: int) -> float:
    """Make the thread of the article ``key`` with ``size`` comments; return the seconds taken."""
    begin = time.perf_counter()
    store = SqlStore(f"sqlite:///{database}", durability="process")
    with store.reading() as unit:
        site = unit.sites.all()[0]
    origin = site.origins[0]
    article = Article(
        site_id=site.id, origin=origin, key=key, url=origin + key, title="Le budget", lang="fr"
    )
    with store.writing() as unit:
        thread = unit.threads.add(Thread(id=new_id(_BEGIN), article=article, created_at=_BEGIN))
    rows = _rows(thread, size)
    chance = random.Random(size)
    while batch := [row for _, row in zip(range(_BATCH), rows, strict=False)]:
        with store._database.writing() as connection:  # noqa: SLF001 -- rows, not use cases
            connection.execute(sa.insert(comments), batch)
            connection.execute(sa.insert(comment_bodies), [_body(r["id"], chance) for r in batch])
            connection.execute(sa.insert(comment_authors), [_author(r["id"]) for r in batch])
    with store._database.writing() as connection:  # noqa: SLF001
        change = sa.update(threads).where(threads.c.id == thread.id)
        connection.execute(change.values(public_count=size, version=size))
    store.close()
    return time.perf_counter() - begin


def _rows(thread: Thread, size: int) -> Iterator[dict]:
    for first in range(0, size, 5):
        ids = [new_id(_BEGIN + timedelta(seconds=first + k)) for k in range(5)]
        for place in range(min(5, size - first)):
            above = ids[place - 3] if place >= 3 else None
            below = int(place < 2 and first + place + 3 < size)
            score = (first + place) % 7
            yield {
                "id": ids[place],
                "site_id": thread.article.site_id,
                "thread_id": thread.id,
                "root_id": above or ids[place],
                "parent_id": above,
                "depth": 1 if above else 0,
                "status": "published",
                "created_at": _BEGIN + timedelta(seconds=first + place),
                "lang": "fr",
                "author_key": "a" * 64,
                "revision": 1,
                "edited_at": None,
                "up": score,
                "down": 0,
                "score": score,
                "replies": below,
                "listed": True,
                "listed_below": below,
            }


def _body(comment_id: str, chance: random.Random) -> dict:
    text = " ".join(chance.choices(_WORDS, k=chance.randint(12, 60))).capitalize() + "."
    return {
        "comment_id": comment_id,
        "revision": 1,
        "text": text,
        "html": f"<p>{text}</p>\n",
        "renderer": 1,
        "salt": b"s" * 32,
    }


def _author(comment_id: str) -> dict:
    return {"comment_id": comment_id, "name": "Zoé", "email": None, "is_staff": False}


if __name__ == "__main__":
    print(f"{fill(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])):.1f} s")
