"""Written requests, court orders and retention, by the real program on a real house."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from palabre.application.person_ports import SealedLine
from palabre.application.post_comment import NewComment
from palabre.application.sealed_store import Connection
from palabre.settings import load
from palabre.wiring import build_house
from palabre.wiring_parts import build_parts

URL = "https://journal.example/a"
RULES_ONLY = {"PALABRE_JUDGE_DEPTH": "rules"}


def key_pair(palabre, tmp_path: Path) -> str:
    done = palabre("person", "keys", "private.key")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "private.key").stat().st_mode & 0o777 == 0o600
    return done.stdout.decode().rpartition('sealed_key = "')[2].strip().rstrip('"')


@pytest.fixture
def house(palabre, tmp_path: Path) -> tuple[str, dict[str, str]]:
    """A house with a sealed store and one comment; its id, and the settings."""
    public = key_pair(palabre, tmp_path)
    made = palabre("init", "--name", "Le Journal", "--origin", "https://journal.example")
    assert made.returncode == 0, made.stderr
    environment = {
        **RULES_ONLY,
        "PALABRE_PRIVACY_SEALED_STORE": "true",
        "PALABRE_PRIVACY_SEALED_KEY": public,
    }
    parts = build_parts(load(tmp_path / "palabre.toml", environment), tmp_path)
    posted = build_house(parts).post(
        NewComment(
            url=URL,
            text="Un xylophone.",
            name="Zoé",
            email="zoe@lectrices.example",
            connection=Connection(address="203.0.113.7", port=50123),
        )
    )
    parts.store.close()
    return posted.stored.comment.id, environment


def test_export_and_erase_on_a_written_request(palabre, house, tmp_path: Path):
    comment, environment = house
    exported = palabre("person", "export", "--address", "Zoe@lectrices.example", **environment)
    assert exported.returncode == 0, exported.stderr
    found = json.loads(exported.stdout)
    assert found["comments"][0]["wordings"][0]["text"] == "Un xylophone."
    assert len(found["comments"][0]["connection_sealed_at"]) == 1
    erase = ("person", "erase", "--comment", comment, "--reference", "Courrier du 2 mars")
    assert palabre(*erase, text="n\n", **environment).returncode == 1
    done = palabre(*erase, "--yes", **environment)
    assert done.stdout.startswith(b"erased: 1 comments"), done.stderr
    again = json.loads(palabre("person", "export", "--address", "zoe@lectrices.example").stdout)
    assert again["comments"] == []
    for file in tmp_path.glob("palabre.db*"):
        assert b"xylophone" not in file.read_bytes()


def test_the_sealed_store_opens_with_a_reason_two_people_and_a_trace(palabre, house, tmp_path):
    comment, environment = house
    for file in tmp_path.glob("palabre.db*"):
        assert b"203.0.113.7" not in file.read_bytes()
    asked = ("person", "open", comment, "--key", "private.key", "--reader", "A. Martin")
    reason = ("--reason", "Réquisition 2026/123 du 2 mars")
    alone = palabre(*asked, "--witness", "a. martin", *reason, **environment)
    assert alone.returncode == 1
    assert b"203.0.113.7" not in alone.stdout
    read = palabre(*asked, "--witness", "B. Durand", *reason, **environment)
    assert read.returncode == 0, read.stderr
    line = json.loads(read.stdout.splitlines()[0])
    assert (line["address"], line["port"], line["doing"]) == ("203.0.113.7", 50123, "posted")
    trace = palabre("person", "readings", **environment).stdout.decode()
    assert "A. Martin with B. Durand: Réquisition 2026/123 du 2 mars (1 lines)" in trace
    other = palabre("person", "keys", "other.key")
    assert other.returncode == 0
    wrong = palabre(
        "person", "open", comment, "--key", "other.key", "--reader", "A", "--witness", "B", *reason
    )
    assert wrong.returncode == 1
    assert b"does not open" in wrong.stderr


def test_retention_says_before_it_does_and_does_what_it_said(palabre, house, tmp_path: Path):
    comment, environment = house
    long_ago = datetime.now(UTC) - timedelta(days=366)
    parts = build_parts(load(tmp_path / "palabre.toml", environment), tmp_path)
    with parts.store.writing() as unit:
        unit.legal.add(SealedLine(comment_id=comment, at=long_ago, sealed=b"x"))
    parts.store.close()
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / f"palabre-{long_ago:%Y%m%dT%H%M%SZ}.tar.gz").touch()
    (backups / "palabre-20260101T000000Z.tar.gz.txt").touch()
    environment["PALABRE_RETENTION_BACKUP_FOLDER"] = "backups"
    for announced in (1, 2):
        said = palabre("retention", "run", "--dry-run", **environment)
        assert b"connections    1 would leave" in said.stdout, (announced, said.stderr)
        assert b"would be removed" in said.stdout
    done = palabre("retention", "run", **environment)
    assert b"connections    1 left" in done.stdout, done.stderr
    assert len(list(backups.iterdir())) == 1
    assert palabre("retention", "run", "--if-due", **environment).stdout == b"not due\n"
    assert b"connections    1" in palabre("retention", "log", **environment).stdout


def test_a_sealed_store_without_a_good_key_is_refused_at_the_start(palabre, house):
    _, environment = house
    for key in ("", "no key at all"):
        wrong = environment | {"PALABRE_PRIVACY_SEALED_KEY": key}
        refused = palabre("serve", **wrong)
        assert refused.returncode == 1
        assert b"sealed_key" in refused.stderr
