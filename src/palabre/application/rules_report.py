"""All that is known of how good the rules are: the sample, agreement, drift, and what to turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from palabre.application.ports import Clock, Store
from palabre.application.rule_drift import Drift, drift
from palabre.application.rule_quality import Quality, quality
from palabre.application.threshold_advice import Dial, Turn, advised, seen, turns
from palabre.moderation.rule import Rule

AUDITED = timedelta(days=180)
RECENT = 20_000  # decisions that advice and drift are computed from


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFigures:
    """``dials``: what other thresholds would have changed; ``names``: accounts by id.

    ``decisions``: of how many decisions, the latest ones.
    """

    quality: Quality
    drift: tuple[Drift, ...]
    advice: tuple[Turn, ...]
    dials: Mapping[Dial, tuple[Turn, ...]]
    names: Mapping[str, str]
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesReport:
    """The use case."""

    store: Store
    clock: Clock
    rules: Sequence[Rule]

    def __call__(self, site_ids: Sequence[str]) -> RulesFigures:
        """Count what is known of some sites."""
        now = self.clock()
        with self.store.reading() as unit:
            audited = unit.audits.since(site_ids, now - AUDITED)
            records = unit.audits.recent(site_ids, limit=RECENT)
            names = {m.id: m.name for m in unit.moderators.all()}
        dials = turns(self.rules, seen(records, audited))
        return RulesFigures(
            quality=quality(audited),
            drift=drift(records, now),
            advice=advised(dials),
            dials=dials,
            names=names,
            decisions=len(records),
        )
