"""Say in plain words how well a rule by example knows its own examples."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from palabre.moderation.detectors.examples import ByExample
from palabre.moderation.rule import Rule
from palabre.moderation.rulebook import RuleBook

if TYPE_CHECKING:
    from palabre.moderation.adapt import Trial

FOUND_AT_LEAST: Final = 0.6
COUNTER_AT_MOST: Final = 0.3
ORDINARY_AT_MOST: Final = 0.02
REFUSED_ORDINARY_AT_MOST: Final = 0.002
_FEW: Final = 5


def by_example(rule: Rule, book: RuleBook) -> Iterator[str]:
    """Yield what to show of a rule; nothing of a rule without examples."""
    if not rule.examples:
        return
    detector = next((deep for deep in book.deep if isinstance(deep, ByExample)), None)
    head = detector.heads.get(rule.id) if detector else None
    if head is None:
        why = detector.failure if detector else "nothing here can learn by example"
        yield f"by example: cannot be learned, so every comment is held ({why})"
        return
    trial = head.trial
    mark = rule.hold if rule.hold is not None else rule.refuse
    if mark is not None:
        yield f"by example, each text judged as if it had not been given, from {mark:g}:"
        yield f"  {_counted(trial, mark)}"
        yield from (f"  WEAK: {warning}" for warning in _warnings(trial, mark))
    if rule.may_refuse and rule.refuse is not None:
        yield from (f"  WEAK: {warning}" for warning in _too_sure(trial, rule.refuse))


def _counted(trial: "Trial", mark: float) -> str:
    sides = (
        (trial.examples, "examples found"),
        (trial.counter_examples, "counter-examples hit"),
        (trial.ordinary, "ordinary comments hit"),
    )
    return ", ".join(f"{int((side >= mark).sum())} of {len(side)} {said}" for side, said in sides)


def _warnings(trial: "Trial", mark: float) -> Iterator[str]:
    found, counter, ordinary = trial.shares(mark)
    if found < FOUND_AT_LEAST:
        yield (
            f"it would miss {1 - found:.0%} of what it should find. Give more examples, as unlike "
            "each other as they come in; or the rule is about something that words do not show"
        )
    if len(trial.counter_examples) < _FEW:
        yield f"give at least {_FEW} counter-examples: what lies near the rule and is allowed"
    elif counter > COUNTER_AT_MOST:
        yield (
            f"it would hit {counter:.0%} of what is allowed and lies near. Give more "
            "counter-examples of that kind, or raise the threshold"
        )
    if ordinary > ORDINARY_AT_MOST:
        yield f"it would hit {ordinary:.1%} of ordinary comments. Raise the threshold"


def _too_sure(trial: "Trial", mark: float) -> Iterator[str]:
    _, counter, ordinary = trial.shares(mark)
    if counter > 0 or ordinary > REFUSED_ORDINARY_AT_MOST:
        yield (
            f"from {mark:g} it would refuse what is allowed ({_counted(trial, mark)}). Let a "
            "person decide: may_refuse = false"
        )
