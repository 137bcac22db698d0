"""A guest keeps a pseudonym: asks, says yes by mail, has it on one more device, lets go of it.

Nobody learns here which address keeps what. Whoever asks is told the same in all cases; a taken
pseudonym is refused whatever address comes with it, or addresses could be tried against it. The
mail says no word to strangers: it leaves for an address that keeps a pseudonym, or is to keep the
one that its asker signs with.

To keep and to open are two links. The one to keep gives its opener nothing: somebody who typed a
stranger's address and whose mail was clicked away would else have that stranger write under a
token of theirs.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from palabre.application import incoming
from palabre.application.mail_ports import Mail, MailKind
from palabre.application.mail_tokens import (
    Purpose,
    address_hash,
    subscription_in,
    subscription_token,
)
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.post_comment import known_site
from palabre.application.tokens import key_of
from palabre.domain.address import canonical
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.pseudonym import Asks, Link, Pseudonym
from palabre.domain.site import Site
from palabre.moderation.normalise import skeleton

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SLOT = "pseudonym "


class Seal(Protocol):
    """What hides authors' tokens from whoever reads the store."""

    def close(self, token: str) -> bytes:
        """Return a token under seal."""

    def open(self, sealed: bytes) -> str | None:
        """Return the token, None when the seal is another house's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWish:
    """What a guest asks for: to keep ``name`` (with ``token``), or without one what they keep.

    ``languages`` are what they read, in the order of their liking.
    """

    url: str
    email: str | None
    name: str | None = None
    token: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A link that somebody looks at, or has used. ``token`` and ``code`` after opening alone."""

    link: Link
    site: Site
    name: str
    token: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPseudonym:
    """The use cases. ``for_address`` mails a day to one address, ``for_site`` an hour for all.

    So few a day are enough for a mail that was lost, and too few to pester anybody; how often one
    source may ask is limited where requests come in (``web/limits``).
    """

    store: Store
    clock: Clock
    secret: bytes
    seal: Seal
    languages: frozenset[str]
    for_address: int = 3
    for_site: int = 200

    def ask(self, wish: NameWish) -> None:
        """Have the mail sent, if there is one to send; the answer tells nothing of it.

        ``name_kept``: the pseudonym is somebody else's.
        """
        now = self.clock()
        address = canonical(wish.url)
        with self.store.writing() as unit:
            site = known_site(unit, address)
            email = incoming.guest_email(wish.email, replace(site, email_required=True)) or ""
            hashed = address_hash(email, self.secret)
            kept = next(
                (p for p in unit.pseudonyms.of_address(hashed) if p.site_id == site.id), None
            )
            link = Link(
                id=new_id(now),
                site_id=site.id,
                asks=Asks.OPEN,
                address_hash=hashed,
                # Capitals are one address here, and may be two mailboxes: the one that said yes.
                address=kept.address if kept is not None else email,
                lang=self._language((*wish.languages, site.lang)),
                url=address.url,
                asked_at=now,
            )
            if wish.name is not None and wish.token:
                asked = self._to_keep(unit, site, link, wish.name, wish.token)
                # Who keeps one with another device is given that one: an address has one.
                if kept is None or kept.author_key == asked.author_key:
                    link = asked
            asked_lately = unit.mails.count_since(
                now - _HOUR, kind=MailKind.PSEUDONYM, site_id=site.id
            )
            if asked_lately >= self.for_site:
                raise Refusal(Code.TOO_MANY_REQUESTS, retry_after=int(_HOUR.total_seconds()))
            if (link.asks is Asks.KEEP or kept is not None) and self._may_mail(unit, link, now):
                self._mail(unit, link, now)

    def look(self, token: str) -> Opened:
        """Return what a link is for; ``link_invalid``, ``link_expired``."""
        with self.store.reading() as unit:
            return self._looked(unit, token)

    def keep(self, token: str) -> Opened:
        """Let the pseudonym be kept; ``name_kept``: somebody was first."""
        now = self.clock()
        with self.store.writing() as unit:
            found = self._looked(unit, token)
            link = found.link
            if link.asks is not Asks.KEEP or not link.opens(now):
                raise Refusal(Code.LINK_EXPIRED)
            kept = Pseudonym(
                id=new_id(now),
                site_id=link.site_id,
                author_key=link.author_key or "",
                name=found.name,
                name_key=link.name_key or "",
                address_hash=link.address_hash,
                address=link.address,
                sealed=link.sealed or b"",
                lang=link.lang,
                kept_at=now,
            )
            if not unit.pseudonyms.keep(kept):
                raise Refusal(Code.NAME_KEPT)
            # A code that nobody is told.
            unit.pseudonyms.use(link.id, code_key=key_of(secrets.token_urlsafe(32)), at=now)
        return found

    def open(self, token: str) -> Opened:
        """Return the author's token for this device, and a code for the article's page."""
        now = self.clock()
        code = secrets.token_urlsafe(32)
        with self.store.writing() as unit:
            found = self._looked(unit, token)
            secret = self._token(unit, found.link)
            used = found.link.asks is Asks.OPEN and found.link.opens(now)
            if not used or not unit.pseudonyms.use(found.link.id, code_key=key_of(code), at=now):
                raise Refusal(Code.LINK_EXPIRED)
        return replace(found, token=secret, code=code)

    def exchange(self, code: str, origin: str | None) -> Opened:
        """Return the token for a code, to a page of the site that the link came from."""
        with self.store.writing() as unit:
            link = unit.pseudonyms.exchanged(key_of(code))
            if link is None:
                raise Refusal(Code.LINK_EXPIRED)
            site = unit.sites.get(link.site_id)
            if site is None or origin not in site.origins:
                raise Refusal(Code.LINK_INVALID)
            if not link.exchanges(self.clock()):
                raise Refusal(Code.LINK_EXPIRED)
            kept = self._kept(unit, link)
            return Opened(link=link, site=site, name=kept.name, token=self._token(unit, link))

    def let_go(self, token: str) -> Opened:
        """Let go of what a link is for: of the pseudonym, or of the wish to keep it."""
        with self.store.writing() as unit:
            found = self._looked(unit, token)
            if not found.link.opens(self.clock()):
                raise Refusal(Code.LINK_EXPIRED)
            if found.link.asks is Asks.OPEN:
                unit.pseudonyms.let_go([self._kept(unit, found.link).id])
            unit.pseudonyms.forget_link(found.link.id)
        return found

    def _to_keep(self, unit: UnitOfWork, site: Site, link: Link, name: str, token: str) -> Link:
        clean = incoming.guest_name(name, replace(site, name_required=True)) or ""
        look, author_key = skeleton(clean), key_of(token)
        taken = unit.pseudonyms.named(site.id, look)
        if taken is not None and taken.author_key != author_key:
            raise Refusal(Code.NAME_KEPT, field="name")
        if not look:
            # Nothing to know it by: all such names would be one.
            raise Refusal(Code.NAME_REQUIRED, field="name")
        return replace(
            link,
            asks=Asks.KEEP,
            name=clean,
            name_key=look,
            author_key=author_key,
            sealed=self.seal.close(token),
        )

    def _may_mail(self, unit: UnitOfWork, link: Link, now: datetime) -> bool:
        known = unit.subscriptions.address(link.address_hash)
        if known is not None and known.stopped is not None:
            return False
        asked = unit.pseudonyms.links_since(now - _DAY, address_hash=link.address_hash)
        return asked < self.for_address

    def _mail(self, unit: UnitOfWork, link: Link, now: datetime) -> None:
        unit.pseudonyms.ask(link)
        unit.mails.add(
            Mail(
                id=new_id(now),
                kind=MailKind.PSEUDONYM,
                address_hash=link.address_hash,
                site_id=link.site_id,
                slot=f"{_SLOT}{link.id}",
                made_at=now,
                due_at=now,
            )
        )

    def _looked(self, unit: UnitOfWork, token: str) -> Opened:
        link_id = subscription_in(Purpose.PSEUDONYM, token, self.secret)
        if link_id is None:
            raise Refusal(Code.LINK_INVALID)
        link = unit.pseudonyms.link(link_id)
        site = unit.sites.get(link.site_id) if link else None
        # One that was kept already says so as long as it would have been open.
        if link is None or site is None or not replace(link, code_at=None).opens(self.clock()):
            raise Refusal(Code.LINK_EXPIRED)
        return Opened(link=link, site=site, name=link.name or self._kept(unit, link).name)

    def _kept(self, unit: UnitOfWork, link: Link) -> Pseudonym:
        every = unit.pseudonyms.of_address(link.address_hash)
        kept = next((p for p in every if p.site_id == link.site_id), None)
        if kept is None:
            raise Refusal(Code.LINK_EXPIRED)
        return kept

    def _token(self, unit: UnitOfWork, link: Link) -> str:
        token = self.seal.open(self._kept(unit, link).sealed)
        if token is None:
            raise Refusal(Code.LINK_EXPIRED)
        return token

    def _language(self, wanted: tuple[str, ...]) -> str:
        for lang in wanted:
            base = lang.partition("-")[0].lower()
            found = next((known for known in (lang, base) if known in self.languages), None)
            if found:
                return found
        return "en"


def link_of(unit: UnitOfWork, mail: Mail) -> Link | None:
    """Return the link that a mail carries; None when it has been forgotten."""
    return unit.pseudonyms.link((mail.slot or "").removeprefix(_SLOT))


def link_token(link: Link, secret: bytes) -> str:
    """Return the token of that link."""
    return subscription_token(Purpose.PSEUDONYM, link.id, secret)
