"""Statements of reasons as the DSA Transparency Database gets them: a real HTTP server.

It answers as the Commission's repository digital-services-act/transparency-database has it: 201
for a new statement, 422 for one whose puid it has, 401 without its token.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from application.conftest import Newsroom, newsroom  # noqa: F401 -- a fixture
from palabre.application.keep_ledger import KeepLedger
from palabre.application.moderate import Choice
from palabre.application.statement_export import check
from palabre.domain.decision import Verdict
from palabre.notify.in_order import call
from palabre.notify.statement_sender import PLACE, StatementSender

TOKEN = "a token of the authority's"


@dataclass
class Database:
    """What the database holds, and whether its answers are lost on the way."""

    address: str = ""
    answers: bool = True
    held: dict[str, dict] = field(default_factory=dict)


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/api/v1/statement":
                status = 404
            elif self.headers["Authorization"] != f"Bearer {TOKEN}":
                status = 401
            elif said["puid"] in made.held or check(said) is not None:
                status = 422
            else:
                made.held[said["puid"]] = said
                status = 201
            if made.answers:
                self.send_response(status)
                self.end_headers()

        def do_GET(self) -> None:
            path, _, puid = self.path.rpartition("/")
            known = path == "/api/v1/statement/existing-puid" and puid in made.held
            self.send_response(302 if known else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    made.address = f"http://127.0.0.1:{server.server_port}/api/v1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def sender(room: Newsroom, database: Database, token: str = TOKEN) -> StatementSender:
    made = StatementSender(
        store=room.store,
        clock=room.clock,
        address=database.address,
        token=token,
        platform="Le Journal",
        call=call,
    )
    made()  # from here on
    return made


def restrict(room: Newsroom, text: str) -> None:
    comment = room.post(text).stored.comment
    room.clock.forward(minutes=1)
    room.moderate.decide(comment.id, Choice(verdict=Verdict.REFUSE, rule="insult"), room.moderator)
    KeepLedger(store=room.store, clock=room.clock, rule_of=lambda *_: None)()


def test_each_statement_is_there_once_and_without_words(newsroom: Newsroom, database: Database):  # noqa: F811
    send = sender(newsroom, database)
    restrict(newsroom, "Un mot de Zoé.")
    restrict(newsroom, "Un autre mot.")
    assert send() == 2
    assert send() == 0
    assert len(database.held) == 2
    assert "Zoé" not in json.dumps(list(database.held.values()), ensure_ascii=False)
    assert {s["platform_name"] for s in database.held.values()} == {"Le Journal"}


def test_an_answer_that_was_lost_sends_nothing_twice(newsroom: Newsroom, database: Database):  # noqa: F811
    send = sender(newsroom, database)
    restrict(newsroom, "Un mot.")
    database.answers = False
    assert send() == 0
    assert len(database.held) == 1
    database.answers = True
    newsroom.clock.forward(seconds=11)
    assert send() == 1
    assert len(database.held) == 1


def test_without_the_right_token_it_waits(newsroom: Newsroom, database: Database):  # noqa: F811
    send = sender(newsroom, database, token="another")
    restrict(newsroom, "Un mot.")
    assert send() == 0
    with newsroom.store.reading() as unit:
        place = unit.ledger.place(PLACE)
    assert place is not None
    assert place.status == "401"
    newsroom.clock.forward(seconds=11)
    assert sender(newsroom, database)() in {0, 1}
    assert len(database.held) == 1
