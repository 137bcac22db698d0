"""How good each rule is, as far as people have looked: from the audit sample alone.

Of what the machine decided a share was drawn and judged unseen, so that what it let pass counts as
much as what it stopped. Each case weighs as many decisions as its share stands for. Two people who
differ on a case are each half right.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from palabre.application.audit_ports import Audited
from palabre.domain.audit import Answer
from palabre.domain.decision import Verdict
from palabre.domain.estimate import Estimate, cohen, fleiss, share

_PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleQuality:
    """What the sample says of a rule ("" for all of them together).

    ``accuracy``: how often the machine did under this rule what people would have; ``precision``:
    how much of what it stopped under the rule was a breach of any rule; ``recall``: how much of
    what people refuse under the rule it stopped, by whichever rule. None: no case to tell by.
    """

    rule: str
    accuracy: Estimate | None
    precision: Estimate | None
    recall: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What the sample says: of all rules together, of each, and how far people agree.

    ``pairs`` are two moderators' ids with their Cohen's kappa; ``agreement`` is Fleiss'.
    """

    cases: int
    overall: RuleQuality
    rules: tuple[RuleQuality, ...]
    agreement: Estimate | None
    pairs: tuple[tuple[str, str, Estimate], ...]


def quality(found: Sequence[Audited]) -> Quality:
    """Return what the answered draws say."""
    named = {rule for each in found for rule in each.draw.rules}
    named |= {a.rule for each in found for a in each.answers if a.rule}
    return Quality(
        cases=len(found),
        overall=_quality("", found, _stopped, lambda a: a.is_breach),
        rules=tuple(_of_rule(rule, found) for rule in sorted(named)),
        agreement=fleiss([[_said(a) for a in each.answers] for each in found]),
        pairs=tuple(_pairs(found)),
    )


def breach(each: Audited) -> float:
    """Return how far people saw a breach, 0 to 1."""
    return _mean(each, lambda a: a.is_breach)


def _of_rule(rule: str, found: Sequence[Audited]) -> RuleQuality:
    def flagged(each: Audited) -> bool:
        return _stopped(each) and rule in each.draw.rules

    return _quality(rule, found, flagged, lambda a: a.rule == rule)


def _quality(
    rule: str,
    found: Sequence[Audited],
    flagged: Callable[[Audited], bool],
    is_one: Callable[[Answer], bool],
) -> RuleQuality:
    right, stopped, caught = [], [], []
    for each in found:
        weight = 1 / each.draw.share
        positive = _mean(each, is_one)
        if flagged(each):
            stopped.append((weight, breach(each)))
            right.append((weight, breach(each)))
        else:
            missed = 0.0 if _stopped(each) else positive
            right.append((weight, 1 - missed))
        caught.append((weight * positive, float(_stopped(each))))
    return RuleQuality(
        rule=rule, accuracy=share(right), precision=share(stopped), recall=share(caught)
    )


def _stopped(each: Audited) -> bool:
    return each.draw.verdict is not Verdict.PUBLISH


def _mean(each: Audited, is_one: Callable[[Answer], bool]) -> float:
    return sum(map(is_one, each.answers)) / max(len(each.answers), 1)


def _said(answer: Answer) -> str:
    return answer.rule or answer.verdict.value


def _pairs(found: Iterable[Audited]) -> list[tuple[str, str, Estimate]]:
    together: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for each in found:
        if len(each.answers) < _PAIR:
            continue
        answers = sorted(each.answers, key=lambda a: a.moderator_id)
        for a, b in combinations(answers, 2):
            pair = together.setdefault((a.moderator_id, b.moderator_id), [])
            pair.append((_said(a), _said(b)))
    kappas = ((a, b, cohen(said)) for (a, b), said in sorted(together.items()))
    return [(a, b, kappa) for a, b, kappa in kappas if kappa is not None]
