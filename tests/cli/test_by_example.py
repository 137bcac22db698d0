"""Rules by example on the command line, with a real encoder of a few kilobytes."""

import json

import numpy as np
import pytest

from moderation.tiny_models import write_models
from palabre.moderation.background import BackgroundCard, write_background
from palabre.moderation.models.shelf import read_shelf
from palabre.moderation.models.vectors import ShelvedVectors

RULE = """
[rules.pests]
says.fr = "On ne parle pas de la vermine."
clause.fr = "parle de la vermine"
hold = 0.5
refuse = {refuse}
examples.fr = {examples}
counter_examples.fr = {counter}
"""
SHOWN = [f"{'un ' * n}vermine {'ici ' * n}" for n in range(1, 7)]
NEAR = [f"un jardin {'ici ' * n}" for n in range(5)]


@pytest.fixture
def models(tmp_path):
    folder = write_models(tmp_path / "models")
    encoder = read_shelf(folder).encoder
    vectors = ShelvedVectors(encoder, folder)
    texts = [f"un bon article {'oui ' * n}" for n in range(40)]
    found = np.array([vectors.vector(text) for text in texts])
    write_background(folder, found, BackgroundCard(encoder=vectors.version, texts=40))
    return folder


def rules(tmp_path, examples=SHOWN, counter=NEAR, refuse="false"):
    lists = {"examples": json.dumps(examples), "counter": json.dumps(counter)}
    (tmp_path / "own.toml").write_text(RULE.format(**lists, refuse=refuse), encoding="utf-8")


def checked(palabre, models):
    done = palabre("rules", "check", "own.toml", PALABRE_JUDGE_MODELS=str(models))
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test_check_tells_what_leaving_out_showed(palabre, models, tmp_path):
    rules(tmp_path)
    code, said = checked(palabre, models)
    assert code == 0
    assert "6 of 6 examples found, 0 of 5 counter-examples hit" in said
    assert "of 40 ordinary comments hit" in said
    assert "WEAK" not in said


def test_check_warns_of_a_rule_that_words_do_not_show(palabre, models, tmp_path):
    rules(tmp_path, examples=[f"un bon mot {'la ' * n}" for n in range(6)])
    _, said = checked(palabre, models)
    assert "WEAK: it would miss" in said


def test_check_warns_of_missing_counter_examples_and_of_refusing(palabre, models, tmp_path):
    rules(tmp_path, counter=["la vermine du jardin"], refuse="0.51")
    _, said = checked(palabre, models)
    assert "give at least 5 counter-examples" in said
    assert "may_refuse = false" in said


def test_judge_holds_by_it_with_the_passage(palabre, models, tmp_path):
    rules(tmp_path)
    lines = "\n".join(
        json.dumps({"id": text, "text": text, "lang": "ar"})
        for text in ("encore une vermine là", "un bon jardin")
    )
    done = palabre("judge", "--rules", "own.toml", text=lines, PALABRE_JUDGE_MODELS=str(models))
    held, published = map(json.loads, done.stdout.splitlines())
    assert held["verdict"] == "hold"
    assert "pests" in held["rules"]
    found = {item["symbol"]: item for item in held["evidence"]}["pests_example"]
    (begin, end), *_ = found["spans"]
    assert "vermine" in held["id"][begin:end]
    assert published["verdict"] == "publish"


@pytest.mark.parametrize("harm", ["no background", "another encoder's"])
def test_a_background_that_does_not_fit_holds_and_check_says_so(palabre, models, tmp_path, harm):
    rules(tmp_path)
    card = models / "background" / "card.json"
    if harm == "no background":
        card.unlink()
    else:
        card.write_text(card.read_text().replace("tiny@1", "tiny@0"), encoding="utf-8")
    _, said = checked(palabre, models)
    assert "so every comment is held" in said
    row = json.dumps({"id": 1, "text": "un bon jardin", "lang": "fr"})
    done = palabre("judge", "--rules", "own.toml", text=row, PALABRE_JUDGE_MODELS=str(models))
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["not_checked"]) == ("hold", ["examples"])


def test_a_mistake_is_told_with_line_and_remedy(palabre, models, tmp_path):
    rules(tmp_path, examples=SHOWN[:3])
    code, said = checked(palabre, models)
    assert code == 1
    assert "own.toml:7: rules.pests.examples: there are 3. Give from 5 to 30" in said
