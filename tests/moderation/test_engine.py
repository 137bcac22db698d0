"""The judge as a whole: never raises, never approves in silence, always says the same."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palabre.domain.decision import SCORES, Evidence, Span, Verdict
from palabre.moderation.detectors import Registry, shipped
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts, RecentPost
from palabre.moderation.rulebook import default_rules, load

RULE = """
[sentence.fr]
opening = "Interdit : tout commentaire"
or = "ou"
[rules.test]
label.fr = "suspect"
says.fr = "Pas ici."
hold = 0.5
refuse = 0.9
symbols = ["oddity"]
ground = { kind = "law", fr = "Loi d’essai, art. 1" }
dsa = { category = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", keyword = "KEYWORD_OTHER" }
"""


class Fixed:
    name = "fixed"
    version = "7"
    heavy = False

    def __init__(self, score):
        self.score = score

    def examine(self, _text, _facts):
        if self.score is None:
            raise RuntimeError("broken")
        return (
            Evidence(
                symbol="oddity",
                score=self.score,
                detector=self.name,
                version=self.version,
                spans=(Span(0, 1),),
            ),
        )


class Trained(Fixed):
    trained = True


def rules_with(score, site=None, kind=Fixed):
    registry = Registry()
    registry.register("fixed", lambda _: kind(score), symbols=("oddity",))
    return load(RULE, site, registry=registry)


@pytest.mark.parametrize(
    ("kind", "depth", "verdict", "left_out"),
    [
        (Fixed, Depth.RULES, Verdict.HOLD, ()),
        (Trained, Depth.RULES, Verdict.PUBLISH, ("fixed",)),
        (Trained, Depth.FAST, Verdict.HOLD, ()),
    ],
)
def test_the_depth_of_rules_leaves_out_whatever_asks_a_trained_model(
    kind, depth, verdict, left_out
):
    decision = judge("Bonjour", Facts(), rules_with(0.6, kind=kind), depth)
    assert (decision.verdict, decision.not_needed) == (verdict, left_out)


def test_a_detector_that_raises_holds_and_is_named():
    decision = judge("Bonjour", Facts(), rules_with(None))
    assert decision.verdict is Verdict.HOLD
    assert decision.not_checked == ("fixed",)
    assert decision.rules == ()
    assert [(e.symbol, e.detector, e.score) for e in decision.evidence] == [
        ("not_checked", "fixed", 0.0)
    ]
    assert "fixed" not in decision.versions


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(0.49, "publish"), (0.5, "hold"), (0.89, "hold"), (0.9, "refuse"), (1.0, "refuse")],
)
def test_thresholds_include_their_value(score, verdict):
    assert judge("x", Facts(), rules_with(score)).verdict == verdict


def test_a_rule_that_may_not_refuse_holds_at_most():
    rules = rules_with(1.0, "[rules.test]\nmay_refuse = false")
    assert judge("x", Facts(), rules).verdict is Verdict.HOLD


def test_a_rule_that_is_disabled_does_nothing():
    site = """
    [rules.test]
    enabled = false
    [rules.other]
    label.fr = "autre"
    says.fr = "Autre."
    hold = 0.5
    words.fr = ["zut"]
    """
    rules = rules_with(1.0, site)
    assert judge("x", Facts(), rules).verdict is Verdict.PUBLISH
    assert rules.sentence("fr") == "Interdit : tout commentaire autre."


def test_the_ground_is_that_of_the_gravest_rule():
    decision = judge("x", Facts(lang="fr-FR"), rules_with(0.95))
    assert decision.ground is not None
    assert (decision.ground.kind, decision.ground.rule) == ("law", "test")
    assert decision.ground.reference == "Loi d’essai, art. 1"


def test_the_gravest_rule_comes_first_and_refusing_before_holding(book):
    decision = judge("Mort aux juifs, bande de connards", Facts(lang="fr"), book)
    assert decision.rules == ("antisemitism", "insult")
    both = judge("sale pute, les arabes dehors", Facts(lang="fr"), book)
    assert both.rules == ("insult", "racism")


def test_doubts_add_up_to_a_hold_and_never_to_a_refusal(book):
    text = " ".join(["salopard", "salaud", "salopard", "salaud", "salopard"] * 4)
    assert judge("Quel salopard.", Facts(lang="fr"), book).verdict is Verdict.PUBLISH
    decision = judge(text, Facts(lang="fr"), book)
    assert decision.verdict is Verdict.HOLD
    assert decision.scores["insult"] == 0.85


def test_scores_are_all_there_in_order_and_null_where_nothing_can_tell(book):
    decision = judge("Bonjour", Facts(lang="fr"), book)
    assert tuple(decision.scores) == SCORES
    assert {s for name, s in decision.scores.items() if name != "spam"} == {None}
    assert decision.scores["spam"] < 0.05
    found = judge("Mort aux juifs", Facts(lang="fr"), book)
    assert found.scores["antisemitism"] == found.scores["hate"] == found.scores["toxicity"] == 0.95
    assert found.scores["racism"] is None


@pytest.mark.parametrize(
    ("text", "hint", "lang"),
    [
        ("Bonjour", "fr-CA", "fr"),
        ("Hello", "EN", "en"),
        ("je ne sais pas ce que vous dites", None, "fr"),
        ("I do not know what you mean by that", None, "en"),
        ("lol", None, None),
        ("lol", "", None),
    ],
)
def test_the_language_is_the_hint_else_a_guess_else_unknown(book, text, hint, lang):
    assert judge(text, Facts(lang=hint), book).lang == lang


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(["fr", "en", None, "xx"]))
def test_any_text_is_judged_and_always_alike(text, lang):
    facts = Facts(lang=lang, recent=(RecentPost(text, 3.0),))
    first, second = judge(text, facts, BOOK), judge(text, facts, BOOK)
    assert first == second
    assert not first.not_checked
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    for item in first.evidence:
        assert 0 <= item.score <= 1
        assert item.score == round(item.score, 3)
        assert all(0 <= s.begin < s.end <= len(text) for s in item.spans)


def test_two_books_of_one_content_judge_alike(book):
    again = load(default_rules())
    assert again.version == book.version
    text = "c0nnard, les juifs au four, 06 12 34 56 78"
    assert judge(text, Facts(), again) == judge(text, Facts(), book)


def test_a_wall_of_insults_is_judged_in_time_and_told_in_short(book):
    decision = judge("connard " * 5000, Facts(lang="fr"), book)
    assert decision.verdict is Verdict.HOLD
    assert len(decision.evidence) <= 100


def test_a_registry_refuses_doubled_and_unknown_names():
    registry = shipped()
    with pytest.raises(ValueError, match="two detectors are called 'links'"):
        registry.register("links", lambda _: Fixed(1.0))
    with pytest.raises(ValueError, match="'mine' and 'personal' both give 'phone'"):
        registry.register("mine", lambda _: Fixed(1.0), symbols=("phone",))
    with pytest.raises(ValueError, match="no detector is called 'linkz'; there are: wordlist"):
        registry.build("linkz", None)


BOOK = load(default_rules())
