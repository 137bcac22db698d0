"""A real newsroom for a real browser: the server as a process over SQLite, and Debian's Chromium.

Nothing here stands in for anything: the comments went through the house rules, the moderator signs
in, and a second site on another port embeds the thread.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser.elsewhere import Elsewhere
from browser.newspaper import Newspaper, newspaper
from palabre.application.post_comment import NewComment, Posted
from palabre.cli.settings_file import settings_text
from palabre.domain.person import ANYBODY, Role
from palabre.settings import load
from palabre.web.demo_pages import load_articles, load_comments
from palabre.web.house import House
from palabre.wiring import build_house
from palabre.wiring_parts import build_parts, sign_in_of

ROOT = Path(__file__).parents[2]
LOGIN, PASSWORD = "moderation", "une phrase assez longue"
EDITOR = "Maud Kerhervé"
# Two words that no other rule knows, so that a test can foresee the verdict without ugly words.
RULES = """
[rules.insult]
words = {fr = ["zorglub | 1.0"], en = ["zorglub | 1.0"]}
[rules.courtesy]
words = {fr = ["patatras | 0.7"], en = ["patatras | 0.7"]}
"""
REFUSED, HELD = "zorglub", "patatras"


@dataclass(frozen=True)
class Town:
    """The running server, and the other site that embeds its threads."""

    base: str
    elsewhere: Elsewhere
    house: House

    def thread(self, slug: str, **parameters: str) -> str:
        """Return the address of the plain page of an article's thread."""
        return (
            f"{self.base}/thread?{urlencode({'url': f'{self.base}/articles/{slug}', **parameters})}"
        )

    def write(self, slug: str, text: str, **more: str | None) -> str:
        """Post a comment as some reader, and return its id."""
        return self._post(slug, text, **more).stored.comment.id

    def token_of(self, slug: str, text: str, **more: str | None) -> str:
        """Post a comment, and return its author's token."""
        return self._post(slug, text, **more).token

    def _post(self, slug: str, text: str, **more: str | None) -> Posted:
        url = f"{self.base}/articles/{slug}"
        new = NewComment(
            **{"url": url, "text": text, "title": slug, "lang": "fr", "vouched": True, **more}
        )
        return self.house.post(new)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _demo(house: House, base: str) -> None:
    for article in load_articles():
        ids: dict[str | None, str] = {None: None}
        for comment in load_comments()[article.slug]:
            new = NewComment(
                url=f"{base}/articles/{article.slug}",
                text=comment.text,
                title=article.title,
                lang=article.lang,
                parent=ids[comment.parent],
                name=comment.name,
                vouched=True,
            )
            ids[comment.id] = house.post(new).stored.comment.id
            for _ in range(comment.up):
                house.vote(ids[comment.id], 1, voter=None, viewer=ANYBODY)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    with Elsewhere(base) as elsewhere:
        site = {
            "id": "gazette",
            "name": "La Gazette de Valbonne",
            "lang": "fr",
            "origins": [base, elsewhere.origin, "https://journal.example"],
            "reserved_names": [EDITOR],
        }
        config = folder / "palabre.toml"
        config.write_text(settings_text(site, base_url=base), encoding="utf-8")
        (folder / "house-rules.toml").write_text(RULES, encoding="utf-8")
        secret = folder / "palabre.secret"
        secret.touch(mode=0o600)
        secret.write_text("s" * 43, encoding="utf-8")
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PALABRE_")},
            "PALABRE_LIMITS_ENABLED": "false",
            "PALABRE_JUDGE_DEPTH": "rules",
            "PALABRE_DATABASE_DURABILITY": "process",
            "PALABRE_CONFIG": str(config),
        }
        parts = build_parts(load(config, environment), folder)
        moderator = {"login": LOGIN, "name": EDITOR, "password": PASSWORD}
        sign_in_of(parts).add_moderator(**moderator, role=Role.ADMINISTRATOR)
        house = build_house(parts)
        _demo(house, base)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory"),
                    *("--port", str(port), "--no-ws", "palabre.wiring:demo_application"),
                ],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                _wait_for(f"{base}/readyz", server, folder / "log")
                yield Town(base, elsewhere, house)
            finally:
                server.terminate()
                server.wait(20)
                parts.store.close()


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> bool:
    """Whether pictures are taken: not where every second counts."""
    return "not long" not in str(request.config.getoption("markexpr"))


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newspaper]:
    with newspaper(tmp_path_factory.mktemp("paper"), RULES) as started:
        yield started


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 -- our own server
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture
def visit(browser: Browser, town: Town) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a fresh reader's browser.

    In every test: no dialog opens, nothing sets ``window.__x``, no request leaves for a third
    party, no error is thrown, and no Content-Security-Policy is offended.
    """
    contexts: list[BrowserContext] = []
    strange: list[str] = []
    pages: list[Page] = []

    def watch(page: Page, tolerated: tuple[str, ...]) -> None:
        pages.append(page)
        own = (town.base, town.elsewhere.origin, "data:", "about:", "blob:")

        def complain(text: str) -> None:
            if not any(t in text for t in tolerated):
                strange.append(text)

        page.on("dialog", lambda d: (strange.append(f"dialog: {d.message}"), d.dismiss()))
        page.on("pageerror", lambda e: complain(f"error: {e}"))
        page.on(
            "console",
            lambda m: complain(f"console: {m.text}") if m.type in {"error", "warning"} else None,
        )
        page.on(
            "request",
            lambda r: None if r.url.startswith(own) else strange.append(f"third party: {r.url}"),
        )

    def opened(*, js: bool = True, tolerated: tuple[str, ...] = (), **options: object) -> Page:
        given = {"viewport": {"width": 1100, "height": 900}, "locale": "fr-FR", **options}
        context = browser.new_context(java_script_enabled=js, **given)
        context.set_default_timeout(8000)
        contexts.append(context)
        # A refused form answers 422: the browser notes that on the console, and so it should.
        context.on(
            "page",
            lambda page: watch(page, (*tolerated, "status of 4", "favicon")),
        )
        return context.new_page()

    yield opened
    for page in pages:
        if not page.is_closed() and page.url != "about:blank":
            assert page.evaluate("window.__x") is None
    for context in contexts:
        context.close()
    assert strange == []


@pytest.fixture
def slug(request: pytest.FixtureRequest) -> str:
    """Return an article of this test's own."""
    return "".join(c if c.isalnum() else "-" for c in request.node.name.lower()).strip("-")
