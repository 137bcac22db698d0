"""The pages over HTTP: what they answer, to whom, and what caches may keep."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from palabre.web.app import create_app
from palabre.web.house import House
from palabre.web.links import back

URL = "https://journal.example/politique/budget"
BASE = "https://comments.example"
HTML = {"Accept": "text/html"}


@pytest.fixture
def client(house: House) -> Any:
    with TestClient[Litestar](create_app(house), base_url=BASE) as client:
        client.headers.update(HTML)
        yield client


def form_of(page: str) -> dict[str, str]:
    import re

    token = re.search(r'name="form" value="([^"]+)"', page)
    assert token
    return {"form": token.group(1)}


def post(client: Any, text: str, **fields: str) -> Any:
    page = client.get("/thread", params={"url": URL}).text
    return client.post(
        "/thread",
        params={"url": URL},
        data={**form_of(page), "text": text, **fields},
        headers={"Origin": BASE},
        follow_redirects=False,
    )


def test_a_post_ends_on_the_comment(client: Any) -> None:
    answer = post(client, "Bonjour.")
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert where.startswith("/thread?url=")
    comment = where.rpartition("#c-")[2]
    assert f"posted={comment}" in where
    assert f'id="c-{comment}"' in client.get(where).text


def test_a_page_for_nobody_in_particular_may_be_kept(client: Any) -> None:
    first = client.get("/thread", params={"url": URL})
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert "set-cookie" not in first.headers
    again = client.get(
        "/thread", params={"url": URL}, headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert again.content == b""


def test_a_page_for_an_author_may_not(client: Any) -> None:
    post(client, "Bonjour.")
    assert client.cookies
    answer = client.get("/thread", params={"url": URL})
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers


def test_a_mistake_is_answered_with_its_status_and_the_text(client: Any) -> None:
    answer = post(client, "  ", name="Zoé <b>")
    assert answer.status_code == 422
    assert "Le commentaire est vide." in answer.text
    assert 'value="Zoé &lt;b&gt;"' in answer.text


def test_another_site_gets_no_form_filled(client: Any) -> None:
    answer = client.post(
        "/thread",
        params={"url": URL},
        data={"text": "Texte d’ailleurs"},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert "Texte d’ailleurs" not in answer.text


def test_an_old_form_keeps_the_text(client: Any) -> None:
    answer = client.post(
        "/thread",
        params={"url": URL},
        data={"text": "Écrit hier", "form": "1.x"},
        headers={"Origin": BASE},
    )
    assert answer.status_code == 403
    assert "Écrit hier</textarea>" in answer.text


def test_only_the_site_may_frame_the_thread(client: Any) -> None:
    policy = client.get("/thread", params={"url": URL}).headers["content-security-policy"]
    assert "frame-ancestors 'self' https://journal.example" in policy
    assert "unsafe-inline" not in policy
    desk = client.get("/desk/sign-in").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in desk


@pytest.mark.parametrize(
    "path", ["/desk", "/desk?state=refused", "/desk?state=nonsense&after=x&done=y"]
)
def test_the_desk_leads_strangers_to_its_door(client: Any, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")


def test_a_decision_without_a_session(client: Any) -> None:
    answer = client.post(
        "/desk/comments/00000000-0000-7000-8000-000000000000",
        data={"do": "approve"},
        headers={"Origin": BASE},
    )
    assert answer.status_code == 401


def test_a_decision_needs_the_forms_own_token(client: Any, moderator: Any) -> None:
    comment = post(client, "patatras").headers["location"].rpartition("#c-")[2]
    door = client.get("/desk/sign-in").text
    client.post(
        "/desk/sign-in",
        data={**form_of(door), "login": moderator.login, "password": "correct horse battery"},
        headers={"Origin": BASE},
    )
    assert client.get("/desk").status_code == 200
    for form, origin in (("wrong", BASE), (form_of(client.get("/desk").text)["form"], "https://e")):
        answer = client.post(
            f"/desk/comments/{comment}",
            data={"do": "approve", "form": form},
            headers={"Origin": origin},
        )
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "given",
    [
        *("//evil.example", "https://evil.example/thread?", "/\\evil.example", "/thread?\r\nX: y"),
        *("javascript:x", "/articles/../desk\\", "", "/desk", "/articles/" + "x" * 5000),
    ],
)
def test_a_redirect_stays_at_home(given: str) -> None:
    assert back(given, "id") == "/comments/id"


def test_a_redirect_comes_back() -> None:
    given = "/thread?url=https%3A%2F%2Fx%2F&sort=top&reply=1"
    assert back(given, "id", posted="id") == (
        "/thread?url=https%3A%2F%2Fx%2F&sort=top&posted=id#c-id"
    )


def test_the_house_rules_are_the_ones_enforced(client: Any, house: House) -> None:
    text = client.get("/house-rules").text
    assert house.rules.sentence("fr") in text
    english = client.get("/house-rules?lang=en").text
    assert '<html lang="en"' in english
