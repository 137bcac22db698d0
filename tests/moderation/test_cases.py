"""The behaviour tables: text -> evidence, verdict, rule; false alarms beside hits."""

import tomllib
from pathlib import Path

import pytest

from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import default_rules, load

FOLDER = Path(__file__).parent / "cases"
BOOK = load(default_rules())


def _cases():
    for file in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        for number, case in enumerate(table["cases"], start=1):
            lang = case.get("lang", table.get("lang"))
            yield pytest.param({**case, "lang": lang}, id=f"{file.stem}-{number}")


CASES = list(_cases())


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    text = case["text"]
    decision = judge(text, Facts(lang=case["lang"]), BOOK)
    seen = {item.symbol for item in decision.evidence}
    told = f"{text!r}: {decision.verdict}, {decision.evidence} ({case['reason']})"
    assert decision.verdict == case["verdict"], told
    assert decision.rules[:1] == ((case["rule"],) if "rule" in case else ()), told
    assert set(case.get("symbols", ())) <= seen, told
    if case.get("silent"):
        assert not seen, told
    for item in decision.evidence:
        assert all(0 <= span.begin < span.end <= len(text) for span in item.spans), told


def test_the_tables_are_large_and_hold_as_many_harmless_texts_as_hits():
    verdicts = [case.values[0]["verdict"] for case in CASES]
    assert len(CASES) >= 250
    assert verdicts.count("publish") >= len(CASES) // 3
    texts = [(case.values[0]["text"], case.values[0]["lang"]) for case in CASES]
    assert len(set(texts)) == len(texts)


def test_every_case_knows_its_reason():
    assert all(case.values[0]["reason"].strip() for case in CASES)


def test_every_enforced_rule_is_hit_by_a_case():
    hit = {case.values[0].get("rule") for case in CASES}
    assert {rule.id for rule in BOOK.rules if rule.enforced} <= hit
