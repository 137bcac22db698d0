"""A reader types an address to see what is held on it; the link goes to whoever reads its mail.

A mail leaves only for an address that we hold something on, so that nobody can have strangers
mailed; the answer on the page is the same in all cases, so that nobody learns who writes here.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from palabre.application import incoming
from palabre.application.mail_ports import Mail, MailKind
from palabre.application.mail_tokens import Purpose, subscription_in, subscription_token
from palabre.application.person import Person, of_address
from palabre.application.person_ports import DataRequest
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.site import Site

# A link opens for this long; its request is forgotten with it.
LINK_LASTS = timedelta(days=7)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SLOT = "data "


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForData:
    """The use case. ``for_address`` mails a day to one address, ``for_site`` an hour to all."""

    store: Store
    clock: Clock
    secret: bytes
    for_address: int = 3
    for_site: int = 200

    def __call__(self, email: str | None, site: Site, lang: str) -> None:
        """Have the link mailed, if there is anything to show."""
        now = self.clock()
        address = incoming.guest_email(email, replace(site, email_required=True)) or ""
        person = of_address(address, self.secret)
        hashed = next(iter(person.address_hashes))
        with self.store.reading() as unit:
            if not _is_held(unit, person, hashed):
                return
        request = DataRequest(
            id=new_id(now),
            address=address,
            address_hash=hashed,
            site_id=site.id,
            lang=lang,
            asked_at=now,
        )
        with self.store.writing() as unit:
            asked = unit.mails.count_since(now - _HOUR, kind=MailKind.DATA, site_id=site.id)
            if asked >= self.for_site:
                raise Refusal(Code.TOO_MANY_REQUESTS, retry_after=int(_HOUR.total_seconds()))
            if unit.people.requests_since(now - _DAY, address_hash=hashed) >= self.for_address:
                return
            unit.people.ask(request)
            unit.mails.add(
                Mail(
                    id=new_id(now),
                    kind=MailKind.DATA,
                    address_hash=hashed,
                    site_id=site.id,
                    slot=f"{_SLOT}{request.id}",
                    made_at=now,
                    due_at=now,
                )
            )

    def person(self, token: str) -> Person:
        """Return whom a link was mailed to; ``link_invalid`` or ``link_expired`` otherwise."""
        request_id = subscription_in(Purpose.DATA, token, self.secret)
        if request_id is None:
            raise Refusal(Code.LINK_INVALID)
        with self.store.reading() as unit:
            request = unit.people.request(request_id)
        if request is None or self.clock() >= request.asked_at + LINK_LASTS:
            raise Refusal(Code.LINK_EXPIRED)
        return of_address(request.address, self.secret)


def request_of(unit: UnitOfWork, mail: Mail) -> DataRequest | None:
    """Return the request that a mail answers; None when it has been forgotten."""
    return unit.people.request((mail.slot or "").removeprefix(_SLOT))


def link_token(request: DataRequest, secret: bytes) -> str:
    """Return the token of the link in that mail."""
    return subscription_token(Purpose.DATA, request.id, secret)


def _is_held(unit: UnitOfWork, person: Person, hashed: str) -> bool:
    """Tell whether anything is held; an address that asked to be left alone is."""
    known = unit.subscriptions.address(hashed)
    if known is not None and known.stopped is not None:
        return False
    if known is not None or unit.people.comments(person) or unit.pseudonyms.of_address(hashed):
        return True
    return bool(unit.ledger.with_words_of(sorted(person.mailboxes)))
