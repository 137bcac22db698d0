"""The clients that sites really use, unchanged but for an address, against ``palabre serve``."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import akismet
import httpx
import pytest
from googleapiclient import discovery
from googleapiclient.errors import HttpError

from moderation.tiny_models import write_models
from serving import palabre, serving

BLOG = "https://journal.example"
HAM = "Bonjour à tous, quelle belle journée."
SPAM = "Buy cheap viagra online, casino bonus"
SETTINGS = """
[server]
secret_key = "not a secret, but long enough to be one"
[[sites]]
id = "le-journal"
name = "Le Journal"
lang = "fr"
origins = ["https://journal.example"]
[[sites]]
id = "la-gazette"
name = "La Gazette"
origins = ["https://gazette.example"]
"""

pytestmark = pytest.mark.process


@dataclass(frozen=True)
class Running:
    address: str
    key: str
    other: str
    folder: Path

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "palabre.toml").write_text(SETTINGS, encoding="utf-8")
    models = write_models(folder / "models")
    key = palabre(folder, "key", "add", "--site", "le-journal").strip()
    other = palabre(folder, "key", "add", "--site", "la-gazette", "--own-site-only").strip()
    variables = {"PALABRE_JUDGE_DEPTH": "full", "PALABRE_JUDGE_MODELS": str(models)}
    with serving(folder, **variables) as address:
        yield Running(address, key, other, folder)


@pytest.fixture
def here(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Point PyPI's client here: its address is a constant; the key in the path serves key_sites."""
    monkeypatch.setattr(akismet._common, "_API_URL", f"{running.address}/akismet/{running.key}")
    monkeypatch.setattr(akismet._common, "_TIMEOUT", 10.0)  # a busy machine is no failure
    return running


def test_pypi_akismet(here: Running):
    config = akismet.Config(key=here.key, url=BLOG)
    with akismet.SyncClient.validated_client(config=config) as client:
        ham = {"comment_content": HAM, "comment_author": "Zoé", "blog_lang": "fr_FR"}
        assert client.comment_check(user_ip="192.0.2.7", **ham) == akismet.CheckResponse.HAM
        spam = {"comment_content": SPAM}
        assert client.comment_check(user_ip="192.0.2.7", **spam) == akismet.CheckResponse.SPAM
        thrown = client.comment_check(
            user_ip="192.0.2.7", comment_author="viagra-test-discard", comment_content=HAM
        )
        assert thrown == akismet.CheckResponse.DISCARD
        trusted = client.comment_check(
            user_ip="192.0.2.7", comment_content=SPAM, user_role="administrator", is_test=True
        )
        assert trusted == akismet.CheckResponse.HAM
        assert client.submit_spam(user_ip="192.0.2.7", comment_content="Montres en solde")
        assert client.submit_ham(user_ip="192.0.2.7", comment_content="Je vends la mèche")
        limits = client.usage_limit()
        assert limits["limit"] == "none"
        assert limits["usage"] >= 5
        sites = client.key_sites()
        month = next(name for name in sites if name[:2] == "20")
        row = next(s for s in sites[month] if s["site"] == "journal.example")
        assert int(row["spam"]) >= 2
        assert int(row["missed_spam"]) >= 1
        assert "journal.example," in client.key_sites(result_format="csv")
    said = palabre(here.folder, "key", "reports", here.key[:4])
    assert "spam=1" in said
    assert "spam=0" in said
    assert "Montres en solde" in said
    assert here.key not in palabre(here.folder, "key", "list")


def test_pypi_akismet_with_a_wrong_key_or_site(here: Running):
    # Not by validated_client, nor as a context: of a key that they refuse they leave the line open.
    for key in ("zzzzzzzzzzzz", here.other):
        with httpx.Client() as line:
            config = akismet.Config(key=key, url=BLOG)
            client = akismet.SyncClient(config=config, http_client=line)
            assert client.verify_key() is False
            with pytest.raises(akismet.APIKeyError):
                client.comment_check(user_ip="192.0.2.7", comment_content=SPAM)
    theirs = akismet.Config(key=here.other, url="https://gazette.example/blog")
    with akismet.SyncClient.validated_client(config=theirs) as client:
        assert client.usage_limit()["usage"] == 0  # of this key, whatever the other one used


def test_googleapiclient(running: Running):
    def build(key: str) -> Any:
        return discovery.build(
            "commentanalyzer",
            "v1alpha1",
            developerKey=key,
            discoveryServiceUrl=f"{running.address}/$discovery/rest?version=v1alpha1",
            static_discovery=False,
        )

    with build(running.key) as service, build("zzzzzzzzzzzz") as stranger:
        check_google(running, service.comments(), stranger.comments())


def check_google(running: Running, comments: Any, stranger: Any) -> None:
    asked = {
        "comment": {"text": "Quel 🎉 gredin celui-là"},
        "requestedAttributes": {
            "TOXICITY": {},
            "INSULT@6": {},
            "IDENTITY_ATTACK": {},
            "SPAM": {},
        },
        "languages": ["fr"],
        "spanAnnotations": True,
        "clientToken": "abc",
    }
    said = comments.analyze(body=asked).execute()
    scores = {k: v["summaryScore"]["value"] for k, v in said["attributeScores"].items()}
    assert scores["INSULT"] > 0.9
    assert scores["IDENTITY_ATTACK"] < 0.1
    assert scores["SPAM"] < 0.5
    assert (said["languages"], said["clientToken"]) == (["fr"], "abc")
    begin, end = (said["attributeScores"]["INSULT"]["spanScores"][0][k] for k in ("begin", "end"))
    assert asked["comment"]["text"].encode("utf-16-le")[2 * begin : 2 * end].decode("utf-16-le")
    corrected = {
        "comment": {"text": "Quel gredin"},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.25}}},
        "communityId": "Coral:https://journal.example",
    }
    assert comments.suggestscore(body=corrected).execute()["detectedLanguages"] == ["fr"]
    assert "toxicity=0.25" in palabre(running.folder, "key", "reports", running.key[:4])
    asked["requestedAttributes"] = {"TOXICITY": {}, "SEVERE_TOXICITY": {}}
    with pytest.raises(HttpError, match="SEVERE_TOXICITY does not support request languages: fr"):
        comments.analyze(body=asked).execute()
    asked |= {"requestedAttributes": {"SPAM": {}}, "languages": ["de"]}
    with pytest.raises(HttpError, match="SPAM does not support request languages: de"):
        comments.analyze(body=asked).execute()
    with pytest.raises(HttpError, match="API key not valid"):
        stranger.analyze(body=asked).execute()


def test_a_text_of_20_kilobytes_is_read_in_parts(running: Running):
    text = ("Le conseil municipal a voté le budget hier soir. " * 420)[:20_000]
    fields = {"api_key": running.key, "blog": BLOG, "user_ip": "", "comment_content": text}
    answer = httpx.post(f"{running.address}/1.1/comment-check", data=fields)
    assert answer.status_code == 200
    assert answer.text in {"true", "false"}
    # The small model of these tests reads 16 words at a time, at most 24 times: less than a part.
    assert "read in parts" in answer.headers["X-akismet-debug-help"]


@pytest.fixture
def node(running: Running) -> Any:
    folder = Path(__file__).parent
    assert (folder / "node_modules").is_dir(), "run scripts/client-tools"
    program = shutil.which("node")
    assert program, "run scripts/client-tools"

    def run(script: str) -> dict[str, Any]:
        given = json.dumps({"port": running.port, "key": running.key})
        done = subprocess.run(
            [program, script],
            cwd=folder,
            env=os.environ | {"PALABRE_TEST": given},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    return run


def test_npm_akismet_api(node: Any):
    assert node("akismet.cjs") == {
        "verified": True,
        "wrong": False,
        "ham": False,
        "spam": True,
        "convention": True,
        "administrator": False,
        "honeypot": True,
        "submitted": "Thanks for making the web a better place.",
        "taken": "Thanks for making the web a better place.",
        "refused": "Invalid API key",
        "incomplete": 'Empty "user_ip" value',
    }


def test_npm_perspective_api_client(node: Any):
    said = node("perspective.cjs")
    assert said["plain"]["attributeScores"]["TOXICITY"]["summaryScore"]["value"] < 0.1
    assert said["insult"]["attributeScores"]["INSULT"]["summaryScore"]["value"] > 0.9
    assert "does not support request languages: fr" in said["refused"]
    assert "API key not valid" in said["stranger"]


def test_what_coral_sends(running: Running):
    """Coral Talk 9.11.8's own requests (services/perspective), field by field."""
    headers = {"User-Agent": "Coral Perspective/9.11.8", "Content-Type": "application/json"}
    url = f"{running.address}/v1alpha1/comments:%s?key={running.key}"
    asked = {
        "comment": {"text": "Quel gredin celui-là"},
        "doNotStore": True,
        "requestedAttributes": {"TOXICITY": {}},
        "languages": ["fr"],
    }
    answer = httpx.post(url % "analyze", json=asked, headers=headers)
    assert answer.json()["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    where = {"url": "https://journal.example/a", "reply_to_id_Coral_comment_id": None}
    decided = {
        "comment": {"text": "Quel gredin, refusé"},
        "context": {"entries": [{"text": json.dumps(where)}]},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        "languages": ["fr"],
        "communityId": "Coral:https://journal.example",
        "clientToken": "comment:0b6a2a3e",
    }
    answer = httpx.post(url % "suggestscore", json=decided, headers=headers)
    assert answer.json() == {
        "clientToken": "comment:0b6a2a3e",
        "detectedLanguages": ["fr"],
        "requestedLanguages": ["fr"],
    }
    assert "refusé" in palabre(running.folder, "key", "reports", running.key[:4])
