"""The judge: normalise, detect, weigh, decide. Pure: same text, facts and rules, same Decision.

No detector is known here by name, and none can bring the judge down: one that fails has not
checked, and what the rules wanted checked and was not holds the comment.
"""

from enum import StrEnum
from typing import Final

from palabre.domain.decision import Decision, Evidence, Verdict
from palabre.moderation import policy
from palabre.moderation.facts import Facts
from palabre.moderation.language import primary
from palabre.moderation.prepared import Prepared
from palabre.moderation.rulebook import RuleBook

NOT_CHECKED: Final = "not_checked"


class Depth(StrEnum):
    """How much work a judgement may cost; posts are judged in full."""

    RULES = "rules"
    FAST = "fast"
    FULL = "full"


def judge(text: str, facts: Facts, rules: RuleBook, depth: Depth = Depth.FULL) -> Decision:
    """Return what the house's rules make of ``text``. Never raises, never approves in silence."""
    evidence: list[Evidence] = []
    not_checked: list[str] = []
    not_needed: list[str] = []
    versions: dict[str, str] = {}
    prepared = _prepare(text, rules)
    for detector in rules.detectors:
        if detector.heavy and depth is Depth.RULES:
            not_needed.append(detector.name)
            continue
        try:
            if prepared is None:
                raise ValueError("the text could not be prepared")  # noqa: TRY301 -- one way to fail
            found = detector.examine(prepared, facts)
        except Exception:  # noqa: BLE001 -- whatever it is, it has not checked
            not_checked.append(detector.name)
            evidence.append(
                Evidence(
                    symbol=NOT_CHECKED,
                    score=0.0,
                    detector=detector.name,
                    version=detector.version,
                )
            )
        else:
            evidence += found
            versions[detector.name] = detector.version
    findings = policy.weigh(rules.rules, evidence)
    failed = rules.required.intersection(not_checked) or prepared is None
    verdict, decisive = policy.verdict(findings, checked=not failed)
    lang = primary(facts.lang)
    ground = None
    if verdict is not Verdict.PUBLISH and decisive:
        gravest = rules.rule(decisive[0])
        ground = gravest.ground(lang) if gravest else None
    if lang is None and prepared is not None:
        lang = prepared.guessed
    return Decision(
        verdict=verdict,
        rules=decisive,
        rules_version=rules.version,
        evidence=tuple(evidence),
        scores=policy.scores(findings, evidence),
        lang=lang,
        ground=ground,
        not_checked=tuple(not_checked),
        not_needed=tuple(not_needed),
        versions=versions,
    )


def _prepare(text: str, rules: RuleBook) -> Prepared | None:
    try:
        return Prepared(text, rules.vocabulary)
    except Exception:  # noqa: BLE001 -- as above: an odd text is a case for a person
        return None
