"""How long the server works on each page of the desk: 200,000 decisions, 20,000 comments waiting.

    python benchmarks/desk_pages.py [--comments 200000] [--held 20000] [--out FILE.json]

On SQLite and on PostgreSQL, at the first page and at the thousandth; the whole way from the request
to the bytes of the answer, in one process, without a network. Prints, in milliseconds, the median
and the slowest of ``ROUNDS`` calls, and beside them the processor's time for one (this process's;
on PostgreSQL the server's work is in the first figures only): on a machine that others use as well
it is what compares.
"""

import argparse
import itertools
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from databases import Postgresql  # noqa: E402 -- the tests' own server
from palabre.application.search_words import stems  # noqa: E402
from palabre.cli.settings_file import settings_text  # noqa: E402
from palabre.domain.identifier import new_id  # noqa: E402
from palabre.domain.person import Role  # noqa: E402
from palabre.domain.waiting import Weight  # noqa: E402
from palabre.settings import load  # noqa: E402
from palabre.storage import tables  # noqa: E402
from palabre.storage.store import SqlStore  # noqa: E402
from palabre.web.app import create_app  # noqa: E402
from palabre.wiring import build_house  # noqa: E402
from palabre.wiring_parts import build_parts, sign_in_of  # noqa: E402

BASE = "http://127.0.0.1:8000"
ROUNDS = 15
THREADS = 400
BATCH = 5000
PAGE = 20
PASSWORD = "une phrase assez longue"  # noqa: S105 -- of an account that lives for a minute
WORDS = [
    "mairie",
    "école",
    "budget",
    "train",
    "journal",
    "élection",
    "ministre",
    "loi",
    "quartier",
    "vélo",
    "place",
    "arbre",
    "retraite",
    "impôt",
    "hôpital",
    "musée",
    "concert",
    "match",
    "équipe",
    "logement",
    "prix",
    "énergie",
    "climat",
    "village",
    "rivière",
    "pont",
    "travail",
    "salaire",
    "grève",
    "syndicat",
    "conseil",
    "débat",
    "question",
    "réponse",
    "lecteur",
    "article",
    "titre",
    "photo",
]


def main() -> None:
    """Measure both databases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=200_000)
    parser.add_argument("--held", type=int, default=20_000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results["SQLite"] = measure(f"sqlite:///{folder / 'desk.db'}", folder / "a", asked)
        server = Postgresql()
        try:
            results["PostgreSQL"] = measure(server.empty(), folder / "b", asked)
        finally:
            server.close()
    print(f"{asked.comments:,} decisions, {asked.held:,} waiting; ms, median (slowest) of {ROUNDS}")
    for page in results["SQLite"]:
        line = "  ".join(
            f"{kind} {each[page][0]:6.1f} ({each[page][1]:6.1f}) cpu {each[page][2]:5.1f}"
            for kind, each in results.items()
        )
        print(f"{page:34} {line}")
    if asked.out:
        asked.out.write_text(json.dumps(results, indent=1), encoding="utf-8")


def measure(url: str, folder: Path, asked: argparse.Namespace) -> dict[str, tuple[float, ...]]:
    """Fill a database and return milliseconds by page."""
    folder.mkdir()
    config = folder / "palabre.toml"
    site = {"id": "gazette", "name": "La Gazette", "lang": "fr", "origins": [BASE]}
    config.write_text(
        settings_text({**site, "reserved_names": []}, base_url=BASE, rules_file=""), "utf-8"
    )
    (folder / "palabre.secret").touch(mode=0o600)
    (folder / "palabre.secret").write_text("s" * 43, "utf-8")
    environment = {
        "PALABRE_DATABASE_URL": url,
        "PALABRE_JUDGE_DEPTH": "rules",
        "PALABRE_LIMITS_ENABLED": "false",
        "PALABRE_DATABASE_DURABILITY": "process",
    }
    parts = build_parts(load(config, environment), folder)
    account = {"login": "desk", "name": "Desk", "password": PASSWORD}
    sign_in_of(parts).add_moderator(**account, role=Role.ADMINISTRATOR)
    begun = time.monotonic()
    fill(url, asked.comments, asked.held)
    print(
        f"{url.split(':', maxsplit=1)[0]}: filled in {time.monotonic() - begun:.0f} s",
        file=sys.stderr,
    )
    house = build_house(parts)
    try:
        with TestClient(create_app(house), base_url=BASE) as client:
            return {name: timed(client, path) for name, path in pages(client, parts.store)}
    finally:
        parts.store.close()


def pages(client: TestClient[Any], store: SqlStore) -> Iterator[tuple[str, str]]:
    """Sign in, and name each page with its address."""
    door = client.get("/desk/sign-in").text
    token = re.search(r'name="form" value="([^"]+)"', door)
    assert token
    fields = {"login": "desk", "password": PASSWORD, "form": token[1]}
    client.post("/desk/sign-in", data=fields, headers={"Origin": BASE}, follow_redirects=False)
    far = thousandth(store)
    found = re.search(r'data-item="([^"]+)"', client.get("/desk").text)
    assert found
    yield "queue, page 1", "/desk"
    yield "queue, page 1,000", f"/desk?after={far['held']}"
    yield "queue by rule", "/desk?rule=insult"
    yield "queue by rule, far", f"/desk?rule=insult&after={far['held']}"
    yield "queue as table", "/desk?view=table"
    yield "published, page 1", "/desk?state=published"
    yield "published, page 1,000", f"/desk?state=published&after={far['published']}"
    yield "refused, page 1", "/desk?state=refused"
    yield "refused, page 1,000", f"/desk?state=refused&after={far['refused']}"
    yield "one comment, claimed", "/desk/one"
    yield "one comment, by address", f"/desk/comments/{found[1]}"
    yield "search, a frequent word", "/desk/search?q=mairie"
    yield "search, page 1,000", f"/desk/search?q=mairie&after={far['search']}"
    yield "search, three words", "/desk/search?q=%C3%A9lection+quartier+arbres"
    yield "search, a name", "/desk/search?q=lecteur1234"
    yield "second opinions", "/desk/opinions"
    yield "what was refused", "/desk/refusals"
    yield "live counts", f"/desk/live?since={found[1]}"
    yield "reports", "/desk/reports"
    yield "appeals", "/desk/appeals"
    yield "figures", "/desk/figures"


def thousandth(store: SqlStore) -> dict[str, Any]:
    """Return the cursors that lead to each list's thousandth page, or to its last."""
    entry, comment = tables.queue_entries.c, tables.comments.c
    with store._database.reading() as connection:  # noqa: SLF001 -- a benchmark may look
        run = connection.execute
        held = run(
            sa.select(entry.priority, entry.comment_id)
            .order_by(entry.priority.desc(), entry.comment_id)
            .offset(min(PAGE * 999, run(sa.select(sa.func.count(entry.comment_id))).scalar() - 1))
            .limit(1)
        ).one()
        far: dict[str, Any] = {"held": f"{held[0]!r}_{held[1]}"}
        for state in ("published", "refused"):
            here = sa.select(comment.id).where(comment.status == state).order_by(comment.id.desc())
            far[state] = run(here.offset(PAGE * 999).limit(1)).scalar() or run(here).scalar()
        # A word that stands in a fifth of all comments: its thousandth page lies so far back.
        last = run(sa.select(sa.func.max(tables.comment_words.c.position))).scalar()
        far["search"] = max(last - PAGE * 999 * 5, 1000)
    return far


def timed(client: TestClient[Any], path: str) -> tuple[float, ...]:
    """Return milliseconds of some calls: their median, the slowest, and the median of the CPU."""
    taken, worked = [], []
    for _ in range(ROUNDS):
        begun, busy = time.perf_counter(), time.process_time()
        answer = client.get(path)
        taken.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return tuple(
        round(n, 1) for n in (statistics.median(taken), max(taken), statistics.median(worked))
    )


def fill(url: str, count: int, held: int) -> None:
    """Write comments with words and decisions straight into the tables."""
    random.seed(7)
    engine = sa.create_engine(url)
    start = datetime.now(UTC) - timedelta(days=90)
    with engine.begin() as connection:
        threads = [new_id(start + timedelta(seconds=n)) for n in range(THREADS)]
        public = (count - held) * 2 // 3 // THREADS
        for n, thread in enumerate(threads):
            place = {"id": thread, "site_id": "gazette", "created_at": start, "version": 1}
            connection.execute(sa.insert(tables.threads), {**place, "public_count": public})
            connection.execute(
                sa.insert(tables.articles),
                {
                    "thread_id": thread,
                    "address_hash": n.to_bytes(32, "big"),
                    "origin": BASE,
                    "key": f"/a{n}",
                    "url": f"{BASE}/a{n}",
                    "title": f"Article {n}",
                    "lang": "fr",
                },
            )
    numbers = iter(range(count))
    while part := list(itertools.islice(numbers, BATCH)):
        with engine.begin() as connection:
            write(connection, part, threads, start, count, held)
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def write(
    connection: sa.Connection,
    part: list[int],
    threads: list[str],
    start: datetime,
    count: int,
    held: int,
) -> None:
    """Write one batch."""
    rows: dict[sa.Table, list[dict[str, Any]]] = {}

    def add(table: sa.Table, **row: object) -> None:
        rows.setdefault(table, []).append(row)

    every = max(count // held, 2)
    for n in part:
        at = start + timedelta(days=90) * (n / count)
        comment_id, thread = new_id(at), random.choice(threads)
        state = "held" if n % every == 0 else ("refused" if n % 3 == 0 else "published")
        text = " ".join(random.choices(WORDS, k=random.randint(8, 60)))
        name = f"Lecteur{n % 5000}"
        add(
            tables.comments,
            id=comment_id,
            site_id="gazette",
            thread_id=thread,
            root_id=comment_id,
            depth=0,
            status=state,
            created_at=at,
            lang="fr",
            author_key=f"{n % 5000:064}",
            revision=1,
            up=0,
            down=0,
            score=0,
            replies=0,
            listed=state == "published",
            listed_below=0,
        )
        add(
            tables.comment_bodies,
            comment_id=comment_id,
            revision=1,
            text=text,
            html=f"<p>{text}</p>",
            renderer=1,
            salt=b"s" * 32,
        )
        add(tables.comment_authors, comment_id=comment_id, name=name, is_staff=False)
        add(
            tables.comment_words,
            comment_id=comment_id,
            words=stems(text, "fr"),
            name=stems(name, ""),
        )
        verdict = {"held": "hold", "refused": "refuse"}.get(state, "publish")
        add(
            tables.decisions,
            id=new_id(at),
            comment_id=comment_id,
            revision=1,
            verdict=verdict,
            rules=["insult"] if state != "published" else [],
            rules_version="1",
            evidence=[],
            scores={"insult": 0.5},
            not_checked=[],
            not_needed=[],
            versions={},
            actor_kind="engine",
            actor_id="engine",
            at=at,
            automated_detection=True,
            automated_decision=True,
            commitment="c" * 64,
        )
        if state == "held":
            weight = Weight(harm=random.random(), reach=random.randint(0, 900))
            add(
                tables.queue_entries,
                comment_id=comment_id,
                site_id="gazette",
                thread_id=thread,
                lang="fr",
                priority=weight.key(at),
                harm=weight.harm,
                reach=weight.reach,
                rule=random.choice(["insult", "racism", "spam", "threat"]),
                entered_at=at,
                level="desk",
                group_id=comment_id,
            )
    for table, lines in rows.items():
        connection.execute(sa.insert(table), lines)


if __name__ == "__main__":
    main()
