"""Whether the machine behaves as it did: how often each rule acts, lately and before."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from palabre.domain.decision import ActorKind, DecisionRecord, Verdict
from palabre.domain.estimate import Estimate, wilson

LATELY = timedelta(days=7)
BEFORE = timedelta(days=35)
_LEAST = 100  # decisions in either stretch
_MARKED = 3.0  # standard errors: with twenty rules looked at, two would cry wolf every week


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How often a rule acted ("": anything was held or refused), before and lately.

    ``is_marked``: further apart than chance explains.
    """

    rule: str
    before: Estimate
    lately: Estimate
    is_marked: bool


def drift(records: Sequence[DecisionRecord], now: datetime) -> tuple[Drift, ...]:
    """Compare the last week of the machine's decisions with the four weeks before it."""
    acted: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    totals = [0, 0]
    for record in records:
        age = now - record.at
        if record.actor.kind is not ActorKind.ENGINE or age > BEFORE:
            continue
        which = 1 if age <= LATELY else 0
        totals[which] += 1
        if record.decision.verdict is not Verdict.PUBLISH:
            acted[which].update({"", *record.decision.rules})
    if min(totals) < _LEAST:
        return ()
    found = [
        _compared(rule, (acted[0][rule], totals[0]), (acted[1][rule], totals[1]))
        for rule in sorted({*acted[0], *acted[1]})
    ]
    return tuple(sorted(found, key=lambda d: (not d.is_marked, d.rule)))


def _compared(rule: str, before: tuple[int, int], lately: tuple[int, int]) -> Drift:
    pooled = (before[0] + lately[0]) / (before[1] + lately[1])
    error = math.sqrt(pooled * (1 - pooled) * (1 / before[1] + 1 / lately[1]))
    apart = abs(lately[0] / lately[1] - before[0] / before[1])
    return Drift(
        rule=rule,
        before=_estimate(*before),
        lately=_estimate(*lately),
        is_marked=bool(error) and apart / error > _MARKED,
    )


def _estimate(hits: int, cases: int) -> Estimate:
    low, high = wilson(hits / cases, cases)
    return Estimate(value=hits / cases, low=low, high=high, cases=cases)
