"""The tables of the in-memory store, and how a transaction works on its own copy of them."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Generic, TypeVar

from palabre.application.ledger_ports import Place, Task
from palabre.application.lesson_ports import KeptLayer, LayerUse
from palabre.application.mail_ports import ConsentLine, Mail, Notice
from palabre.application.person_ports import (
    DataRequest,
    Erased,
    Hold,
    Reading,
    Run,
    SealedLine,
    Snapshot,
)
from palabre.application.stored import Passkey, Repeat, Session
from palabre.application.trace_ports import Trace
from palabre.application.work_ports import DeskNote, DeskRefusal, SavedFilter
from palabre.domain.article import Thread
from palabre.domain.audit import Answer, Draw
from palabre.domain.client import ApiKey, Counts, LabelledExample
from palabre.domain.comment import Author, Body, Comment
from palabre.domain.decision import DecisionRecord
from palabre.domain.events import Event
from palabre.domain.highlight import PLAIN, Highlight
from palabre.domain.ledger import Line, Words
from palabre.domain.mode import Mode
from palabre.domain.passage import Passage
from palabre.domain.person import Moderator
from palabre.domain.pseudonym import Link, Pseudonym
from palabre.domain.site import Site
from palabre.domain.subscription import MailAddress, Subscription
from palabre.domain.trust import Measure
from palabre.domain.vote import Value

K = TypeVar("K")
V = TypeVar("V")


class Table(MutableMapping[K, V], Generic[K, V]):
    """A dict that is copied before a transaction's first change to it.

    What was committed is never touched, so that a reader who holds it goes on seeing it whole.
    """

    __slots__ = ("_mine", "_rows", "_writable")

    def __init__(self, rows: dict[K, V] | None = None, *, writable: bool = False) -> None:
        self._rows: dict[K, V] = {} if rows is None else rows
        self._mine = False
        self._writable = writable

    def fork(self, *, writable: bool) -> "Table[K, V]":
        """Return a view of the same rows whose changes stay its own."""
        return Table(self._rows, writable=writable)

    def _own(self) -> dict[K, V]:
        if not self._writable:
            raise RuntimeError("this transaction only reads")
        if not self._mine:
            self._rows = dict(self._rows)
            self._mine = True
        return self._rows

    def __getitem__(self, key: K) -> V:
        return self._rows[key]

    def __setitem__(self, key: K, value: V) -> None:
        self._own()[key] = value

    def __delitem__(self, key: K) -> None:
        del self._own()[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A comment with what the store keeps about it for itself.

    ``listed_below`` counts the direct answers that have a place on a reader's page; ``body``,
    ``author``, ``source`` and ``passage`` are what erasure takes away.
    """

    comment: Comment
    author: Author
    bodies: tuple[Body, ...]
    source: str | None
    listed_below: int = 0
    passage: Passage | None = None
    highlight: Highlight = PLAIN


@dataclass(frozen=True, slots=True)
class State:
    """All tables at one moment."""

    sites: Table[str, Site] = field(default_factory=Table)
    threads: Table[str, Thread] = field(default_factory=Table)
    comments: Table[str, Row] = field(default_factory=Table)
    records: Table[str, DecisionRecord] = field(default_factory=Table)
    votes: Table[tuple[str, str], tuple[Value, datetime]] = field(default_factory=Table)
    moderators: Table[str, Moderator] = field(default_factory=Table)
    sessions: Table[str, Session] = field(default_factory=Table)
    passkeys: Table[str, Passkey] = field(default_factory=Table)
    spent_challenges: Table[str, datetime] = field(default_factory=Table)
    events: Table[str, Event] = field(default_factory=Table)
    # By thread, oldest first: until which version, which root, had which score, noted when.
    scores: Table[str, tuple[tuple[int, str, int, datetime], ...]] = field(default_factory=Table)
    floors: Table[str, int] = field(default_factory=Table)
    repeats: Table[str, Repeat] = field(default_factory=Table)
    addresses: Table[str, MailAddress] = field(default_factory=Table)
    subscriptions: Table[str, Subscription] = field(default_factory=Table)
    consents: Table[int, ConsentLine] = field(default_factory=Table)
    # By address and comment.
    notices: Table[tuple[str, str], Notice] = field(default_factory=Table)
    mails: Table[str, Mail] = field(default_factory=Table)
    # When mails were settled and events handled.
    settled: Table[str, datetime] = field(default_factory=Table)
    handled: Table[str, datetime] = field(default_factory=Table)
    requests: Table[str, DataRequest] = field(default_factory=Table)
    holds: Table[str, Hold] = field(default_factory=Table)
    held_words: Table[str, tuple[str, datetime]] = field(default_factory=Table)
    sealed: Table[int, SealedLine] = field(default_factory=Table)
    snapshots: Table[str, Snapshot] = field(default_factory=Table)
    readings: Table[int, Reading] = field(default_factory=Table)
    erasures: Table[int, Erased] = field(default_factory=Table)
    runs: Table[int, Run] = field(default_factory=Table)
    source_keys: Table[str, tuple[bytes, datetime]] = field(default_factory=Table)
    work: Table[str, Any] = field(default_factory=Table)  # memory/work.py says what
    desk_notes: Table[str, DeskNote] = field(default_factory=Table)
    saved_filters: Table[str, SavedFilter] = field(default_factory=Table)
    desk_refusals: Table[int, DeskRefusal] = field(default_factory=Table)
    layers: Table[tuple[str, int], KeptLayer] = field(default_factory=Table)
    layer_uses: Table[int, LayerUse] = field(default_factory=Table)
    traces: Table[str, tuple[Trace, datetime]] = field(default_factory=Table)
    client_keys: Table[str, ApiKey] = field(default_factory=Table)
    # By key, month and blog.
    client_usage: Table[tuple[str, str, str], Counts] = field(default_factory=Table)
    client_labels: Table[str, LabelledExample] = field(default_factory=Table)
    ledger: Table[int, Line] = field(default_factory=Table)
    ledger_words: Table[str, Words] = field(default_factory=Table)
    ledger_tasks: Table[str, Task] = field(default_factory=Table)
    places: Table[str, Place] = field(default_factory=Table)
    draws: Table[str, Draw] = field(default_factory=Table)
    # By decision and moderator.
    audit_answers: Table[tuple[str, str], Answer] = field(default_factory=Table)
    modes: Table[str, Mode] = field(default_factory=Table)
    # By author and site.
    measures: Table[tuple[str, str], Measure] = field(default_factory=Table)
    pseudonyms: Table[str, Pseudonym] = field(default_factory=Table)
    pseudonym_links: Table[str, Link] = field(default_factory=Table)

    def fork(self, *, writable: bool) -> "State":
        """Return this moment's tables for one transaction."""
        tables = {f.name: getattr(self, f.name).fork(writable=writable) for f in fields(self)}
        return State(**tables)
