"""A guest keeps a pseudonym by a mail that really leaves, and has it on one more device."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import ORIGIN, StillClock
from mail_server import MailServer, controller
from notify.conftest import SECRET, furnish
from palabre.application.ask_for_data import AskForData, link_token
from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.hold_comment import HoldComment
from palabre.application.keep_pseudonym import KeepPseudonym
from palabre.application.known_pseudonyms import KnownPseudonyms
from palabre.application.own_pseudonyms import OwnPseudonyms
from palabre.application.person import Scope
from palabre.application.ports import Store
from palabre.application.register import Keeping, register_of
from palabre.application.tokens import key_of
from palabre.domain.comment import Author
from palabre.domain.member import Member
from palabre.notify.worker import Worker
from palabre.storage.memory import MemoryStore
from palabre.token_seal import TokenSeal
from palabre.web.app import create_app
from palabre.web.forms import form_token
from palabre.web.house import House, OwnData, Rates

BASE = "https://comments.example"
URL = "https://journal.example/politique/budget"
PAGE = f"/pseudonym?url={URL}"
COMMENTS = "/api/v1/comments"
API = "/api/v1/pseudonyms"
CODE = "/api/v1/comments/mine"
ZOE, NAME = "zoe@lectrices.example", "Zoé du Faubourg"
OWN = {"Accept": "text/html", "Origin": BASE}
SITE = {"Origin": ORIGIN}
KEEP = {"name": NAME, "email": ZOE, "keep": True}


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    made = MailServer()
    running = controller(made)
    running.start()
    yield made
    running.stop()


@pytest.fixture
def house(build: Any, store: Store, clock: StillClock) -> House:
    made = build(store, secret=SECRET)
    parts = {"store": store, "clock": clock}
    own = OwnData(
        register=register_of(Keeping(controller="", contact="", authority="", periods={})),
        export=ExportPerson(**parts),
        erase=ErasePerson(**parts),
        hold=HoldComment(**parts),
        pseudonyms=OwnPseudonyms(store=store),
        ask=AskForData(**parts, secret=SECRET),
    )
    cases = KeepPseudonym(
        **parts,
        secret=SECRET,
        seal=TokenSeal(SECRET),
        languages=frozenset({"fr", "en"}),
    )
    post = replace(made.post, names=KnownPseudonyms(store))
    return replace(made, post=post, privacy=own, pseudonyms=cases)


@pytest.fixture(scope="module")
def postman(server: MailServer) -> Worker:
    """A worker with its letters, whose words take a while to read."""
    return furnish(MemoryStore(), server).worker


@pytest.fixture
def mails(store: Store, server: MailServer, clock: StillClock, postman: Worker) -> Any:
    """Return what the worker sends when it is let work: the texts of new mails."""
    server.taken.clear()
    worker = replace(
        postman,
        store=store,
        clock=clock,
        tell=replace(postman.tell, store=store),
        desk=replace(postman.desk, store=store),
        stop=replace(postman.stop, store=store),
        letters=replace(postman.letters, clock=clock),
    )

    def sent() -> list[str]:
        before = len(server.taken)
        while worker.round():
            pass
        texts = [t.message.get_body(("plain",)).get_content() for t in server.taken[before:]]
        assert all(t.to == ZOE for t in server.taken[before:])
        return texts

    yield sent
    worker.transport.close()


def link_in(text: str) -> str:
    found = re.search(r"https://comments\.example(/pseudonym/\S+)", text)
    assert found
    return found[1]


@pytest.fixture
def press(client: Any, house: House) -> Any:
    def pressed(path: str, **fields: str) -> Any:
        return client.post(path, data={"form": form_token(house), **fields}, headers=OWN)

    return pressed


@pytest.fixture
def kept(say: Any, mails: Any, press: Any) -> dict[str, Any]:
    """Zoé's comment, with which she kept her pseudonym."""
    posted = say("Bonjour.", **KEEP)
    (mail,) = mails()
    assert press(link_in(mail)).status_code == 200
    return dict(posted)


def post_as(client: Any, name: str, token: str | None = None) -> Any:
    headers = SITE | ({"Authorization": f"Bearer {token}"} if token else {})
    return client.post(COMMENTS, json={"url": URL, "text": "Oui.", "name": name}, headers=headers)


def shown(client: Any) -> dict[str, bool]:
    page = client.get(COMMENTS, params={"url": URL}).json()
    return {c["id"]: c["kept"] for c in page["comments"]}


def test_the_whole_way(client: Any, say: Any, mails: Any, press: Any, store: Store):
    posted = say("Bonjour.", **KEEP)
    assert posted["keep"] == "asked"
    (mail,) = mails()
    # Whoever asks could have typed anything there, and anybody's address.
    assert NAME not in mail
    path = link_in(mail)
    for _ in range(2):  # scanners open every link
        page = client.get(path, headers=OWN)
        assert NAME in page.text
        assert page.headers["referrer-policy"] == "same-origin"
        assert shown(client) == {posted["id"]: False}
    done = press(path)
    assert "palabre_author" not in str(done.headers.get_list("set-cookie"))
    assert "#palabre=" not in done.text
    assert shown(client) == {posted["id"]: True}
    assert "pseudonyme vérifié par courriel" in client.get(f"/thread?url={URL}").text
    assert ZOE not in client.get(f"/thread?url={URL}").text
    assert "est à vous" in client.get(path, headers=OWN).text
    assert press(path).status_code == 410
    # Others cannot sign so, whatever they make of it; what they typed is still theirs.
    for name in (NAME, "zoe du faubourg", "Zoé  du Fаubourg"):  # a Cyrillic a
        refused = post_as(client, name)
        assert (refused.status_code, refused.json()["code"]) == (409, "name_kept")
    fields = {"form": "", "text": "Tout ce que j’ai écrit.", "name": NAME}
    fields["form"] = form_token_of(client)
    again = client.post(f"/thread?url={URL}", data=fields, headers=OWN)
    assert again.status_code == 409
    assert "Tout ce que j’ai écrit." in again.text
    assert "gardé par quelqu’un d’autre" in again.text
    assert "Retrouver mon pseudonyme" in again.text
    # She may write it as she likes; it is shown as she keeps it.
    second = post_as(client, "zoé du faubourg", posted["token"]).json()
    assert (second["comment"]["name"], second["comment"]["kept"]) == (NAME, True)
    assert post_as(client, "Zoé").status_code == 201


def form_token_of(client: Any) -> str:
    page = client.get(f"/thread?url={URL}", headers={"Accept": "text/html"}).text
    return str(re.search(r'name="form" value="([^"]+)"', page)[1])


def test_another_device_has_the_same_author(
    client: Any, say: Any, kept: Any, mails: Any, press: Any, clock: StillClock
):
    held = say("patatras", token=kept["token"])
    asked = client.post(API, json={"url": URL, "email": ZOE.upper()}, headers=SITE)
    assert (asked.status_code, asked.json()) == (202, {"status": "asked", "token": None})
    (mail,) = mails()
    assert NAME in mail
    client.cookies.clear()
    path = link_in(mail)
    assert NAME in client.get(path, headers=OWN).text
    done = press(path)
    assert client.cookies["palabre_author"] == kept["token"]
    code = re.search(rf"{URL}#palabre=([\w-]+)", done.text)[1]
    assert press(path).status_code == 410
    assert client.get(path, headers=OWN).status_code == 410
    # The plain page knows her now; the element on the publisher's page by the code.
    assert held["id"] in client.get(f"/thread?url={URL}", headers=OWN).text
    client.cookies.clear()
    elsewhere = {"Origin": "https://gazette.example"}
    assert client.post(CODE, json={"code": code}, headers=elsewhere).status_code == 404
    given = client.post(CODE, json={"code": code}, headers=SITE)
    assert given.json()["token"] == kept["token"]
    assert NAME in given.json()["says"]
    assert "set-cookie" not in given.headers
    assert client.post(CODE, json={"code": code}, headers=SITE).status_code == 410
    mine = client.get(
        CODE, params={"url": URL}, headers={"Authorization": f"Bearer {given.json()['token']}"}
    )
    assert {c["comment"]["id"] for c in mine.json()["comments"]} == {held["id"], kept["id"]}
    # A code is for now, a link for a while.
    client.post(API, json={"url": URL, "email": ZOE}, headers=SITE)
    done = press(link_in(mails()[0]))
    code = re.search(r"#palabre=([\w-]+)", done.text)[1]
    clock.forward(minutes=11)
    assert client.post(CODE, json={"code": code}, headers=SITE).status_code == 410


def test_the_answer_does_not_tell_what_is_known_of_an_address(
    client: Any, kept: Any, mails: Any, press: Any, clock: StillClock
):
    known, unknown = (
        client.post(API, json={"url": URL, "email": email}, headers=SITE)
        for email in (ZOE, "inconnu@ailleurs.example")
    )
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert len(mails()) == 1
    pages = {press(PAGE, email=email).text for email in (ZOE, "inconnue@ailleurs.example")}
    assert len(pages) == 1
    assert len(mails()) == 1
    # Tried with her pseudonym, her address is refused as any other is.
    tried = [
        client.post(API, json={"url": URL, "email": email, "name": NAME}, headers=SITE).json()
        for email in (ZOE, "inconnu@ailleurs.example")
    ]
    assert tried[0] == tried[1]
    assert tried[0]["code"] == "name_kept"
    # With the mail of keeping these were three: enough for today, and nobody is told.
    assert press(PAGE, email=ZOE).status_code == 200
    assert mails() == []
    clock.forward(days=1)
    press(PAGE, email=ZOE)
    (late,) = mails()
    clock.forward(hours=2)
    assert client.get(link_in(late), headers=OWN).status_code == 410
    assert client.get("/pseudonym/nothing-of-ours", headers=OWN).status_code == 404


def test_on_the_page_it_is_kept_found_and_let_go_of(
    client: Any, press: Any, mails: Any, store: Store
):
    assert press(PAGE, name=NAME, email="").status_code == 422
    asked = press(PAGE, name=NAME, email=ZOE, lang="en")
    assert "two hours" in asked.text or "deux heures" in asked.text
    token = client.cookies["palabre_author"]
    press(link_in(mails()[0]))
    with store.reading() as unit:
        (mine,) = unit.pseudonyms.of_authors([key_of(token)])
        assert token.encode() not in mine.sealed
    page = client.get(PAGE, headers=OWN)
    assert "Vous gardez le pseudonyme" in page.text
    gone = press(PAGE, let_go=mine.id)
    assert "Le pseudonyme est rendu" in gone.text
    assert post_as(client, NAME).status_code == 201
    # And from the mail.
    press(PAGE, name="Une autre", email=ZOE)
    press(link_in(mails()[0]))
    assert post_as(client, "une AUTRE").status_code == 409 or client.cookies
    press(PAGE, email=ZOE)
    path = link_in(mails()[0])
    assert "Une autre" in client.get(path, headers=OWN).text
    assert press(path, let_go="1").status_code == 200
    client.cookies.clear()
    assert post_as(client, "Une autre").status_code == 201


def test_own_data_shows_lets_go_and_erases(
    client: Any, kept: Any, press: Any, house: House, store: Store
):
    mine = {"Authorization": f"Bearer {kept['token']}"}
    export = client.get("/my-data/here/export.json", headers=mine).json()
    (line,) = export["pseudonyms"]
    assert (line["name"], line["address"]) == (NAME, ZOE)
    assert NAME in client.get("/my-data/here", headers=OWN | mine).text
    other = {"Authorization": f"Bearer {'x' * 43}"}
    for headers, left in ((other, 1), (mine, 0)):
        fields = {"form": form_token(house), "let_go": line["id"]}
        assert client.post("/my-data/here", data=fields, headers=OWN | headers).status_code == 200
        with store.reading() as unit:
            assert len(unit.pseudonyms.sites()) == left
    assert shown(client) == {kept["id"]: False}


def test_erasing_lets_go_and_the_address_finds_all_that_was_written(
    kept: Any, say: Any, house: House, store: Store, clock: StillClock
):
    # Without the address, but with the token of the pseudonym that it keeps.
    say("Sans adresse.", token=kept["token"])
    site = house.sites()[0]
    assert house.privacy.ask is not None
    house.privacy.ask(ZOE, site, "fr")
    with store.reading() as unit:
        (request,) = [unit.people.request(i) for i in list(unit.people._state.requests)]

    person = house.privacy.ask.person(link_token(request, SECRET))
    assert len(house.privacy.export(person)["comments"]) == 2

    house.privacy.erase(person, Scope.IDENTITY)
    with store.reading() as unit:
        assert unit.pseudonyms.sites() == []
        assert unit.pseudonyms._links == {}


def test_two_who_want_one_name_the_first_to_say_yes_has_it(say: Any, mails: Any, press: Any):
    say("Moi.", **KEEP)
    say("Moi aussi.", **KEEP)
    first, second = (link_in(m) for m in mails())
    assert press(second).status_code == 200
    assert press(first).status_code == 409


def test_a_member_keeps_nothing_and_is_not_kept_out(
    house: House, kept: Any, client: Any, store: Store
):
    site = house.sites()[0]
    member = Member(site_id=site.id, subject="1", name=NAME, token="m" * 43)
    author = house.post.names.signed(
        replace(store_author(store, kept["id"]), is_kept=False), site, member, member.token
    )
    assert author.name == NAME
    assert not author.is_kept


def store_author(store: Store, comment_id: str) -> Any:
    with store.reading() as unit:
        return unit.comments.stored(comment_id).author


def test_one_source_asks_so_often_and_its_comment_stands(house: House):
    config = replace(house.config, limits_enabled=True, rates=Rates(subscribe="1/hour"))
    with TestClient(create_app(replace(house, config=config)), base_url=BASE) as opened:
        wishes = [{**KEEP, "name": f"Zoé {n} du Nord", "text": n} for n in ("Un.", "Deux.")]
        posted = [opened.post(COMMENTS, json={"url": URL} | w, headers=SITE).json() for w in wishes]
    assert [p["keep"] for p in posted] == ["asked", "not_now"]


def test_nothing_is_offered_where_no_mail_leaves(house: House):
    with TestClient(create_app(replace(house, pseudonyms=None)), base_url=BASE) as client:
        page = client.get(f"/thread?url={URL}", headers={"Accept": "text/html"}).text
        assert 'name="keep"' not in page
        assert "/pseudonym" not in page
        assert client.get(PAGE).json()["code"] == "mail_off"
        body = {"url": URL, "text": "Bonjour.", **KEEP}
        assert client.post(COMMENTS, json=body, headers=SITE).json()["keep"] is None


def test_a_post_asks_nothing_more_where_nobody_keeps_a_pseudonym(house: House, store: Store):
    names = house.post.names
    asked: list[str] = []
    reading = store.reading

    def counted() -> Any:
        asked.append("read")
        return reading()

    store.reading = counted
    author = Author(name=NAME)
    site = house.sites()[0]
    for _ in range(3):
        assert names.signed(author, site, None, "t" * 43).name == NAME
    assert asked == ["read"]  # once in the life of the process


def replace_name(name: str) -> Any:
    from palabre.domain.comment import Author

    return Author(name=name)


def test_a_mail_server_that_fails_loses_nothing(
    client: Any, say: Any, mails: Any, press: Any, server: MailServer, clock: StillClock
):
    server.at_data = lambda _: "451 4.3.0 later"
    try:
        posted = say("Bonjour.", **KEEP)
        assert mails() == []
    finally:
        server.at_data = lambda _: None
    assert posted["keep"] == "asked"
    assert post_as(client, NAME).status_code == 201  # kept by nobody yet
    clock.forward(minutes=10)
    (late,) = mails()
    assert press(link_in(late)).status_code == 200
