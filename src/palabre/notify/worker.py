"""The worker's round: events become notices, notices mails, and mails are sent one by one.

A mail is marked as sent before the next one leaves. So a kill can make one mail go twice, with the
same Message-ID, and can lose none: what was taken and not marked comes back after the lease.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.errors import MessageError
from email.message import EmailMessage

import structlog

from palabre.application.mail_ports import Mail, MailState
from palabre.application.mail_tokens import bounce_token
from palabre.application.ports import Clock, Store
from palabre.application.stop_mail import StopMail
from palabre.application.tell_desk import TellDesk
from palabre.application.tell_readers import TellReaders
from palabre.domain.errors import Refusal
from palabre.notify.compose import Composer
from palabre.notify.letter import Letter
from palabre.notify.letters import Letters
from palabre.notify.transport import RefusedForGood, RefusedForNow, Transport, Unreachable

_log = structlog.get_logger("palabre.notify")

_IDLE = 1.0  # seconds between two looks at an empty house
_BATCH = 10  # mails taken at once: so many wait for their lease when a worker is killed
_LONGEST = timedelta(hours=6)
_GIVE_UP = timedelta(days=3)
_PAUSE, _LONGEST_PAUSE = 2.0, 300.0  # seconds, while there is no way to send
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_TRIES = 3  # times that a letter is written anew because something changed meanwhile


@dataclass(slots=True, kw_only=True)
class Worker:
    """One worker; any number may run beside each other.

    ``sender`` is the envelope's address; with ``returns`` each mail gets one of its own under it,
    so that what comes back says by itself whom it was for. ``retry`` is the wait after the first
    temporary refusal, ``lease`` for how long a mail that was taken is left to its worker.
    """

    store: Store
    clock: Clock
    tell: TellReaders
    desk: TellDesk
    stop: StopMail
    letters: Letters
    compose: Composer
    transport: Transport
    secret: bytes = field(repr=False)
    sender: str
    returns: bool = False
    retry: timedelta = _MINUTE
    lease: timedelta = timedelta(minutes=3)
    _pause: float = 0.0
    _looked_at: datetime | None = None
    _purged_at: datetime | None = None

    def run(self, over: threading.Event) -> None:
        """Work until told that it is over."""
        while not over.is_set():
            try:
                busy = self.round()
            except Refusal as refusal:
                # The store is busy or away: all that was begun comes back by itself.
                _log.warning("store", code=refusal.code.value)
                busy = False
            over.wait(self._pause or (0 if busy else _IDLE))
        self.transport.close()

    def round(self) -> bool:
        """Do what there is to do; tell whether there may be more."""
        self._from_time_to_time()
        done = [self.tell.events(), self.tell.gather(), self.send()]
        return any(done)

    def send(self) -> int:
        """Send a few of the mails that are due; return how many were taken."""
        now = self.clock()
        with self.store.reading() as unit:
            if not unit.mails.is_due(now):
                return 0
        with self.store.writing() as unit:
            taken = unit.mails.take(now, until=now + self.lease, limit=_BATCH)
        until = now + self.lease / 2
        for number, mail in enumerate(taken):
            if self.clock() >= until:
                break  # somebody else may be given the rest soon
            try:
                self._deliver(mail)
            except Unreachable as reason:
                self._wait(taken[number:], reason)
                return 0
            self._pause = 0.0
        return len(taken)

    def _deliver(self, mail: Mail) -> None:
        try:
            found = self._ready(mail)
            if found is None:
                self._settle(mail, MailState.DROPPED, "nothing_to_say")
                return
            letter, message = found
            sender = self._envelope(mail)
            self.transport.send(message, sender=sender, to=letter.to, name=mail.id)
        except RefusedForNow as reason:
            self._again(mail, str(reason))
        except RefusedForGood as reason:
            self._settle(mail, MailState.FAILED, str(reason))
            self.stop.refused(mail.id, for_good=reason.nobody)
        except (ValueError, MessageError, UnicodeError) as reason:
            # An address that no header can hold: no server would take it either.
            self._settle(mail, MailState.FAILED, type(reason).__name__)
            self.stop.refused(mail.id, for_good=True)
        else:
            self._settle(mail, MailState.SENT, None)

    def _ready(self, mail: Mail) -> tuple[Letter, EmailMessage] | None:
        """Return the mail as it is to be sent now: what it rests on is looked at again last."""
        for _ in range(_TRIES):
            with self.store.reading() as unit:
                letter = self.letters.write(unit, mail)
            if letter is None:
                return None
            message = self.compose(letter, self.clock())
            self.transport.open()
            with self.store.reading() as unit:
                if self.letters.holds(unit, letter):
                    return letter, message
        raise RefusedForNow("changing")

    def _envelope(self, mail: Mail) -> str:
        if not self.returns:
            return self.sender
        local, _, domain = self.sender.rpartition("@")
        return f"{local}+{bounce_token(mail.id, self.secret)}@{domain}"

    def _settle(self, mail: Mail, state: MailState, reason: str | None) -> None:
        with self.store.writing() as unit:
            unit.mails.settle(mail.id, state, self.clock(), reason)
        _log.info("mail", kind=mail.kind.value, mail=mail.id, state=state.value, reason=reason)

    def _again(self, mail: Mail, reason: str) -> None:
        now = self.clock()
        if now - mail.made_at > _GIVE_UP:
            self._settle(mail, MailState.FAILED, "too_long")
            self.stop.refused(mail.id, for_good=False)
            return
        wait = min(self.retry * 2 ** min(mail.attempts - 1, 16), _LONGEST)
        with self.store.writing() as unit:
            unit.mails.retry(mail.id, now + wait, counts=True)
        _log.info("mail", kind=mail.kind.value, mail=mail.id, state="again", reason=reason)

    def _wait(self, mails: Iterable[Mail], reason: Exception) -> None:
        """Give mails back that nothing is wrong with, and knock again after a while."""
        self._pause = min(max(self._pause * 2, _PAUSE), _LONGEST_PAUSE)
        _log.warning("unreachable", reason=str(reason), seconds=self._pause)
        again = self.clock() + timedelta(seconds=self._pause)
        with self.store.writing() as unit:
            for mail in mails:
                unit.mails.retry(mail.id, again, counts=False)

    def _from_time_to_time(self) -> None:
        now = self.clock()
        if self._looked_at is None or now - self._looked_at >= _MINUTE:
            self._looked_at = now
            self.desk.regular()
        if self._purged_at is None or now - self._purged_at >= _HOUR:
            self._purged_at = now
            while self.stop.purge():
                pass
