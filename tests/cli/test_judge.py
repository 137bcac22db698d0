"""``palabre judge``: one answer a line, in order, whatever the lines are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from palabre.domain.decision import SCORES

HEAVY = """
import sys, palabre.cli.judge
print(*sorted({"litestar", "sqlalchemy", "granian", "jinja2"} & set(sys.modules)))
"""


def lines(*rows: object) -> bytes:
    return b"".join(
        (row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()) + b"\n"
        for row in rows
    )


def test_contract(palabre):
    text = "👋 Espèce de connard !"
    done = palabre("judge", text=lines({"id": "a", "text": text, "lang": "fr"}))
    assert done.returncode == 0
    (answer,) = map(json.loads, done.stdout.splitlines())
    assert list(answer) == ["id", "verdict", "rules", "scores", "evidence", "lang", "says"]
    assert answer["verdict"] in {"hold", "refuse"}
    assert answer["rules"] == ["insult"]
    assert tuple(answer["scores"]) == SCORES
    assert answer["scores"]["insult"] > 0.5
    assert answer["scores"]["defamation"] is None
    shown = {text[b:e] for found in answer["evidence"] for b, e in found["spans"]}
    assert "connard" in shown
    assert "connard" in answer["says"]


def test_order_is_kept_and_broken_lines_are_reported_in_their_place(palabre):
    done = palabre(
        "judge",
        text=lines(
            {"id": "1", "text": "Bonjour"},
            b"pas du json",
            {"id": 2, "text": ""},
            {"text": "sans identifiant"},
            {"id": "4", "text": 4},
            b"[]",
            b'{"id":"5","text":"\xff"}',
            b'{"id":"6","text":"\\u0000"}',
            b'{"id":"7","text":"\\ud800"}',
            b"",
            {"id": "8", "text": "Fin", "autre": 1},
        ),
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == ["1", None, 2, *[None] * 6, "8"]
    assert all("error" in a and "line" in a for a in answers if a["id"] is None)
    assert done.returncode == 1
    assert b"3 judged, 7 lines not understood" in done.stderr


def test_the_same_bytes_twice(palabre):
    text = lines(*({"id": i, "text": f"Texte {i} connard 06 12 34 56 78"} for i in range(50)))
    assert palabre("judge", text=text).stdout == palabre("judge", text=text).stdout


def test_a_file_without_a_last_line_end(palabre, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(lines({"id": 1, "text": "a"}, {"id": 2, "text": "b"})[:-1])
    done = palabre("judge", "in.jsonl")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2]


def test_a_giant_line_is_passed_over(palabre):
    giant = b'{"id":"g","text":"' + b"a" * (5 << 20) + b'"}'
    done = palabre("judge", text=lines({"id": 1, "text": "a"}, giant, {"id": 2, "text": "b"}))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == [1, None, 2]
    assert answers[1]["error"] == "line_too_long"


def test_a_program_can_talk_to_it_line_by_line(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-m", "palabre.cli", "judge"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    ) as judge:
        for number in range(3):
            judge.stdin.write(lines({"id": number, "text": "Bonjour"}))
            judge.stdin.flush()
            assert json.loads(judge.stdout.readline())["id"] == number
        judge.stdin.close()


def test_a_house_rule_of_ones_own(palabre, tmp_path):
    (tmp_path / "own.toml").write_text(
        '[rules.chess]\ngravity = 10\nsays.fr = "Pas d’échecs."\nhold = 0.5\n'
        'words.fr = ["fianchetto"]\n',
        encoding="utf-8",
    )
    row = lines({"id": 1, "text": "Un beau fianchetto.", "lang": "fr"})
    assert json.loads(palabre("judge", text=row).stdout)["verdict"] == "publish"
    answer = json.loads(palabre("judge", "--rules", "own.toml", text=row).stdout)
    assert (answer["verdict"], answer["rules"]) == ("hold", ["chess"])


@pytest.mark.parametrize("arguments", [["--depth", "deep"], ["nowhere.jsonl"], ["--nonsense"]])
def test_usage(palabre, arguments):
    assert palabre("judge", *arguments).returncode == 2


def test_it_imports_neither_web_nor_database(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            HEAVY,
        ],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == ""
