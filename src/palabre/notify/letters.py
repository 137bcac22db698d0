"""From a waiting mail to what it says: read at the last moment, so that it tells nothing stale."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from palabre.application.ask_for_data import link_token, request_of
from palabre.application.mail_ports import Mail, MailKind
from palabre.application.mail_tokens import (
    Purpose,
    address_token,
    message_tag,
    subscription_token,
)
from palabre.application.ports import Clock, QueueItem, Stored, UnitOfWork
from palabre.application.tell_desk import TellDesk
from palabre.application.tell_readers import ancestors
from palabre.domain.article import Article, Thread
from palabre.domain.comment import Comment, Status
from palabre.domain.site import Site
from palabre.domain.subscription import MailAddress, Subscription
from palabre.notify.law_letters import LawLetters
from palabre.notify.letter import Entry, Letter, Words
from palabre.notify.pseudonym_letters import PseudonymLetters

_ANCESTORS = 20  # named in References
_SHOWN = 20  # comments that a mail to the desk quotes
_WEEK = timedelta(days=7)
_FALLBACK = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Writes what a mail says. ``host`` is the domain of our Message-IDs and lists."""

    secret: bytes
    base_url: str
    host: str
    catalogues: Mapping[str, Words]
    shorten: Callable[[str], str]
    desk: TellDesk
    clock: Clock

    def write(self, unit: UnitOfWork, mail: Mail) -> Letter | None:
        """Return the letter, None when there is nothing left to say or nobody to say it to."""
        site = unit.sites.get(mail.site_id)
        if site is None:
            return None
        if mail.kind in {MailKind.DESK_URGENT, MailKind.DESK_QUEUE, MailKind.DESK_WEEK}:
            return self._to_desk(unit, mail, site)
        if mail.kind is MailKind.DATA:
            return self._data(unit, mail, site)
        if mail.kind is MailKind.PSEUDONYM:
            kept = PseudonymLetters(
                secret=self.secret,
                base_url=self.base_url,
                words=self._words,
                message_id=self._message_id,
                clock=self.clock,
            )
            return kept.write(unit, mail, site)
        if mail.kind is MailKind.LAW:
            law = LawLetters(
                secret=self.secret,
                base_url=self.base_url,
                words=self._words,
                message_id=self._message_id,
            )
            return law.write(unit, mail, site)
        return self._to_reader(unit, mail, site)

    def _to_reader(self, unit: UnitOfWork, mail: Mail, site: Site) -> Letter | None:
        address = unit.subscriptions.address(mail.address_hash)
        if address is None or address.address is None or address.stopped is not None:
            return None
        if mail.kind in {MailKind.CONFIRM, MailKind.KNOWN}:
            return self._question(unit, mail, site, address)
        return self._news(unit, mail, site, address)

    def holds(self, unit: UnitOfWork, letter: Letter) -> bool:
        """Tell whether all that the letter rests on is still so."""
        subscriptions, comments = letter.rests_on
        address = unit.subscriptions.address(letter.mail.address_hash) if subscriptions else None
        wanted = not subscriptions or (address is not None and address.stopped is None)
        return (
            wanted
            and all(unit.subscriptions.get(i) is not None for i in subscriptions)
            and all(_is_public(unit.comments.get(i)) for i in comments)
        )

    def _data(self, unit: UnitOfWork, mail: Mail, site: Site) -> Letter | None:
        """Return the link to what is held on an address, for its owner alone."""
        request = request_of(unit, mail)
        if request is None:
            return None
        words = self._words(request.lang)
        return Letter(
            mail=mail,
            to=request.address,
            words=words,
            from_name=site.name,
            subject=words.say("mail.data.subject", site=site.name),
            template="data",
            message_id=self._message_id(mail.id, mail.address_hash),
            values={
                "site": site.name,
                "link": f"{self.base_url}/my-data/{link_token(request, self.secret)}",
            },
        )

    def _question(
        self, unit: UnitOfWork, mail: Mail, site: Site, address: MailAddress
    ) -> Letter | None:
        asked = unit.subscriptions.get(mail.subscription_id or "")
        if asked is None:
            return None
        confirms = mail.kind is MailKind.CONFIRM
        if confirms and not asked.can_be_confirmed(self.clock()):
            return None
        words = self._words(asked.lang)
        token = subscription_token(Purpose.CONFIRM, asked.id, self.secret)
        return Letter(
            mail=mail,
            to=address.address or "",
            words=words,
            from_name=site.name,
            subject=words.say(f"mail.{mail.kind}.subject", site=site.name),
            template="question",
            message_id=self._message_id(mail.id, mail.address_hash),
            values={
                "confirms": confirms,
                "site": site.name,
                "what": self._what(unit, asked, site, words),
                "link": f"{self.base_url}/subscriptions/confirm/{token}",
                "manage": self._manage(mail.address_hash),
            },
            rests_on=(frozenset({asked.id}), frozenset()),
        )

    def _news(
        self, unit: UnitOfWork, mail: Mail, site: Site, address: MailAddress
    ) -> Letter | None:
        told: list[tuple[Stored, Thread, Subscription]] = []
        for notice in unit.mails.notices(mail.id):
            subscription = unit.subscriptions.get(notice.subscription_id)
            stored = unit.comments.stored(notice.comment_id)
            thread = unit.threads.get(notice.thread_id)
            if subscription and stored and thread and _is_public(stored.comment) and stored.body:
                told.append((stored, thread, subscription))
        if not told:
            return None
        words = self._words(told[0][2].lang)
        entries = [self._entry(stored, thread.article, words) for stored, thread, _ in told]
        kept = {s.id: s for _, _, s in told}
        values = {
            "site": site.name,
            "entries": entries,
            "why": [self._what(unit, s, site, words) for s in kept.values()],
            "manage": self._manage(mail.address_hash),
        }
        # One subscription is left by its own link, several by the address's.
        leave = (
            f"leave/{subscription_token(Purpose.LEAVE, next(iter(kept)), self.secret)}"
            if len(kept) == 1
            else f"leave-all/{address_token(mail.address_hash, self.secret)}"
        )
        to_list = Letter(
            mail=mail,
            to=address.address or "",
            words=words,
            from_name=site.name,
            subject=words.count("mail.digest.subject", len(entries), site=site.name),
            template="digest",
            message_id=self._message_id(mail.id, mail.address_hash),
            values=values,
            list_name=site.name,
            list_id=self._list_id(site),
            leave=f"{self.base_url}/subscriptions/{leave}",
            rests_on=(frozenset(kept), frozenset(s.comment.id for s, _, _ in told)),
        )
        if mail.kind is MailKind.DIGEST:
            return to_list
        comment, article = told[0][0].comment, told[0][1].article
        above = ancestors(unit, comment)
        line = [comment.thread_id, *(c.id for c in reversed(above[:_ANCESTORS]))]
        references = tuple(self._message_id(i, mail.address_hash) for i in line)
        return replace(
            to_list,
            from_name=words.say("mail.from", name=entries[0].name, site=site.name),
            # The same for a whole thread: some programs go by the subject.
            subject=words.say("mail.notice.subject", site=site.name, title=_title(article)),
            template="notice",
            message_id=self._message_id(comment.id, mail.address_hash),
            references=references,
            in_reply_to=references[-1],
        )

    def _to_desk(self, unit: UnitOfWork, mail: Mail, site: Site) -> Letter | None:
        to = self.desk.address_of(mail.address_hash)
        urgent = mail.kind is MailKind.DESK_URGENT
        count, items = self.desk.waiting(unit, site.id, urgent=urgent)
        if to is None or (not count and mail.kind is not MailKind.DESK_WEEK):
            return None
        words = self._words(site.lang)
        week = unit.mails.week(site.id, self.clock() - _WEEK)
        judged = sum(week.by_engine.values())
        line = words.say(
            "mail.desk_week.line",
            judged=judged,
            published=week.by_engine.get("publish", 0),
            held=week.by_engine.get("hold", 0),
            refused=week.by_engine.get("refuse", 0),
            overturned=week.overturned,
        )
        return Letter(
            mail=mail,
            to=to,
            words=words,
            from_name=site.name,
            subject=words.count(f"mail.{mail.kind}.subject", count, site=site.name),
            template="desk",
            message_id=self._message_id(mail.id, mail.address_hash),
            values={
                "site": site.name,
                "line": line if mail.kind is MailKind.DESK_WEEK else "",
                "entries": self._held(items, words) if mail.kind is not MailKind.DESK_WEEK else [],
                "count": count,
                "link": f"{self.base_url}/desk",
            },
        )

    def _held(self, items: Sequence[QueueItem], words: Words) -> list[tuple[Entry, str]]:
        return [
            (self._entry(i.stored, i.thread.article, words), ", ".join(i.record.decision.rules))
            for i in items[:_SHOWN]
        ]

    def _entry(self, stored: Stored, article: Article, words: Words) -> Entry:
        return Entry(
            name=stored.author.name or words.say("comment.guest"),
            text=self.shorten(stored.body.text) if stored.body else "",
            moment=words.moment(stored.comment.created_at),
            link=f"{self.base_url}/comments/{stored.comment.id}",
            title=_title(article),
            is_answer=stored.comment.parent_id is not None,
        )

    def _what(self, unit: UnitOfWork, about: Subscription, site: Site, words: Words) -> str:
        thread = unit.threads.get(about.thread_id) if about.thread_id else None
        title = _title(thread.article) if thread else ""
        return words.say(f"subscription.{about.kind}", title=title, site=site.name)

    def _words(self, lang: str) -> Words:
        base = lang.partition("-")[0]
        found = self.catalogues.get(lang) or self.catalogues.get(base)
        return found or self.catalogues[_FALLBACK]

    def _manage(self, hashed: str) -> str:
        return f"{self.base_url}/subscriptions/mine/{address_token(hashed, self.secret)}"

    def _message_id(self, subject: str, hashed: str) -> str:
        return f"<{subject}.{message_tag(hashed, subject, self.secret)}@{self.host}>"

    def _list_id(self, site: Site) -> str:
        label = "".join(c if c.isascii() and c.isalnum() else "-" for c in site.id.lower())
        return f"{label}.comments.{self.host}"


def _title(article: Article) -> str:
    parts = urlsplit(article.url)
    return article.title or f"{parts.netloc}{parts.path}"


def _is_public(comment: Comment | None) -> bool:
    return comment is not None and comment.status is Status.PUBLISHED
