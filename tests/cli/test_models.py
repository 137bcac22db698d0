"""Commands with models: three depths, and what follows when one is missing or broken."""

import json

import pytest

from moderation.tiny_models import write_models

TEXTS = ["un bon article", "vous gredin", "un bon article " * 8]


@pytest.fixture
def models(tmp_path):
    return write_models(tmp_path / "models")


def judged(palabre, models, *arguments, texts=TEXTS):
    lines = "\n".join(json.dumps({"id": n, "text": t, "lang": "fr"}) for n, t in enumerate(texts))
    done = palabre("judge", *arguments, text=lines, PALABRE_JUDGE_MODELS=str(models))
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def test_the_full_depth_reads_every_text(palabre, models):
    (good, bad, long), said = judged(palabre, models)
    assert said == ""
    assert (good["verdict"], bad["verdict"], long["verdict"]) == ("publish", "hold", "publish")
    assert bad["rules"] == ["insult"]
    assert bad["scores"]["insult"] > 0.9
    assert good["scores"]["hate"] == 0.018
    assert good["scores"]["racism"] is None
    found = {item["symbol"]: item for item in bad["evidence"]}
    assert found["model_insult"]["detector"] == "tiny"
    ((begin, end),) = found["model_insult"]["spans"]
    assert begin <= TEXTS[1].index("gredin")
    assert end == len(TEXTS[1])
    parts = {item["symbol"]: item for item in long["evidence"]}["read_in_parts"]
    assert parts["spans"][0][0] == 0
    assert parts["spans"][-1][1] == len(TEXTS[2].rstrip())


def test_the_fast_depth_reads_what_is_in_doubt(palabre, models):
    (good, bad, _), _ = judged(palabre, models, "--depth", "fast")
    assert good["not_needed"] == ["classifier"]
    assert {item["detector"] for item in good["evidence"]} == {"spamtext", "tiny-linear"}
    (_, full, _), _ = judged(palabre, models)
    assert bad == full


def test_the_depth_of_rules_opens_nothing(palabre, models):
    (models / "encoder" / "encoder.onnx").unlink()
    answers, said = judged(palabre, models, "--depth", "rules")
    assert said == ""
    assert all(answer["not_needed"] == ["spamtext", "classifier"] for answer in answers)
    assert all(answer["verdict"] == "publish" for answer in answers)


def test_scores_are_the_same_whatever_stands_beside(palabre, models):
    alone = [judged(palabre, models, texts=[text])[0][0]["scores"] for text in TEXTS]
    beside = [answer["scores"] for answer in judged(palabre, models, texts=TEXTS[::-1])[0]]
    assert beside == alone[::-1]


@pytest.mark.parametrize("depth", ["full", "fast"])
def test_a_broken_model_holds_and_is_named(palabre, models, depth):
    (models / "encoder" / "encoder.onnx").write_bytes(b"broken")
    (answer,), said = judged(palabre, models, "--depth", depth, texts=["vous gredin"])
    assert (answer["verdict"], answer["not_checked"]) == ("hold", ["classifier"])
    assert "encoder" in said


def test_doctor_tells_of_the_models(palabre, models):
    palabre("init", "--origin", "https://journal.example")
    asked = {"PALABRE_JUDGE_MODELS": str(models)}
    done = palabre("doctor", **asked)
    assert done.returncode == 0, done.stdout.decode()
    assert "tiny 1, tiny-linear 1" in done.stdout.decode()
    (models / "encoder" / "tokenizer.json").write_text("{}")
    done = palabre("doctor", **asked)
    assert done.returncode == 1
    assert "comments are held" in done.stdout.decode()


def test_rules_check_says_what_the_models_may_do(palabre, models, tmp_path):
    (tmp_path / "mine.toml").write_text("[rules.insult.model]\nrefuse = { fr = 0.97, pl = false }")
    done = palabre("rules", "check", "mine.toml", PALABRE_JUDGE_MODELS=str(models))
    held = "the models hold from 0.7 (fr), 0.7 (en), 0.85 (other)"
    assert f"{held} and refuse from 0.97 (fr), never (pl)" in done.stdout.decode()


def test_rules_try_reads_with_the_models(palabre, models):
    done = palabre("rules", "try", "vous gredin", PALABRE_JUDGE_MODELS=str(models))
    assert "model_insult" in done.stdout.decode()
    assert "hold" in done.stdout.decode()
