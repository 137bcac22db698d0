"""Labelled lines: both formats, null left out, broken ones told."""

import gzip
import json

import pytest

from palabre.learning.evaluation.rows import read, sample

OLD = {"id": "a", "text": "x", "lang": "fr", "source": "s", "target": "jews",
       "labels": {"toxic": 1, "antisemitic": 0, "racist": None, "spam": 1}}  # fmt: skip
NEW = {"id": "b", "text": "y", "lang": "fr", "kind": "irony", "group": None,
       "labels": {"toxicity": 0, "hate": 1, "racism": 0}}  # fmt: skip


def written(path, *rows):
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_both_formats_name_their_labels_alike(tmp_path):
    old, new = read([written(tmp_path / "f.jsonl", OLD, "", NEW)]).rows
    assert old.labels == {"toxicity": True, "antisemitism": False, "spam": True}
    assert (old.group, old.source) == ("jews", "s")
    assert new.labels == {"toxicity": False, "hate": True, "racism": False}
    assert (new.kind, new.source) == ("irony", "f")


def test_a_gzipped_file_is_told_by_its_content(tmp_path):
    (tmp_path / "odd.jsonl").write_bytes(gzip.compress(json.dumps(OLD).encode()))
    assert read([tmp_path / "odd.jsonl"]).rows[0].id == "a"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "JSON"),
        ('{"text": "x"}', "labels"),
        ('{"text": "x", "labels": {"toxic": 2}}', "0, 1 or null"),
        ('{"text": "x", "labels": {"rude": 1}}', "unknown label 'rude'"),
        ('{"text": 3, "labels": {}}', "str"),
    ],
)
def test_a_line_that_is_none_is_told_and_passed_over(tmp_path, line, said):
    reading = read([written(tmp_path / "f.jsonl", OLD, line, NEW)])
    assert len(reading.rows) == 2
    ((file, number, why),) = [(b.file, b.line, b.why) for b in reading.broken]
    assert (file, number) == ("f.jsonl", 2)
    assert said in why


def test_a_sample_is_the_same_each_time_and_in_order(tmp_path):
    rows = read([written(tmp_path / "f.jsonl", *({**NEW, "id": i} for i in range(50)))]).rows
    drawn = [row.id for row in sample(rows, 10, 3)]
    assert drawn == [row.id for row in sample(rows, 10, 3)]
    assert drawn == sorted(drawn, key=int)
    assert len(set(drawn)) == 10
    assert sample(rows, 50, 3) == rows
