"""Where requests may lead, what they may set, who may send them, whose things they may touch."""

import itertools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from structlog.testing import capture_logs

from builders import ORIGIN, StillClock, a_moderator
from palabre.application.ports import Store
from palabre.domain.comment import Status
from palabre.domain.identifier import new_id
from palabre.web.forms import desk_token, form_token
from palabre.web.house import House

BASE = "https://comments.example"
URL = "https://journal.example/politique/budget"
OTHER = "https://gazette.example/ailleurs"
COMMENTS = "/api/v1/comments"
FORM = {"Origin": BASE, "Accept": "text/html"}
PASSWORD = "correct horse battery"

ELSEWHERE = (
    *("https://tiers.example/", "//tiers.example/", "///tiers.example/", "/\\tiers.example/"),
    *("\\\\tiers.example", "/%2f%2ftiers.example", "/%5ctiers.example", "https:tiers.example"),
    *("https:/tiers.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x"),
    *("/thread?@tiers.example", "//comments.example@tiers.example", "/thread\\@tiers.example"),
    *("https://comments.example.tiers.example/", "https://comments.example@tiers.example/"),
    *("/articles/..//tiers.example", "/articles/../../\\tiers.example", "/articles//tiers.example"),
    *(
        "/thread?url=x\r\nLocation: //tiers.example",
        "/thread?\nSet-Cookie: a=b",
        "\t//tiers.example",
    ),
    *("/thread?url=%0d%0aSet-Cookie:a=b", "http://[::1]/", "//tiers%E3%80%82example", "?", "#x"),
    *(
        "/articles/x#@tiers.example",
        "/thread?#//tiers.example",
        "/" * 5000,
        "/thread?" + "x" * 5000,
    ),
    *(
        "/desk/sign-out",
        "/comments/x/delete",
        "/static/../../etc/passwd",
        " /thread?url=x",
        "/thread",
    ),
)


def lands_here(answer: Any) -> bool:
    """Tell whether a browser that follows the answer stays on this server."""
    location = answer.headers.get("location", "/")
    # Browsers take backslashes for slashes and drop tabs and line ends.
    seen = re.sub(r"[\t\r\n]", "", location).replace("\\", "/").strip()
    seen = re.sub(r"^(https?:)?//+", r"\1//", seen)
    parts = urlsplit(urljoin(f"{BASE}/x", seen))
    return (parts.scheme, parts.netloc) == ("https", "comments.example")


def test_the_test_of_landing_works():
    class Answer:
        def __init__(self, location: str) -> None:
            self.headers = {"location": location}

    assert lands_here(Answer("/thread?url=https://tiers.example/"))
    for away in (*ELSEWHERE[:4], "\t//tiers.example", "javascript:x"):
        assert not lands_here(Answer(away))


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_form_leads_away(client: Any, house: House, say: Any, address: str):
    said = say()
    token = form_token(house)
    for action in ("vote", "edit", "delete"):
        sent = {"form": token, "back": address, "value": "1", "text": "x", "next": address}
        answer = client.post(
            f"/comments/{said['id']}/{action}",
            data=sent,
            headers=FORM | {"Cookie": f"palabre_author={said['token']}"},
            follow_redirects=False,
        )
        assert answer.status_code in {303, 400, 403, 422}
        assert lands_here(answer), answer.headers["location"]
    asked = {"url": URL, "next": address, "back": address, "title": address, "lang": address}
    sent = {"form": token, "text": "Bonjour.", "back": address, "next": address}
    answer = client.post("/thread", params=asked, data=sent, headers=FORM, follow_redirects=False)
    assert answer.status_code in {303, 400, 422}
    assert lands_here(answer)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_the_door_leads_to_the_desk_and_nowhere_else(client: Any, house: House, address: str):
    sent = {"form": form_token(house), "login": "claire", "password": PASSWORD, "next": address}
    answer = client.post(
        "/desk/sign-in", params={"next": address}, data=sent | {"back": address}, headers=FORM,
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code in {303, 400}
    assert answer.headers.get("location", "/desk") == "/desk"
    answer = client.get(f"{BASE}/{quote(address)}", headers=FORM, follow_redirects=False)
    assert answer.status_code in {200, 303, 404, 405, 422}
    assert lands_here(answer)


SMUGGLED: dict[str, Any] = {
    "status": "published",
    "is_staff": True,
    "staff": 1,
    "author_key": "x",
    "id": "x",
    "created_at": "2000-01-01T00:00:00Z",
    "edited_at": None,
    "up": 99,
    "score": 9,
    "source": "x",
    "vouched": True,
    "html": "<script>",
    "token": "x",
    "verdict": "publish",
    "depth": -1,
    "thread_id": "x",
    "site_id": "x",
    "rules": [],
    "revision": 9,
    "__class__": "x",
    "__proto__": {"is_staff": True},
    "constructor": {},
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_json_takes_no_field_that_is_not_named(client: Any, store: Store, say: Any, name: str):
    said = say("Quel patatras !")
    author = {"Authorization": f"Bearer {said['token']}"}
    for method, path, body in (
        ("POST", COMMENTS, {"url": URL, "text": "x"}),
        ("PATCH", f"{COMMENTS}/{said['id']}", {"text": "x"}),
        ("PUT", f"{COMMENTS}/{said['id']}/vote", {"value": 1}),
    ):
        answer = client.request(method, path, json=body | {name: SMUGGLED[name]}, headers=author)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_field")
    mine = client.get(f"{COMMENTS}/{said['id']}", headers=author).json()["comment"]
    assert (mine["status"], mine["staff"], mine["score"]) == ("held", False, 0)


def test_a_form_takes_no_field_that_is_not_named(client: Any, house: House, store: Store):
    fields = {"form": form_token(house), "text": "Quel patatras !", "name": "Zoé"}
    fields |= {k: str(v) for k, v in SMUGGLED.items()}
    answer = client.post("/thread", params={"url": URL} | fields, data=fields, headers=FORM,
                         follow_redirects=False)  # fmt: skip
    assert answer.status_code == 303
    comment_id = answer.headers["location"].partition("posted=")[2].partition("#")[0]
    with store.reading() as unit:
        comment = unit.comments.get(comment_id)
    assert comment is not None
    assert comment.status is Status.HELD
    assert (comment.up, comment.down, comment.depth) == (0, 0, 0)
    assert comment.author_key not in {None, "x"}
    assert comment.created_at.year > 2000


ORIGINS = (None, BASE, ORIGIN, "https://tiers.example", "null", f"{BASE}.tiers.example", "")
REFERERS = (None, f"{BASE}/thread", "https://tiers.example/?https://comments.example/", "")
SITES = (None, "same-origin", "same-site", "cross-site", "none")


def test_forms_from_every_kind_of_page(client: Any, house: House, say: Any):
    said = say()
    token = form_token(house)
    taken = set()
    for origin, referer, site in itertools.product(ORIGINS, REFERERS, SITES):
        named = {"Origin": origin, "Referer": referer, "Sec-Fetch-Site": site}
        headers = {name: value for name, value in named.items() if value is not None}
        answer = client.post(
            f"/comments/{said['id']}/vote",
            data={"form": token, "value": "1"},
            headers={"Accept": "text/html"} | headers,
            follow_redirects=False,
        )
        assert answer.status_code in {303, 403}
        if answer.status_code == 303:
            taken.add((origin, referer, site))
        else:
            assert "set-cookie" not in answer.headers
    # What names an origin is judged by it; then by what the browser says; then by the referer.
    assert taken == {
        *itertools.product((BASE,), REFERERS, SITES),
        *itertools.product((None,), REFERERS, ("same-origin", "none")),
        (None, f"{BASE}/thread", None),
    }


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/xml", ""])
def test_a_form_in_other_clothes_is_none(client: Any, house: House, say: Any, kind: str):
    answer = client.post(
        f"/comments/{say()['id']}/vote",
        content=f"form={form_token(house)}&value=1",
        headers=FORM | {"Content-Type": kind},
    )
    assert answer.status_code == 415


@pytest.fixture
def narrow(house: House, store: Store, moderator: Any) -> Callable[[str], str]:
    """Return a function that signs a moderator of one site in."""

    def sign_in(site: str) -> str:
        colleague = a_moderator(site, site_ids=(site,), password_hash=moderator.password_hash)
        with store.writing() as unit:
            unit.moderators.add(colleague)
        return house.sign_in(site, PASSWORD)

    return sign_in


def at_desk(client: Any, house: House, session: str, path: str, **fields: str) -> Any:
    sent = {"form": desk_token(session, house)} | fields
    headers = FORM | {"Cookie": f"palabre_desk={session}"}
    return client.post(path, data=sent, headers=headers, follow_redirects=False)


def test_a_moderator_of_one_site_does_nothing_on_another(
    client: Any, house: House, store: Store, say: Any, narrow: Callable[[str], str]
):
    session = narrow("la-gazette")
    there = say("Ici patatras.", name="Inconnue")
    here = client.post(COMMENTS, json={"url": OTHER, "text": "Là patatras."}).json()
    with store.reading() as unit:
        thread = unit.comments.get(there["id"]).thread_id
    for what in ("approve", "hold", "undo", "refuse:insult", ""):
        answer = at_desk(client, house, session, f"/desk/comments/{there['id']}", do=what)
        assert answer.status_code in {403, 422}, what
        assert "Inconnue" not in answer.text
    fragment = at_desk(
        client, house, session, f"/desk/comments/{there['id']}", do="approve", fragment="1"
    )
    assert fragment.status_code == 403
    for what in ("close", "open"):
        answer = at_desk(client, house, session, f"/desk/threads/{thread}", do=what)
        assert answer.status_code == 403
    cookie = {"Cookie": f"palabre_desk={session}", "Accept": "text/html"}
    for state in ("held", "refused", "published"):
        page = client.get(f"/desk?state={state}&done={there['id']}", headers=cookie)
        assert page.status_code == 200
        assert "Inconnue" not in page.text
    # The desk's cookie opens nothing outside the desk.
    for path in (f"{COMMENTS}/{there['id']}", f"/comments/{there['id']}"):
        assert client.get(path, headers=cookie).status_code == 404
    with store.reading() as unit:
        assert unit.comments.get(there["id"]).status is Status.HELD
    done = at_desk(client, house, session, f"/desk/comments/{here['id']}", do="approve")
    assert done.status_code == 303


def test_another_readers_comment_is_not_touched(client: Any, house: House, say: Any):
    mine, held = say("Le mien."), say("Quel patatras !")
    other = client.post(COMMENTS, json={"url": OTHER, "text": "Le tien."}).json()
    voter = client.put(f"{COMMENTS}/{mine['id']}/vote", json={"value": 1}).json()["voter"]
    for thief in (other["token"], voter, held["id"], "x" * 43, "A" * 500):
        for headers in (
            {"Authorization": f"Bearer {thief}"},
            {"Cookie": f"palabre_author={thief}"},
        ):
            for wanted in (mine, held):
                at = f"{COMMENTS}/{wanted['id']}"
                edit = client.patch(at, json={"text": "Volé."}, headers=headers)
                assert edit.status_code == 403, edit.text
                assert client.delete(at, headers=headers).status_code == 403
            assert client.get(f"{COMMENTS}/{held['id']}", headers=headers).status_code == 404
            assert client.get(f"/comments/{held['id']}", headers=headers).status_code == 404
            sent = {"form": form_token(house), "text": "Volé."}
            for action in ("edit", "delete"):
                answer = client.post(
                    f"/comments/{mine['id']}/{action}", data=sent, headers=FORM | headers
                )
                assert answer.status_code == 403
    # A cursor or a reply of one thread does not open another.
    page = client.get(f"/thread/replies/{mine['id']}", params={"url": OTHER}, headers=FORM)
    assert page.status_code == 404
    shown = client.get("/thread", params={"url": OTHER, "posted": held["id"], "edit": mine["id"]})
    assert "patatras" not in shown.text
    assert client.get(f"{COMMENTS}/{mine['id']}").json()["comment"]["text"] == "Le mien."


def test_an_old_session_is_not_taken_over(client: Any, house: House):
    planted = "p" * 43
    sent = {"form": form_token(house), "login": "claire", "password": PASSWORD}
    cookie = {"Cookie": f"palabre_desk={planted}"}
    answer = client.post("/desk/sign-in", data=sent, headers=FORM | cookie, follow_redirects=False)
    given = answer.headers["set-cookie"]
    session = given.partition("=")[2].partition(";")[0]
    assert session != planted
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/desk"):
        assert part.lower() in given.lower()
    client.cookies.clear()
    shut = client.get("/desk", headers=FORM | cookie, follow_redirects=False)
    assert shut.headers["location"] == "/desk/sign-in"
    # Out means out, for whoever kept a copy of the cookie.
    out = at_desk(client, house, session, "/desk/sign-out")
    assert out.status_code == 303
    client.cookies.clear()
    late = at_desk(client, house, session, f"/desk/comments/{new_id(house.clock())}", do="approve")
    assert late.status_code == 401
    old = {"Cookie": f"palabre_desk={session}"}
    assert client.get("/desk", headers=FORM | old, follow_redirects=False).status_code == 303


def test_a_session_ends_by_itself(client: Any, house: House, clock: StillClock):
    session = house.sign_in("claire", PASSWORD)
    headers = FORM | {"Cookie": f"palabre_desk={session}"}
    assert client.get("/desk", headers=headers).status_code == 200
    clock.forward(hours=9)
    assert client.get("/desk", headers=headers, follow_redirects=False).status_code == 303


def test_a_desk_form_is_good_for_its_own_session(
    client: Any, house: House, say: Any, narrow: Callable[[str], str]
):
    held = say("Quel patatras !")["id"]
    mine, other = house.sign_in("claire", PASSWORD), narrow("le-journal")
    tokens = (
        desk_token(other, house),
        form_token(house),
        "",
        "x",
        "\udcff",
        desk_token(mine, house)[:-1],
    )
    for token in tokens:
        fields = {"form": token.encode("utf-8", "surrogateescape"), "do": "approve"}
        for path in (f"/desk/comments/{held}", "/desk/sign-out"):
            headers = FORM | {"Cookie": f"palabre_desk={mine}"}
            answer = client.post(path, data=fields, headers=headers)
            assert answer.status_code in {400, 403}
    headers = {"Cookie": f"palabre_desk={mine}", "Origin": "https://tiers.example"}
    sent = {"form": desk_token(mine, house), "do": "approve"}
    assert client.post(f"/desk/comments/{held}", data=sent, headers=headers).status_code == 403
    assert at_desk(client, house, mine, f"/desk/comments/{held}", do="approve").status_code == 303


@pytest.mark.parametrize("order", [1, -1])
def test_a_tossed_cookie_opens_nothing(client: Any, house: House, say: Any, order: int):
    """A neighbouring subdomain can plant a second cookie of the same name."""
    said = say("Quel patatras !")
    for name, good in (
        ("palabre_desk", house.sign_in("claire", PASSWORD)),
        ("palabre_author", said["token"]),
    ):
        both = [f"{name}={good}", f"{name}={'x' * 43}"][::order]
        headers = FORM | {"Cookie": "; ".join(both)}
        for path in ("/desk", f"/comments/{said['id']}", f"/thread?url={URL}"):
            assert client.get(path, headers=headers, follow_redirects=False).status_code < 500
    planted = FORM | {"Cookie": "palabre_author=" + "y" * 43}
    form = {"form": form_token(house), "text": "Écrit avec un cookie planté."}
    answer = client.post("/thread", params={"url": URL}, data=form, headers=planted,
                         follow_redirects=False)  # fmt: skip
    assert answer.status_code == 303


def test_no_secret_stands_in_an_address_or_a_log(client: Any, house: House, say: Any):
    with capture_logs() as entries:
        secrets = go_round(client, house, say)
    assert len(entries) > 5
    for word in (*secrets, "Quelconque", "zoe@", "Bonjour", "budget", "tiers.example"):
        assert word not in str(entries)


def go_round(client: Any, house: House, say: Any) -> tuple[str, ...]:
    """Write, sign in, read and vote; return what nobody else may learn of it."""
    said = say("Bonjour.", name="Zoé Quelconque", email="zoe@tiers.example")
    session = house.sign_in("claire", PASSWORD)
    secrets = (said["token"], session, PASSWORD, desk_token(session, house), form_token(house))
    cookies = {"Cookie": f"palabre_author={said['token']}; palabre_desk={session}"}
    pages = ("/desk", "/desk?state=published", "/thread?url=" + URL, f"/comments/{said['id']}")
    for page in pages:
        answer = client.get(page, headers=FORM | cookies)
        assert answer.status_code == 200
        addresses = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)
        assert addresses
        assert not any(secret in a for a in addresses for secret in secrets)
        assert "zoe@tiers" not in answer.text
        assert session not in answer.text
        assert said["token"] not in answer.text
    sent = {"form": form_token(house), "value": "1", "back": f"/thread?url={URL}"}
    answer = client.post(f"/comments/{said['id']}/vote", data=sent, headers=FORM)
    client.get(f"{COMMENTS}?url={URL}&token={said['token']}")
    client.get(f"/{said['token']}")
    client.get(f"/desk?x={session}", headers=FORM)
    return secrets


@pytest.mark.parametrize(
    "host",
    [
        "tiers.example",
        "comments.example:444",
        "user@comments.example",
        "comments.example.",
        "[::1]",
        "x",
    ],
)
def test_a_host_header_writes_no_address(client: Any, house: House, say: Any, host: str):
    said = say()
    forged = {"Host": host, "X-Forwarded-Host": "tiers.example", "Forwarded": "host=tiers.example"}
    forged |= {
        "X-Original-URL": "/desk",
        "X-Rewrite-URL": "/desk",
        "X-HTTP-Method-Override": "DELETE",
    }
    for path in (f"/thread?url={URL}", f"/comments/{said['id']}", f"{COMMENTS}?url={URL}", "/desk"):
        answer = client.get(path, headers=FORM | forged, follow_redirects=False)
        assert answer.status_code in {200, 303, 400, 422}
        assert "tiers.example" not in answer.text
        assert "tiers.example" not in str(answer.headers)
    # What everybody gets next is not what that request asked for.
    plain = client.get(f"{COMMENTS}?url={URL}")
    assert plain.json()["comments"][0]["permalink"].startswith(BASE)


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/%2e%2e/settings.py"),
        *("/static/....//app.py", "/static/%5c..%5capp.py", "/static//etc/passwd", "/static/"),
        *("/static/page.css%00.js", "/static/page.CSS"),
        *("/static/%252e%252e%252fapp.py", "/static/file:///etc/passwd", "/static/page.css;.js"),
        *(
            "/static/..%c0%af..%c0%afetc/passwd",
            "//desk",
            "/desk/..;/desk",
            "/%64esk/x",
            "/./desk/x",
        ),
    ],
)
def test_odd_paths_open_nothing(client: Any, path: str):
    answer = client.get(BASE + path, follow_redirects=False)
    assert answer.status_code in {303, 404, 405}, answer.text[:200]
    assert "root:" not in answer.text
    assert "import " not in answer.text
