"""Who may do what at the desk: the whole table of roles and actions, from outside, over HTTP."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import NOON, StillClock, a_moderator, a_stored, a_thread, an_article, keep
from palabre.application.ports import Store
from palabre.domain.comment import Status
from palabre.domain.permission import TABLE, Task
from palabre.domain.person import Duty, Moderator, Role
from palabre.domain.waiting import Level
from palabre.web.app import create_app
from palabre.web.house import House
from web.conftest import BASE, PlainHasher

PASSWORD = "correct horse battery"
HERE = {"Origin": BASE}
GAZETTE = {"site_id": "la-gazette", "origin": "https://gazette.example", "section_id": None}


@pytest.fixture
def opened(house: House) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as client:
        yield client


Enter = Callable[[Moderator], str]


@pytest.fixture
def enter(opened: TestClient[Any], store: Store) -> Enter:
    """Return a function that makes an account, signs it in, and returns its form's token."""

    def sign_in(moderator: Moderator) -> str:
        with store.writing() as unit:
            unit.moderators.add(moderator)
        opened.cookies.clear()
        door = opened.get("/desk/sign-in")
        fields = {"login": moderator.login, "password": PASSWORD, "form": token_in(door.text)}
        answer = opened.post("/desk/sign-in", data=fields, headers=HERE, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return token_in(opened.get("/desk").text)

    return sign_in


def token_in(html: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


def account(role: Role, *, site: str | None = None, section: str | None = None) -> Moderator:
    duty = Duty(role=role, site_id=site, section_id=section)
    name = "-".join(filter(None, (role.value, site, section)))
    return a_moderator(
        login=name, role=role, duties=(duty,), password_hash=PlainHasher().hash(PASSWORD)
    )


class Case:
    """A waiting comment of one site, another at the legal desk, one that a colleague decided."""

    def __init__(self, store: Store, **article: Any) -> None:
        with store.writing() as unit:
            thread = unit.threads.add(a_thread(an_article(**article)))
        self.thread = thread.id
        self.held = keep(store, a_stored(thread, status=Status.HELD)).comment.id
        self.legal = keep(store, a_stored(thread, status=Status.HELD)).comment.id
        with store.writing() as unit:
            unit.work.hand_to(self.legal, level=Level.LEGAL)


def acts(case: Case) -> dict[Task, tuple[str, str, dict[str, str]]]:
    """Return a request for each task that the desk's pages offer."""
    work = f"/desk/work/{case.held}"
    return {
        Task.READ: ("GET", f"/desk/comments/{case.held}", {}),
        Task.CLAIM: ("POST", work, {"do": "release"}),
        Task.NOTE: ("POST", work, {"do": "note", "note": "Vu."}),
        Task.ASSIGN: ("POST", work, {"do": "assign", "login": ""}),
        Task.CLOSE_THREAD: ("POST", f"/desk/threads/{case.thread}", {"do": "open"}),
        Task.DECIDE: ("POST", f"/desk/comments/{case.held}", {"do": "hold"}),
        Task.DECIDE_ESCALATED: ("POST", f"/desk/comments/{case.legal}", {"do": "hold"}),
        Task.ESCALATE: ("POST", work, {"do": "escalate"}),
    }


def ask(client: TestClient[Any], how: tuple[str, str, dict[str, str]], token: str) -> int:
    method, path, fields = how
    if method == "GET":
        return client.get(path).status_code
    data = {**fields, "form": token}
    return client.post(path, data=data, headers=HERE, follow_redirects=False).status_code


@pytest.mark.parametrize("role", Role)
def test_each_role_does_what_the_table_says_and_nothing_else(
    role: Role, opened: TestClient[Any], enter: Enter, store: Store
):
    case = Case(store)
    mine = account(role)
    token = enter(mine)
    for task, how in acts(case).items():
        allowed = role in TABLE[task]
        status = ask(opened, how, token)
        assert (status != 403) == allowed, (task, status)
        assert allowed is False or status in {200, 303}, (task, status)
    with store.reading() as unit:
        refused = [(line.moderator_id, line.code) for line in unit.work.refusals(limit=50)]
    expected = sum(role not in TABLE[task] for task in acts(case))
    assert refused == [(mine.id, "not_permitted")] * expected
    seen = opened.get("/desk/refusals").status_code
    assert (seen == 200) == (role in TABLE[Task.REFUSALS])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "place", [("la-gazette", None), ("le-journal", "sport")], ids=["site", "section"]
)
def test_nobody_reaches_another_site_or_section_by_its_identifiers(
    role: Role,
    place: tuple[str, str | None],
    opened: TestClient[Any],
    enter: Enter,
    store: Store,
):
    case = Case(store)
    token = enter(account(role, site=place[0], section=place[1]))
    asked = acts(case)
    for task, how in asked.items():
        assert ask(opened, how, token) == 403, task
    with store.reading() as unit:
        assert len(unit.work.refusals(limit=50)) == len(asked)
        assert unit.work.notes(case.held) == []
        entry = unit.work.entry(case.held)
    assert entry is not None
    assert entry.level is Level.DESK
    for page in (
        "/desk",
        "/desk?view=table",
        "/desk?state=refused",
        "/desk?rule=x",
        "/desk/one",
        "/desk/search?q=bonjour",
        "/desk/live",
    ):
        answer = opened.get(page)
        assert case.held not in answer.text, page
        assert answer.status_code == 200, page


def test_roles_hold_where_they_were_given_and_not_beyond(
    opened: TestClient[Any], enter: Enter, store: Store
):
    home, away = Case(store), Case(store, key="/sport/match", **GAZETTE)
    both = a_moderator(
        login="deux-sites",
        duties=(
            Duty(role=Role.LEAD, site_id="le-journal"),
            Duty(role=Role.LEGAL, site_id="la-gazette"),
        ),
        password_hash=PlainHasher().hash(PASSWORD),
    )
    token = enter(both)
    for case, role in ((home, Role.LEAD), (away, Role.LEGAL)):
        for task, how in acts(case).items():
            assert (ask(opened, how, token) != 403) == (role in TABLE[task]), (role, task)


def test_taking_back_what_a_colleague_decided_needs_a_lead(
    opened: TestClient[Any], enter: Enter, store: Store
):
    case = Case(store)
    token = enter(account(Role.MODERATOR))
    approve = ("POST", f"/desk/comments/{case.held}", {"do": "approve"})
    undo = ("POST", f"/desk/comments/{case.held}", {"do": "undo"})
    assert ask(opened, approve, token) == 303
    assert ask(opened, undo, enter(account(Role.MODERATOR, site="le-journal"))) == 403
    assert ask(opened, undo, enter(account(Role.LEAD))) == 303


def test_what_a_colleague_reads_is_left_to_them(
    opened: TestClient[Any], enter: Enter, store: Store, clock: StillClock
):
    case = Case(store)
    first = enter(account(Role.MODERATOR))
    assert case.held in opened.get("/desk/one").text
    assert first
    second = enter(account(Role.LEAD))
    assert ask(opened, ("POST", f"/desk/comments/{case.held}", {"do": "approve"}), second) == 409
    assert ask(opened, ("POST", f"/desk/work/{case.held}", {"do": "claim"}), second) == 409
    assert case.held not in opened.get("/desk/one").text
    assert opened.get("/desk/live").json()["readers"] == {case.held: "Moderator"}
    clock.forward(minutes=11)
    assert case.held in opened.get("/desk/one").text
    with store.reading() as unit:
        assert [line.code for line in unit.work.refusals(limit=9)] == ["claimed", "claimed"]
    assert clock() > NOON


def test_a_form_of_another_session_is_refused_and_noted(
    opened: TestClient[Any], enter: Enter, store: Store
):
    case = Case(store)
    enter(account(Role.LEAD))
    assert ask(opened, ("POST", f"/desk/comments/{case.held}", {"do": "approve"}), "forged") == 403
    with store.reading() as unit:
        assert [line.code for line in unit.work.refusals(limit=9)] == ["forged_request"]
        assert unit.comments.get(case.held).status is Status.HELD
