"""``palabre thresholds``: from kept scores and from the house's past, with a plot."""

import json
from xml.etree import ElementTree as ET

import pytest

from moderation.tiny_models import write_models


@pytest.fixture(autouse=True)
def house(tmp_path):
    (tmp_path / "palabre.toml").write_text("", encoding="utf-8")


def lines(rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def test_kept_scores_become_a_threshold_and_a_plot(palabre, tmp_path):
    models = write_models(tmp_path / "models")
    rows = [{"text": f"Quel gredin {n}", "lang": "fr", "score": 0.9} for n in range(6)]
    rows += [{"text": f"Bonjour à tous {n}", "lang": "fr", "score": 0.2} for n in range(30)]
    kept, svg = tmp_path / "kept.jsonl", tmp_path / "plot.svg"
    kept.write_text(lines(rows), encoding="utf-8")
    done = palabre(
        "thresholds", str(kept), "--score", "INSULT", "--at", "0.8", "--svg", str(svg),
        PALABRE_JUDGE_MODELS=str(models),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert "turned away before: 16.7%, at this threshold: 16.7%" in done.stdout.decode()
    assert "100.0% would be again" in done.stdout.decode()
    root = ET.fromstring(svg.read_text(encoding="utf-8"))  # noqa: S314 -- our own
    assert "16.7%" in root[1].text


def test_without_a_model_there_is_no_threshold(palabre, tmp_path):
    rows = [{"text": f"Bonjour à tous {n}", "rejected": n % 5 == 0} for n in range(30)]
    kept = tmp_path / "kept.jsonl"
    kept.write_text(lines(rows), encoding="utf-8")
    done = palabre("thresholds", str(kept), PALABRE_JUDGE_DEPTH="rules")
    assert done.returncode == 1
    assert "nothing here gives the score 'toxicity'" in done.stderr.decode()


def test_a_line_that_says_nothing_is_named(palabre, tmp_path):
    kept = tmp_path / "kept.jsonl"
    kept.write_text('{"text": "a", "score": 0.5}', encoding="utf-8")
    done = palabre("thresholds", str(kept))
    assert done.returncode == 1
    assert "line 1" in done.stderr.decode()
