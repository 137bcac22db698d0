"""What is written for the report is what was held back for it, once, and readable."""

import json

from palabre.learning.evaluation.rows import read
from palabre.learning.heldback import as_row, report_rows
from palabre.learning.samples import CALIBRATE, LEARN, REPORT, Sample

LABELS = (1, 0, None, 0, 0, 0, 0, None)


def sample(text, part=REPORT, source="a"):
    return Sample(text, "fr", source, part, LABELS, "women", "irony")


def test_only_what_is_for_the_report_and_each_text_once():
    samples = [sample("Un."), sample("un !"), sample("Deux"), sample("Trois", source="b")]
    samples += [sample("Quatre", LEARN), sample("Cinq", CALIBRATE)]
    rows = report_rows(samples)
    assert {name: len(found) for name, found in rows.items()} == {"fr-a": 2, "fr-b": 1}


def test_the_most_are_the_same_whatever_stands_beside():
    samples = [sample(f"Texte {n}") for n in range(50)]
    kept = {row.text for row in report_rows(samples, 10)["fr-a"]}
    again = {row.text for row in report_rows(samples[::-1], 10)["fr-a"]}
    assert len(kept) == 10
    assert kept == again


def test_a_row_is_read_back(tmp_path):
    line = json.dumps(as_row(sample("Un texte"), "x-1"))
    (tmp_path / "f.jsonl").write_text(line, encoding="utf-8")
    (row,) = read([tmp_path / "f.jsonl"]).rows
    assert (row.text, row.kind, row.group) == ("Un texte", "irony", "women")
    assert row.labels["toxicity"] is True
    assert "hate" not in row.labels
