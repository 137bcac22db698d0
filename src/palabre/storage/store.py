"""The store on a SQL database: transactions that hand out one repository per noun."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

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
from palabre.storage import schema
from palabre.storage.audits import SqlAudits
from palabre.storage.clients import SqlClients
from palabre.storage.comments import SqlComments
from palabre.storage.database import open_database
from palabre.storage.decisions import SqlDecisions
from palabre.storage.highlights import SqlHighlights
from palabre.storage.labels import SqlLabels
from palabre.storage.ledger import SqlLedger
from palabre.storage.legal import SqlLegal
from palabre.storage.lessons import SqlLessons
from palabre.storage.mails import SqlMails
from palabre.storage.measures import SqlMeasures
from palabre.storage.moderators import SqlModerators
from palabre.storage.modes import SqlModes
from palabre.storage.outbox import SqlOutbox
from palabre.storage.passages import SqlPassages
from palabre.storage.people import SqlPeople
from palabre.storage.pseudonyms import SqlPseudonyms
from palabre.storage.queue import SqlQueue
from palabre.storage.repeats import SqlRepeats
from palabre.storage.sites import SqlSites
from palabre.storage.subscriptions import SqlSubscriptions
from palabre.storage.threads import SqlThreads
from palabre.storage.traces import SqlTraces
from palabre.storage.upkeep import SqlUpkeep
from palabre.storage.votes import SqlVotes
from palabre.storage.work import SqlWork


class SqlUnit:
    """One transaction's view of the database."""

    def __init__(self, connection: sa.Connection) -> None:
        self.sites: Sites = SqlSites(connection)
        self.threads: Threads = SqlThreads(connection)
        self.comments: Comments = SqlComments(connection)
        self.decisions: Decisions = SqlDecisions(connection)
        self.queue: Queue = SqlQueue(connection)
        self.votes: Votes = SqlVotes(connection)
        self.moderators: Moderators = SqlModerators(connection)
        self.outbox: Outbox = SqlOutbox(connection)
        self.repeats: Repeats = SqlRepeats(connection)
        self.subscriptions: Subscriptions = SqlSubscriptions(connection)
        self.mails: Mails = SqlMails(connection)
        self.people: People = SqlPeople(connection)
        self.upkeep: Upkeep = SqlUpkeep(connection)
        self.legal: Legal = SqlLegal(connection)
        self.lessons: Lessons = SqlLessons(connection)
        self.traces: Traces = SqlTraces(connection)
        self.work: Work = SqlWork(connection)
        self.clients: Clients = SqlClients(connection)
        self.labels: Labels = SqlLabels(connection)
        self.ledger: Ledger = SqlLedger(connection)
        self.passages: Passages = SqlPassages(connection)
        self.audits: Audits = SqlAudits(connection)
        self.highlights: Highlights = SqlHighlights(connection)
        self.modes: Modes = SqlModes(connection)
        self.measures: Measures = SqlMeasures(connection)
        self.pseudonyms: Pseudonyms = SqlPseudonyms(connection)


class SqlStore:
    """A ``Store`` in a SQLite file or a PostgreSQL database, for any number of threads.

    ``durability`` tells what a commit survives: "power" a power cut, "process" the death of the
    process only (faster). ``patience`` is how many seconds a transaction waits for its turn before
    it answers ``store_busy``; ``readers`` how many may read at once.
    """

    def __init__(
        self,
        url: str,
        *,
        durability: str = "power",
        patience: float = 5.0,
        readers: int = 8,
    ) -> None:
        self._database = open_database(
            url, durability=durability, patience=patience, readers=readers
        )

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Open a consistent view; nothing is written."""
        with self._database.reading() as connection:
            yield SqlUnit(connection)

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """Open a transaction that commits when the block ends and rolls back when it raises."""
        with self._database.writing() as connection:
            yield SqlUnit(connection)

    def watch(self, changed: Callable[[str | None], None]) -> Callable[[], None]:
        """Tell ``changed`` of each commit that readers may notice; the return value ends it."""
        return self._database.watch(changed)

    def check(self) -> None:
        """Refuse when the store cannot answer or its schema is not the present one."""
        with self._database.reading() as connection:
            schema.require_present(connection)

    def close(self) -> None:
        """Give back connections."""
        self._database.close()
