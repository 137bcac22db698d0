"""What the newsroom lifts out, and moderating in the thread: shown to whom, kept from whom."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from builders import an_id
from palabre.application.ports import Store
from palabre.domain.highlight import MOST, Mark
from palabre.domain.ledger import LineKind
from palabre.domain.person import Moderator
from web.conftest import BASE, COMMENTS, URL

HERE = {"Origin": BASE}
PLACE = f"/desk/thread?url={URL}"
Act = Callable[..., Any]


def form_in(html: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


@pytest.fixture
def act(client: Any, moderator: Moderator) -> Act:
    """Sign in, and return a function that presses a button of the thread at the desk."""
    fields = {"login": moderator.login, "password": "correct horse battery"}
    fields["form"] = form_in(client.get("/desk/sign-in").text)
    assert client.post("/desk/sign-in", data=fields, headers=HERE).status_code == 200

    def press(comment_id: str, do: str, **more: str) -> Any:
        form = form_in(client.get("/desk/account").text)
        sent = {"form": form, "url": URL, "do": do, **more}
        path = f"/desk/thread/{comment_id}" if comment_id else "/desk/thread"
        return client.post(path, data=sent, headers=HERE, follow_redirects=False)

    return press


def order(html: str) -> list[str]:
    return re.findall(r'<li id="c-([0-9a-f-]+)"', html)


def test_a_pinned_conversation_comes_first_and_once(
    client: Any, say: Any, act: Act, store: Store
) -> None:
    one, two, three = (say(f"Le numéro {n}.")["id"] for n in (1, 2, 3))
    answer = say("Réponse.", parent=one)["id"]
    before = client.get(COMMENTS, params={"url": URL}).headers["etag"]
    assert act(one, "pin").headers["location"].endswith(f"#c-{one}")
    assert act(answer, "feature").status_code == 303
    client.cookies.clear()
    for sort, rest in (("newest", [three, two]), ("oldest", [two, three])):
        page = client.get("/thread", params={"url": URL, "sort": sort, "lang": "fr"})
        assert order(page.text) == [one, answer, *rest]
        assert "public" in page.headers["cache-control"]
    assert page.text.count(">Épinglé<") == page.text.count(">Choix de la rédaction<") == 1
    # To programs it is told beside the list, which stays in its order.
    answer_of = client.get(COMMENTS, params={"url": URL})
    assert answer_of.headers["etag"] != before
    said = answer_of.json()
    assert [c["id"] for c in said["pinned"]] == [one]
    assert [c["id"] for c in said["comments"]] == [three, two, one]
    assert [c["pinned"] for c in said["comments"]] == [False, False, True]
    assert said["comments"][2]["replies"][0]["featured"] is True
    later = client.get(COMMENTS, params={"url": URL, "limit": 1}).json()["next"]
    assert client.get(COMMENTS, params={"url": URL, "after": later}).json()["pinned"] == []
    atom = ET.fromstring(client.get("/feeds/thread.atom", params={"url": URL}).text)  # noqa: S314
    terms = [c.get("term") for c in atom.iter("{http://www.w3.org/2005/Atom}category")]
    assert sorted(terms) == ["featured", "pinned"]
    items = client.get("/feeds/site.json", params={"site": "le-journal"}).json()["items"]
    assert {i["id"]: i["tags"] for i in items if i["tags"]} == {
        one: ["pinned"],
        answer: ["featured"],
    }
    with store.reading() as unit:
        lines = unit.ledger.of_comment(one, LineKind.HIGHLIGHT)
    assert [(line.content["mark"], line.content["on"]) for line in lines] == [("pinned", True)]


def test_few_are_lifted_out(client: Any, say: Any, act: Act) -> None:
    many = [say(f"Le numéro {n}.")["id"] for n in range(MOST[Mark.PINNED] + 1)]
    answers = [act(comment_id, "pin").status_code for comment_id in many]
    assert answers == [303] * MOST[Mark.PINNED] + [409]
    assert act(many[0], "pin").status_code == 303  # a double click
    assert act(many[0], "unpin").status_code == 303
    assert act(many[-1], "pin").status_code == 303
    assert act(say("Réponse.", parent=many[1])["id"], "pin").status_code == 422
    assert act(say("Quel patatras !")["id"], "feature").status_code == 409
    assert act(an_id(), "pin").status_code == 404
    assert act(many[0], "praise").status_code == 422


def test_a_thread_is_moderated_in_its_place(client: Any, say: Any, act: Act) -> None:
    one = say("Le premier.")["id"]
    held = say("Quel patatras !")["id"]
    page = client.get(f"{PLACE}&lang=fr")
    assert page.headers["cache-control"] == "private, no-store"
    assert f'action="/desk/thread/{held}"' in page.text
    assert "Quel" in page.text
    onward = act(held, "approve").headers["location"]
    done = client.get(onward).text
    assert 'value="undo"' in done
    assert order(done) == [held, one]
    assert act(one, "hold").status_code == 303
    assert order(client.get(PLACE).text) == [held]
    assert act(one, "undo").status_code == 303
    assert order(client.get(PLACE).text) == [held, one]
    thread = re.search(r'name="thread" value="([^"]+)"', client.get(PLACE).text)
    assert thread is not None
    assert act("", "close", thread=thread[1]).headers["location"].startswith("/desk/thread?url=")
    assert client.get(COMMENTS, params={"url": URL}).json()["open"] is False
    forged = {"form": "x", "do": "refuse:insult", "url": URL}
    answer = client.post(f"/desk/thread/{one}", data=forged, headers=HERE)
    assert answer.status_code == 403
    elsewhere = {"Origin": "https://elsewhere.example"}
    assert client.post(f"/desk/thread/{one}", data=forged, headers=elsewhere).status_code == 403


def test_the_way_to_the_desk_is_shown_to_the_newsroom_alone(
    client: Any, say: Any, act: Act
) -> None:
    one = say("Le premier.")["id"]
    for path in ("/thread", f"/comments/{one}"):
        page = client.get(path, params={"url": URL})
        assert "/desk/" in page.text
        assert "no-store" in page.headers["cache-control"]
    kept = dict(client.cookies)
    client.cookies.clear()
    for path in ("/thread", f"/comments/{one}"):
        assert "/desk/" not in client.get(path, params={"url": URL}).text
    # The cookie that shows the way opens nothing.
    client.cookies.set("palabre_newsroom", kept["palabre_newsroom"])
    assert "/desk/" in client.get("/thread", params={"url": URL}).text
    answer = client.get(PLACE, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")
    assert client.post(f"/desk/thread/{one}", data={"do": "pin"}, headers=HERE).status_code == 401


def test_the_desk_quotes_the_passage_that_a_comment_is_about(
    client: Any, say: Any, act: Act
) -> None:
    quote = {"type": "TextQuoteSelector", "exact": "le budget de la culture", "prefix": "que "}
    one = say("Quel patatras !", anchor={"selector": [quote]})["id"]
    for path in (f"/desk/comments/{one}", "/desk"):
        page = client.get(path).text
        assert "le budget de la culture" in page
        assert f"{URL}#:~:text=que-,le%20budget%20de%20la%20culture" in page
