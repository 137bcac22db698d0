"""Mails that the law asks for: receipts, decisions, statements of reasons. None can be left.

Anybody can type anybody's address: so one address gets a few of these a day, and the rest stands on
the page that the link leads to. Each mail is about one line of the ledger, and is written from it
when it is sent.
"""

from dataclasses import dataclass
from datetime import timedelta

from palabre.application.ledger_ports import Ledger
from palabre.application.mail_ports import Mail, MailKind
from palabre.application.mail_tokens import Purpose, address_hash, subscription_token
from palabre.application.ports import Clock, UnitOfWork
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Line, LineKind
from palabre.domain.subscription import Stop

SLOT = "law "
A_DAY = 10
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawMail:
    """Makes those mails."""

    clock: Clock
    secret: bytes
    a_day: int = A_DAY

    def to_author(self, unit: UnitOfWork, line: Line) -> bool:
        """Tell the author of a line's comment; False: their address is not known."""
        stored = unit.comments.stored(line.comment_id or "")
        return self._make(unit, line, stored.author.email if stored else None)

    def to_reporter(self, unit: UnitOfWork, report: Line, line: Line) -> bool:
        """Tell whoever made a report of a line about it."""
        return self._make(unit, line, reporter_of(unit.ledger, report))

    def _make(self, unit: UnitOfWork, line: Line, email: str | None) -> bool:
        if not email:
            return False
        now, hashed = self.clock(), address_hash(email, self.secret)
        known = unit.subscriptions.address(hashed)
        if known is not None and known.stopped is Stop.BOUNCED:
            return False
        lately = unit.mails.made_since(now - _DAY, kinds=(MailKind.LAW,), address_hash=hashed)
        if len(lately) >= self.a_day:
            return False
        return unit.mails.add(
            Mail(
                id=new_id(now),
                kind=MailKind.LAW,
                address_hash=hashed,
                site_id=line.site_id,
                slot=f"{SLOT}{line.id}",
                made_at=now,
                due_at=now,
            )
        )


def reporter_of(ledger: Ledger, report: Line) -> str | None:
    """Return the address that came with a report, if it is still kept."""
    words = ledger.words(report.id)
    return words.texts.get("email") or None if words else None


def link_of(line: Line, secret: bytes) -> str:
    """Return the path of a line's own page, for whoever is told of it."""
    purpose = Purpose.REPORT if line.kind is LineKind.REPORT else Purpose.STATEMENT
    folder = "reports" if line.kind is LineKind.REPORT else "statements"
    return f"/{folder}/{subscription_token(purpose, line.id, secret)}"
