"""The house's ledger: what was decided, told, reported, appealed and ordered, line by line.

Each line holds the hash of the one before, so that none can be changed, left out or put in between
without every later hash being wrong. A line holds identifiers and figures and at most a salted
commitment to words; the words and the salt lie apart and may be erased, and the chain still holds.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from palabre.domain.decision import DecisionRecord

# What a content may be made of: no fractions, which two machines may write differently.
Value = str | int | bool | None | Sequence[str]
BEGINNING = "0" * 64


class LineKind(StrEnum):
    """What a line tells of; articles are those of Regulation (EU) 2022/2065 (DSA)."""

    DECISION = "decision"  # a decision on a comment, by its digest
    STATEMENT = "statement"  # reasons given for a restriction, Art. 17
    REPORT = "report"  # a notice by anyone, Art. 16
    ANSWER = "answer"  # what was decided on a report, Art. 16(5)
    APPEAL = "appeal"  # an internal complaint, Art. 20
    REVIEW = "review"  # what was decided on an appeal, Art. 20(4) and (5)
    VIEW = "view"  # the first time that somebody of the newsroom saw a comment (law 82-652, 93-3)
    ORDER = "order"  # an order of an authority, Arts. 9 and 10
    EFFECT = "effect"  # what was done about an order, and when
    SNAPSHOT = "snapshot"  # evidence put under seal
    MODE = "mode"  # how comments are taken in a part of the house
    MEASURE = "measure"  # what a moderator set on a reader, or took back
    HIGHLIGHT = "highlight"  # a comment pinned or featured, or no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. ``number`` counts from 1 without gaps; ``subject`` is the line it answers."""

    number: int
    id: str
    kind: LineKind
    site_id: str
    comment_id: str | None
    subject: str | None
    at: datetime
    content: Mapping[str, Value]
    commitment: str | None
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line that has no place in the chain yet."""

    id: str
    kind: LineKind
    site_id: str
    at: datetime
    comment_id: str | None = None
    subject: str | None = None
    content: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody wrote, and who they are, as far as they said: erasable, apart from its line.

    ``mailbox`` is the hash by which the address is found again; ``of_author`` tells that the
    comment's own author wrote it, so that it goes when the comment is erased.
    """

    salt: bytes
    texts: Mapping[str, str]
    mailbox: str | None = None
    of_author: bool = False

    @property
    def commitment(self) -> str:
        """HMAC-SHA-256 of the words under their salt, in hexadecimal."""
        return hmac.new(self.salt, _canonical(dict(self.texts)), hashlib.sha256).hexdigest()


def link(entry: Entry, number: int, previous: str, commitment: str | None) -> Line:
    """Return an entry in its place behind the line whose hash is ``previous``."""
    made = Line(
        number=number,
        id=entry.id,
        kind=entry.kind,
        site_id=entry.site_id,
        comment_id=entry.comment_id,
        subject=entry.subject,
        at=entry.at,
        content=entry.content,
        commitment=commitment,
        previous=previous,
        hash="",
    )
    return replace(made, hash=hash_of(made))


def hash_of(line: Line) -> str:
    """Return SHA-256 over all that a line says, the hash before it included, in hexadecimal."""
    said = [
        line.number,
        line.id,
        line.kind.value,
        line.site_id,
        line.comment_id,
        line.subject,
        _moment(line.at),
        {name: _plain(value) for name, value in line.content.items()},
        line.commitment,
        line.previous,
    ]
    return hashlib.sha256(_canonical(said)).hexdigest()


def broken(lines: Iterable[Line], *, after: int = 0, previous: str = BEGINNING) -> int | None:
    """Return the number of the first line that does not fit, None when all of them do."""
    for expected, line in enumerate(lines, start=after + 1):
        if line.number != expected or line.previous != previous or hash_of(line) != line.hash:
            return expected
        previous = line.hash
    return None


def digest(record: DecisionRecord) -> str:
    """Return SHA-256 over a decision as the log of decisions holds it (its note left out)."""
    decision, ground = record.decision, record.decision.ground
    said = [
        record.id,
        record.comment_id,
        record.revision,
        decision.verdict.value,
        list(decision.rules),
        decision.rules_version,
        [[e.symbol, e.score, e.detector, e.version, [list(s) for s in e.spans]]
         for e in decision.evidence],
        dict(decision.scores),
        decision.lang,
        [ground.kind.value, ground.rule, ground.reference] if ground else None,
        list(decision.not_checked),
        list(decision.not_needed),
        dict(decision.versions),
        record.actor.kind.value,
        record.actor.id,
        _moment(record.at),
        bool(record.automated_detection),
        bool(record.automated_decision),
        record.commitment,
        record.supersedes,
    ]  # fmt: skip
    return hashlib.sha256(_canonical(said)).hexdigest()


def _canonical(said: object) -> bytes:
    return json.dumps(
        said, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, list | tuple) else value


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
