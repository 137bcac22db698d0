"""Each vector through every field and parameter: what comes back as HTML holds nothing foreign."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest

from attacks.vectors import READABLE, VECTORS, Vector, one_of_each_kind, packed
from attacks.watch import complaints
from palabre.application.ports import Store
from palabre.domain.comment import Status
from palabre.web.forms import form_token
from palabre.web.house import House

BASE = "https://comments.example"
URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
READS = {"Accept": "text/html"}
OWN = READS | {"Origin": BASE}
PARAMETERS = (
    *("url", "title", "lang", "sort", "after", "all", "reply", "edit", "posted", "done"),
    *("fragment", "item", "state", "back", "form", "x"),
)
HELD = "patatras"


def check(answer: Any, *, html: bool = True) -> None:
    """Check that an answer is no fault of ours and, where it is HTML, holds nothing foreign."""
    assert answer.status_code < 500, answer.text
    assert "tiers.example" not in answer.headers.get("location", "").partition("?")[0]
    for name in ("set-cookie", "location"):
        assert "\n" not in answer.headers.get(name, "")
    cookies = answer.headers.get_list("set-cookie")
    ours = ("palabre_author=", "palabre_voter=", "palabre_desk=", "palabre_newsroom=")
    assert all(c.startswith(ours) for c in cookies)
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/html"):
        assert complaints(answer.text) == []
        assert "{{7*7}}" in answer.text or ">49<" not in answer.text
    else:
        # Whatever else it is, no browser may take it for HTML.
        assert kind.startswith(("application/", "text/plain", "text/css", "text/javascript")) or (
            not answer.content
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not html or not answer.content, kind


@pytest.fixture
def desk(client: Any, house: House) -> Callable[[str], Any]:
    """Return a function that reads a page of the desk as its moderator."""
    token = house.sign_in("claire", "correct horse battery")

    def read(path: str) -> Any:
        return client.get(path, headers=READS | {"Cookie": f"palabre_desk={token}"})

    return read


def test_in_what_is_written(client: Any, store: Store, desk: Callable[[str], Any], clock: Any):
    sent: dict[str, Vector] = {}
    for vector in VECTORS:
        clock.forward(seconds=1)
        body = {"text": f"{vector.text} {HELD if len(sent) % 2 else ''}", "name": vector.line[:60]}
        about = {"title": vector.line, "lang": vector.text, "url": URL}
        answer = client.post(COMMENTS, json=body | about)
        if not vector.is_readable:
            assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_text")
            continue
        assert answer.status_code == 201, (vector, answer.text)
        sent[answer.json()["id"]] = vector
        shown = answer.json()["comment"]["html"]
        assert shown is None or complaints(f'<!doctype html><div class="text">{shown}</div>') == []
    page = client.get("/thread", params={"url": URL, "all": "1"}, headers=READS)
    check(page)
    # No empty page passes for a clean one.
    assert page.text.count("<article") > len(sent) // 2 - 1
    for part in ("1", "form"):
        check(client.get("/thread", params={"url": URL, "fragment": part}, headers=READS))
    for comment_id in sent:
        check(client.get(f"/comments/{comment_id}", headers=READS))
        asked = {"url": URL, "reply": comment_id, "posted": comment_id}
        check(client.get("/thread", params=asked, headers=READS))
    seen = 0
    for state in (Status.HELD, Status.PUBLISHED):
        after = ""
        while True:
            page = desk(f"/desk?state={state.value}{after}")
            check(page)
            seen += page.text.count("data-item=")
            if "after=" not in page.text.rpartition('class="pager"')[2]:
                break
            after = "&after=" + page.text.rpartition("after=")[2].partition('"')[0]
    assert seen >= len(sent)


def test_in_titles_addresses_names_and_notes(
    client: Any, house: House, desk: Callable[[str], Any], clock: Any
):
    from palabre.application.moderate import Choice
    from palabre.domain.decision import Verdict

    moderator = house.sign_in.who(house.sign_in("claire", "correct horse battery"))
    for n, vector in enumerate(READABLE):
        clock.forward(seconds=1)
        url = (
            f"https://journal.example/{n}/{quote(vector.text)[:900]}?q={quote(vector.text)[:900]}#x"
        )
        body = {"url": url, "text": HELD, "title": vector.line, "name": vector.line[:60]}
        answer = client.post(COMMENTS, json=body, headers={"Origin": "https://journal.example"})
        assert answer.status_code == 201, answer.text
        for note in (vector.text, vector.line):
            choice = Choice(verdict=Verdict.PUBLISH, note=note)
            house.moderate.decide(answer.json()["id"], choice, moderator)
        check(client.get("/thread", params={"url": url}, headers=READS))
        check(client.get(f"/comments/{answer.json()['id']}", headers=READS))
        if n % 20 == 0:
            check(desk("/desk?state=published"))
            check(desk(f"/desk?done={answer.json()['id']}"))


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_in_every_parameter_of_every_page(client: Any, say: Any, parameter: str):
    root = say("Racine.")
    say("Réponse.", parent=root["id"])
    pages = ("/thread", f"/comments/{root['id']}", f"/thread/replies/{root['id']}", "/house-rules")
    pages = (*pages, "/desk/sign-in", "/desk")
    told = {"url", "title", "lang"}  # what the page repeats
    for page in pages:
        every = page == "/thread" and parameter in told
        for vector in VECTORS if every else one_of_each_kind():
            asked = ({} if parameter == "url" else {"url": URL}) | {parameter: vector.text}
            query = "&".join(f"{k}={quote(v)}" for k, v in asked.items())
            answer = client.get(f"{page}?{query}", headers=READS, follow_redirects=False)
            check(answer, html=answer.status_code == HTTPStatus.OK)


@pytest.mark.parametrize(
    "raw", [b"\xc0\xbcscript\xc0\xbe", b"\xff\xfe<\x00s\x00", b"\xed\xa0\x80<script>", b"%3Cx%"]
)
def test_in_bytes_that_are_no_text(client: Any, raw: bytes):
    for name in PARAMETERS:
        for page in ("/thread", "/desk", "/house-rules", COMMENTS):
            path = f"{page}?url={URL}&{name}={quote_from_bytes(raw)}"
            answer = client.get(path, headers=READS, follow_redirects=False)
            check(answer, html=False)


def test_in_the_path(client: Any):
    for vector in VECTORS:
        for page in ("/", "/comments/", "/static/"):
            answer = client.get(f"{page}{quote(vector.text, safe='')}", headers=READS)
            assert answer.status_code in {401, 404, 405, 422}, answer.status_code
            check(answer)
        answer = client.get(f"/api/v1/{quote(vector.text, safe='')}")
        assert answer.status_code in {404, 405}
        check(answer, html=False)


def test_in_headers(client: Any):
    for vector in READABLE:
        value = vector.line.encode("ascii", "replace").decode().replace("\x1b", "").strip()
        value = "".join(c for c in value if " " <= c <= "~")
        names = ("Accept-Language", "Referer", "User-Agent", "Cookie", "X-Forwarded-Host")
        check(client.get("/house-rules", headers=READS | dict.fromkeys(names, value)))


def test_in_refused_forms(client: Any, house: House):
    token = form_token(house)
    for vector in VECTORS:
        fields = {"form": token, "text": vector.text, "name": vector.text + "x" * 61}
        fields |= {"email": vector.text, "parent": vector.text, "back": vector.text}
        answer = client.post("/thread", params={"url": URL}, data=fields, headers=OWN)
        assert answer.status_code in {400, 422}
        check(answer)
        if vector.is_readable:
            assert "</textarea>" in answer.text
    for text in packed():
        fields = {"form": token, "text": text + "x" * 10_000, "login": text, "password": "x"}
        check(client.post("/thread", params={"url": URL}, data=fields, headers=OWN))
        answer = client.post("/desk/sign-in", data=fields, headers=OWN)
        assert answer.status_code == 401
        check(answer)


def test_in_json_that_is_refused(client: Any):
    for vector in VECTORS:
        for body in (
            {"url": vector.text, "text": "x"},
            {"url": URL, "text": "x", "parent": vector.text},
            {"url": URL, "text": "x", "email": vector.text},
            {"url": URL, "text": "x", vector.text: 1},
            {"url": URL, "text": "x", "name": vector.text + "x" * 61},
        ):
            answer = client.post(COMMENTS, json=body, headers=READS)
            assert answer.status_code in {400, 404, 422}, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            check(answer, html=False)
