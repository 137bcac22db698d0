"""Asking, confirming, leaving over HTTP: a look changes nothing, and strangers get no mail."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from litestar.testing import TestClient

from palabre.application.mail_ports import MailKind
from palabre.application.mail_tokens import (
    Purpose,
    address_hash,
    address_token,
    subscription_token,
)
from palabre.application.manage_subscriptions import ManageSubscriptions
from palabre.application.ports import Store
from palabre.application.subscribe import Subscribe
from palabre.domain.subscription import Kind, Pace, Stop
from palabre.web.app import create_app
from palabre.web.forms import form_token
from palabre.web.house import House, Rates

BASE = "https://comments.example"
URL = "https://journal.example/politique/budget"
API = "/api/v1/subscriptions"
ZOE = "zoe@lectrices.example"
OWN = {"Accept": "text/html", "Origin": BASE}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
WISH = {"url": URL, "email": ZOE, "kind": "thread"}


@pytest.fixture
def house(house: House, store: Store, clock: Any) -> House:
    """Give the house its mail, without a worker."""
    keyed = {"store": store, "clock": clock, "secret": house.config.secret}
    return replace(
        house,
        subscribe=Subscribe(**keyed, languages=frozenset({"fr", "en"})),
        subscriptions=ManageSubscriptions(**keyed),
    )


@pytest.fixture
def hashed(house: House) -> str:
    return address_hash(ZOE, house.config.secret)


def subscriptions(store: Store, hashed: str) -> list[Any]:
    with store.reading() as unit:
        return list(unit.subscriptions.of_address(hashed))


@pytest.fixture
def asked(client: Any, store: Store, hashed: str) -> Any:
    """A request that waits for its yes."""
    assert client.post(API, json=WISH).status_code == 202
    (found,) = subscriptions(store, hashed)
    return found


def path(house: House, purpose: Purpose, subscription: Any) -> str:
    token = subscription_token(purpose, subscription.id, house.config.secret)
    return f"/subscriptions/{purpose}/{token}"


def confirm(client: Any, house: House, subscription: Any) -> Any:
    fields = {"form": form_token(house)}
    return client.post(path(house, Purpose.CONFIRM, subscription), data=fields, headers=OWN)


def test_the_whole_way_by_pages(client: Any, house: House, store: Store, asked: Any, hashed: str):
    page = client.get(path(house, Purpose.CONFIRM, asked), headers=OWN)
    assert page.status_code == 200
    assert "de chaque nouveau commentaire" in page.text
    assert page.headers["cache-control"] == "private, no-store"
    done = confirm(client, house, asked)
    assert done.status_code == 200
    assert subscriptions(store, hashed)[0].confirmed_at is not None
    with store.reading() as unit:
        line = unit.subscriptions.consents(hashed)[-1]
    assert "Le Journal vous préviendra par courriel" in line.text
    mine = re.search(r"/subscriptions/mine/[\w-]+", done.text)[0]
    page = client.get(mine, headers=OWN)
    assert "Vos abonnements" in page.text
    fields = {"form": form_token(house), "pace": "daily"}
    assert "enregistré" in client.post(mine, data=fields, headers=OWN).text
    with store.reading() as unit:
        assert unit.subscriptions.address(hashed).pace is Pace.DAILY
    fields = {"form": form_token(house), "leave": asked.id}
    assert "abonné à rien" in client.post(mine, data=fields, headers=OWN).text
    assert subscriptions(store, hashed) == []


def test_a_scanner_that_opens_every_link_changes_nothing(
    client: Any, house: House, store: Store, asked: Any, hashed: str
):
    def look() -> list[Any]:
        secret = house.config.secret
        links = [path(house, Purpose.CONFIRM, asked), path(house, Purpose.LEAVE, asked)]
        links += [
            f"/subscriptions/{name}/{address_token(hashed, secret)}"
            for name in ("mine", "leave-all")
        ]
        for link in links:
            for method in ("GET", "HEAD", "OPTIONS", "GET"):
                assert client.request(method, link).status_code in {200, 204}
        with store.reading() as unit:
            return [unit.subscriptions.of_address(hashed), unit.subscriptions.consents(hashed)]

    before = [subscriptions(store, hashed), None]
    with store.reading() as unit:
        before[1] = list(unit.subscriptions.consents(hashed))
    assert look() == before
    confirm(client, house, asked)
    after = subscriptions(store, hashed)
    assert look()[0] == after
    assert after[0].confirmed_at is not None


@pytest.mark.parametrize("form", [{"data": ONE_CLICK}, {"files": {"x": (None, "")}}])
def test_one_click_needs_no_cookie_no_origin_and_no_page(
    client: Any, house: House, store: Store, asked: Any, hashed: str, form: dict[str, Any]
):
    confirm(client, house, asked)
    link = path(house, Purpose.LEAVE, asked)
    if "files" in form:  # RFC 8058, section 3.2: multipart/form-data as well
        form = {"files": {name: (None, value) for name, value in ONE_CLICK.items()}}
    bare = TestClient(client.app, base_url=BASE)
    answer = bare.post(link, **form, follow_redirects=False)
    assert answer.status_code == 200
    assert subscriptions(store, hashed) == []
    assert bare.post(link, **form).status_code == 200
    assert "C’est arrêté" in client.get(link, headers={"Accept-Language": "fr"}).text


def test_a_post_that_is_neither_form_nor_one_click_leaves_nothing(
    client: Any, house: House, store: Store, asked: Any, hashed: str
):
    link = path(house, Purpose.LEAVE, asked)
    assert client.post(link, data={"x": "1"}).status_code == 422
    assert client.post(path(house, Purpose.CONFIRM, asked), data=ONE_CLICK).status_code == 403
    assert len(subscriptions(store, hashed)) == 1
    every = f"/subscriptions/leave-all/{address_token(hashed, house.config.secret)}"
    assert client.post(every, data=ONE_CLICK).status_code == 200
    assert subscriptions(store, hashed) == []


def test_links_that_are_not_ours_are_told_so(client: Any, house: House, asked: Any):
    for name in ("confirm", "leave", "leave-all", "mine"):
        for token in ("x", "a" * 43, path(house, Purpose.CONFIRM, asked).rpartition("/")[2][::-1]):
            answer = client.get(f"/subscriptions/{name}/{token}", headers=OWN)
            assert answer.status_code == 404, (name, token)


def test_a_comment_can_carry_the_wish(client: Any, say: Any, store: Store, hashed: str):
    posted = say(email=ZOE, notify="mine")
    assert posted["notify"] == "asked"
    (found,) = subscriptions(store, hashed)
    assert (found.kind, found.confirmed_at) == (Kind.MINE, None)
    assert say()["notify"] is None
    assert say("Gros zorglub.", email="x@y.example", notify="thread")["notify"] == "not_now"


def test_a_form_can_carry_the_wish(client: Any, house: House, store: Store, hashed: str):
    page = client.get("/thread", params={"url": URL}, headers=OWN)
    select = re.search(r'<select id="palabre-notify".*?</select>', page.text, re.DOTALL)[0]
    assert "selected" not in select
    assert "checked" not in select
    assert re.findall(r'value="(\w*)"', select) == ["", "comment", "mine", "everywhere", "thread"]
    fields = {"form": form_token(house), "text": "Bonjour.", "notify": "comment"}
    missing = client.post("/thread", params={"url": URL}, data=fields, headers=OWN)
    assert missing.status_code == 422
    assert '<option value="comment" selected>' in missing.text
    fields["email"] = ZOE
    posted = client.post("/thread", params={"url": URL}, data=fields, headers=OWN)
    assert "Un courriel vous demande de confirmer" in posted.text
    (found,) = subscriptions(store, hashed)
    assert (found.kind, found.comment_id is not None) == (Kind.COMMENT, True)


def test_the_thread_can_be_subscribed_to_without_a_comment_and_without_javascript(
    client: Any, house: House, store: Store, hashed: str
):
    page = client.get("/thread", params={"url": URL}, headers=OWN)
    link = re.search(r'href="(/subscribe\?[^"]+)"', page.text)[1]
    assert client.get(link, headers=OWN).status_code == 200
    fields = {"form": form_token(house), "email": "not an address"}
    wrong = client.post(link, data=fields, headers=OWN)
    assert wrong.status_code == 422
    assert 'value="not an address"' in wrong.text
    # The mail speaks the page's language, whatever the browser would like best.
    assert '<input type="hidden" name="lang" value="fr">' in wrong.text
    fields |= {"email": ZOE, "lang": "fr"}
    assert "demande de confirmer" in client.post(link, data=fields, headers=OWN).text
    assert [(s.kind, s.lang) for s in subscriptions(store, hashed)] == [(Kind.THREAD, "fr")]
    assert (
        client.post(link, data=fields, headers={"Origin": "https://e.example"}).status_code == 403
    )


def test_a_house_without_mail_says_so(build: Any, store: Store):
    with TestClient(create_app(build(store)), base_url=BASE) as client:
        answer = client.post(API, json=WISH)
        assert (answer.status_code, answer.json()["code"]) == (409, "mail_off")
        page = client.get("/thread", params={"url": URL})
        assert "palabre-notify" not in page.text
        assert "/subscribe" not in page.text
        body = {"url": URL, "text": "Bonjour.", "email": ZOE, "notify": "thread"}
        assert client.post("/api/v1/comments", json=body).json()["notify"] == "not_now"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": ""}, "email_required"),
        ({"email": "a b@c.example"}, "email_invalid"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "email_invalid"),
        ({"kind": "all"}, "bad_field"),
        ({"kind": "mine"}, "bad_field"),
        ({"kind": "comment"}, "unknown_comment"),
        ({"kind": "comment", "comment": "x"}, "unknown_comment"),
        ({"url": "https://elsewhere.example/a"}, "unknown_site"),
        ({"name": "x"}, "unknown_field"),
    ],
)
def test_what_cannot_be_meant_is_refused(client: Any, change: dict[str, str], code: str):
    assert client.post(API, json=WISH | change).json()["code"] == code


def test_answers_to_a_comment_that_nobody_may_see_cannot_be_asked_for(client: Any, say: Any):
    held = say("Quel patatras !")
    wish = WISH | {"kind": "comment", "comment": held["id"]}
    assert client.post(API, json=wish).json()["code"] == "unknown_comment"
    mine = {"Authorization": f"Bearer {held['token']}"}
    assert client.post(API, json=wish, headers=mine).status_code == 202


def mails_to(store: Store, hashed: str, since: Any) -> int:
    with store.reading() as unit:
        return len(unit.mails.made_since(since, kinds=list(MailKind), address_hash=hashed))


def test_one_address_is_asked_three_times_a_day_whoever_asks(
    client: Any, store: Store, hashed: str, clock: Any
):
    begin = clock.now
    for n in range(9):
        wish = WISH | {"url": f"{URL}/{n}", "email": ZOE.upper() if n % 2 else ZOE}
        answer = client.post(API, json=wish)
        assert (answer.status_code, answer.json()) == (202, {"status": "asked"})
        clock.forward(seconds=1)
    since = begin - timedelta(days=1)
    assert mails_to(store, hashed, since) == 3
    assert len(subscriptions(store, hashed)) == 3
    clock.forward(days=1)
    client.post(API, json=WISH)
    assert mails_to(store, hashed, since) == 4


def test_one_site_asks_so_many_an_hour(house: House, store: Store, clock: Any):
    few = replace(house, subscribe=replace(house.subscribe, for_site=4))
    with TestClient(create_app(few), base_url=BASE) as client:
        codes = [
            client.post(API, json=WISH | {"email": f"{n}@b.example"}).status_code for n in range(6)
        ]
        assert codes == [202] * 4 + [429] * 2
        other = {"url": "https://gazette.example/a", "email": "z@b.example"}
        assert client.post(API, json=WISH | other).status_code == 202
        clock.forward(hours=1)
        assert client.post(API, json=WISH | {"email": "z@b.example"}).status_code == 202


def test_one_source_asks_so_often_and_its_comment_stands_anyhow(house: House):
    config = replace(house.config, limits_enabled=True, rates=Rates(subscribe="2/hour"))
    with TestClient(create_app(replace(house, config=config)), base_url=BASE) as client:
        for n in range(4):
            answer = client.post(API, json=WISH | {"email": f"{n}@b.example"})
            assert answer.status_code == (202 if n < 2 else 429)
        body = {"url": URL, "text": "Bonjour.", "email": "v@b.example", "notify": "thread"}
        posted = client.post("/api/v1/comments", json=body)
        assert (posted.status_code, posted.json()["notify"]) == (201, "not_now")


def test_the_answer_does_not_tell_what_is_known_of_an_address(
    client: Any, house: House, store: Store, hashed: str, asked: Any, clock: Any
):
    answers = [client.post(API, json=WISH)]
    confirm(client, house, asked)
    answers.append(client.post(API, json=WISH))
    with store.writing() as unit:
        unit.mails.stop(hashed, Stop.COMPLAINED, clock.now)
    answers.append(client.post(API, json=WISH))
    assert {(a.status_code, a.text) for a in answers} == {(202, '{"status":"asked"}')}


@pytest.fixture
def client(house: House) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


def test_nothing_foreign_comes_back_from_what_is_typed(client: Any, house: House):
    from attacks.vectors import READABLE
    from attacks.watch import complaints

    for vector in READABLE:
        fields = {"form": form_token(house), "email": vector.line}
        asked = {"url": URL, "lang": vector.line}
        answer = client.post("/subscribe", params=asked, data=fields, headers=OWN)
        assert answer.status_code in {200, 422}
        assert complaints(answer.text) == []
        link = f"/subscriptions/mine/{quote(vector.text, safe='')}"
        found = client.get(link, headers=OWN)
        assert found.status_code in {400, 404}
        assert complaints(found.text) == []
