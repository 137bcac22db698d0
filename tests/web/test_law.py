"""Reports, reasons and appeals as readers and moderators meet them: plain pages and forms."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import ORIGIN, StillClock, a_moderator
from palabre.application.ports import Store
from palabre.domain.decision import Ground, GroundKind
from palabre.domain.ledger import LineKind
from palabre.domain.person import Moderator, Role
from palabre.web.app import create_app
from palabre.web.house import House
from web.law_house import lawful as with_law

BASE = "https://comments.example"
WHY = "Il accuse mon voisin d'un vol."


@pytest.fixture
def lawful(house: House, store: Store, clock: StillClock) -> House:
    """The house with the use cases of the law."""

    def ground_of(rule: str) -> Ground | None:
        known = house.rules.rule(rule)
        return Ground(kind=GroundKind.TERMS, rule=rule, reference="") if known else None

    moderate = replace(house.moderate, ground_of=ground_of)
    return with_law(replace(house, moderate=moderate), store, clock)


@pytest.fixture
def client(lawful: House) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(lawful), base_url=BASE, raise_server_exceptions=False) as opened:
        opened.headers["Accept"] = "text/html"
        yield opened


Say = Callable[..., dict[str, Any]]


def text(answer: Any) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


def hidden(answer: Any) -> str:
    return re.search(r'name="form" value="([^"]+)"', answer.text)[1]


def send(client: TestClient[Any], path: str, page: str | None = None, **fields: str) -> Any:
    """Fill in the form of a page as a browser without script does."""
    form = hidden(client.get(page or path))
    data = {"form": form, **fields}
    headers = {"Origin": BASE}
    return client.post(path, data=data, headers=headers, follow_redirects=False)


def report(client: TestClient[Any], comment: str, **changes: str) -> Any:
    fields = {"category": "defamation", "why": WHY, "good_faith": "yes", **changes}
    return send(client, f"/report?comment={comment}", **fields)


def sign_in(client: TestClient[Any], login: str = "claire") -> None:
    client.cookies.clear()
    password = "correct horse battery"
    answer = send(client, "/desk/sign-in", login=login, password=password)
    assert answer.status_code == 303


def task(client: TestClient[Any], kind: str) -> str:
    return re.search(rf'action="(/desk/{kind}/[^"]+)"', client.get(f"/desk/{kind}").text)[1]


def test_anybody_reports_without_account_or_script_and_sees_what_became_of_it(
    client: TestClient[Any], say: Say
):
    comment = say("Mon voisin est un voleur.")["comment"]["id"]
    page = client.get(f"/report?comment={comment}")
    assert "Mon voisin est un voleur." in text(page)
    assert "<script" not in page.text
    client.cookies.clear()
    done = report(client, comment, name="Zoé", email="zoe@mail.example")
    assert done.status_code == 200, done.text
    link = re.search(r'href="(/reports/[^"]+)"', done.text)[1]
    assert "attend une décision" in text(client.get(link))
    sign_in(client)
    desk = client.get("/desk/reports")
    assert WHY in text(desk)
    answered = send(client, task(client, "reports"), "/desk/reports", do="remove", rule="insult")
    assert answered.status_code == 303
    assert client.get(f"/api/v1/comments/{comment}").status_code == 404
    client.cookies.clear()
    assert "Le commentaire a été retiré." in text(client.get(link))
    assert "contestations" not in client.get("/desk/reports", follow_redirects=False).text


def test_what_is_missing_is_said_and_nothing_written_is_lost(client: TestClient[Any], say: Say):
    comment = say()["comment"]["id"]
    answer = report(client, comment, why="  ", name="Zoé", email="zoe@mail.example")
    assert 'value="zoe@mail.example"' in answer.text
    assert 'href="#law-why"' in answer.text
    assert "checked" in answer.text
    answer = report(client, comment, category="nothing")
    assert 'href="#law-category"' in answer.text
    answer = report(client, comment, others="https://elsewhere.example/x")
    assert 'href="#law-others"' in answer.text


def test_several_comments_in_one_notice_by_their_addresses(client: TestClient[Any], say: Say):
    first, second, third = (say(f"Numéro {n}")["comment"]["id"] for n in range(3))
    others = f"{BASE}/comments/{second}\n{ORIGIN}/politique/budget#c-{third}"
    answer = report(client, first, others=others)
    assert answer.text.count('href="/reports/') == 3


def test_a_page_of_another_site_cannot_send_it(client: TestClient[Any], say: Say):
    comment = say()["comment"]["id"]
    form = hidden(client.get(f"/report?comment={comment}"))
    answer = client.post(
        f"/report?comment={comment}",
        data={"form": form, "category": "insult", "why": WHY, "good_faith": "yes"},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403


def test_a_program_reports_by_a_call(client: TestClient[Any], say: Say):
    comment = say()["comment"]["id"]
    path = f"/api/v1/comments/{comment}/report"
    body = {"category": "hatred", "why": WHY, "good_faith": True}
    answer = client.post(path, json=body, headers={"Origin": ORIGIN})
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", said["number"])
    assert client.get(said["link"].removeprefix(BASE)).status_code == 200
    for wrong, status in (({"category": "x"}, 422), ({"good_faith": False}, 422)):
        answer = client.post(path, json=body | wrong, headers={"Origin": ORIGIN})
        assert answer.status_code == status
    nothing = path.replace(comment, "019cae6b-0000-7000-8000-000000000000")
    assert client.post(nothing, json=body, headers={"Origin": ORIGIN}).status_code == 404


def test_the_author_reads_the_reasons_contests_and_another_person_restores(
    client: TestClient[Any], say: Say, store: Store, moderator: Moderator
):
    posted = say("zorglub")
    comment, token = posted["comment"]["id"], posted["token"]
    headers = {"Authorization": f"Bearer {token}"}
    own = client.get(f"/comments/{comment}", headers=headers)
    said = text(own)
    assert "Exposé des motifs" in said
    assert "Pas d'insultes." in said
    assert "Un programme l’a repéré." in said
    assert "La décision a été prise automatiquement" in said
    assert "Médiateur, mediateur.example" in said
    link = re.search(r'href="(/statements/[^"?#]+)', own.text)[1]
    assert client.get(f"/comments/{comment}").status_code == 404
    waits = send(client, link, why="C'est un personnage de bande dessinée.")
    assert "attend une décision" in text(waits)
    sign_in(client)
    path = task(client, "appeals")
    short = send(client, path, "/desk/appeals", finding="reversed", reasons="non")
    assert short.status_code == 200
    assert 'role="alert"' in short.text
    reasons = "Zorglub est bien un personnage."
    done = send(client, path, "/desk/appeals", finding="reversed", reasons=reasons)
    assert done.status_code == 303
    client.cookies.clear()
    assert reasons in text(client.get(link))
    assert client.get(f"/api/v1/comments/{comment}").status_code == 200


def test_whoever_decided_first_does_not_decide_again(
    client: TestClient[Any], say: Say, store: Store, moderator: Moderator
):
    posted = say()
    comment = posted["comment"]["id"]
    report(client, comment)
    sign_in(client)
    send(client, task(client, "reports"), "/desk/reports", do="remove", rule="insult")
    client.cookies.clear()
    headers = {"Authorization": f"Bearer {posted['token']}"}
    own = client.get(f"/comments/{comment}", headers=headers)
    link = re.search(r'href="(/statements/[^"?#]+)', own.text)[1]
    send(client, link, why="Je conteste.")
    sign_in(client)
    desk = client.get("/desk/appeals")
    assert "Laissez un autre modérateur" in text(desk)
    with store.writing() as unit:
        unit.moderators.add(a_moderator("paul", password_hash=moderator.password_hash))
    sign_in(client, "paul")
    path = task(client, "appeals")
    reasons = "La première décision était juste."
    sign_in(client)
    fields = {"finding": "upheld", "reasons": reasons}
    form = hidden(client.get("/desk"))
    refused = client.post(path, data={"form": form, **fields}, headers={"Origin": BASE})
    assert refused.status_code == 403
    assert "Cette contestation revient à quelqu’un d’autre." in text(refused)
    sign_in(client, "paul")
    assert send(client, path, "/desk/appeals", **fields).status_code == 303


@pytest.mark.parametrize("path", ["/reports/x", "/statements/x", "/reports/" + "A" * 43])
def test_a_link_that_is_none_of_ours_opens_nothing(client: TestClient[Any], path: str):
    assert client.get(path).status_code == 404


def test_the_desk_is_for_those_who_are_signed_in(client: TestClient[Any]):
    for path in ("/desk/reports", "/desk/appeals"):
        answer = client.get(path, follow_redirects=False)
        assert answer.headers["location"] == "/desk/sign-in"


def test_the_first_view_by_a_person_is_written_once(
    client: TestClient[Any], say: Say, lawful: House, store: Store, clock: StillClock
):
    comment = say("patatras")["comment"]["id"]
    sign_in(client)
    seen_at = clock()
    assert "patatras" in text(client.get("/desk"))
    lawful.law.views.write()
    clock.forward(hours=1)
    client.get("/desk")
    lawful.law.views.write()
    with store.reading() as unit:
        (line,) = unit.ledger.of_comment(comment, LineKind.VIEW)
    assert line.at == seen_at
    assert line.content["by"]


def test_the_figures_are_those_of_what_was_done(
    client: TestClient[Any], say: Say, lawful: House, clock: StillClock
):
    comment = say()["comment"]["id"]
    say("zorglub")
    report(client, comment)
    clock.forward(hours=2)
    sign_in(client)
    send(client, task(client, "reports"), "/desk/reports", do="remove", rule="insult")
    lawful.law.keep()
    clock.forward(seconds=1)
    page = client.get("/desk/figures")
    found = lawful.law.figures.count(("le-journal",))
    assert sum(found.days.values()) == sum(found.hours_of_day.values()) == 3
    rule = found.rules["insult"]
    assert (rule.engine, rule.people) == (1, 1)
    assert found.report_hours == 2.0
    assert "Décisions par jour" in text(page)
    assert page.text.count("<rect") == 30 + 24 + 1


def test_the_blind_check_hides_the_verdict_and_measures_the_rules(
    client: TestClient[Any], say: Say, lawful: House, store: Store, moderator: Moderator
):
    say("patatras, ma foi")
    say("Rien à redire.")
    lawful.law.keep()
    sign_in(client)
    assert client.get("/desk/rules").status_code == 403
    assert "/desk/rules" not in client.get("/desk/figures").text
    shown = client.get("/desk/audit")
    assert "patatras, ma foi" in text(shown)
    assert "<mark" not in shown.text
    assert 'class="state' not in shown.text
    first = task(client, "audit")
    for wrong in ("hold", "refuse:nothing", "refuse"):
        assert send(client, first, "/desk/audit", do=wrong).status_code == 422

    def answer(path: str, what: str) -> str:
        return text(client.get(send(client, path, "/desk/audit", do=what).headers["Location"]))

    assert "Rien à redire." in answer(first, "skip")
    told = answer(first, "publish")
    assert "Le programme a fait autrement" in told
    assert "Rien à redire." in told
    told = answer(task(client, "audit"), "publish")
    assert "a fait de même" in told
    assert "Rien à contrôler" in told
    other = first.rsplit("/", 1)[0] + "/018f0000-0000-7000-8000-00000000000a"
    assert send(client, other, "/desk", do="publish").status_code == 404
    found = lawful.law.rules.count(("le-journal",))
    assert found.quality.cases == 2
    overall = found.quality.overall
    assert overall.accuracy is not None
    assert (overall.accuracy.value, overall.accuracy.cases) == (0.5, 2)
    assert overall.precision is not None
    assert overall.precision.value == 0.0
    lead = a_moderator("paul", role=Role.LEAD, password_hash=moderator.password_hash)
    with store.writing() as unit:
        unit.moderators.add(lead)
    sign_in(client, "paul")
    page = client.get("/desk/rules")
    assert "2 cas jugés à l’aveugle" in text(page)
    assert "50" in text(page)
    assert page.text.count("<circle") == len(found.quality.rules)


def test_votes_and_further_reports_move_a_report_forward_and_say_so(
    client: TestClient[Any], say: Say, clock: StillClock
):
    first, second = (say(f"Le budget, suite {n}.")["comment"]["id"] for n in (1, 2))
    report(client, first)
    clock.forward(minutes=5)
    report(client, second)

    def order() -> list[int]:
        page = text(client.get("/desk/reports"))
        return sorted((1, 2), key=lambda n: page.index(f"Le budget, suite {n}."))

    sign_in(client)
    assert order() == [1, 2]
    client.cookies.clear()
    for _ in range(3):
        vote = client.put(f"/api/v1/comments/{second}/vote", json={"value": 1})
        assert vote.status_code == 200, vote.text
        client.cookies.clear()
    sign_in(client)
    assert order() == [2, 1]
    assert "3 votes" in text(client.get("/desk/reports"))
    for n in range(9):
        report(client, first, why=f"Signalement {n}", email=f"lecteur{n}@mail.example", name="Zoé")
    assert order() == [1, 2]
