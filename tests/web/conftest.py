"""The whole application in process: real store in memory, real judge over a rule of the tests'."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import ORIGIN, StillClock, a_moderator, a_site
from palabre.application.close_thread import CloseThread
from palabre.application.door import Door
from palabre.application.edit_comment import EditComment
from palabre.application.highlight_comment import HighlightComment
from palabre.application.incoming import Limits
from palabre.application.known_modes import KnownModes
from palabre.application.moderate import Moderate
from palabre.application.ports import Store
from palabre.application.post_comment import PostComment
from palabre.application.react import Vote
from palabre.application.read_thread import ReadThread
from palabre.application.sign_in import SignIn
from palabre.domain.person import Moderator
from palabre.moderation.engine import judge
from palabre.moderation.rulebook import RuleBook, load
from palabre.rendering.catalogue import load_catalogues
from palabre.rendering.markdown import MarkdownRenderer
from palabre.storage.memory import MemoryStore
from palabre.web.app import create_app
from palabre.web.freshness import Changes
from palabre.web.house import House, WebConfig
from web.law_house import lawful

URL = "https://journal.example/politique/budget"
BASE = "https://comments.example"
COMMENTS = "/api/v1/comments"

# Words that no other rule knows, so that a test can foresee the verdict.
RULES = """
[sentence.fr]
opening = "La rédaction retire tout commentaire"
being = "{labels}"
[sentence.en]
opening = "The newsroom removes any comment"
being = "that is {labels}"
[rules.insult]
gravity = 50
hold = 0.5
refuse = 0.9
score = "insult"
says = {fr = "Pas d'insultes.", en = "No insults."}
label = {fr = "injurieux", en = "insulting"}
words = {fr = ["zorglub | 1.0", "patatras | 0.6"], en = ["zorglub | 1.0", "patatras | 0.6"]}
"""


class PlainHasher:
    """Passwords as they are: argon2 has its own tests, and takes its time."""

    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == self.hash(password)


@pytest.fixture(scope="session")
def rules() -> RuleBook:
    return load(RULES)


@pytest.fixture(scope="session")
def catalogues() -> dict[str, Any]:
    return load_catalogues()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def moderator() -> Moderator:
    return a_moderator(password_hash=PlainHasher().hash("correct horse battery"))


@pytest.fixture
def settle(moderator: Moderator) -> Callable[[Store], None]:
    """Return a function that registers two sites and a moderator."""

    def register(store: Store) -> None:
        gazette = a_site("la-gazette", name="La Gazette", origins=("https://gazette.example",))
        with store.writing() as unit:
            unit.sites.register(a_site())
            unit.sites.register(gazette)
            unit.moderators.add(moderator)

    return register


@pytest.fixture
def store(settle: Callable[[Store], None]) -> Store:
    opened = MemoryStore()
    settle(opened)
    return opened


@pytest.fixture
def config() -> WebConfig:
    # The framework's test client comes from no address; who may see figures has tests of its own.
    secret = os.urandom(32)
    return WebConfig(base_url=BASE, secret=secret, limits_enabled=False, metrics_from=("*",))


def version_of(store: Store) -> Callable[[str, str], tuple[str, int] | None]:
    def version(origin: str, key: str) -> tuple[str, int] | None:
        with store.reading() as unit:
            return unit.threads.version(origin, key)

    return version


BuildHouse = Callable[..., House]


@pytest.fixture
def build(
    rules: RuleBook, catalogues: dict[str, Any], clock: StillClock, config: WebConfig
) -> BuildHouse:
    """Return a function that furnishes a house around a store."""

    def furnish(store: Store, **changes: Any) -> House:
        with store.reading() as unit:
            sites = tuple(unit.sites.all())
        parts = {"store": store, "clock": clock}
        modes = KnownModes(store)
        writing = parts | {
            "door": Door(modes=modes),
            "judge": partial(judge, rules=rules),
            "render": MarkdownRenderer(),
            "limits": Limits(),
        }
        made = House(
            config=replace(config, **changes),
            post=PostComment(**writing, watch_floods=False),
            edit=EditComment(**writing, edit_window=timedelta(minutes=15)),
            vote=Vote(**parts, door=writing["door"]),
            read=ReadThread(**parts),
            close_thread=CloseThread(**parts),
            highlight=HighlightComment(**parts),
            moderate=Moderate(**parts, rules_version=rules.version, ground_of=lambda _: None),
            sign_in=SignIn(**parts, hasher=PlainHasher(), session_length=timedelta(hours=8)),
            sites=lambda: sites,
            check=store.check,
            rules=rules,
            catalogues=catalogues,
            clock=clock,
            changes=Changes(watch=modes.watch, version=version_of(store)),
        )
        return lawful(made, store, clock)

    return furnish


@pytest.fixture
def house(build: BuildHouse, store: Store) -> House:
    return build(store)


@pytest.fixture
def client(house: House) -> Iterator[TestClient[Any]]:
    """Return a client that reaches the application at its public address."""
    app = create_app(house)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def say(client: TestClient[Any], clock: StillClock) -> Callable[..., dict[str, Any]]:
    """Return a function that posts a comment and returns the answer."""

    def post(text: str = "Bonjour à tous.", *, token: str | None = None, **fields: Any) -> Any:
        clock.forward(seconds=1)
        headers = {"Origin": ORIGIN}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = {"url": URL, "text": text} | fields
        answer = client.post(COMMENTS, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return post
