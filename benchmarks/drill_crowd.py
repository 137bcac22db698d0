"""A small crowd that writes to a house as fast as it answers: authors, voters, a moderator."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from drill_ledger import DELETED, Known, Ledger
from loopback import Answer, Connection, CutOffError

from palabre.application.tokens import key_of, new_token

ARTICLES = 5
API = "/api/v1/comments"
# Published, held and refused by the shipped rules, so that every road is taken.
TEXTS = (
    "Merci pour cet article, très clair.",
    "Je ne suis pas d’accord avec la conclusion 🙂, mais le débat est utile.",
    "Encore un article de connard.",
    "Venez gagner de l’argent : http://a.example http://b.example http://c.example",
)
_FIELD = re.compile(r'name="form" value="([^"]+)"')
_VERDICTS = {"approve": "published", "hold": "held", "refuse:insult": "refused"}


class Crowd:
    """Everybody who writes, with one ledger of what they were told."""

    def __init__(self, port: int, ledger: Ledger, chance: random.Random) -> None:
        self._port = port
        self._ledger = ledger
        self._chance = chance
        self._over = asyncio.Event()
        self._desk: dict[str, str] = {}
        self._form = ""
        self._free: list[str] = []  # acknowledged, and not yet changed by anybody
        self._public: list[str] = []

    async def sign_in(self, login: str, password: str) -> None:
        """Open the desk, once: a session outlives the server's death."""
        connection = Connection(self._port)
        door = await connection.ask("GET", "/desk/sign-in")
        own = {"Origin": f"http://127.0.0.1:{self._port}"}
        fields = {"login": login, "password": password, "form": _token_in(door)}
        done = await connection.ask("POST", "/desk/sign-in", form=fields, headers=own)
        assert done.status == 303, done
        self._desk = own | {"Cookie": done.headers["set-cookie"].partition(";")[0]}
        self._form = _token_in(await connection.ask("GET", "/desk", headers=self._desk))
        connection.close()

    async def write(self, over: asyncio.Event) -> None:
        """Write until the server dies; ``over`` is set before, for those who have nothing to do."""
        self._over = over
        roles = [self._post, self._post, self._post, self._vote, self._vote]
        await asyncio.gather(*map(self._until_cut_off, [*roles, self._moderate, self._change]))

    async def _until_cut_off(self, act: Callable[[Connection], Awaitable[None]]) -> None:
        connection = Connection(self._port)
        try:
            while not self._over.is_set():
                await act(connection)
                # Who has nothing to do yet lets the others in; nobody waits for a thing to happen.
                await asyncio.sleep(0.001)
        except CutOffError:
            connection.close()

    async def _post(self, connection: Connection) -> None:
        text = f"{self._chance.choice(TEXTS)} ({self._chance.random()})"
        content = {"url": _article(self._chance.randrange(ARTICLES)), "text": text, "lang": "fr"}
        above = self._one_of(self._public)
        if above and self._chance.random() < 0.4:
            content |= {"parent": above, "url": self._ledger.comments[above].url}
        if self._chance.random() < 0.5:
            content |= {"name": "Zoé", "email": "zoe@mail.example"}
        answer = await self._asked(connection, "POST", API, content=content)
        if answer.status == 201:
            said = answer.json()
            self._ledger.comments[said["id"]] = Known(
                content["url"], text, said["status"], said["token"]
            )
            self._free.append(said["id"])
            if said["status"] == "published":
                self._public.append(said["id"])

    async def _vote(self, connection: Connection) -> None:
        comment_id = self._one_of(self._public)
        if comment_id is None:
            return
        voter, value = new_token(), self._chance.choice((1, 1, -1))
        for wanted in (value, self._chance.choice((1, 0, -1))):
            key = (comment_id, key_of(voter))
            before = self._ledger.votes.get(key, {0})
            self._ledger.votes[key] = before | {wanted}
            answer = await self._asked(
                connection,
                "PUT",
                f"{API}/{comment_id}/vote",
                content={"value": wanted},
                headers={"Palabre-Voter": voter},
            )
            self._ledger.votes[key] = {wanted} if answer.status == 200 else before
            if answer.status != 200:
                return

    async def _moderate(self, connection: Connection) -> None:
        comment_id = self._taken()
        if comment_id is None:
            return
        known = self._ledger.comments[comment_id]
        action = self._chance.choice(list(_VERDICTS))
        known.maybe = (1, _VERDICTS[action], known.text)
        answer = await self._asked(
            connection,
            "POST",
            f"/desk/comments/{comment_id}",
            form={"do": action, "form": self._form, "note": "Vu par l’exercice."},
            headers=self._desk,
        )
        if answer.status == 303:
            self._now(comment_id, replace(known, status=_VERDICTS[action], by_moderator=True))

    async def _change(self, connection: Connection) -> None:
        comment_id = self._taken()
        if comment_id is None:
            return
        known = self._ledger.comments[comment_id]
        path, own = f"{API}/{comment_id}", {"Authorization": f"Bearer {known.token}"}
        if self._chance.random() < 0.5:
            known.maybe = (1, DELETED, "")
            answer = await self._asked(connection, "DELETE", path, headers=own)
            if answer.status in {200, 204}:
                self._now(comment_id, replace(known, status=DELETED))
            return
        text = f"{self._chance.choice(TEXTS)} (revu {self._chance.random()})"
        known.maybe = (2, None, text)
        answer = await self._asked(connection, "PATCH", path, content={"text": text}, headers=own)
        if answer.status == 200:
            status = answer.json()["status"]
            self._now(comment_id, replace(known, status=status, text=text, revision=2))

    async def _asked(
        self, connection: Connection, method: str, path: str, **more: object
    ) -> Answer:
        answer = await connection.ask(method, path, **more)  # type: ignore[arg-type]
        code = answer.json().get("code", "") if answer.status >= 400 else ""
        self._ledger.answers[f"{method} {answer.status} {code}".strip()] += 1
        return answer

    def _now(self, comment_id: str, known: Known) -> None:
        self._ledger.comments[comment_id] = replace(known, maybe=None)
        if known.status != "published" and comment_id in self._public:
            self._public.remove(comment_id)

    def _one_of(self, ids: list[str]) -> str | None:
        return self._chance.choice(ids[-200:]) if ids else None

    def _taken(self) -> str | None:
        # One in three stays as it was posted.
        if len(self._free) < 3:
            return None
        return self._free.pop(self._chance.randrange(len(self._free)))


def _article(number: int) -> str:
    return f"https://example.org/articles/{number}"


def _token_in(page: Answer) -> str:
    found = _FIELD.search(page.body.decode())
    assert found, page
    return found.group(1)
