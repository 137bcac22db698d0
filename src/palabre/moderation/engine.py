"""The judge: normalise, detect, weigh, decide. Pure: same text, facts and rules, same Decision.

No detector is known here by name, and none can bring the judge down: one that fails has not
checked, and what the rules wanted checked and was not holds the comment.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from palabre.domain.decision import Decision, Evidence, Verdict
from palabre.moderation import policy
from palabre.moderation.detectors import DeepDetector, Detector
from palabre.moderation.facts import Facts
from palabre.moderation.language import primary, spoken
from palabre.moderation.prepared import Prepared
from palabre.moderation.rulebook import RuleBook

NOT_CHECKED: Final = "not_checked"


class Depth(StrEnum):
    """How much work a judgement may cost.

    ``rules``: no model. ``fast``: a first look at each text, and the models only where it leaves a
    doubt. ``full``: the models read every text.
    """

    RULES = "rules"
    FAST = "fast"
    FULL = "full"


@dataclass(slots=True)
class _Look:
    """What has been seen so far, and what has not been looked at."""

    text: Prepared | None
    facts: Facts
    evidence: list[Evidence] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    not_needed: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    def examine(self, detector: Detector) -> None:
        """Let a detector look; one that fails has not checked."""
        try:
            if self.text is None:
                raise ValueError("the text could not be prepared")  # noqa: TRY301 -- one way to fail
            found = detector.examine(self.text, self.facts)
        except Exception:  # noqa: BLE001 -- whatever it is, it has not checked
            self.not_checked.append(detector.name)
            self.evidence.append(
                Evidence(
                    symbol=NOT_CHECKED,
                    score=0.0,
                    detector=detector.name,
                    version=detector.version,
                )
            )
        else:
            self.evidence += found
            self.versions[detector.name] = detector.version

    def settle(self, detector: DeepDetector) -> bool:
        """Tell whether a first look makes the detector superfluous; one that fails does not."""
        try:
            settled = detector.settle(self.text, self.facts) if self.text else None
        except Exception:  # noqa: BLE001 -- then the closer look has to tell
            settled = None
        if settled is None:
            return False
        self.evidence += settled
        self.versions |= {item.detector: item.version for item in settled}
        self.not_needed.append(detector.name)
        return True

    def locate(self, detector: DeepDetector, wanted: set[Evidence]) -> None:
        """Put to evidence the passages that it rests on; without them it stands all the same."""
        mine = tuple(item for item in self.evidence if item in wanted)
        try:
            located = detector.locate(self.text, self.facts, mine) if self.text and mine else ()
        except Exception:  # noqa: BLE001 -- an explanation that fails changes no verdict
            return
        better = dict(zip(mine, located, strict=False))
        self.evidence = [better.get(item, item) for item in self.evidence]


def judge(text: str, facts: Facts, rules: RuleBook, depth: Depth = Depth.FULL) -> Decision:
    """Return what the house's rules make of ``text``. Never raises, never approves in silence."""
    prepared = _prepare(text, rules)
    look = _Look(prepared, facts)
    for detector in rules.detectors:
        if depth is Depth.RULES and detector.name in rules.trained:
            look.not_needed.append(detector.name)
        else:
            look.examine(detector)
    for deep in rules.deep:
        if depth is Depth.RULES:
            look.not_needed.append(deep.name)
        elif depth is Depth.FULL or not look.settle(deep):
            look.examine(deep)
    lang = spoken(prepared.guessed if prepared else None, facts.lang)
    findings = policy.weigh(rules.rules, look.evidence, lang, lenient=facts.trusted)
    failed = rules.required.intersection(look.not_checked) or prepared is None
    verdict, decisive = policy.verdict(findings, checked=not failed)
    if verdict is not Verdict.PUBLISH:
        wanted = policy.unexplained(findings, look.evidence, lang)
        for deep in rules.deep if wanted else ():
            look.locate(deep, wanted)
    page = primary(facts.lang)
    ground = None
    if verdict is not Verdict.PUBLISH and decisive:
        gravest = rules.rule(decisive[0])
        ground = gravest.ground(page) if gravest else None
    return Decision(
        verdict=verdict,
        rules=decisive,
        rules_version=rules.version,
        evidence=tuple(look.evidence),
        scores=policy.scores(findings, look.evidence),
        lang=page or (prepared.guessed if prepared else None),
        ground=ground,
        not_checked=tuple(look.not_checked),
        not_needed=tuple(look.not_needed),
        versions=look.versions,
    )


def _prepare(text: str, rules: RuleBook) -> Prepared | None:
    try:
        return Prepared(text, rules.vocabulary)
    except Exception:  # noqa: BLE001 -- as above: an odd text is a case for a person
        return None
