"""A later verdict goes to the key's own site or nowhere."""

import json

import pytest

from builders import NOON, a_site
from client_builders import an_api_key
from palabre.application.check_comment import Answer, CheckComment, Submission
from palabre.application.read_long import ReadLong
from palabre.domain.decision import Decision, Verdict
from palabre.storage.memory import MemoryStore
from palabre.web.akismet_callback import LaterVerdicts, allowed

HOOK = "https://journal.example/wp-json/akismet/v1/webhook"


@pytest.mark.parametrize(
    "callback",
    [
        "http://journal.example/hook",
        "https://journal.example:8443/hook",
        "https://journal.example@127.0.0.1/hook",
        "https://journal.example.tiers.example/",
        "https://127.0.0.1/",
        "https://journal.example\\@127.0.0.1/",
        "https://journal.example /",
        "https://journal.example:99999/",
        "file:///etc/passwd",
        "//journal.example/hook",
        "",
    ],
)
def test_no_other_address_is_called(callback: str):
    assert not allowed(callback, a_site())
    assert not allowed(callback, None)


def test_the_site_s_own_addresses_are():
    assert allowed(HOOK, a_site())
    assert allowed("https://JOURNAL.example:443/hook", a_site())


@pytest.mark.parametrize(("was_spam", "callback", "calls"), [
    (False, HOOK, 1), (True, HOOK, 0), (False, "https://tiers.example/hook", 0),
])  # fmt: skip
def test_a_changed_verdict_is_told(rules, was_spam: bool, callback: str, calls: int):
    whole = Decision(verdict=Verdict.REFUSE, rules=("insult",), rules_version="1")
    reading = ReadLong(judge=lambda _t, _f: whole, by_rules=lambda _t, _f: whole, whole=200)
    check = CheckComment(
        store=MemoryStore(), judge=reading, rules=rules, site=lambda _: a_site(), clock=lambda: NOON
    )
    sent: list[tuple[str, bytes]] = []
    later = LaterVerdicts(check, send=lambda url, body: sent.append((url, body)))
    key = an_api_key(spam_when="refused")
    first = Answer(spam=was_spam, in_part=True)
    later.after(first, Submission(text="x" * 300), key, "k3ykeyk3ykey", "g1", callback)
    later._pool and later._pool.shutdown(wait=True)
    assert len(sent) == calls
    for url, body in sent:
        assert url == HOOK
        told = json.loads(body)
        assert told["comments"] == [{"guid": "g1", "result": "true"}]
        assert (told["key"], told["endpoint"]) == ("k3ykeyk3ykey", "comment-check")
