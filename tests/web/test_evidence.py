"""Evidence is put under seal at the desk, outlives the comment, and is checked by a stranger."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import StillClock, a_moderator
from palabre.application.person import of_address
from palabre.application.ports import Store
from palabre.application.retention import Retention
from palabre.application.seal_evidence import check_file
from palabre.application.verify_ledger import VerifyLedger
from palabre.domain.ledger import LineKind
from palabre.domain.person import Role
from palabre.domain.retention import Leaves
from palabre.sealing import new_pair, opener, sealer
from palabre.settings import Settings
from palabre.web.app import create_app
from palabre.web.house import House
from palabre.wiring_privacy import periods_of
from web.conftest import BASE, PlainHasher
from web.test_sessions import PASSWORD, Desk

MAIL = "zoe@mail.example"
REASON = "Plainte 26/117, parquet de Paris"


@pytest.fixture
def keys() -> tuple[str, str]:
    return new_pair()


@pytest.fixture
def sealing(house: House, keys: tuple[str, str]) -> House:
    assert house.law is not None
    assert house.law.evidence is not None
    evidence = replace(house.law.evidence, seal=sealer(keys[1]))
    return replace(house, law=replace(house.law, evidence=evidence))


@pytest.fixture
def client(sealing: House) -> Any:
    with TestClient(create_app(sealing), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def desk(client: TestClient[Any], store: Store) -> Desk:
    """The legal desk, signed in."""
    with store.writing() as unit:
        unit.moderators.add(
            a_moderator("juriste", role=Role.LEGAL, password_hash=PlainHasher().hash(PASSWORD))
        )
    return Desk(client).enter("juriste")


@pytest.fixture
def told(say: Callable[..., dict[str, Any]], client: TestClient[Any]) -> dict[str, Any]:
    """A comment with an answer, edited once, its author's address known."""
    posted = say("Mon voisin est un voleur.", name="Zoé", email=MAIL)
    say("Vous avez tort.", parent=posted["comment"]["id"], name="Abel")
    answer = client.patch(
        f"/api/v1/comments/{posted['comment']['id']}",
        json={"text": "Mon voisin est un menteur."},
        headers={"Authorization": f"Bearer {posted['token']}", "Origin": "https://journal.example"},
    )
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    return posted


def seal(desk: Desk, comment_id: str, months: str = "3") -> str:
    """Put the comment under seal; return the line that holds its hash."""
    page = f"/desk/evidence/{comment_id}"
    answer = desk.send(page, months=months)
    assert answer.status_code == 303, answer.text
    text = desk.read(page).text
    return str(text.rpartition('action="/desk/evidence/')[2].partition("/file")[0])


def take(desk: Desk, comment_id: str, line_id: str, reason: str = REASON) -> Any:
    return desk.send(
        f"/desk/evidence/{line_id}/file", f"/desk/evidence/{comment_id}", reason=reason
    )


def test_what_is_under_the_seal_can_be_checked_with_nothing_of_ours(
    desk: Desk, told: dict[str, Any], keys: tuple[str, str], store: Store, sealing: House
):
    comment_id = told["comment"]["id"]
    sealing.law.keep()
    line_id = seal(desk, comment_id)
    file = take(desk, comment_id, line_id)
    assert file.headers["content-disposition"].startswith("attachment")
    said = file.json()
    content = opener(keys[0])(base64.b64decode(said["sealed"]))
    with store.reading() as unit:
        line = unit.ledger.get(line_id)
    assert hashlib.sha256(content).hexdigest() == said["sha256"] == line.content["sha256"]
    evidence = json.loads(content)
    comment = evidence["comment"]
    assert (comment["name"], comment["email"]) == ("Zoé", MAIL)
    assert comment["page"] == f"{BASE}/comments/{comment_id}"
    assert [w["text"] for w in comment["wordings"]] == [
        "Mon voisin est un voleur.",
        "Mon voisin est un menteur.",
    ]
    assert [c["text"] for c in evidence["conversation"]] == ["Vous avez tort."]
    assert evidence["article"]["url"].startswith("https://journal.example/")
    by_revision = {w["revision"]: w for w in comment["wordings"]}
    assert [d["revision"] for d in evidence["decisions"]] == [1, 2]
    for decision in evidence["decisions"]:
        wording = by_revision[decision["revision"]]
        key = bytes.fromhex(wording["salt"])
        computed = hmac.new(key, wording["text"].encode(), hashlib.sha256).hexdigest()
        assert computed == decision["commitment"]
    held = {x["subject"]: x for x in evidence["ledger"]["lines"] if x["kind"] == "decision"}
    assert {d["id"]: d["digest"] for d in evidence["decisions"]} == {
        i: x["content"]["digest"] for i, x in held.items()
    }
    assert evidence["ledger"]["length"] == line.number - 1
    assert evidence["ledger"]["hash"] == line.previous


def test_each_export_is_a_line_of_the_ledger_with_its_reason(
    desk: Desk, told: dict[str, Any], store: Store, clock: StillClock, sealing: House
):
    comment_id = told["comment"]["id"]
    line_id = seal(desk, comment_id, "12")
    assert take(desk, comment_id, line_id, "non").status_code == 422
    assert take(desk, comment_id, line_id).status_code == 200
    with store.reading() as unit:
        (exported,) = unit.ledger.answers(line_id, LineKind.SNAPSHOT)
        assert exported.content["login"] == "juriste"
        assert unit.ledger.words(exported.id).texts == {"reason": REASON}
    assert "Remise à juriste" in desk.read(f"/desk/evidence/{comment_id}").text
    sealing.law.keep()
    assert VerifyLedger(store=store, clock=clock)().wrong == ()
    nothing = "019cae6b-0000-7000-8000-000000000000"
    assert take(desk, comment_id, nothing).status_code == 404


@pytest.mark.parametrize(("months", "days"), [("3", 100), ("12", 373)])
def test_it_outlives_the_comment_and_leaves_on_its_day(
    months: str,
    days: int,
    desk: Desk,
    told: dict[str, Any],
    store: Store,
    clock: StillClock,
    keys: tuple[str, str],
    client: TestClient[Any],
):
    comment_id = told["comment"]["id"]
    line_id = seal(desk, comment_id, months)
    posted = told["token"]
    gone = client.delete(
        f"/api/v1/comments/{comment_id}",
        headers={"Authorization": f"Bearer {posted}", "Origin": "https://journal.example"},
    )
    assert gone.status_code == 204
    file = take(desk, comment_id, line_id).content
    with store.reading() as unit:
        assert unit.comments.stored(comment_id).body is None
        checked = check_file(file, unit.ledger.get, opener(keys[0]))
        ends = datetime.fromisoformat(str(unit.ledger.get(line_id).content["until"]))
    assert checked.wrong == ()
    assert checked.content["comment"]["email"] == MAIL
    assert ends - clock() == timedelta(days=days)
    job = Retention(store=store, clock=clock, periods=periods_of(Settings()))
    clock.forward(days=days - 1)
    assert Leaves.SNAPSHOTS not in job()
    clock.forward(days=1)
    assert job()[Leaves.SNAPSHOTS] == 1
    with store.reading() as unit:
        assert unit.legal.snapshots(comment_id) == []


def test_whoever_asks_is_told_until_when_it_is_kept(
    desk: Desk, told: dict[str, Any], sealing: House, store: Store, clock: StillClock
):
    from palabre.application.export_person import ExportPerson

    seal(desk, told["comment"]["id"])
    person = of_address(MAIL, sealing.config.secret)
    (mine,) = ExportPerson(store=store, clock=clock)(person)["comments"]
    assert mine["evidence_sealed_until"] == [(clock() + timedelta(days=100)).isoformat()]


def test_a_file_that_was_changed_or_is_another_s_is_found_out(
    desk: Desk, told: dict[str, Any], store: Store, keys: tuple[str, str]
):
    comment_id = told["comment"]["id"]
    line_id = seal(desk, comment_id)
    said = take(desk, comment_id, line_id).json()
    other = json.loads(take(desk, comment_id, seal(desk, comment_id)).content)

    def check(opened: Any = None, **changes: Any) -> tuple[str, ...]:
        with store.reading() as unit:
            file = json.dumps({**said, **changes}).encode()
            return check_file(file, unit.ledger.get, opened).wrong

    assert check() == check(opener(keys[0])) == ()
    assert "not what was sealed" in check(sealed=other["sealed"])[0]
    assert len(check(opener(keys[0]), sealed=other["sealed"])) == 2
    assert check(line=other["line"])
    assert check(number=said["number"] + 1)
    assert check(line="019cae6b-0000-7000-8000-000000000000") == ("the ledger has no such line",)
    with pytest.raises(ValueError, match="does not open"):
        check(opener(new_pair()[0]))
    for wrong in (b"", b"[]", b"{}", b'{"format": "x"}'):
        with pytest.raises(ValueError, match="not a file"), store.reading() as unit:
            check_file(wrong, unit.ledger.get, None)


def test_without_a_key_the_desk_says_what_to_do(
    house: House, store: Store, say: Callable[..., dict[str, Any]]
):
    comment_id = say()["comment"]["id"]
    hashed = PlainHasher().hash(PASSWORD)
    with store.writing() as unit:
        unit.moderators.add(a_moderator("juriste", role=Role.LEGAL, password_hash=hashed))
    with TestClient(create_app(house), base_url=BASE) as served:
        answer = Desk(served).enter("juriste").send(f"/desk/evidence/{comment_id}", months="3")
    assert answer.status_code == 409
    assert "palabre person keys" in answer.text
    with store.reading() as unit:
        assert unit.legal.snapshots(comment_id) == []
