"""The seam for trained models, tried with a tiny linear one."""

import math

import pytest

from moderation.model_conformance import check_model
from palabre.domain.decision import Verdict
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import default_rules, load

RULES = """
[rules.insult]
symbols = { model_insult = 1.0 }
"""


class Linear:
    """Weights on words, a logistic curve: deterministic, and wrong about most things."""

    name = "toy-linear"
    version = "1"
    languages = frozenset({"fr"})

    def scores(self, text, _lang):
        weight = {"navet": 1.5, "gredin": 4.0, "merci": -3.0}
        z = sum(weight.get(word, 0.0) for word in text.lower().split()) - 2.0
        return {"insult": 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))}


class Failing(Linear):
    def scores(self, _text, _lang):
        raise MemoryError


class Lying(Linear):
    def scores(self, _text, _lang):
        return {"insult": 1.5}


def test_the_toy_conforms():
    check_model(Linear())


@pytest.mark.parametrize("bad", [Lying()])
def test_the_conformance_test_finds_a_model_that_breaks_its_promise(bad):
    with pytest.raises(AssertionError):
        check_model(bad)


def test_a_models_score_is_evidence_and_feeds_its_score():
    rules = load(default_rules(), RULES, models=[Linear()])
    decision = judge("Vous êtes un gredin", Facts(lang="fr"), rules)
    assert decision.verdict is Verdict.HOLD
    assert decision.rules == ("insult",)
    found = {item.symbol: item for item in decision.evidence}["model_insult"]
    assert (found.detector, found.version) == ("toy-linear", "1")
    assert decision.scores["insult"] == found.score == 0.881
    assert decision.versions["classifier"] == "toy-linear@1"


def test_a_low_score_is_a_score_where_a_model_speaks():
    rules = load(default_rules(), RULES, models=[Linear()])
    decision = judge("Merci pour cet article", Facts(lang="fr"), rules)
    assert decision.verdict is Verdict.PUBLISH
    assert decision.scores["insult"] == 0.007
    assert decision.scores["spam"] is None


@pytest.mark.parametrize("models", [[], [Failing()], [Lying()]])
def test_a_required_model_that_is_missing_fails_or_lies_holds(models):
    rules = load(default_rules(), RULES, models=models)
    decision = judge("Merci pour cet article", Facts(lang="fr"), rules)
    assert decision.verdict is Verdict.HOLD
    assert decision.not_checked == ("classifier",)
    assert [item.symbol for item in decision.evidence] == ["not_checked"]
    assert decision.scores["insult"] is None


def test_a_model_that_does_not_speak_the_language_has_not_checked():
    rules = load(default_rules(), RULES, models=[Linear()])
    decision = judge("this is what they all would have said", Facts(lang="en"), rules)
    assert decision.not_checked == ("classifier",)


def test_at_the_shallow_depth_models_are_not_needed():
    rules = load(default_rules(), RULES, models=[])
    decision = judge("Merci pour cet article", Facts(lang="fr"), rules, Depth.RULES)
    assert decision.verdict is Verdict.PUBLISH
    assert (decision.not_needed, decision.not_checked) == (("classifier",), ())


def test_a_missing_model_does_not_soften_a_refusal():
    rules = load(default_rules(), RULES)
    decision = judge("Mort aux juifs", Facts(lang="fr"), rules)
    assert decision.verdict is Verdict.REFUSE


def test_a_rule_by_example_holds_until_something_can_compare():
    site = """
    [rules.off_topic]
    label.fr = "hors sujet"
    label.en = "off topic"
    says.fr = "Restez dans le sujet."
    says.en = "Stay on topic."
    hold = 0.5
    examples.fr = ["Et sinon, qui a vu le match ?"]
    """
    decision = judge("Bonjour", Facts(lang="fr"), load(default_rules(), site))
    assert decision.verdict is Verdict.HOLD
    assert decision.not_checked == ("examples",)


def test_the_shipped_rules_ask_for_no_model(book):
    assert not any(detector.heavy for detector in book.detectors)
    assert not any(rule.requires for rule in book.rules)
