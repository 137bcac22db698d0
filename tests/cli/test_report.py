"""``palabre report`` and ``palabre doctor`` on a real house: tables, orders, tampering."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from litestar.testing import TestClient

from builders import a_moderator
from palabre.application.post_comment import NewComment
from palabre.application.seal_evidence import SealEvidence
from palabre.application.statement_export import check
from palabre.domain.person import Role
from palabre.sealing import new_pair, sealer
from palabre.settings import load
from palabre.web.app import create_app
from palabre.wiring import build_house
from palabre.wiring_parts import build_parts

URL = "https://journal.example/a"
RULES_ONLY = {"PALABRE_JUDGE_DEPTH": "rules"}
INSULT = "Espèce de connard."
YEAR = f"{datetime.now(UTC):%Y}"


@pytest.fixture
def house(palabre: Any, tmp_path: Path) -> Path:
    made = palabre("init", "--name", "Le Journal", "--origin", "https://journal.example")
    assert made.returncode == 0, made.stderr
    settings = tmp_path / "palabre.toml"
    parts = build_parts(load(settings, RULES_ONLY), tmp_path)
    post = build_house(parts).post
    for text in ("Bonjour à tous.", INSULT):
        post(NewComment(url=URL, text=text, name="Zoé", email="zoe@lectrices.example"))
    parts.store.close()
    return tmp_path


def lines_of(done: Any) -> list[str]:
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().split("\n")[:-1]


def test_tables_statements_orders_and_tampering(palabre: Any, house: Path):
    *_, order = lines_of(
        palabre(
            "report", "order", "--kind", "act", "--authority", "Tribunal de Paris",
            "--reference", "RG 26/1", **RULES_ONLY,
        )
    )  # fmt: skip
    lines_of(palabre("report", "effect", order, "informed", **RULES_ONLY))
    lines_of(palabre("report", "transparency", YEAR, "--out", "files", **RULES_ONLY))
    book = openpyxl.load_workbook(house / "files" / f"transparency-{YEAR}.xlsx")
    assert book.sheetnames[0] == "1_identification"
    measures = {row[0]: row[1] for row in book["5_own_initiative_illegal"].values}
    terms = {row[0]: row[1] for row in book["6_own_initiative_TC"].values}
    refused = measures["TOTAL"] + terms["TOTAL"]
    orders = list(book["3_orders"].values)[1]
    assert orders[:3] == ("TOTAL", "TOTAL", 1)
    assert (house / "files" / f"4_notices-{YEAR}.csv").read_bytes().startswith(b"category,")
    said = [json.loads(line) for line in lines_of(palabre("report", "statements", YEAR))]
    assert len(said) == refused
    for each in said:
        assert check(each) is None
        assert "zoe" not in json.dumps(each).lower()
        assert INSULT not in json.dumps(each)
    (head,) = lines_of(palabre("report", "head", **RULES_ONLY))
    assert int(head.split()[0]) >= 4
    fine = palabre("doctor", **RULES_ONLY).stdout.decode()
    assert "✓ ledger" in fine
    with sqlite3.connect(house / "palabre.db") as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE decisions SET verdict = 'publish', at = at + 1")
    connection.close()
    ill = palabre("doctor", **RULES_ONLY)
    assert ill.returncode == 1
    assert "✗ ledger: tampered with: decision" in ill.stdout.decode()


def test_a_sealed_file_is_checked_with_and_without_the_key(palabre: Any, house: Path):
    private, public = new_pair()
    parts = build_parts(load(house / "palabre.toml", RULES_ONLY), house)
    legal = a_moderator(role=Role.LEGAL)
    seal = SealEvidence(
        store=parts.store, clock=parts.clock, base_url="https://c.example", seal=sealer(public)
    )
    with parts.store.reading() as unit:
        ((_, record), *_) = unit.ledger.loose(limit=1, everywhere=True)
    line_id = seal(record.comment_id, legal, months=12).line_id
    file = seal.export(line_id, legal, reason="Réquisition 26/4")
    parts.store.close()
    (house / "sealed.json").write_bytes(file)
    (house / "key").write_text(private)
    verify = ("evidence", "verify", "sealed.json")
    assert line_id in lines_of(palabre(*verify))[0]
    lines_of(palabre(*verify, "--key", "key", "--out", "content.json"))
    content = json.loads((house / "content.json").read_text())
    assert content["comment"]["id"] == record.comment_id
    (house / "sealed.json").write_bytes(file.replace(b'"number": ', b'"number": 9'))
    wrong = palabre(*verify)
    assert (wrong.returncode, wrong.stderr.count("✗".encode())) == (1, 1)
    (house / "sealed.json").write_bytes(b"{}")
    assert b"not a file of sealed evidence" in palabre(*verify).stderr
    assert palabre(*verify, "--out", "x").returncode == 2


def test_the_public_page_gives_figures_and_files(house: Path):
    parts = build_parts(load(house / "palabre.toml", RULES_ONLY), house)
    with TestClient(create_app(build_house(parts))) as client:
        page = client.get("/transparency", headers={"Accept-Language": "fr"})
        assert page.status_code == 200, page.text
        assert "Transparence de la modération" in page.text
        assert YEAR in page.text
        book = client.get(f"/transparency/{YEAR}/tables.xlsx")
        assert book.content[:2] == b"PK"
        sheet = client.get(f"/transparency/{YEAR}/4_notices.csv")
        assert sheet.text.startswith("category,notices")
        for path in ("1999/tables.xlsx", "x/tables.xlsx", f"{YEAR}/nothing.csv"):
            assert client.get(f"/transparency/{path}").status_code == 404
    parts.store.close()
