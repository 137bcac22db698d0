"""Ask the judge about every row, and keep what it said as arrays."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palabre.domain.decision import SCORES, Decision, Verdict
from palabre.learning.evaluation.rows import Row
from palabre.moderation import policy
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.language import guess, spoken
from palabre.moderation.normalise import fold
from palabre.moderation.rulebook import RuleBook

VERDICTS = tuple(Verdict)
_TELL_EVERY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What is measured: rules, depth, and the name under which the report speaks of it."""

    name: str
    rules: RuleBook
    depth: Depth


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judged:
    """What a system said of each row.

    ``scores``: name -> [rows], nan where null. ``verdicts`` and each of ``acted`` (by rule id) hold
    indices of ``VERDICTS``. ``seconds``: the judge's time for each row. ``not_checked`` counts rows
    that were held because something failed, ``read_closely`` those that a model read.
    """

    scores: dict[str, NDArray[np.float64]]
    verdicts: NDArray[np.int8]
    acted: dict[str, NDArray[np.int8]]
    seconds: NDArray[np.float64]
    not_checked: int
    read_closely: int
    versions: dict[str, str]


def ask(system: System, rows: Sequence[Row], tell: Callable[[int, int], None]) -> Judged:
    """Return what ``system`` says of ``rows``, in one thread; ``tell`` hears (done, total)."""
    scores = {name: np.full(len(rows), np.nan) for name in SCORES}
    verdicts = np.zeros(len(rows), np.int8)
    acted = {rule.id: np.zeros(len(rows), np.int8) for rule in system.rules.rules}
    seconds = np.zeros(len(rows))
    not_checked = read_closely = 0
    versions: dict[str, str] = {}
    if rows:
        judge(rows[0].text, Facts(), system.rules, system.depth)  # opens what is opened once
    for i, row in enumerate(rows):
        begun = time.perf_counter()
        decision = judge(row.text, Facts(lang=row.lang), system.rules, system.depth)
        seconds[i] = time.perf_counter() - begun
        for name, score in decision.scores.items():
            if score is not None:
                scores[name][i] = score
        verdicts[i] = VERDICTS.index(decision.verdict)
        for rule, verdict in _acted(decision, row, system.rules):
            acted[rule][i] = VERDICTS.index(verdict)
        not_checked += bool(decision.not_checked)
        read_closely += any(deep.name in decision.versions for deep in system.rules.deep)
        versions |= decision.versions
        if i % _TELL_EVERY == 0 or i == len(rows) - 1:
            tell(i + 1, len(rows))
    return Judged(
        scores=scores,
        verdicts=verdicts,
        acted=acted,
        seconds=seconds,
        not_checked=not_checked,
        read_closely=read_closely,
        versions=versions,
    )


def _acted(decision: Decision, row: Row, rules: RuleBook) -> list[tuple[str, Verdict]]:
    """Return what each rule alone would have done; a decision names only those that did."""
    if decision.verdict is Verdict.PUBLISH or not decision.evidence:
        return []
    lang = spoken(guess(fold(row.text).text), row.lang)
    findings = policy.weigh(rules.rules, decision.evidence, lang)
    return [
        (finding.rule.id, finding.verdict)
        for finding in findings
        if finding.verdict is not Verdict.PUBLISH
    ]
