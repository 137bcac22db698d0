"""A crowd on one thread: who posts, who votes, who pages through "most voted", and what they saw.

Everybody notes what was acknowledged, and when. Doors are ports of processes that serve one house;
each reader goes through another door for each page.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from loopback import Answer, Connection

from palabre.application.tokens import key_of, new_token

URL = "https://journal.example/un-seul-fil"
API = "/api/v1/comments"
SHOWN = 1.0  # seconds after its 201 at which every process must show a comment
PAGE = 20
PAUSE = 0.02  # seconds that a reader takes for a page: votes and posts move meanwhile
_RECENT = 300


@dataclass
class Seen:
    """One walk of a reader from page one of "most voted" to the end."""

    public_before: frozenset[str]  # roots that page one must know
    count: int = 0  # public comments, as page one says
    pages: int = 0
    roots: Counter[str] = field(default_factory=Counter)
    below: int = 0  # published replies of the roots that were seen
    moved: bool = False  # whether votes and posts went on until its end


@dataclass
class Told:
    """All that the crowd was told."""

    roots: dict[str, float] = field(default_factory=dict)  # id -> moment of the 201
    replies: dict[str, str] = field(default_factory=dict)  # id -> its parent
    votes: dict[tuple[str, str], int] = field(default_factory=dict)  # (comment, voter) -> value
    answers: Counter[str] = field(default_factory=Counter)
    walks: list[Seen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    votes_taken: int = 0

    def tallies(self) -> dict[str, tuple[int, int]]:
        """Return (up, down) of every comment as acknowledged."""
        up, down = Counter[str](), Counter[str]()
        for (comment_id, _), value in self.votes.items():
            (up if value > 0 else down)[comment_id] += abs(value)
        return {i: (up[i], down[i]) for i in (*self.roots, *self.replies)}


async def crowd(doors: list[int], *, clients: int, readers: int, seconds: float) -> Told:
    """Let everybody act for that long; walks that were begun go on to their end."""
    told = Told()
    over = time.monotonic() + seconds
    await asyncio.gather(
        *(_write(doors[n % len(doors)], told, over, random.Random(n)) for n in range(clients)),
        *(_read(doors, n, told, over) for n in range(readers)),
    )
    return told


async def _write(door: int, told: Told, over: float, chance: random.Random) -> None:
    connection, voter = Connection(door), new_token()
    known: list[str] = []
    while time.monotonic() < over:
        if known and chance.random() < 0.75:
            await _vote(connection, told, voter, known, chance)
        else:
            await _post(connection, told, known, chance)
        known = [*list(told.roots)[-_RECENT:], *list(told.replies)[-_RECENT // 5 :]]
    connection.close()


async def _post(
    connection: Connection, told: Told, known: list[str], chance: random.Random
) -> None:
    content = {"url": URL, "text": f"Je relis cet article, page {chance.randrange(10_000)}."}
    parent = chance.choice(known) if known and chance.random() < 0.15 else None
    while parent in told.replies:  # one level is enough, and every thread allows it
        parent = told.replies[parent]
    if parent:
        content["parent"] = parent
    answer = await _asked(connection, told, "POST", API, content=content)
    if answer.status != 201:
        return
    said = answer.json()
    if said["status"] != "published":
        told.wrong.append(f"{said['id']}: {said['status']}")
    if parent:
        told.replies[said["id"]] = parent
    else:
        told.roots[said["id"]] = time.monotonic()


async def _vote(
    connection: Connection, told: Told, voter: str, known: list[str], chance: random.Random
) -> None:
    # Half of the votes fall on ten comments, where they meet.
    comment_id = chance.choice(known[:10] if chance.random() < 0.5 else known)
    value = chance.choice((1, 1, 1, -1, 0))
    answer = await _asked(
        connection,
        told,
        "PUT",
        f"{API}/{comment_id}/vote",
        content={"value": value},
        headers={"Palabre-Voter": voter},
    )
    if answer.status == 200:
        told.votes[comment_id, key_of(voter)] = value
        told.votes_taken += 1


async def _read(doors: list[int], number: int, told: Told, over: float) -> None:
    connections = [Connection(door) for door in doors]
    await asyncio.sleep(0.5 * number)
    while time.monotonic() < over:
        now = time.monotonic()
        seen = Seen(frozenset(i for i, at in told.roots.items() if at < now - SHOWN))
        after = None
        while seen.pages == 0 or after:
            through = connections[(number + seen.pages) % len(connections)]
            page = await _page(through, told, sort="top", limit=PAGE, after=after)
            if page is None:
                return
            seen.count = seen.count if seen.pages else page["count"]
            seen.pages += 1
            seen.roots.update(c["id"] for c in page["comments"])
            seen.below += sum(c["replies_count"] for c in page["comments"])
            after = page["next"]
            await asyncio.sleep(PAUSE)
        seen.moved = time.monotonic() < over
        told.walks.append(seen)
    for connection in connections:
        connection.close()


def walk_errors(told: Told) -> Iterator[str]:
    """Yield what any walk saw twice, or did not see though it was public at its page one."""
    for number, seen in enumerate(told.walks):
        twice = [i for i, times in seen.roots.items() if times > 1]
        missed = seen.public_before - set(seen.roots)
        if twice:
            yield f"walk {number}: {len(twice)} comments came twice, such as {twice[0]}"
        if missed:
            yield f"walk {number}: {len(missed)} did not come, such as {min(missed)}"
        if len(seen.roots) + seen.below < seen.count:
            yield f"walk {number}: {len(seen.roots)} + {seen.below} of {seen.count} came"
        strangers = set(seen.roots) - set(told.roots)
        if strangers:
            yield f"walk {number}: {min(strangers)} was acknowledged to nobody"


async def everything(connection: Connection, told: Told) -> tuple[int, dict[str, tuple[int, int]]]:
    """Return the thread as one process tells it: its count, and (up, down) of each comment."""
    found: dict[str, tuple[int, int]] = {}
    count, after, begun = 0, None, False
    while after or not begun:
        page = await _page(connection, told, sort="oldest", limit=100, after=after)
        assert page is not None
        begun, count, after = True, page["count"], page["next"]
        for root in page["comments"]:
            rest = root["replies_next"]
            below = root["replies"]
            while rest:
                path = f"{API}/{root['id']}/replies?{urlencode({'after': rest, 'limit': 100})}"
                more = (await _asked(connection, told, "GET", path)).json()
                below, rest = below + more["replies"], more["next"]
            found |= {c["id"]: (c["up"], c["down"]) for c in (root, *below)}
    return count, found


async def _page(connection: Connection, told: Told, **asked: object) -> dict | None:
    query = urlencode({"url": URL} | {k: v for k, v in asked.items() if v})
    answer = await _asked(connection, told, "GET", f"{API}?{query}")
    return answer.json() if answer.status == 200 else None


async def _asked(
    connection: Connection, told: Told, method: str, path: str, **more: object
) -> Answer:
    begin = time.monotonic()
    answer = await connection.ask(method, path, **more)  # type: ignore[arg-type]
    told.slowest = max(told.slowest, time.monotonic() - begin)
    code = answer.json().get("code", "?") if answer.status >= 400 else ""
    told.answers[f"{method} {answer.status} {code}".strip()] += 1
    return answer
