"""The register of what is held on readers, made from the running configuration and nothing else.

Each entry says what for, on what ground (GDPR, Article 6(1)), for how long, and who receives it.
What the configuration switches off is not in it. The words are the catalogues'.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from palabre.domain.personal import Held, LegalGround
from palabre.domain.retention import Leaves

# What no setting changes: days.
LINK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The configuration as far as it decides what is held, where, and who receives it.

    ``database`` and ``mail`` and ``counts`` are hosts, "" for this very machine; ``mail`` and
    ``counts`` None: there is none. ``others`` are services that get readers' words.
    """

    controller: str
    contact: str
    authority: str
    periods: Mapping[Leaves, timedelta | None]
    database: str = ""
    mail: str | None = None
    counts: str | None = None
    others: tuple[str, ...] = ()
    tells_desk: bool = False
    limits: bool = True
    sealed_store: bool = False
    name_required: bool = False
    email_required: bool = False
    session_hours: int = 12
    log_days: int = 0
    backup_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One kind of data. ``days`` None: until what ``kept`` names, in the catalogue's words.

    ``also`` are parts of it that leave earlier, with their days.
    """

    held: Held
    ground: LegalGround
    kept: str
    days: int | None = None
    recipients: tuple[str, ...] = ()
    also: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All of it."""

    keeping: Keeping
    entries: tuple[Entry, ...]

    def entry(self, held: Held) -> Entry | None:
        """Return what is said of a kind of data; None when there is none of it."""
        return next((e for e in self.entries if e.held is held), None)


def register_of(keeping: Keeping) -> Register:
    """Return the register of a house that is configured so."""
    return Register(keeping=keeping, entries=tuple(_entries(keeping)))


def _entries(keeping: Keeping) -> Iterator[Entry]:
    """Yield what is held: first what readers give, then what follows from it."""
    store = (keeping.database,) if keeping.database else ()
    to_others = tuple(keeping.others)
    mail = (keeping.mail,) if keeping.mail else ()

    def entry(
        held: Held,
        ground: LegalGround,
        leaves: Leaves | None,
        *recipients: str,
        days: int | None = None,
        kept: str | None = None,
    ) -> Entry:
        period = keeping.periods.get(leaves) if leaves else None
        length = period.days if period else days
        words = kept or ("days" if length is not None else "comment")
        return Entry(
            held=held, ground=ground, kept=words, days=length, recipients=(*store, *recipients)
        )

    yield replace(
        entry(Held.WORDS, LegalGround.CONTRACT, Leaves.PUBLISHED, *to_others),
        also=tuple(
            (kind.value, period.days)
            for kind in (Leaves.UNPUBLISHED, Leaves.REVISIONS)
            if (period := keeping.periods.get(kind))
        ),
    )
    yield entry(Held.NAME, LegalGround.CONTRACT, Leaves.NAMES)
    yield entry(Held.EMAIL, LegalGround.INTEREST, Leaves.EMAILS)
    yield entry(Held.TOKEN, LegalGround.CONTRACT, None)
    yield entry(Held.VOTE, LegalGround.CONTRACT, Leaves.VOTES)
    yield entry(Held.SOURCE, LegalGround.INTEREST, Leaves.SOURCES)
    if keeping.limits:
        counted = (keeping.counts,) if keeping.counts else ()
        yield Entry(
            held=Held.LIMITS,
            ground=LegalGround.INTEREST,
            kept="days",
            days=1,
            recipients=counted,
        )
    yield entry(Held.DECISION, LegalGround.DUTY, None, kept="decision")
    yield entry(Held.LEDGER, LegalGround.DUTY, None, kept="decision")
    yield entry(Held.REPORT, LegalGround.DUTY, Leaves.REPORT_WORDS)
    yield entry(Held.NOTE, LegalGround.INTEREST, Leaves.NOTES)
    yield entry(Held.MEASURE, LegalGround.INTEREST, Leaves.MEASURES)
    yield entry(Held.TRACE, LegalGround.INTEREST, Leaves.TRACES)
    labels = None if keeping.periods.get(Leaves.LABELS) else "label"
    yield entry(Held.LABEL, LegalGround.INTEREST, Leaves.LABELS, kept=labels)
    if keeping.mail is not None:
        yield entry(Held.SUBSCRIPTION, LegalGround.CONSENT, None, *mail, kept="subscription")
        yield entry(Held.CONSENT, LegalGround.DUTY, Leaves.CONSENTS, kept="consent")
        yield entry(Held.MAIL, LegalGround.CONSENT, Leaves.MAILS, *mail)
        # The word is the reader's, each time they ask: letting go takes it back (Art. 6(1)(a)).
        until = "pseudonym_until" if keeping.periods.get(Leaves.PSEUDONYMS) else "pseudonym"
        yield entry(Held.PSEUDONYM, LegalGround.CONSENT, Leaves.PSEUDONYMS, *mail, kept=until)
    yield entry(Held.REQUEST, LegalGround.DUTY, None, *mail, days=LINK_DAYS)
    yield entry(Held.ERASURE, LegalGround.DUTY, Leaves.ERASURES)
    yield entry(Held.HOLD, LegalGround.INTEREST, None, kept="hold")
    if keeping.sealed_store:
        yield entry(Held.CONNECTION, LegalGround.DUTY, Leaves.CONNECTIONS)
        yield entry(Held.READING, LegalGround.DUTY, Leaves.READINGS)
    yield Entry(
        held=Held.ACCOUNT,
        ground=LegalGround.CONTRACT,
        kept="account",
        days=None,
        recipients=store,
    )
    yield Entry(
        held=Held.LOG,
        ground=LegalGround.INTEREST,
        kept="days" if keeping.log_days else "log",
        days=keeping.log_days or None,
    )
    yield Entry(
        held=Held.BACKUP,
        ground=LegalGround.INTEREST,
        kept="days" if keeping.backup_days else "backup",
        days=keeping.backup_days or None,
    )
