"""Advice on thresholds, computed from what was decided: what another one would have changed.

The evidence of each decision is on record, so the policy can be asked again with another threshold
of one rule. What would have been published anyway tells nothing; what another rule stops as well
stays stopped. Of what moves, people's own decisions tell how much was a breach: moderators' on what
was held, and the audit's on what was published, weighted by its share.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from palabre.application.audit_ports import Audited
from palabre.application.rule_quality import breach
from palabre.domain.decision import ActorKind, DecisionRecord, Verdict
from palabre.moderation.policy import Finding, weigh
from palabre.moderation.rule import OTHER, Rule

MONTH = 30.0
_STEPS = (0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.25, 0.3)
_LEAST_CASES = 20  # decided by people, among what would move
_LEAST_MOVE = 0.03  # of the queue
_HARMLESS = 0.1  # breaches among what would no longer be read
_WORTH = 0.5  # breaches among what would be read as well


class Seen(NamedTuple):
    """A decision of the machine, and what people made of it: 0 no breach, 1 breach, None unknown.

    ``weight``: how many decisions it stands for where it comes from the audit.
    """

    record: DecisionRecord
    truth: float | None
    weight: float = 1.0


class Dial(NamedTuple):
    """A threshold that can be turned: of a rule, on its words or on the models' word by language.

    ``lang`` is "" for the threshold on words, "other" for languages that have none of their own.
    """

    rule: str
    lang: str
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What another threshold would have changed.

    ``queue``: by what share the queue would have grown (below 0: shrunk); ``misses``: how many more
    breaches a month would have been published; ``breaches``: their share among what moves, known
    from ``cases`` that people decided.
    """

    dial: Dial
    to: float
    queue: float
    misses: float
    breaches: float
    cases: int


class _Point(NamedTuple):
    score: float
    truth: float | None
    weight: float


def seen(records: Sequence[DecisionRecord], audited: Sequence[Audited]) -> list[Seen]:
    """Return the machine's decisions with what people made of them."""
    by_people: dict[tuple[str, int], float] = {}
    for record in records:
        if record.actor.kind is ActorKind.MODERATOR:
            key = (record.comment_id, record.revision)
            if record.decision.verdict is Verdict.HOLD:
                by_people.pop(key, None)
            else:
                by_people[key] = float(record.decision.verdict is Verdict.REFUSE)
    sample = {each.draw.decision_id: each for each in audited}
    found = []
    for record in records:
        if record.actor.kind is not ActorKind.ENGINE:
            continue
        drawn = sample.get(record.id)
        held = record.decision.verdict is Verdict.HOLD
        if drawn is not None and not (held and (record.comment_id, record.revision) in by_people):
            found.append(Seen(record, breach(drawn), 1 / drawn.draw.share))
        else:
            found.append(Seen(record, by_people.get((record.comment_id, record.revision))))
    return found


def turns(rules: Sequence[Rule], found: Sequence[Seen]) -> Mapping[Dial, tuple[Turn, ...]]:
    """Return, for each threshold that decided anything, what others would have changed."""
    queue = sum(s.record.decision.verdict is Verdict.HOLD for s in found)
    if not queue:
        return {}
    begun, ended = (f(s.record.at for s in found) for f in (min, max))
    months = max((ended - begun).total_seconds() / 86_400, 1.0) / MONTH
    points: dict[Dial, list[_Point]] = {}
    for each in found:
        decision = each.record.decision
        if decision.not_checked or not decision.evidence:
            continue
        findings = weigh(rules, decision.evidence, decision.lang)
        acting = [f for f in findings if f.verdict is not Verdict.PUBLISH]
        for finding in findings:
            if any(other is not finding for other in acting):
                continue
            for dial, score in _scores(finding, each.record):
                points.setdefault(dial, []).append(_Point(score, each.truth, each.weight))
    made = {
        dial: tuple(t for to in _others(dial.now) if (t := _turn(dial, to, some, queue, months)))
        for dial, some in sorted(points.items())
    }
    return {dial: some for dial, some in made.items() if some}


def advised(made: Mapping[Dial, Sequence[Turn]]) -> tuple[Turn, ...]:
    """Return the turns worth making, at most one a threshold, the largest change first.

    Raised: at most one in ten of what is no longer read may be a breach. Lowered: at least half of
    what is read as well must be one.
    """
    best = []
    for some in made.values():
        good = [t for t in some if t.cases >= _LEAST_CASES and _is_good(t)]
        if good:
            best.append(max(good, key=lambda t: (abs(t.queue), -abs(t.to - t.dial.now))))
    return tuple(sorted(best, key=lambda t: -abs(t.queue)))


def _is_good(turn: Turn) -> bool:
    if abs(turn.queue) < _LEAST_MOVE:
        return False
    raised = turn.to > turn.dial.now
    return turn.breaches <= _HARMLESS if raised else turn.breaches >= _WORTH


def _scores(finding: Finding, record: DecisionRecord) -> Iterable[tuple[Dial, float]]:
    """Yield the thresholds that would decide alone here, with what is measured against each."""
    rule, lang = finding.rule, record.decision.lang
    trust = rule.trust
    said = [e.score for e in record.decision.evidence if trust and e.symbol == trust.symbol]
    by_model = Verdict.PUBLISH
    if trust and said:
        top = max(said)
        if trust.refuses(top, lang):
            return
        by_model = Verdict.HOLD if trust.holds(top, lang) else Verdict.PUBLISH
        language = lang if lang in trust.hold else OTHER
        if language in trust.hold and finding.worded is Verdict.PUBLISH:
            yield Dial(rule.id, language or OTHER, trust.hold[language or OTHER]), top
    in_words = finding.in_words and finding.worded is not Verdict.REFUSE
    if rule.hold is not None and in_words and by_model is Verdict.PUBLISH:
        yield Dial(rule.id, "", rule.hold), finding.in_words


def _others(now: float) -> list[float]:
    wanted = [round(now + sign * step, 2) for step in _STEPS for sign in (-1, 1)]
    return sorted({to for to in wanted if 0 < to < 1})


def _turn(
    dial: Dial, to: float, points: Sequence[_Point], queue: int, months: float
) -> Turn | None:
    low, high = sorted((dial.now, to))
    moved = [p for p in points if low <= p.score < high]
    known = [(p.weight, p.truth) for p in moved if p.truth is not None]
    total = sum(weight for weight, _ in known)
    if not total:
        return None
    breaches = sum(weight * truth for weight, truth in known) / total
    sign = -1 if to > dial.now else 1
    return Turn(
        dial=dial,
        to=to,
        queue=sign * len(moved) / queue,
        misses=-sign * len(moved) * breaches / months,
        breaches=breaches,
        cases=len(known),
    )
