"""The whole house under a path of the newspaper's own host, behind a proxy that takes it off."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from serving import palabre, serving

pytestmark = pytest.mark.browser

PREFIX = "/palabre"
ARTICLE = f"""<!doctype html><html lang="fr"><title>Le marché</title>
<link rel="icon" href="data:,"><h1>Le marché</h1>
<script type="module" src="{PREFIX}/palabre.js"></script>
<palabre-comments></palabre-comments>"""
_OF_A_CONNECTION = {"connection", "transfer-encoding", "keep-alive"}


class Newspaper(ThreadingHTTPServer):
    """The newspaper's host: one article, and Palabre under a path. Notes what leaves that path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Proxy)
        self.house = ""
        self.left: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Proxy(BaseHTTPRequestHandler):
    server: Newspaper

    def answer(self) -> None:
        if self.path.startswith("/marche"):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(ARTICLE.encode())
        elif self.path.startswith(f"{PREFIX}/"):
            self._pass_on()
        else:
            self.server.left.append(self.path)
            self.send_error(404)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 -- http.server's names

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        # A live stream ends when the house or the browser goes: neither is a fault of this host.
        place = urlsplit(self.server.house).netloc
        with (
            suppress(http.client.HTTPException, OSError),
            closing(http.client.HTTPConnection(place, timeout=20)) as house,
        ):
            house.request(self.command, self.path.removeprefix(PREFIX), body, dict(self.headers))
            found = house.getresponse()
            self.send_response_only(found.status)
            for name, value in found.getheaders():
                if name.lower() not in _OF_A_CONNECTION:
                    self.send_header(name, value)
            self.end_headers()
            while part := found.read1(65536):
                self.wfile.write(part)
                self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing: pytest shows what matters."""


@pytest.fixture(scope="module")
def newspaper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newspaper]:
    folder: Path = tmp_path_factory.mktemp("under")
    with Newspaper() as host:
        palabre(folder, "init", "--origin", host.address, "--base-url", host.address + PREFIX)
        variables = {"PALABRE_LIMITS_ENABLED": "false", "PALABRE_DATABASE_DURABILITY": "process"}
        with serving(folder, **variables) as address:
            host.house = address
            thread = threading.Thread(target=host.serve_forever)
            thread.start()
            yield host
            host.shutdown()
            thread.join()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="fr-FR")
    yield context.new_page()
    context.close()


def write(page: Page, text: str) -> None:
    page.get_by_label("Commentaire", exact=True).first.fill(text)
    page.get_by_role("button", name="Envoyer le commentaire").click()
    expect(page.locator(".text", has_text=text).first).to_be_visible()


def test_the_element_stays_under_the_path(newspaper: Newspaper, page: Page):
    page.goto(f"{newspaper.address}/marche")
    write(page, "Vivement samedi.")
    # The cookie by which its author may edit it goes to the house, and to nobody else on that host.
    assert {c["path"] for c in page.context.cookies()} == {PREFIX}
    page.reload()
    page.get_by_role("link", name="Modifier").first.click()
    words = page.get_by_label("Commentaire", exact=True)
    expect(words).to_have_value("Vivement samedi.")
    words.fill("Vivement dimanche.")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".text", has_text="Vivement dimanche.").first).to_be_visible()
    assert newspaper.left == []


def test_the_plain_pages_stay_under_the_path(newspaper: Newspaper, page: Page):
    page.goto(f"{newspaper.address}{PREFIX}/thread?url={newspaper.address}/place")
    write(page, "Une place sans voitures.")
    assert page.url.startswith(f"{newspaper.address}{PREFIX}/thread?")
    page.locator("a.when").first.click()
    expect(page.locator(".text", has_text="Une place sans voitures.").first).to_be_visible()
    assert page.url.startswith(f"{newspaper.address}{PREFIX}/comments/")
    assert newspaper.left == []
