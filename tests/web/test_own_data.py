"""/privacy tells what is so; /my-data shows, gives and erases; the desk does it on a request."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import StillClock, a_moderator
from palabre.application.ask_for_data import AskForData, link_token, request_of
from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.hold_comment import HoldComment
from palabre.application.mail_ports import MailKind
from palabre.application.own_pseudonyms import OwnPseudonyms
from palabre.application.ports import Store
from palabre.application.register import Keeping, register_of
from palabre.domain.person import Moderator, Role
from palabre.domain.personal import Held
from palabre.domain.retention import Leaves
from palabre.web.app import create_app
from palabre.web.forms import form_token
from palabre.web.house import House, OwnData

BASE = "https://comments.example"
URL = "https://journal.example/politique/budget"
ZOE = "zoe@lectrices.example"
OWN = {"Accept": "text/html", "Origin": BASE}
PERIODS = {Leaves.UNPUBLISHED: timedelta(days=365), Leaves.SOURCES: timedelta(days=7)}
KEEPING = Keeping(controller="Le Journal", contact="", authority="", periods=PERIODS)


def with_keeping(house: House, keeping: Keeping) -> House:
    assert house.privacy
    return replace(house, privacy=replace(house.privacy, register=register_of(keeping)))


@pytest.fixture
def house(house: House, store: Store, clock: StillClock) -> House:
    parts = {"store": store, "clock": clock}
    own = OwnData(
        register=register_of(KEEPING),
        export=ExportPerson(**parts),
        erase=ErasePerson(**parts),
        hold=HoldComment(**parts),
        pseudonyms=OwnPseudonyms(store=store),
        ask=AskForData(**parts, secret=house.config.secret),
    )
    return replace(house, privacy=own)


@pytest.fixture
def link(store: Store, house: House) -> Any:
    """Return the link in the mail that waits, None when none does."""

    def latest() -> str | None:
        with store.reading() as unit:
            sent = [m for m in unit.mails._mails.values() if m.kind is MailKind.DATA]
            request = request_of(unit, sent[-1]) if sent else None
        return f"/my-data/{link_token(request, house.config.secret)}" if request else None

    return latest


def opened(house: House) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def page_of(house: House, path: str) -> str:
    for client in opened(house):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return str(answer.text)
    raise AssertionError


def test_the_page_reads_as_the_configuration_is(house: House):
    plain = page_of(house, "/privacy?lang=fr")
    for said in ("Le Journal est responsable", "sur le serveur qui affiche cette page", "7 jours"):
        assert said in plain
    assert "Ce site n’envoie aucun courriel" in plain
    assert "sous scellé" not in plain
    assert "Vos abonnements" not in plain
    other = Keeping(
        controller="La Gazette",
        contact="donnees@gazette.example",
        authority="CNIL (www.cnil.fr)",
        periods=PERIODS | {Leaves.SOURCES: timedelta(days=3)},
        database="base.gazette.example",
        mail="smtp.gazette.example",
        others=("akismet.com",),
        tells_desk=True,
        sealed_store=True,
    )
    changed = page_of(with_keeping(house, other), "/privacy?lang=fr")
    for said in (
        "La Gazette est responsable",
        "donnees@gazette.example",
        "base.gazette.example",
        "smtp.gazette.example",
        "akismet.com",
        "CNIL (www.cnil.fr)",
        "3 jours",
        "sous scellé",
        "Vos abonnements",
    ):
        assert said in changed
    for page in (plain, changed):
        assert "{" not in page
        assert "privacy." not in re.sub(r'(href|id)="[^"]*"', "", page)


def test_machines_read_the_same(house: House):
    told = json.loads(page_of(house, "/privacy.json?lang=en"))
    kinds = {entry["kind"]: entry for entry in told["data"]}
    assert told["controller"] == "Le Journal"
    assert kinds["source"]["kept"]["days"] == 7
    assert kinds["words"]["kept"]["also"] == {"unpublished": 365}
    assert kinds["words"]["legal_basis"] == "GDPR 6(1)(b)"
    assert "connection" not in kinds
    sealed = with_keeping(house, replace(KEEPING, sealed_store=True))
    assert "connection" in page_of(sealed, "/privacy.json")


def test_every_kind_has_its_words_in_every_language(house: House):
    full = replace(KEEPING, sealed_store=True, mail="", others=("x",))
    entries = register_of(full).entries
    assert {e.held for e in entries} == set(Held)
    for lang, words in house.catalogues.items():
        for entry in entries:
            for key in ("", ".what", ".why"):
                assert words.has(f"privacy.{entry.held}{key}"), (lang, entry.held)


def test_the_form_says_what_the_configuration_needs_and_ticks_nothing(house: House):
    plain = page_of(house, f"/thread?url={URL}&lang=fr")
    assert 'href="/privacy?lang=fr"' in plain
    assert "sous scellé" not in plain
    form = plain[plain.index("<form") : plain.index("</form>")]
    assert " checked" not in form
    sealed = with_keeping(house, replace(KEEPING, sealed_store=True, others=("akismet.com",)))
    told = page_of(sealed, f"/thread?url={URL}&lang=fr")
    assert "sous scellé" in told
    assert "akismet.com" in told


def ask(client: TestClient[Any], house: House, email: str) -> str:
    data = {"email": email, "form": form_token(house)}
    answer = client.post("/my-data?lang=fr", data=data, headers=OWN)
    assert answer.status_code == 200, answer.text
    return re.sub(r'value="[^"]*"', "", answer.text)


def test_a_link_is_mailed_only_where_something_is_held(
    client: TestClient[Any], say: Any, house: House, link: Any, clock: StillClock
):
    say("Bonjour.", name="Zoé", email="Zoe@Lectrices.example")
    stranger = ask(client, house, "inconnu@ailleurs.example")
    assert link() is None
    known = ask(client, house, ZOE)
    first = link()
    assert first
    assert stranger == known  # nobody learns who writes here
    for _ in range(5):
        ask(client, house, ZOE)
    with house.vote.store.reading() as u:
        assert len([m for m in u.mails._mails.values() if m.kind is MailKind.DATA]) == 3
    clock.forward(days=7)
    assert client.get(first, headers=OWN).status_code == 410


def test_by_the_link_a_reader_sees_takes_and_erases_all(
    client: TestClient[Any], say: Any, house: House, link: Any
):
    posted = say("Un xylophone.", name="Zoé", email=ZOE)
    say("D'accord.", name="Léo", parent=posted["id"])
    before = client.get(f"/thread?url={URL}", headers=OWN).text
    assert "xylophone" in before
    ask(client, house, ZOE)
    here = link()
    shown = client.get(f"{here}?lang=fr", headers=OWN)
    assert "xylophone" in shown.text
    assert " checked" not in shown.text
    assert shown.headers["cache-control"] == "private, no-store"
    taken = client.get(f"{here}/export.json", headers=OWN)
    assert taken.json()["comments"][0]["wordings"][0]["text"] == "Un xylophone."
    assert "attachment" in taken.headers["content-disposition"]
    assert "xylophone" in client.get(f"{here}/export.html", headers=OWN).text
    form = {"scope": "everything", "form": form_token(house)}
    assert client.post(here, data=form, headers=OWN).status_code == 422  # nobody was sure
    assert "xylophone" in client.get(f"/thread?url={URL}", headers=OWN).text
    done = client.post(f"{here}?lang=fr", data=form | {"sure": "yes"}, headers=OWN)
    assert done.status_code == 200, done.text
    assert "Un vote" not in done.text
    for path in (
        f"/thread?url={URL}",
        f"/api/v1/comments?url={URL}",
        f"/api/v1/comments/{posted['id']}",
        f"/comments/{posted['id']}",
    ):
        after = client.get(path).text
        assert "xylophone" not in after
        assert "Zoé" not in after
    page = client.get(f"/thread?url={URL}&lang=fr", headers=OWN).text
    assert "accord." in page
    assert house.catalogues["fr"].say("comment.deleted") in page
    counts = client.get("/api/v1/counts", params={"url": URL}).json()
    assert list(counts["counts"].values()) == [1] or counts["counts"][0]["count"] == 1
    assert client.get(here, headers=OWN).status_code == 410


def test_by_the_token_a_browser_shows_its_own_and_erases_one(
    client: TestClient[Any], say: Any, house: House
):
    one = say("Un premier.")
    token = one["token"]
    say("Un second.", token=token)
    mine = OWN | {"Authorization": f"Bearer {token}"}
    assert "second" not in client.get("/my-data/here", headers=OWN).text
    assert "second" in client.get("/my-data/here", headers=mine).text
    form = {"scope": f"comment:{one['id']}", "sure": "yes", "form": form_token(house)}
    assert client.post("/my-data/here", data=form, headers=OWN).status_code == 404
    assert client.post("/my-data/here", data=form, headers=mine).status_code == 200
    left = client.get("/my-data/here/export.json", headers=mine).json()
    assert [c["status"] for c in left["comments"]] == ["published"]


def test_a_forged_link_opens_nothing(client: TestClient[Any]):
    assert client.get("/my-data/AAAA", headers=OWN).status_code == 404


@pytest.fixture
def administrator(store: Store, moderator: Moderator) -> Moderator:
    chief = a_moderator("chef", role=Role.ADMINISTRATOR, password_hash=moderator.password_hash)
    with store.writing() as unit:
        unit.moderators.add(chief)
    return chief


def sign_in(client: TestClient[Any], house: House, login: str) -> str:
    form = {"login": login, "password": "correct horse battery", "form": form_token(house)}
    client.post("/desk/sign-in", data=form, headers=OWN, follow_redirects=False)
    page = client.get("/desk/person", headers=OWN)
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    return found[1] if found and page.status_code == 200 else ""


def test_an_administrator_carries_out_a_written_request(
    client: TestClient[Any], say: Any, house: House, store: Store, administrator: Moderator
):
    posted = say("Un xylophone.", name="Zoé", email=ZOE)
    token = sign_in(client, house, administrator.login)
    until = (house.clock() + timedelta(days=90)).date().isoformat()
    hold = {"form": token, "do": "hold", "comment": posted["id"], "until": until}
    held = client.post("/desk/person", data=hold | {"reference": "Plainte 7"}, headers=OWN)
    assert held.status_code == 200, held.text
    look = {"form": token, "do": "look", "address": ZOE}
    assert "xylophone" in client.post("/desk/person", data=look, headers=OWN).text
    erase = look | {"do": "erase", "scope": "everything", "sure": "yes"}
    assert client.post("/desk/person", data=erase, headers=OWN).status_code == 422  # no reference
    erase["reference"] = "Courrier du 2 mars"
    assert client.post("/desk/person", data=erase, headers=OWN).status_code == 200
    with store.reading() as unit:
        (line,) = unit.people.erasures(limit=9)
        assert (line.asked_by, line.comments, line.held) == ("chef: Courrier du 2 mars", 1, 1)
        assert "xylophone" in (unit.people.kept_words(posted["id"]) or "")
        stored = unit.comments.stored(posted["id"])
        assert stored
        assert stored.body is None


def test_a_moderator_may_not(client: TestClient[Any], house: House, moderator: Moderator):
    assert sign_in(client, house, moderator.login) == ""
    assert client.get("/desk/person", headers=OWN).status_code == 403
