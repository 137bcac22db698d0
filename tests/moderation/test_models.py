"""The seam for trained models, tried with a tiny one: what follows from what a model says."""

import math

import pytest

from moderation.model_conformance import check_first_look, check_model
from palabre.domain.decision import Span, Verdict
from palabre.moderation.detectors.spamtext import SYMBOL as SPAM
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.model import Scored
from palabre.moderation.rulebook import RulesError, default_rules, load, model_rules

RULES = """
[rules.insult.model]
hold = 0.6
refuse = { fr = 0.95, pl = false, other = 0.99 }
"""


class Words:
    """Weights on words, a logistic curve: deterministic, and wrong about most things."""

    name = "toy-words"
    version = "1"
    weights = {"navet": 1.5, "gredin": 4.0, "infect": 3.0, "merci": -3.0}  # noqa: RUF012

    def read(self, text, _lang):
        z = sum(self.weights.get(word, 0.0) for word in text.lower().split()) - 2.0
        return Scored({"insult": 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))})

    def locate(self, text, _lang, _names):
        at = text.lower().find("gredin")
        return {"insult": (Span(at, at + 6),)} if at >= 0 else {}


class First(Words):
    name = "toy-first"

    def settle(self, folded, lang):
        scores = self.read(folded, lang).scores
        return scores if scores["insult"] < 0.1 else None


class Failing(Words):
    def read(self, _text, _lang):
        raise MemoryError


class Lying(Words):
    def read(self, _text, _lang):
        return Scored({"insult": 1.5})


class Tiring(Words):
    read_so_far = 0

    def read(self, _text, _lang):
        self.read_so_far += 1
        return Scored({"insult": 1 / self.read_so_far})


class Speechless(Words):
    def read(self, _text, _lang):
        return Scored({})


def ruled(*models, rules=RULES, first_look=None):
    return load(default_rules(), rules, models=models, first_look=first_look)


def test_the_toys_conform():
    check_model(Words())
    check_first_look(First())


@pytest.mark.parametrize("bad", [Lying(), Tiring()])
def test_the_conformance_test_finds_a_model_that_breaks_its_promise(bad):
    with pytest.raises(AssertionError):
        check_model(bad)


def test_a_models_score_is_evidence_with_its_passage_and_feeds_its_score():
    decision = judge("Vous êtes un gredin", Facts(lang="fr"), ruled(Words()))
    assert decision.verdict is Verdict.HOLD
    assert decision.rules == ("insult",)
    found = {item.symbol: item for item in decision.evidence}["model_insult"]
    assert (found.detector, found.version) == ("toy-words", "1")
    assert found.spans == (Span(13, 19),)
    assert decision.scores["insult"] == found.score == 0.881
    assert decision.versions["classifier"] == "toy-words@1"


def test_a_low_score_is_a_score_where_a_model_speaks():
    decision = judge("Merci pour cet article", Facts(lang="fr"), ruled(Words()))
    assert decision.verdict is Verdict.PUBLISH
    assert decision.scores["insult"] == 0.007
    assert decision.scores["sexual"] is None
    assert not any(item.spans for item in decision.evidence)


@pytest.mark.parametrize(
    ("lang", "verdict"),
    [("fr", Verdict.REFUSE), ("pl", Verdict.HOLD), ("de", Verdict.REFUSE), (None, Verdict.REFUSE)],
)
def test_a_model_refuses_only_where_the_rules_say_so_of_the_language(lang, verdict):
    decision = judge("gredin infect", Facts(lang=lang), ruled(Words()))
    assert decision.scores["insult"] == 0.993
    assert decision.verdict is verdict


def test_a_models_doubt_is_not_added_to_others():
    # 0.378 from the model and 0.35 from the words would together reach the threshold of 0.5.
    rules = ruled(Words(), rules='[rules.insult]\nwords.fr = ["olibrius | 0.35"]' + RULES)
    decision = judge("Cet olibrius, quel navet", Facts(lang="fr"), rules)
    assert {i.symbol for i in decision.evidence} - {SPAM} == {"insult_word", "model_insult"}
    assert decision.verdict is Verdict.PUBLISH


def test_words_that_found_something_count_beside_a_model_that_did_not():
    decision = judge("Quel connard", Facts(lang="fr"), ruled(Words()))
    assert decision.verdict is Verdict.HOLD
    assert decision.scores["insult"] >= 0.5


@pytest.mark.parametrize("models", [[], [Failing()], [Lying()]])
@pytest.mark.parametrize("depth", [Depth.FULL, Depth.FAST])
def test_a_required_model_that_is_missing_fails_or_lies_holds(models, depth):
    decision = judge("Voici un article", Facts(lang="fr"), ruled(*models), depth)
    assert decision.verdict is Verdict.HOLD
    assert decision.not_checked == ("classifier",)
    assert [i.symbol for i in decision.evidence if i.symbol != SPAM] == ["not_checked"]
    assert decision.scores["insult"] is None


def test_where_a_model_has_no_score_for_a_language_the_rules_alone_speak():
    decision = judge("Voici un article", Facts(lang="pl"), ruled(Speechless()))
    assert decision.verdict is Verdict.PUBLISH
    assert decision.scores["insult"] is None
    assert decision.not_checked == ()


def test_at_the_shallow_depth_models_are_not_needed():
    decision = judge("Merci pour cet article", Facts(lang="fr"), ruled(), Depth.RULES)
    assert decision.verdict is Verdict.PUBLISH
    assert (decision.not_needed, decision.not_checked) == (("spamtext", "classifier"), ())


def test_at_the_fast_depth_a_first_look_settles_what_is_plainly_harmless():
    rules = ruled(Failing(), first_look=First())
    decision = judge("Merci pour cet article", Facts(lang="fr"), rules, Depth.FAST)
    assert decision.verdict is Verdict.PUBLISH
    assert (decision.not_needed, decision.not_checked) == (("classifier",), ())
    assert decision.scores["insult"] == 0.007
    assert decision.versions["toy-first"] == "1"
    assert "classifier" not in decision.versions


@pytest.mark.parametrize("look", [First(), Failing(), None])
def test_at_the_fast_depth_a_doubt_or_a_failure_goes_to_the_model(look):
    rules = ruled(Words(), first_look=look)
    decision = judge("Vous êtes un gredin", Facts(lang="fr"), rules, Depth.FAST)
    full = judge("Vous êtes un gredin", Facts(lang="fr"), rules)
    assert decision == full


def test_the_full_depth_takes_no_first_look():
    rules = ruled(Failing(), first_look=First())
    decision = judge("Merci pour cet article", Facts(lang="fr"), rules)
    assert decision.not_checked == ("classifier",)


def test_a_missing_model_does_not_soften_a_refusal():
    decision = judge("Mort aux juifs", Facts(lang="fr"), ruled())
    assert decision.verdict is Verdict.REFUSE


def test_a_passage_that_cannot_be_found_changes_no_verdict():
    class Lost(Words):
        def locate(self, _text, _lang, _names):
            raise ValueError

    decision = judge("Vous êtes un gredin", Facts(lang="fr"), ruled(Lost()))
    assert decision.verdict is Verdict.HOLD
    assert not any(item.spans for item in decision.evidence)


class Hateful(Words):
    def read(self, _text, _lang):
        return Scored({"hate": 0.9, "racism": 0.8})


def test_a_rule_stands_back_where_another_says_the_same_more_exactly():
    site = """
    [rules.racism.model]
    hold = 0.5
    [rules.hatred.model]
    hold = 0.5
    unless = ["racism"]
    """
    text = "Voici un article"
    assert judge(text, Facts(lang="fr"), ruled(Hateful(), rules=site)).rules == ("racism",)
    off = site + "[rules.racism]\nenabled = false\n"
    assert "hatred" in judge(text, Facts(lang="fr"), ruled(Hateful(), rules=off)).rules


def test_a_house_can_do_without_the_models():
    rules = load(default_rules(), reading=model_rules())
    assert rules.required >= {"classifier"}
    site = "\n".join(f"[rules.{rule.id}]\nmodel = false" for rule in rules.rules if rule.trust)
    without = load(default_rules(), site, reading=model_rules())
    assert without.deep == ()


def test_a_site_changes_one_figure_of_a_shipped_trust():
    rules = load(default_rules(), "[rules.hatred.model]\nhold = 0.9", reading=model_rules())
    trust = rules.rule("hatred").trust
    assert trust.hold == {"other": 0.9}
    assert "racism" in trust.unless


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("hold = 2", "one per language"),
        ("hodl = 0.5", "one per language"),
        ('unless = ["racsim"]', "Did you mean 'racism'"),
        ("hold = 0.9\nrefuse = 0.5", "below hold"),
        ("hold = { french = 0.5 }", "one per language"),
    ],
)
def test_a_mistake_in_what_models_may_do_is_named_with_its_remedy(wrong, says):
    with pytest.raises(RulesError, match=says) as caught:
        load(default_rules(), f"[rules.insult.model]\n{wrong}\n")
    assert "rules.insult.model" in str(caught.value)


def test_a_trust_without_a_score_says_what_is_missing():
    site = '[rules.off_topic.model]\nhold = 0.5\n[rules.off_topic]\nsays.fr = "Restez."\n'
    with pytest.raises(RulesError, match="which score"):
        load(default_rules(), site)


def test_a_rule_by_example_holds_until_something_can_compare():
    site = """
    [rules.off_topic]
    label.fr = "hors sujet"
    label.en = "off topic"
    says.fr = "Restez dans le sujet."
    says.en = "Stay on topic."
    hold = 0.5
    examples.fr = ["Et sinon, le match ?", "Quel temps !", "Et le film ?", "Ma recette", "Bon pont"]
    """
    decision = judge("Bonjour", Facts(lang="fr"), load(default_rules(), site))
    assert decision.verdict is Verdict.HOLD
    assert decision.not_checked == ("examples",)


def test_the_words_and_patterns_alone_ask_for_no_model(book):
    assert book.deep == ()
    assert not any(rule.requires for rule in book.rules)
