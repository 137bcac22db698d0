"""A reader posts a comment: the story of this product, and the file to read first.

The article is found, the text and the signature are made fit to be kept, the circumstances are
gathered, the judge decides, and one transaction stores comment, decision and event. The judge runs
before the transaction: it takes milliseconds, and a writer that waits holds up all others. The same
post sent again with its key is answered as it was the first time (``idempotency``).
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from palabre.application import facts, idempotency, incoming, records
from palabre.application.door import OPEN_DOOR, Door, Work
from palabre.application.enter_queue import enter
from palabre.application.known_pseudonyms import KnownPseudonyms, signature
from palabre.application.pace import KnownPace
from palabre.application.ports import Clock, Judge, Renderer, Repeat, Store, Stored, UnitOfWork
from palabre.application.quote import passage_of, with_quote
from palabre.application.sealed_store import Connection, Doing, KeepSource
from palabre.application.tokens import key_of, new_token
from palabre.application.traces import Keys, Remember
from palabre.domain.address import ArticleAddress, canonical
from palabre.domain.article import Article, Thread
from palabre.domain.comment import MAX_DEPTH, Author, Body, Comment, Status
from palabre.domain.decision import Decision, DecisionRecord
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.member import Member
from palabre.domain.passage import Passage
from palabre.domain.person import Action, Case, Viewer, require
from palabre.domain.site import Site
from palabre.moderation.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComment:
    """What a reader sent.

    ``token`` is the author's secret from an earlier post, if there is one. ``source`` is the keyed
    hash of the client address. ``vouched`` tells that a registered origin sent the request, so that
    its ``title`` and ``lang`` for the article are believed. ``connection`` is for the sealed store
    and for nothing else. ``passage``: of the article, by a root only. ``seconds``: from the form to
    its answer, None: nobody took it; ``trap``: a field was filled in which people do not see.
    ``proof``: the solution of a challenge, or that it cannot be had (``application/proof.py``).
    """

    url: str
    text: str
    title: str | None = None
    lang: str | None = None
    parent: str | None = None
    name: str | None = None
    email: str | None = None
    token: str | None = None
    source: str | None = None
    vouched: bool = False
    member: Member | None = None
    connection: Connection | None = None
    passage: Passage | None = None
    seconds: float | None = None
    trap: bool = False
    proof: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of it. ``token`` is the secret that lets the author edit, to be kept by them."""

    stored: Stored
    record: DecisionRecord
    thread: Thread
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostComment:
    """The use case with the parts it works with.

    A thread closes ``close_after`` its first comment (None: never by itself). ``secret`` is the
    house's: all processes need the same one, or a post sent again with its key to another process
    is refused. ``sites`` tells whose an origin is (``KnownSites``); None: the store is asked.
    ``keep_source`` seals where posts come from, in houses whose law asks for it. ``remember`` knows
    what comes again, ``layer_of`` what a site's moderators taught, ``door`` who may write now,
    ``pace`` how much comes, ``names`` whose pseudonyms are.
    """

    store: Store
    judge: Judge
    render: Renderer
    clock: Clock
    limits: incoming.Limits
    watch_floods: bool = True
    close_after: timedelta | None = None
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    sites: Callable[[str], Site | None] | None = None
    keep_source: KeepSource | None = None
    remember: Remember | None = None
    layer_of: facts.LayerOf | None = None
    door: Door = OPEN_DOOR
    pace: KnownPace | None = None
    names: KnownPseudonyms | None = None

    def __call__(self, new: NewComment, *, idempotency_key: str | None = None) -> Posted:
        """Judge and store a comment, or refuse it with a code that names the field at fault.

        The same post with the same key within 24 hours returns what the first one became: the
        comment as it now stands, the first decision on it, and the same token.
        """
        now = self.clock()
        address = canonical(new.url)
        text = incoming.comment_text(new.text, self.limits)
        passage = passage_of(new.passage, new.parent)
        comment_id = new_id(now)
        repeat: Repeat | None = None
        site = self._site(address)
        asked = (idempotency_key, new.token, new.source if self.watch_floods else None)
        reading: AbstractContextManager[UnitOfWork | None] = (
            self.store.reading()
            if asked != (None, None, None) or self.door.may_ask
            else nullcontext()
        )
        with reading as unit:
            if unit is not None and idempotency_key is not None:
                key = idempotency.checked(idempotency_key)
                about = (passage.key,) if passage else ()
                content = (address.url, text, new.parent, new.name, new.email, *about)
                repeat = idempotency.repeat_of(site.id, key, content, comment_id=comment_id, at=now)
                derived = idempotency.token_for(self.secret, site.id, key)
                tokens = (new.token, derived)
                earlier = unit.repeats.get(repeat.key, since=now - idempotency.WINDOW)
                if earlier is not None:
                    return _again(unit, earlier, repeat, tokens)
            token = new.token or (derived if repeat else new_token())
            author = signature(self.names, new.name, new.email, site, new.member, token)
            lang = incoming.language(new.lang, site.lang)
            traces = self._traces(text, author, site)
            author_key = key_of(new.token) if new.token else None
            caller = self.door.let_in(unit, site, author, author_key, new.source, now)
            work = Work(address=address, given=new.proof, key=idempotency_key, member=new.member)
            caller = self.door.proven(unit, caller, site, work, now)
            circumstances = facts.gather(
                unit,
                site=site,
                author=author,
                standing=caller.standing,
                source=new.source,
                lang=lang,
                now=now,
                watch_floods=self.watch_floods,
                traces=traces,
                layer_of=self.layer_of,
                seconds=incoming.time_taken(new.seconds),
                trap=new.trap,
                pace=self._pace(unit, address, now),
            )
        decision = self._judged(text, passage, circumstances)
        decision = self.door.weigh(decision, text, circumstances, caller, now)
        body = Body(
            revision=1,
            text=text,
            html=self.render(text),
            renderer=self.render.version,
            salt=secrets.token_bytes(32),
        )
        with self.store.writing() as unit:
            if repeat is not None:
                earlier = unit.repeats.claim(repeat, since=now - idempotency.WINDOW)
                if earlier is not None:
                    return _again(unit, earlier, repeat, tokens)
            thread = self._thread(unit, site, address, new)
            viewer = Viewer(author_key=key_of(token), staff_of=site.id if author.is_staff else None)
            require(Action.POST, Case(viewer=viewer, now=now, thread=thread))
            decision = self.door.under_modes(unit, decision, thread, caller, now)
            parent = self._parent(unit, thread, new.parent)
            comment = Comment(
                id=comment_id,
                thread_id=thread.id,
                root_id=parent.root_id if parent else comment_id,
                parent_id=parent.id if parent else None,
                depth=parent.depth + 1 if parent else 0,
                status=decision.verdict.status,
                created_at=now,
                lang=lang,
                author_key=key_of(token),
            )
            stored = Stored(comment=comment, author=author, body=body, passage=passage)
            record = records.by_engine(comment, body, decision, at=now, supersedes=None)
            unit.comments.add(stored, source=new.source)
            unit.decisions.add(record)
            enter(unit, stored, decision, thread)
            unit.outbox.put(records.event_of(comment, site.id, at=now))
            self._remember(unit, stored, new.connection, traces, thread)
        return Posted(stored=stored, record=record, thread=thread, token=token)

    def _traces(self, text: str, author: Author, site: Site) -> tuple[Remember, Keys] | None:
        if self.remember is None or not self.watch_floods:
            return None
        return self.remember, self.remember.keys(text, author, site)

    def _pace(self, unit: UnitOfWork | None, address: ArticleAddress, now: datetime) -> int:
        return self.pace.of(unit, address.origin, address.key, now) if self.pace else 0

    def _remember(
        self,
        unit: UnitOfWork,
        stored: Stored,
        connection: Connection | None,
        traces: tuple[Remember, Keys] | None,
        thread: Thread,
    ) -> None:
        """Keep what a later post is judged by, and what the law asks for."""
        now, article = stored.comment.created_at, thread.article
        if traces is not None:
            traces[0].seen(unit, traces[1], article.site_id, now)
        if self.keep_source is not None:
            self.keep_source(unit, stored.comment.id, Doing.POSTED, connection, now)
        if self.pace is not None:
            self.pace.came(article.origin, article.key)

    def _judged(self, text: str, passage: Passage | None, circumstances: Facts) -> Decision:
        decision = self.judge(text, circumstances)
        if passage is None:
            return decision
        return with_quote(decision, self.judge(passage.exact, replace(circumstances, recent=())))

    def _site(self, address: ArticleAddress) -> Site:
        if self.sites is not None:
            return registered(self.sites(address.origin), address)
        with self.store.reading() as unit:
            return known_site(unit, address)

    def _thread(
        self, unit: UnitOfWork, site: Site, address: ArticleAddress, new: NewComment
    ) -> Thread:
        title = incoming.article_title(new.title) if new.vouched else ""
        lang = incoming.language(new.lang if new.vouched else None, site.lang)
        thread = unit.threads.find(address.origin, address.key)
        if thread is None:
            section = site.section_of(address.path)
            article = Article(
                site_id=site.id,
                origin=address.origin,
                key=address.key,
                url=address.url,
                title=title,
                lang=lang,
                section_id=section.id if section else None,
            )
            now = self.clock()
            closes_at = now + self.close_after if self.close_after else None
            new_thread = Thread(
                id=new_id(now), article=article, created_at=now, closes_at=closes_at
            )
            return unit.threads.add(new_thread)
        if title and (title, lang) != (thread.article.title, thread.article.lang):
            unit.threads.describe(thread.id, title=title, lang=lang)
        return thread

    def _parent(self, unit: UnitOfWork, thread: Thread, parent_id: str | None) -> Comment | None:
        if parent_id is None:
            return None
        parent = unit.comments.get(parent_id)
        if parent is None or parent.status is not Status.PUBLISHED:
            raise Refusal(Code.PARENT_UNKNOWN, field="parent")
        if parent.thread_id != thread.id:
            raise Refusal(Code.PARENT_ELSEWHERE, field="parent")
        if parent.depth >= MAX_DEPTH:
            raise Refusal(Code.REPLY_TOO_DEEP, field="parent", maximum=MAX_DEPTH)
        return parent


def _again(
    unit: UnitOfWork, earlier: Repeat, repeat: Repeat, tokens: tuple[str | None, ...]
) -> Posted:
    """Answer a post that was stored already as it was answered then."""
    stored, record, token = idempotency.first_answer(unit, earlier, repeat, tokens)
    thread = unit.threads.get(stored.comment.thread_id)
    if thread is None:
        raise Refusal(Code.UNKNOWN_COMMENT)
    return Posted(stored=stored, record=record, thread=thread, token=token)


def known_site(unit: UnitOfWork, address: ArticleAddress) -> Site:
    """Return the site that the address belongs to, or refuse with ``unknown_site``."""
    return registered(unit.sites.by_origin(address.origin), address)


def registered(site: Site | None, address: ArticleAddress) -> Site:
    """Return the site, or refuse with ``unknown_site``."""
    if site is None:
        raise Refusal(Code.UNKNOWN_SITE, field="url", origin=address.origin)
    return site
