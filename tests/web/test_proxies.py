"""Behind a proxy: whose address counts, and how a house under a path stays under it."""

import asyncio
import re
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from builders import ORIGIN
from palabre.web.app import create_app
from palabre.web.house import House, Rates, WebConfig

URL = f"{ORIGIN}/politique/budget"
COMMENTS = "/api/v1/comments"
PROXY = "10.0.0.1"
TWO = Rates(post="2/minute")


@asynccontextmanager
async def asking(house: House, peer: str = PROXY, base: str = "https://comments.example") -> Any:
    """Yield a client whose requests arrive from ``peer``, as a proxy's would."""
    app = create_app(house)
    transport = httpx.ASGITransport(app, client=(peer, 4711))
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url=base) as client,
    ):
        yield client


def statuses(house: House, forwarded: list[list[str]], peer: str = PROXY) -> list[int]:
    """Post one comment for each list of X-Forwarded-For lines and return the statuses."""

    async def post() -> list[int]:
        found = []
        async with asking(house, peer) as client:
            for number, lines in enumerate(forwarded):
                headers = [("Origin", ORIGIN), *(("X-Forwarded-For", line) for line in lines)]
                body = {"url": URL, "text": f"Commentaire {number}."}
                answer = await client.post(COMMENTS, json=body, headers=headers)
                found.append(answer.status_code)
        return found

    return asyncio.run(post())


@pytest.fixture
def limited(build: Callable[..., House], store: Any) -> Callable[..., House]:
    def furnish(*proxies: str) -> House:
        return build(store, limits_enabled=True, rates=TWO, trusted_proxies=proxies)

    return furnish


def test_without_a_trusted_proxy_nobody_chooses_an_address(limited):
    forwarded = [["198.51.100.1"], ["198.51.100.2"], ["198.51.100.3"]]
    assert statuses(limited(), forwarded) == [201, 201, 429]


def test_a_trusted_proxy_tells_readers_apart(limited):
    forwarded = [["198.51.100.1"], ["198.51.100.1"], ["198.51.100.1"], ["198.51.100.2"]]
    assert statuses(limited("10.0.0.0/8"), forwarded) == [201, 201, 429, 201]


@pytest.mark.parametrize(
    "forwarded",
    [
        [["1.1.1.1, 198.51.100.1"], ["2.2.2.2, 198.51.100.1"], ["3.3.3.3, 198.51.100.1"]],
        [["1.1.1.1", "198.51.100.1"], ["2.2.2.2", "198.51.100.1"], ["198.51.100.1"]],
        [["10.0.0.9, 198.51.100.1"], ["10.0.0.8, 198.51.100.1"], ["127.0.0.1, 198.51.100.1"]],
        [["nonsense, 198.51.100.1"], [", 198.51.100.1"], ["%00, 198.51.100.1:80"]],
        [["1.1.1.1, 198.51.100.1, 10.0.0.7"], ["198.51.100.1, 10.0.0.7"], ["198.51.100.1"]],
        [["198.51.100.1"], ["::ffff:198.51.100.1"], ["[::ffff:198.51.100.1]:443"]],
    ],
    ids=["left part", "lines of its own", "trusted names", "nonsense", "two proxies", "mapped"],
)
def test_what_a_client_wrote_before_the_proxy_counts_for_nothing(forwarded, limited):
    assert statuses(limited("10.0.0.0/8"), forwarded) == [201, 201, 429]


def test_addresses_of_one_ipv6_home_count_together(limited):
    forwarded = [["2001:db8:1:2::1"], ["2001:db8:1:2:ffff::2"], ["2001:db8:1:2::3"]]
    assert statuses(limited("10.0.0.0/8"), forwarded) == [201, 201, 429]
    other = [["2001:db8:1:3::1"]]
    assert statuses(limited("10.0.0.0/8"), other) == [201]


def test_who_is_no_proxy_is_not_believed_because_proxies_exist(limited):
    forwarded = [["198.51.100.1"], ["198.51.100.2"], ["198.51.100.3"]]
    assert statuses(limited("10.0.0.0/8"), forwarded, peer="203.0.113.9") == [201, 201, 429]


@pytest.mark.parametrize(
    ("peer", "headers", "allowed"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("203.0.113.9", {}, False),
        ("testclient", {}, False),
        ("10.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, True),  # the proxy says so
        ("10.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, False),
        ("10.0.0.1", {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}, False),
        ("10.0.0.1", {}, False),
        # Somebody stands in front whom no setting names: everybody would come from here.
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, False),
    ],
)
def test_figures_are_for_this_machine(build, store, peer, headers, allowed):
    async def ask(**changes: Any) -> httpx.Response:
        changes = {"trusted_proxies": ("10.0.0.0/8",)} | changes
        async with asking(build(store, **changes), peer) as client:
            return await client.get("/metrics", headers=headers)

    answer = asyncio.run(ask(metrics_from=WebConfig(base_url="", secret=b"").metrics_from))
    assert answer.status_code == (200 if allowed else 404)
    assert ("palabre_requests" in answer.text) is allowed
    assert asyncio.run(ask(metrics_from=("*",))).status_code == 200
    assert asyncio.run(ask(metrics_from=())).status_code == 404


def test_figures_are_for_whom_the_house_names(build, store):
    async def ask(peer: str) -> int:
        house = build(store, metrics_from=("192.0.2.0/24", "2001:db8::/48"))
        async with asking(house, peer) as client:
            return (await client.get("/metrics")).status_code

    peers = ("192.0.2.7", "2001:db8::9", "127.0.0.1", "2001:db8:1::9")
    assert [asyncio.run(ask(peer)) for peer in peers] == [200, 200, 404, 404]


SPOOFED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": "/evil",
    "X-Original-URL": "/desk",
    "X-Rewrite-URL": "/desk",
    "Forwarded": "host=evil.example;proto=http",
}


def test_no_header_moves_the_house(build, store):
    async def ask() -> list[httpx.Response]:
        house = build(store, trusted_proxies=("10.0.0.0/8",))
        async with asking(house) as client:
            body = {"url": URL, "text": "Bonjour."}
            sent = {"Origin": ORIGIN} | SPOOFED
            posted = await client.post(COMMENTS, json=body, headers=sent)
            page = await client.get("/thread", params={"url": URL}, headers=SPOOFED)
            door = await client.get("/desk", headers=SPOOFED)
            return [posted, page, door]

    posted, page, door = asyncio.run(ask())
    assert (posted.status_code, page.status_code, door.status_code) == (201, 200, 303)
    for answer in (posted, page, door):
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)
    assert posted.json()["permalink"].startswith("https://comments.example/")


# --- under a path -------------------------------------------------------------------------------

PREFIX = "/palabre"
HOST = "https://example.org"
_LINKS = re.compile(r'\b(?:href|src|action|formaction|srcset|data-src)="([^"]*)"')
_SHEETS = re.compile(r"url\(([^)]*)\)")


def leads_out(page: str) -> list[str]:
    """Return the links of a page that lead to this host, and out of the prefix."""
    links = _LINKS.findall(page) + _SHEETS.findall(page)
    here = [x.removeprefix(HOST) for x in links if x.startswith(("/", HOST)) and x[:2] != "//"]
    return [x for x in here if not x.startswith(f"{PREFIX}/") and x != PREFIX]


def cookie_paths(answer: httpx.Response) -> list[str]:
    return [
        re.search(r"[Pp]ath=([^;]*)", line)[1] for line in answer.headers.get_list("set-cookie")
    ]


class Proxied:
    """A browser before a proxy that takes the prefix off; it refuses to go anywhere else."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.jar: dict[str, str] = {}

    async def ask(self, method: str, address: str, **more: Any) -> httpx.Response:
        path = address.removeprefix(HOST)
        assert path.startswith(f"{PREFIX}/"), address
        headers = {"Origin": HOST, "Accept-Encoding": "identity"} | more.pop("headers", {})
        if self.jar:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.jar.items())
        answer = await self._client.request(
            method, path.removeprefix(PREFIX), headers=headers, **more
        )
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.jar[name] = value
        # The jar above keeps no paths: what they are is looked at by itself.
        self._client.cookies.clear()
        return answer


def browsed(build: Callable[..., House], store: Any, steps: Callable[[Proxied], Any]) -> Any:
    async def run() -> Any:
        house = build(store, base_url=HOST + PREFIX)
        async with asking(house, base=HOST) as client:
            return await steps(Proxied(client))

    return asyncio.run(run())


THREAD = f"{PREFIX}/thread?{urlencode({'url': URL, 'title': 'Le budget est voté'})}"


def form_of(page: str, marker: str) -> tuple[str, dict[str, str]]:
    """Return the address and the hidden fields of the form whose tag contains ``marker``."""
    found = re.search(rf"<form[^>]*{marker}[^>]*>.*?</form>", page, flags=re.DOTALL)
    assert found, marker
    form = found[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    fields = {name: value.replace("&amp;", "&") for name, value in hidden}
    return re.search(r'action="([^"]+)"', form)[1].replace("&amp;", "&"), fields


def test_a_reader_never_leaves_the_prefix(build, store):
    async def steps(browser: Proxied) -> None:
        seen = []
        page = await browser.ask("GET", THREAD)
        seen.append(page)
        action, fields = form_of(page.text, 'id="palabre-form"')
        posted = await browser.ask("POST", action, data=fields | {"text": "Bonjour à tous."})
        assert posted.status_code == 303
        assert cookie_paths(posted)
        assert set(cookie_paths(posted)) == {PREFIX}
        back = posted.headers["location"]
        page = await browser.ask("GET", back.partition("#")[0])
        seen.append(page)
        assert "Bonjour à tous." in page.text
        for marker in ('data-form="delete"', r'action="[^"]*/edit"'):
            if not re.search(rf"<form[^>]*{marker}", page.text):
                continue
            action, fields = form_of(page.text, marker)
            assert action.startswith(f"{PREFIX}/comments/")
        link = re.search(r'class="when" href="([^"]+)"', page.text)[1]
        seen += [
            await browser.ask("GET", link),
            await browser.ask("GET", f"{PREFIX}/house-rules"),
            await browser.ask("GET", f"{PREFIX}/nowhere", headers={"Accept": "text/html"}),
        ]
        for answer in seen:
            assert leads_out(answer.text) == [], answer.request.url
            assert int(answer.headers["content-length"]) == len(answer.content)

    browsed(build, store, steps)


def test_static_files_are_found_under_the_prefix(build, store):
    async def steps(browser: Proxied) -> None:
        page = await browser.ask("GET", THREAD)
        files = [x for x in _LINKS.findall(page.text) if "/static/" in x]
        assert files
        for file in files:
            answer = await browser.ask("GET", file)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            if file.partition("?")[0].endswith(".css"):
                assert leads_out(answer.text) == []

    browsed(build, store, steps)


def test_a_moderator_never_leaves_the_prefix(build, store):
    async def steps(browser: Proxied) -> None:
        door = await browser.ask("GET", f"{PREFIX}/desk")
        assert door.headers["location"] == f"{PREFIX}/desk/sign-in"
        door = await browser.ask("GET", door.headers["location"])
        action, fields = form_of(door.text, "sign-in")
        fields |= {"login": "claire", "password": "correct horse battery"}
        entered = await browser.ask("POST", action, data=fields)
        assert entered.status_code == 303
        assert cookie_paths(entered) == [f"{PREFIX}/desk"]
        desk = await browser.ask("GET", entered.headers["location"])
        assert desk.status_code == 200
        assert leads_out(desk.text) == []
        action, fields = form_of(desk.text, "sign-out")
        left = await browser.ask("POST", action, data=fields)
        assert left.headers["location"] == f"{PREFIX}/desk/sign-in"
        # The session's, and the mark by which a thread's page says "Moderate".
        assert cookie_paths(left) == [f"{PREFIX}/desk", PREFIX]

    browsed(build, store, steps)


def test_what_programs_read_leads_back_under_the_prefix(build, store):
    async def steps(browser: Proxied) -> None:
        posted = await browser.ask(
            "POST",
            f"{PREFIX}{COMMENTS}",
            json={"url": URL, "text": "Bonjour."},
            headers={"Origin": ORIGIN},
        )
        assert posted.headers["location"].startswith(f"{PREFIX}{COMMENTS}/")
        assert posted.json()["permalink"].startswith(f"{HOST}{PREFIX}/comments/")
        document = (await browser.ask("GET", f"{PREFIX}/openapi.json")).json()
        assert document["servers"] == [{"url": HOST + PREFIX}]
        problem = (await browser.ask("GET", f"{PREFIX}{COMMENTS}/x")).json()
        assert problem["type"].startswith(f"{HOST}{PREFIX}/")

    browsed(build, store, steps)


def test_at_the_root_of_a_host_nothing_is_put_before_anything(client):
    page = client.get("/thread", params={"url": URL})
    assert 'href="/house-rules' in page.text
    assert PREFIX not in page.text


def test_what_a_reader_writes_is_left_as_it_is(build, store):
    text = 'Voir href="/desk" et src="/x", ou [ici](/desk) <a href="/desk">'

    async def steps(browser: Proxied) -> None:
        body = {"url": URL, "text": text}
        sent = {"Origin": ORIGIN}
        posted = await browser.ask("POST", f"{PREFIX}{COMMENTS}", json=body, headers=sent)
        page = await browser.ask("GET", THREAD)
        assert posted.json()["comment"]["html"].strip() in page.text

    browsed(build, store, steps)
