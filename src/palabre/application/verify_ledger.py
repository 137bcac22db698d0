"""Whether the ledger is as it was written: every line, every decision that it holds, all words.

What the chain cannot show by itself is that its end was cut off together with what it says of its
end. Against that the last hash is written down elsewhere: `palabre report head` prints it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.domain.ledger import BEGINNING, Line, LineKind, digest, hash_of

_AT_ONCE = 1000
# A decision comes into the chain within a second or two; after this long something is wrong.
_LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found: how many lines, the hash of the last, and what is wrong, in sentences."""

    lines: int
    head: str
    wrong: tuple[str, ...] = ()
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyLedger:
    """The use case; it reads everything and believes nothing."""

    store: Store
    clock: Clock

    def __call__(self) -> Verified:
        """Read the ledger from its first line to its last."""
        wrong: list[str] = []
        number, previous = 0, BEGINNING
        with self.store.reading() as unit:
            while lines := unit.ledger.chain(after=number, limit=_AT_ONCE):
                for line in lines:
                    wrong += _chained(line, number, previous)
                    number, previous = line.number, line.hash
                wrong += _decisions(unit, lines)
                wrong += _words(unit, lines)
            head = unit.ledger.head()
            if (head.length, head.hash) != (number, previous):
                wrong.append(
                    f"the chain ends at line {number}, but {head.length} lines were written: "
                    "its end was cut off or changed"
                )
            loose = unit.ledger.loose(limit=_AT_ONCE, everywhere=True)
            # Behind the last one held they only wait: a server that was stopped or killed brings
            # them in when it runs again. Between two that are held, one was taken out or put in.
            behind = {r.id for _, r in unit.ledger.loose(limit=_AT_ONCE)}
            late = [r for _, r in loose if r.at < self.clock() - _LATE and r.id not in behind]
            if late:
                wrong.append(
                    f"decisions that the ledger does not hold: {len(late)} (decision {late[0].id})"
                )
        return Verified(
            lines=number, head=previous, wrong=tuple(wrong), waiting=len(loose) - len(late)
        )


def _chained(line: Line, number: int, previous: str) -> Iterator[str]:
    if line.number != number + 1:
        yield f"line {number + 1} is missing"
    elif line.previous != previous:
        yield f"line {line.number} ({line.kind}) does not follow the line before it"
    if hash_of(line) != line.hash:
        yield f"line {line.number} ({line.kind}) was changed after it was written"


def _decisions(unit: UnitOfWork, lines: Sequence[Line]) -> Iterator[str]:
    held = {line.subject: line for line in lines if line.kind is LineKind.DECISION and line.subject}
    found = unit.ledger.decisions(list(held)) if held else {}
    for decision_id, line in held.items():
        record = found.get(decision_id)
        if record is None:
            yield f"decision {decision_id} (line {line.number}) is gone"
        elif digest(record) != line.content.get("digest"):
            yield f"decision {decision_id} (line {line.number}) was changed after it was taken"


def _words(unit: UnitOfWork, lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.commitment is None:
            continue
        words = unit.ledger.words(line.id)
        if words is not None and words.commitment != line.commitment:
            yield f"the words of line {line.number} ({line.kind}) are not those that were sent"
