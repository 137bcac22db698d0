"""Webhooks as a publisher's own system gets them: a real HTTP server that checks the signature."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from application.conftest import Newsroom, newsroom  # noqa: F401 -- a fixture
from palabre.application.keep_ledger import KeepLedger
from palabre.application.moderate import Choice
from palabre.application.report_comment import ReportComment
from palabre.domain.decision import Verdict
from palabre.domain.report import Category, Report
from palabre.notify.webhooks import Hook, Webhooks, send

SECRET = b"a secret of both"


@dataclass
class System:
    """The publisher's system: what it was told, and what it answers."""

    url: str = ""
    status: int = 200
    told: list[tuple[str, dict]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@pytest.fixture
def system() -> Iterator[System]:
    made = System()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
            digest = hmac.new(SECRET, signed.encode() + body, hashlib.sha256).digest()
            expected = "v1," + base64.b64encode(digest).decode()
            genuine = hmac.compare_digest(self.headers["webhook-signature"], expected)
            if made.status == 200 and genuine:
                made.told.append((self.headers["webhook-id"], json.loads(body)))
                made.bodies.append(body)
            self.send_response(made.status if genuine else 401)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    made.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def hooks_of(room: Newsroom, system: System, **changes: object) -> Webhooks:
    hook = Hook(**({"name": "cms", "url": system.url, "secret": SECRET} | changes))
    made = Webhooks(store=room.store, clock=room.clock, hooks=(hook,), send=send)
    made()  # from here on
    return made


def happens(room: Newsroom) -> None:
    """A comment appears, is reported, and is taken down; another waits."""
    keep = KeepLedger(store=room.store, clock=room.clock, rule_of=lambda *_: None)
    comment = room.post("Bonjour, un mot de Zoé.").stored.comment
    keep()
    ReportComment(store=room.store, clock=room.clock, within=timedelta(hours=1))(
        Report(
            comment_ids=(comment.id,), category=Category.INSULT, why="Injure.", in_good_faith=True
        )
    )
    room.clock.forward(minutes=1)
    room.moderate.decide(comment.id, Choice(verdict=Verdict.REFUSE, rule="insult"), room.moderator)
    room.post("[hold] un autre mot")
    keep()


def names(system: System) -> list[str]:
    return [said["type"] for _, said in system.told]


ALL = ["comment.published", "comment.reported", "comment.removed", "comment.held"]


def test_a_system_is_told_in_order_and_without_words(newsroom: Newsroom, system: System):  # noqa: F811
    hooks = hooks_of(newsroom, system)
    happens(newsroom)
    hooks()
    assert names(system) == ALL
    assert b"mot" not in b"".join(system.bodies)
    assert system.told[2][1]["data"]["rules"] == ["insult"]
    assert hooks() == 0


def test_what_fails_comes_again_later_and_in_order(newsroom: Newsroom, system: System):  # noqa: F811
    hooks = hooks_of(newsroom, system)
    happens(newsroom)
    system.status = 500
    assert hooks() == 0
    system.status = 200
    assert hooks() == 0, "not before its time"
    newsroom.clock.forward(seconds=11)
    hooks()
    assert names(system) == ALL


def test_replay_tells_again_under_the_same_identifiers(newsroom: Newsroom, system: System):  # noqa: F811
    hooks = hooks_of(newsroom, system)
    happens(newsroom)
    hooks()
    first = list(system.told)
    hooks.replay("cms", 1)
    hooks()
    assert system.told == first * 2


def test_only_what_is_wanted_and_nothing_of_the_past(newsroom: Newsroom, system: System):  # noqa: F811
    happens(newsroom)
    hooks = hooks_of(newsroom, system, events=frozenset({"comment.held"}))
    happens(newsroom)
    hooks()
    assert names(system) == ["comment.held"]


def test_a_wrong_secret_is_noticed_by_the_system(newsroom: Newsroom, system: System):  # noqa: F811
    hooks = hooks_of(newsroom, system, secret=b"another")
    happens(newsroom)
    assert hooks() == 0
    with newsroom.store.reading() as unit:
        assert unit.ledger.place("cms").status == "401"
