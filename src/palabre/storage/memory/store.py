"""Transactions over the in-memory tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from palabre.application.audit_ports import Audits
from palabre.application.highlight_ports import Highlights
from palabre.application.ledger_ports import Ledger
from palabre.application.passage_ports import Passages
from palabre.application.ports import (
    Clients,
    Comments,
    Decisions,
    Labels,
    Legal,
    Lessons,
    Mails,
    Measures,
    Moderators,
    Modes,
    Outbox,
    People,
    Pseudonyms,
    Queue,
    Repeats,
    Sites,
    Subscriptions,
    Threads,
    Traces,
    UnitOfWork,
    Upkeep,
    Votes,
    Work,
)
from palabre.domain.errors import Code, Refusal
from palabre.storage.listeners import Listeners
from palabre.storage.memory.audits import MemoryAudits
from palabre.storage.memory.clients import MemoryClients, MemoryLabels
from palabre.storage.memory.comments import MemoryComments
from palabre.storage.memory.desk import MemoryDecisions, MemoryOutbox, MemoryQueue
from palabre.storage.memory.highlights import MemoryHighlights
from palabre.storage.memory.ledger import MemoryLedger
from palabre.storage.memory.lessons import MemoryLessons, MemoryTraces
from palabre.storage.memory.mail import MemoryMails
from palabre.storage.memory.modes import MemoryMeasures, MemoryModes
from palabre.storage.memory.passages import MemoryPassages
from palabre.storage.memory.people import MemoryModerators, MemoryVotes
from palabre.storage.memory.persons import MemoryPersons
from palabre.storage.memory.places import MemorySites, MemoryThreads
from palabre.storage.memory.pseudonyms import MemoryPseudonyms
from palabre.storage.memory.repeats import MemoryRepeats
from palabre.storage.memory.state import State
from palabre.storage.memory.subscriptions import MemorySubscriptions
from palabre.storage.memory.upkeep import MemoryLegal, MemoryUpkeep
from palabre.storage.memory.work import MemoryWork

_PATIENCE = 5.0  # seconds that a writer waits for its turn, as on SQLite


class MemoryUnit:
    """One transaction's view of the tables."""

    def __init__(self, state: State) -> None:
        self.sites: Sites = MemorySites(state)
        self.threads: Threads = MemoryThreads(state)
        self.comments: Comments = MemoryComments(state)
        self.decisions: Decisions = MemoryDecisions(state)
        self.queue: Queue = MemoryQueue(state)
        self.votes: Votes = MemoryVotes(state)
        self.moderators: Moderators = MemoryModerators(state)
        self.outbox: Outbox = MemoryOutbox(state)
        self.repeats: Repeats = MemoryRepeats(state)
        self.subscriptions: Subscriptions = MemorySubscriptions(state)
        self.mails: Mails = MemoryMails(state)
        self.people: People = MemoryPersons(state)
        self.upkeep: Upkeep = MemoryUpkeep(state)
        self.legal: Legal = MemoryLegal(state)
        self.lessons: Lessons = MemoryLessons(state)
        self.traces: Traces = MemoryTraces(state)
        self.work: Work = MemoryWork(state)
        self.clients: Clients = MemoryClients(state)
        self.labels: Labels = MemoryLabels(state)
        self.ledger: Ledger = MemoryLedger(state)
        self.passages: Passages = MemoryPassages(state)
        self.audits: Audits = MemoryAudits(state)
        self.highlights: Highlights = MemoryHighlights(state)
        self.modes: Modes = MemoryModes(state)
        self.measures: Measures = MemoryMeasures(state)
        self.pseudonyms: Pseudonyms = MemoryPseudonyms(state)


class MemoryStore:
    """A ``Store`` that lives as long as the object."""

    def __init__(self) -> None:
        self._state = State()
        self._writer = Lock()
        self._listeners = Listeners()

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Show the tables as they were last committed; what others commit meanwhile is not seen."""
        yield MemoryUnit(self._state.fork(writable=False))

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """Work on copies that replace the tables when the block ends, and vanish when it raises."""
        if not self._writer.acquire(timeout=_PATIENCE):
            raise Refusal(Code.STORE_BUSY)
        try:
            before = self._state
            state = before.fork(writable=True)
            yield MemoryUnit(state)
            self._state = state
        finally:
            self._writer.release()
        if self._listeners:
            self._listeners.tell(_changes(before, state))

    def watch(self, changed: Callable[[str | None], None]) -> Callable[[], None]:
        """Tell ``changed`` of each commit that readers may notice; the return value ends it."""
        return self._listeners.add(changed)

    def check(self) -> None:
        """Find nothing wrong: there is no schema and no disk."""

    def close(self) -> None:
        """Give back nothing but the listeners."""
        self._listeners.clear()


def _changes(before: State, after: State) -> set[str | None]:
    """Return the threads whose version moved; None, too, when a site did."""
    moved: set[str | None] = {
        thread.id for thread in after.threads.values() if before.threads.get(thread.id) != thread
    }
    settled = (
        *((before.sites, after.sites), (before.modes, after.modes)),
        (before.pseudonyms, after.pseudonyms),
    )
    return moved | ({None} if any(dict(a) != dict(b) for a, b in settled) else set())
