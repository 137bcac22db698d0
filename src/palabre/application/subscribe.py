"""A reader asks to be told by mail. Nothing is sent to an address but the question whether it does.

Anybody can type anybody's address. So the answer is the same whatever is known of it, the question
holds no word that the asker chose, and it is put seldom: so often a day to one address, so often an
hour for one site; how often one source may ask is limited where requests come in (``web/limits``).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from palabre.application import incoming
from palabre.application.mail_ports import ConsentLine, Mail, MailKind
from palabre.application.mail_tokens import address_hash
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.tokens import key_of
from palabre.domain.address import ArticleAddress, canonical
from palabre.domain.article import Article, Thread
from palabre.domain.comment import Comment, Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.site import Site
from palabre.domain.subscription import Act, Kind, MailAddress, Subscription

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_ANSWERS = (MailKind.CONFIRM, MailKind.KNOWN)
_OPEN = 10  # requests of one address that may wait for its yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a reader asked for. ``text`` is the sentence they said yes to, word for word.

    ``token`` is the author's secret if there is one; ``vouched`` as in ``post_comment``.
    ``is_known`` tells that a site's sign-on vouches for the address: then no question is needed.
    """

    url: str
    email: str | None
    kind: Kind
    text: str
    comment_id: str | None = None
    token: str | None = None
    title: str | None = None
    lang: str | None = None
    vouched: bool = False
    is_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """The use case. ``for_address`` questions a day to one address, ``for_site`` an hour for all.

    ``languages`` are those that mails can be written in.
    """

    store: Store
    clock: Clock
    secret: bytes
    languages: frozenset[str]
    for_address: int = 3
    for_site: int = 200

    def __call__(self, wish: Wish) -> None:
        """Note the wish and put the question, or refuse with a code that names the field."""
        now = self.clock()
        address = canonical(wish.url)
        with self.store.writing() as unit:
            site = unit.sites.by_origin(address.origin)
            if site is None:
                raise Refusal(Code.UNKNOWN_SITE, field="url", origin=address.origin)
            email = incoming.guest_email(wish.email, replace(site, email_required=True))
            author_key = key_of(wish.token) if wish.token else None
            if wish.kind in {Kind.MINE, Kind.EVERYWHERE} and author_key is None:
                raise Refusal(Code.BAD_FIELD, field="kind", expected="thread, comment")
            thread = self._thread(unit, site, address, wish, now)
            lang = self._language(wish.lang, thread.article.lang, site.lang)
            subscription = Subscription(
                id=new_id(now),
                address_hash=address_hash(email or "", self.secret),
                site_id=site.id,
                kind=wish.kind,
                thread_id=None if wish.kind is Kind.EVERYWHERE else thread.id,
                comment_id=self._comment(unit, thread, wish, author_key),
                author_key=author_key,
                lang=lang,
                asked_at=now,
                confirmed_at=now if wish.is_known else None,
            )
            self._ask(unit, subscription, email or "", wish, now)

    def _ask(
        self, unit: UnitOfWork, new: Subscription, email: str, wish: Wish, now: datetime
    ) -> None:
        known = unit.subscriptions.address(new.address_hash)
        if known is not None and known.stopped is not None:
            return  # whoever asks is told what everybody is told
        every = unit.subscriptions.of_address(new.address_hash)
        taken = [s for s in every if s.confirmed_at and (s.scope == new.scope or s.covers(new))]
        if wish.is_known and not taken:
            self._keep(unit, known, new, email, wish, now)
            take_up(unit, new, wish.text, now)
            return
        if not self._may_mail(unit, new, now):
            return
        waiting = next((s for s in every if s.scope == new.scope and not s.confirmed_at), None)
        if taken:
            self._mail(unit, MailKind.KNOWN, taken[0], now)
        elif waiting is not None and waiting.can_be_confirmed(now):
            self._mail(unit, MailKind.CONFIRM, waiting, now)
        elif sum(s.confirmed_at is None for s in every) < _OPEN:
            self._keep(unit, known, new, email, wish, now)
            self._mail(unit, MailKind.CONFIRM, new, now)

    def _keep(
        self,
        unit: UnitOfWork,
        known: MailAddress | None,
        new: Subscription,
        email: str,
        wish: Wish,
        now: datetime,
    ) -> None:
        if known is None:
            unit.subscriptions.keep(
                MailAddress(
                    hash=new.address_hash,
                    address=email,
                    lang=new.lang,
                    created_at=now,
                    confirmed_at=new.confirmed_at,
                )
            )
        unit.subscriptions.ask(new)
        unit.subscriptions.record(consent_line(new, Act.ASKED, wish.text, now))

    def _may_mail(self, unit: UnitOfWork, new: Subscription, now: datetime) -> bool:
        asked = sum(
            unit.mails.count_since(now - _HOUR, kind=kind, site_id=new.site_id) for kind in _ANSWERS
        )
        if asked >= self.for_site:
            raise Refusal(Code.TOO_MANY_REQUESTS, retry_after=int(_HOUR.total_seconds()))
        lately = unit.mails.made_since(now - _DAY, kinds=_ANSWERS, address_hash=new.address_hash)
        return len(lately) < self.for_address

    def _mail(self, unit: UnitOfWork, kind: MailKind, about: Subscription, now: datetime) -> None:
        unit.mails.add(
            Mail(
                id=new_id(now),
                kind=kind,
                address_hash=about.address_hash,
                site_id=about.site_id,
                thread_id=about.thread_id,
                subscription_id=about.id,
                made_at=now,
                due_at=now,
            )
        )

    def _thread(
        self, unit: UnitOfWork, site: Site, address: ArticleAddress, wish: Wish, now: datetime
    ) -> Thread:
        """Return the article's thread; one that nobody has written in yet begins with this."""
        found = unit.threads.find(address.origin, address.key)
        if found is not None:
            return found
        section = site.section_of(address.path)
        article = Article(
            site_id=site.id,
            origin=address.origin,
            key=address.key,
            url=address.url,
            title=incoming.article_title(wish.title) if wish.vouched else "",
            lang=incoming.language(wish.lang if wish.vouched else None, site.lang),
            section_id=section.id if section else None,
        )
        return unit.threads.add(Thread(id=new_id(now), article=article, created_at=now))

    def _comment(
        self, unit: UnitOfWork, thread: Thread, wish: Wish, author_key: str | None
    ) -> str | None:
        """Return the comment whose answers are asked for: a public one, or one's own."""
        if wish.kind is not Kind.COMMENT:
            return None
        comment = unit.comments.get(wish.comment_id or "")
        if comment is None or not _is_seen(comment, author_key):
            raise Refusal(Code.UNKNOWN_COMMENT, field="comment")
        if comment.thread_id != thread.id:
            raise Refusal(Code.PARENT_ELSEWHERE, field="comment")
        return comment.id

    def _language(self, *wanted: str | None) -> str:
        for lang in wanted:
            base = (lang or "").partition("-")[0].lower()
            found = next((known for known in (lang, base) if known in self.languages), None)
            if found:
                return found
        return "en"


def take_up(unit: UnitOfWork, subscription: Subscription, text: str, now: datetime) -> None:
    """Let a subscription count, and end the narrower ones that it takes the place of."""
    unit.subscriptions.confirm(subscription.id, now)
    unit.subscriptions.record(consent_line(subscription, Act.CONFIRMED, text, now))
    narrower = [
        s
        for s in unit.subscriptions.of_address(subscription.address_hash)
        if subscription.covers(s)
    ]
    for each in narrower:
        unit.subscriptions.record(consent_line(each, Act.REPLACED, "", now))
    if narrower:
        unit.subscriptions.end([s.id for s in narrower])


def consent_line(subscription: Subscription, act: Act, text: str, at: datetime) -> ConsentLine:
    """Return a line of the record of consent."""
    return ConsentLine(
        address_hash=subscription.address_hash,
        subscription_id=subscription.id,
        site_id=subscription.site_id,
        kind=subscription.kind,
        act=act,
        text=text,
        lang=subscription.lang,
        at=at,
    )


def _is_seen(comment: Comment, author_key: str | None) -> bool:
    if comment.status is Status.PUBLISHED:
        return True
    return comment.author_key == author_key and comment.status is Status.HELD
