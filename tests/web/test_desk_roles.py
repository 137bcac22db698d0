"""Who may do what at the desk: the whole table of roles and actions, from outside, over HTTP."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from litestar.testing import TestClient

from builders import (
    NOON,
    StillClock,
    a_moderator,
    a_session,
    a_stored,
    a_thread,
    an_article,
    keep,
)
from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.hold_comment import HoldComment
from palabre.application.issue_key import Keys
from palabre.application.moderate import Choice
from palabre.application.own_pseudonyms import OwnPseudonyms
from palabre.application.ports import Store
from palabre.application.register import Keeping, register_of
from palabre.application.sessions import handle_of
from palabre.domain.comment import Status
from palabre.domain.decision import Ground, GroundKind, Verdict
from palabre.domain.ledger import LineKind
from palabre.domain.permission import TABLE, Task
from palabre.domain.person import Duty, Moderator, Role
from palabre.domain.report import Category, Report
from palabre.domain.waiting import Level
from palabre.sealing import new_pair, sealer
from palabre.web.app import create_app
from palabre.web.desk_sign_on import BACK, DeskDoor
from palabre.web.house import House, OwnData
from palabre.web.oidc import Client, Provider
from palabre.web.oidc_attempt import Attempts
from web.conftest import BASE, PlainHasher
from web.law_house import lawful

PASSWORD = "correct horse battery"
HERE = {"Origin": BASE}
GAZETTE = {"site_id": "la-gazette", "origin": "https://gazette.example", "section_id": None}


@pytest.fixture
def house(house: House, store: Store, clock: StillClock) -> House:
    """The house with all that opens pages at the desk: the rights of readers, a key for seals."""
    parts = {"store": store, "clock": clock}
    own = OwnData(
        register=register_of(Keeping(controller="", contact="", authority="", periods={})),
        export=ExportPerson(**parts),
        erase=ErasePerson(**parts),
        hold=HoldComment(**parts),
        pseudonyms=OwnPseudonyms(store=store),
    )

    def ground_of(rule: str) -> Ground:
        return Ground(kind=GroundKind.TERMS, rule=rule, reference="")

    moderate = replace(house.moderate, ground_of=ground_of)
    made = lawful(replace(house, moderate=moderate, privacy=own), store, clock)
    evidence = replace(made.law.evidence, seal=sealer(new_pair()[1]))
    # Nobody is asked before somebody goes there.
    provider = Client(issuer="https://id.example", client_id="desk", redirect_uri=f"{BASE}{BACK}")
    door = DeskDoor(
        provider=Provider(provider, clock=clock),
        attempts=Attempts(house.config.secret, "desk", clock=clock),
        claim="email",
    )
    return replace(made, desk_door=door, law=replace(made.law, evidence=evidence))


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
    """What a site has for the desk: comments that wait, a colleague's decision, reports, evidence.

    ``held`` waits, ``legal`` waits at the legal desk, ``decided`` was approved by a colleague.
    """

    def __init__(self, store: Store, house: House, **article: Any) -> None:
        with store.writing() as unit:
            thread = unit.threads.add(a_thread(an_article(**article)))
        self.thread, self.url = thread.id, thread.article.url
        self.held = keep(store, a_stored(thread, status=Status.HELD)).comment.id
        self.legal = keep(store, a_stored(thread, status=Status.HELD)).comment.id
        self.decided = keep(store, a_stored(thread, status=Status.HELD)).comment.id
        self.shown = [keep(store, a_stored(thread)).comment.id for _ in range(2)]
        refused = keep(store, a_stored(thread, status=Status.REFUSED))
        with store.writing() as unit:
            unit.work.hand_to(self.legal, level=Level.LEGAL)
        elsewhere = a_moderator(f"ailleurs-{self.thread}", role=Role.ADMINISTRATOR)
        with store.writing() as unit:
            unit.moderators.add(elsewhere)
            at = unit.comments.get(self.held).created_at
            session = a_session(elsewhere, created_at=at, expires_at=at + timedelta(days=9))
            unit.moderators.open_session(session)
        self.session = handle_of(session)
        keys = Keys(store=store, clock=house.clock)
        self.site = thread.article.site_id
        self.key = keys.issue(self.site, label="Coral", by="clavier")[0].id
        house.moderate.decide(self.decided, Choice(verdict=Verdict.PUBLISH), elsewhere)
        law = house.law
        self.reports = []
        for comment_id in self.shown:
            sent = Report(
                comment_ids=(comment_id,), category=Category.DEFAMATION, why="Faux.",
                name="Zoé", email="zoe@mail.example", in_good_faith=True,
            )  # fmt: skip
            self.reports += [line.id for line in law.report(sent)]
        law.keep()
        with store.reading() as unit:
            self.drawn = unit.decisions.latest(self.shown[0]).id
            (statement,) = unit.ledger.of_comment(refused.comment.id, LineKind.STATEMENT)
        self.appeal = law.appeal(statement.id, "Je conteste cette décision.").id
        self.sealed = law.evidence(self.held, elsewhere, months=3).line_id

    @property
    def names(self) -> tuple[str, ...]:
        """All by which something of this site is called."""
        return (
            *(self.held, self.legal, self.decided, *self.shown, *self.reports),
            *(self.appeal, self.sealed, self.thread, self.key, self.drawn),
        )


class Row(NamedTuple):
    """One thing to ask of the desk. ``task`` None: whoever is signed in may, for themselves."""

    task: Task | None
    method: str
    route: str
    path: str
    fields: dict[str, str] | None = None


def rows(case: Case) -> list[Row]:
    """Return a request for each thing that the desk's pages offer."""
    comments, work = "/desk/comments/{comment_id:str}", "/desk/work/{comment_id:str}"
    held, at_work = f"/desk/comments/{case.held}", f"/desk/work/{case.held}"
    reports, sealing = "/desk/reports/{line_id:str}", "/desk/evidence/{comment_id:str}"
    reader, at_reader = "/desk/readers/{comment_id:str}", f"/desk/readers/{case.held}"
    insult = {"rule": "insult"}
    file, in_place = "/desk/evidence/{line_id:str}/file", "/desk/thread/{comment_id:str}"
    evidence = f"/desk/evidence/{case.held}"
    why = {"reason": "Réquisition 26/4"}
    post = partial(Row, method="POST")
    return [
        Row(Task.READ, "GET", comments, held),
        post(Task.CLAIM, route=work, path=at_work, fields={"do": "release"}),
        post(Task.CLAIM, route=work, path=at_work, fields={"do": "claim"}),
        post(Task.NOTE, route=work, path=at_work, fields={"do": "note", "note": "Vu."}),
        post(Task.NOTE, route=work, path=at_work, fields={"do": "question", "note": "Et ?"}),
        post(Task.NOTE, route=work, path=at_work, fields={"do": "opinion", "note": "Oui."}),
        post(Task.ASSIGN, route=work, path=at_work, fields={"do": "assign", "login": ""}),
        post(
            Task.CLOSE_THREAD,
            route="/desk/threads/{thread_id:str}",
            path=f"/desk/threads/{case.thread}",
            fields={"do": "open"},
        ),
        post(Task.DECIDE, route=comments, path=held, fields={"do": "hold"}),
        post(
            Task.DECIDE_ESCALATED,
            route=comments,
            path=f"/desk/comments/{case.legal}",
            fields={"do": "hold"},
        ),
        post(
            Task.OVERRULE,
            route=comments,
            path=f"/desk/comments/{case.decided}",
            fields={"do": "undo"},
        ),
        post(Task.ESCALATE, route=work, path=at_work, fields={"do": "escalate"}),
        post(
            Task.DECIDE,
            route=reports,
            path=f"/desk/reports/{case.reports[0]}",
            fields={"do": "keep"},
        ),
        post(
            Task.DECIDE,
            route=reports,
            path=f"/desk/reports/{case.reports[1]}",
            fields={"do": "remove", "rule": "insult"},
        ),
        post(
            Task.DECIDE,
            route="/desk/appeals/{line_id:str}",
            path=f"/desk/appeals/{case.appeal}",
            fields={"finding": "upheld", "reasons": "Après examen, oui."},
        ),
        Row(Task.EVIDENCE, "GET", sealing, evidence),
        post(Task.EVIDENCE, route=sealing, path=evidence, fields={"months": "12"}),
        post(Task.EVIDENCE, route=file, path=f"/desk/evidence/{case.sealed}/file", fields=why),
        post(
            Task.ACCOUNTS,
            route="/desk/sessions",
            path="/desk/sessions",
            fields={"do": f"end:{case.session}"},
        ),
        post(Task.KEYS, route="/desk/keys", path="/desk/keys", fields={"do": f"end:{case.key}"}),
        post(
            Task.KEYS,
            route="/desk/keys",
            path="/desk/keys",
            fields={
                "do": "issue",
                "label": "x",
                "site": case.site,
                "role": "client",
                "spam_when": "spam",
            },
        ),
        post(Task.STANDING, route=reader, path=at_reader, fields={"do": "watched"} | insult),
        post(Task.BAN, route=reader, path=at_reader, fields={"do": "banned"} | insult),
        Row(Task.PERSON, "GET", "/desk/person", "/desk/person"),
        post(
            Task.PERSON,
            route="/desk/person",
            path="/desk/person",
            fields={"do": "look", "comment": case.held},
        ),
        post(
            Task.SET_MODE,
            route="/desk/modes",
            path="/desk/modes",
            fields={"do": "lift", "place": f"thread:{case.thread}"},
        ),
        post(
            Task.REVIEW,
            route="/desk/audit/{decision_id:str}",
            path=f"/desk/audit/{case.drawn}",
            fields={"do": "publish"},
        ),
        Row(Task.READ, "GET", "/desk/thread", f"/desk/thread?url={case.url}"),
        post(
            Task.CLOSE_THREAD,
            route="/desk/thread",
            path="/desk/thread",
            fields={"do": "open", "thread": case.thread, "url": case.url},
        ),
        post(
            Task.HIGHLIGHT,
            route=in_place,
            path=f"/desk/thread/{case.shown[0]}",
            fields={"do": "feature"},
        ),
    ]


# Lists: everybody signed in has them, each of where they work. With the roles that do not.
LISTS: dict[str, Task | None] = {
    "/desk": None,
    "/desk?view=table": None,
    "/desk?state=refused": None,
    "/desk?state=published": None,
    "/desk?rule=x": None,
    "/desk/one": None,
    "/desk/search?q=bonjour": None,
    "/desk/opinions": None,
    "/desk/live": None,
    "/desk/reports": None,
    "/desk/appeals": None,
    "/desk/figures": None,
    "/desk/account": None,
    "/desk/audit": Task.REVIEW,
    "/desk/rules": Task.FIGURES,
    "/desk/modes": Task.SET_MODE,
    "/desk/refusals": Task.REFUSALS,
    "/desk/sessions": Task.ACCOUNTS,
    "/desk/keys": Task.KEYS,
}
# For whoever comes, and for oneself: nothing in them names anything of a site.
DOOR = {
    ("GET", "/desk/sign-in"), ("POST", "/desk/sign-in"), ("POST", "/desk/sign-out"),
    ("POST", "/desk/account"), ("POST", "/desk/filters"),
    ("GET", "/desk/sign-on"), ("GET", "/desk/sign-on/back"),
}  # fmt: skip


def acts(case: Case) -> dict[Task, tuple[str, str, dict[str, str]]]:
    """Return one request for each task."""
    return {r.task: asked(r) for r in reversed(rows(case)) if r.task}


def ask(client: TestClient[Any], how: tuple[str, str, dict[str, str]], token: str) -> int:
    method, path, fields = how
    if method == "GET":
        return client.get(path).status_code
    data = {**fields, "form": token}
    return client.post(path, data=data, headers=HERE, follow_redirects=False).status_code


def asked(row: Row) -> tuple[str, str, dict[str, str]]:
    return row.method, row.path, row.fields or {}


def test_every_route_of_the_desk_stands_in_the_table(house: House, store: Store):
    case = Case(store, house)
    routes = {
        (method, route.path)
        for route in create_app(house).routes
        for method in getattr(route, "methods", ())
        if route.path.startswith("/desk") and method not in {"OPTIONS", "HEAD"}
    }
    table = {(row.method, row.route) for row in rows(case)}
    lists = {("GET", path.partition("?")[0]) for path in LISTS}
    assert routes - table - lists - DOOR == set()
    assert (table | lists | DOOR) - routes == set()
    offered = {row.task for row in rows(case)} | set(LISTS.values())
    assert set(Task) - offered == set()


def test_the_reference_prints_the_table():
    text = (Path(__file__).parents[2] / "docs/reference/roles.md").read_text(encoding="utf-8")
    printed = dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", text, flags=re.MULTILINE))
    columns = (Role.MODERATOR, Role.LEAD, Role.LEGAL, Role.ADMINISTRATOR)
    for task in Task:
        cells = [cell.strip() for cell in printed[task.value].split("|")]
        assert cells == ["yes" if role in TABLE[task] else "" for role in columns], task
    assert len(printed) == len(Task)


@pytest.mark.parametrize("role", Role)
def test_each_role_does_what_the_table_says_and_nothing_else(
    role: Role, opened: TestClient[Any], enter: Enter, store: Store, house: House
):
    case = Case(store, house)
    mine = account(role)
    token = enter(mine)
    for row in rows(case):
        allowed = row.task is None or role in TABLE[row.task]
        status = ask(opened, asked(row), token)
        assert (status != 403) == allowed, (row, status)
        assert allowed is False or status in {200, 303}, (row, status)
    expected = [row.path.partition("?")[0] for row in rows(case) if role not in TABLE[row.task]]
    for path, task in LISTS.items():
        allowed = task is None or role in TABLE[task]
        assert opened.get(path).status_code == (200 if allowed else 403), path
        expected += [] if allowed else [path]
    with store.reading() as unit:
        refused = list(reversed(unit.work.refusals(limit=99)))
    assert [line.path for line in refused] == expected
    assert {(line.moderator_id, line.code) for line in refused} <= {(mine.id, "not_permitted")}


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
    house: House,
):
    case = Case(store, house)
    token = enter(account(role, site=place[0], section=place[1]))
    with store.reading() as unit:
        before = unit.ledger.head(), unit.comments.get(case.held), unit.work.entry(case.held)
    for row in rows(case):
        assert ask(opened, asked(row), token) == 403, row
    with store.reading() as unit:
        noted = [line.path for line in unit.work.refusals(limit=99)]
        assert unit.work.notes(case.held) == []
        after = unit.ledger.head(), unit.comments.get(case.held), unit.work.entry(case.held)
        assert len(unit.moderators.sessions(now=NOON)) == 2
    assert noted == [row.path.partition("?")[0] for row in reversed(rows(case))]
    assert after == before
    for path, task in LISTS.items():
        answer = opened.get(path)
        allowed = task is None or role in TABLE[task]
        assert answer.status_code == (200 if allowed else 403), path
        if task is not Task.REFUSALS:  # there they find what they tried themselves
            assert [n for n in (*case.names, case.session) if n in answer.text] == [], path


def test_roles_hold_where_they_were_given_and_not_beyond(
    opened: TestClient[Any], enter: Enter, store: Store, house: House
):
    home, away = Case(store, house), Case(store, house, key="/sport/match", **GAZETTE)
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
    opened: TestClient[Any], enter: Enter, store: Store, house: House
):
    case = Case(store, house)
    token = enter(account(Role.MODERATOR))
    approve = ("POST", f"/desk/comments/{case.held}", {"do": "approve"})
    undo = ("POST", f"/desk/comments/{case.held}", {"do": "undo"})
    assert ask(opened, approve, token) == 303
    assert ask(opened, undo, enter(account(Role.MODERATOR, site="le-journal"))) == 403
    assert ask(opened, undo, enter(account(Role.LEAD))) == 303


def test_what_a_colleague_reads_is_left_to_them(
    opened: TestClient[Any], enter: Enter, store: Store, house: House, clock: StillClock
):
    case = Case(store, house)
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
    opened: TestClient[Any], enter: Enter, store: Store, house: House
):
    case = Case(store, house)
    enter(account(Role.LEAD))
    assert ask(opened, ("POST", f"/desk/comments/{case.held}", {"do": "approve"}), "forged") == 403
    with store.reading() as unit:
        assert [line.code for line in unit.work.refusals(limit=9)] == ["forged_request"]
        assert unit.comments.get(case.held).status is Status.HELD


def test_a_key_is_shown_once_asks_and_ends(
    opened: TestClient[Any], enter: Enter, store: Store, house: House
):
    keys = Keys(store=store, clock=house.clock)
    token = enter(account(Role.ADMINISTRATOR, site="le-journal"))
    fields = {
        "form": token, "do": "issue", "label": "  Le blog <b>du</b> sport ", "site": "le-journal",
        "role": "client", "spam_when": "refused", "own_site_only": "1",
    }  # fmt: skip
    made = opened.post("/desk/keys", data=fields, headers=HERE)
    (secret,) = re.findall(r'<code class="key" dir="ltr">([a-z0-9]{12})</code>', made.text)
    ((key, _),) = keys.all()
    assert (key.label, key.created_by) == ("Le blog <b>du</b> sport", "administrator-le-journal")
    assert (key.hint, key.own_site_only, key.spam_when) == (secret[:4], True, "refused")
    assert "no-store" in made.headers["cache-control"]
    listed = opened.get("/desk/keys").text
    assert secret not in listed
    assert "Le blog &lt;b&gt;du&lt;/b&gt; sport" in listed
    for wrong in ({"role": "chief"}, {"spam_when": ""}, {"label": " "}, {"do": ""}):
        assert opened.post("/desk/keys", data=fields | wrong, headers=HERE).status_code == 422
    assert len(keys.all()) == 1
    end = {"form": token, "do": f"end:{key.id}", f"reports:{key.id}": "yes"}
    assert opened.post("/desk/keys", data=end, headers=HERE).status_code == 200
    assert keys.all()[0][0].revoked_at is not None
