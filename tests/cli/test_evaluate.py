"""``palabre evaluate``: what it writes, and that its figures are those of ``palabre judge``."""

import json

import pytest

from moderation.tiny_models import write_models

ROWS = [
    {"text": "Espèce de connard", "lang": "fr", "kind": "a", "labels": {"insult": 1}},
    {"text": "Vous êtes un connard fini", "lang": "fr", "kind": "a", "labels": {"insult": 1}},
    {"text": "Quel navet, ce film", "lang": "fr", "kind": "b", "labels": {"insult": 0}},
    {"text": "Une route sans fin", "lang": "fr", "kind": "b", "labels": {"insult": 1}},
    {"text": "On ne sait rien ici", "lang": "fr", "kind": "b", "labels": {"insult": None}},
    *[
        {"text": f"Bonjour {n} fois", "lang": "en", "kind": "b", "labels": {"insult": 0}}
        for n in range(20)
    ],
]


@pytest.fixture
def file(tmp_path):
    lines = [json.dumps({"id": n, **row}) for n, row in enumerate(ROWS)]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return "rows.jsonl"


def evaluated(palabre, tmp_path, *arguments, code=0):
    done = palabre("evaluate", *arguments, "--json", "figures.json")
    assert done.returncode == code, done.stderr.decode()
    return json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))


def test_the_figures_are_those_of_the_judge(palabre, tmp_path, file):
    figures = evaluated(palabre, tmp_path, file, "--depth", "rules")
    insult = figures["first"]["scores"]["insult"]["figures"]
    counted = [insult[key] for key in ("hits", "alarms", "misses", "passes")]
    assert counted == [2, 0, 1, 21]
    assert insult["precision"]["value"] == 1.0
    assert insult["recall"]["value"] == pytest.approx(2 / 3)
    assert insult["roc_auc"]["value"] == pytest.approx((2 + 0.5) / 3)
    assert insult["macro_f1"]["value"] == pytest.approx((0.8 + 42 / 43) / 2)
    judged = palabre(
        "judge", "--depth", "rules", text=(tmp_path / file).read_text(encoding="utf-8")
    )
    said = [json.loads(line)["verdict"] for line in judged.stdout.splitlines()]
    for verdict in ("publish", "hold", "refuse"):
        share = said.count(verdict) / len(ROWS)
        assert figures["first"]["shares"][verdict]["value"] == pytest.approx(share)
    rule = figures["first"]["rules"]["insult"]
    assert rule["held"] + rule["refused"] == 2
    assert rule["label"] == "insult"
    assert set(figures["first"]["slices"]) == {"lang", "source", "kind"}


def test_only_labels_of_one_class_give_no_area(palabre, tmp_path):
    rows = [json.dumps({"text": f"Bonjour {n}", "labels": {"hate": 0}}) for n in range(12)]
    (tmp_path / "one.jsonl").write_text("\n".join(rows), encoding="utf-8")
    hate = evaluated(palabre, tmp_path, "one.jsonl")["first"]["scores"]["hate"]
    assert hate["figures"]["roc_auc"]["value"] is None
    assert hate["figures"]["recall"]["value"] is None
    assert hate["curve"] == []


def test_nothing_labelled_is_still_a_report(palabre, tmp_path):
    (tmp_path / "none.jsonl").write_text('{"text": "Bonjour", "labels": {"hate": null}}')
    figures = evaluated(palabre, tmp_path, "none.jsonl")
    assert figures["first"]["scores"] == {}
    assert figures["first"]["shares"]["rows"] == 1


def test_two_systems_side_by_side(palabre, tmp_path, file):
    (tmp_path / "own.toml").write_text("[rules.insult]\nenabled = false\n", encoding="utf-8")
    figures = evaluated(palabre, tmp_path, file, "--against", "own.toml", "--depth", "rules")
    assert figures["against"]["name"] == "own.toml, rules"
    assert "insult" not in figures["against"]["rules"]
    difference = figures["difference"]["scores"]["insult"]["macro_f1"]
    assert difference["value"] < 0
    assert difference["low"] <= difference["value"] <= difference["high"]
    verdicts = figures["difference"]["verdicts"]
    assert sum(n for row in verdicts.values() for n in row.values()) == len(ROWS)
    assert verdicts["refuse"]["publish"] + verdicts["hold"]["publish"] == 2


def test_depths_with_models(palabre, tmp_path, file):
    write_models(tmp_path / "models")
    figures = evaluated(palabre, tmp_path, file, "--models", "models", "--against-depth", "fast")
    assert figures["first"]["read_closely"] == len(ROWS)
    assert figures["against"]["read_closely"] < len(ROWS)
    assert figures["first"]["versions"]["classifier"] == "tiny@1"


def test_texts_stay_where_they_are_unless_asked_for(palabre, tmp_path, file):
    evaluated(palabre, tmp_path, file)
    shown = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert "Une route" not in shown
    figures = evaluated(palabre, tmp_path, file, "--examples", "1")
    shown = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert "Une route sans fin" in shown
    (missed,) = figures["worst"]["insult"]["misses"]
    assert missed["text"] == "Une route sans fin"


def test_markup_in_rows_is_text(palabre, tmp_path):
    row = {"text": "<script>alert(1)</script>", "source": "<b>x</b>", "labels": {"insult": 1}}
    (tmp_path / "bad.jsonl").write_text("\n".join([json.dumps(row)] * 12), encoding="utf-8")
    evaluated(palabre, tmp_path, "bad.jsonl", "--examples", "1")
    shown = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert "<script" not in shown
    assert "<b>x" not in shown


@pytest.mark.parametrize(("lang", "title"), [("fr", "évaluation"), ("en", "Comment judge")])
def test_one_page_that_loads_nothing(palabre, tmp_path, file, lang, title):
    (tmp_path / "short").mkdir()
    (tmp_path / "short" / "failures.md").write_text("# Where it is wrong\n", encoding="utf-8")
    evaluated(palabre, tmp_path, file, "--lang", lang, "--summary", "short")
    shown = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert f'<html lang="{lang}">' in shown
    assert title in shown
    for loading in ("http://", "https://", " src=", "@import", "url(", "<link", "<script"):
        assert loading not in shown.replace("http://www.w3.org/2000/svg", "")
    page = (tmp_path / "short" / "README.md").read_text(encoding="utf-8")
    assert "insult-reliability.svg" in page
    assert "[Where it is wrong](failures.md)" in page
    assert "| `insult` |" in page
    assert (tmp_path / "short" / "insult-precision-recall.svg").read_text().startswith("<svg")


def test_the_same_report_twice_but_for_the_pace(palabre, tmp_path, file):
    first, second = (evaluated(palabre, tmp_path, file, "--sample", "15") for _ in range(2))
    for figures in (first, second):
        del figures["first"]["speed"]
    assert first == second
    assert (first["rows"], first["sampled"]) == (15, 15)


def test_lines_that_are_none_are_counted_and_the_rest_is_done(palabre, tmp_path, file):
    with (tmp_path / file).open("a", encoding="utf-8") as rows:
        rows.write('\nnonsense\n{"text": "x", "labels": {"rude": 1}}\n')
    figures = evaluated(palabre, tmp_path, file, code=1)
    assert (figures["rows"], figures["broken"]) == (len(ROWS), 2)


def test_no_row_at_all_is_refused_and_no_file_is_usage(palabre, tmp_path):
    (tmp_path / "empty.jsonl").write_text("")
    assert palabre("evaluate", "empty.jsonl").returncode == 1
    assert palabre("evaluate").returncode == 2
    assert palabre("evaluate", "nowhere.jsonl").returncode == 2
    assert palabre("evaluate", "empty.jsonl", "--depth", "deep").returncode == 2
