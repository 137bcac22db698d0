"""The behaviour tables: text -> evidence, verdict, rule; false alarms beside hits."""

import pytest

from moderation.behaviour import CASES
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case, book):
    text = case["text"]
    decision = judge(text, Facts(lang=case["lang"]), book)
    seen = {item.symbol for item in decision.evidence}
    told = f"{text!r}: {decision.verdict}, {decision.evidence} ({case['reason']})"
    assert decision.verdict == case["verdict"], told
    assert decision.rules[:1] == ((case["rule"],) if "rule" in case else ()), told
    assert set(case.get("symbols", ())) <= seen, told
    if case.get("silent"):
        assert not seen - {"spam_text"}, told  # which says of every text how likely
    for item in decision.evidence:
        assert all(0 <= span.begin < span.end <= len(text) for span in item.spans), told


def test_the_tables_are_large_and_hold_as_many_harmless_texts_as_hits():
    verdicts = [case["verdict"] for case in CASES]
    assert len(CASES) >= 250
    assert verdicts.count("publish") >= len(CASES) // 3
    texts = [(case["text"], case["lang"]) for case in CASES]
    assert len(set(texts)) == len(texts)


def test_every_case_knows_its_reason():
    assert all(case["reason"].strip() for case in CASES)


def test_every_enforced_rule_is_hit_by_a_case(book):
    hit = {case.get("rule") for case in CASES}
    assert {rule.id for rule in book.rules if rule.enforced} <= hit
