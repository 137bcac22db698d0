"""Plain functions that make valid domain values, and a clock that stands still.

Each takes only what the test is about; everything else is harmless and valid. Identifiers made here
sort in the order in which they were made, as those of a running house do.
"""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from palabre.application.person_ports import Hold, Snapshot
from palabre.application.ports import Session, Store, Stored
from palabre.application.stored import Passkey
from palabre.application.tokens import commitment, key_of
from palabre.domain.article import Article, Thread
from palabre.domain.comment import Author, Body, Comment, Status
from palabre.domain.decision import (
    ENGINE,
    Actor,
    ActorKind,
    Decision,
    DecisionRecord,
    Evidence,
    Ground,
    GroundKind,
    Span,
    Verdict,
)
from palabre.domain.events import Event, EventKind
from palabre.domain.identifier import new_id
from palabre.domain.person import Moderator, Role
from palabre.domain.site import Section, Site

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
ORIGIN = "https://journal.example"

_ticks = itertools.count(1)


class StillClock:
    """A clock that shows the same moment until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> datetime:
        """Move on by ``timedelta(**delta)`` and return the new moment."""
        self.now += timedelta(**delta)
        return self.now


def an_id() -> str:
    """Return an identifier that sorts after all earlier ones."""
    return new_id(NOON + timedelta(microseconds=next(_ticks)))


def a_site(site_id: str = "le-journal", **changes: Any) -> Site:
    """Return a French newspaper with two staff names and two sections."""
    site = Site(
        id=site_id,
        name="Le Journal",
        lang="fr",
        origins=(ORIGIN,),
        reserved_names=("Claire Martin", "La rédaction"),
        sections=(
            Section(id="politique", name="Politique", path="/politique/"),
            Section(id="sport", name="Sport", path="/sport/"),
        ),
    )
    return replace(site, **changes)


def an_article(**changes: Any) -> Article:
    """Return an article of ``a_site()``; ``key`` also makes its address."""
    key = changes.get("key", "/politique/budget")
    origin = changes.get("origin", ORIGIN)
    article = Article(
        site_id="le-journal",
        origin=origin,
        key=key,
        url=f"{origin}{key}",
        title="Le budget est voté",
        lang="fr",
        section_id="politique",
    )
    return replace(article, **changes)


def a_thread(article: Article | None = None, **changes: Any) -> Thread:
    """Return a new, open thread."""
    thread = Thread(id=an_id(), article=article or an_article(), created_at=NOON)
    return replace(thread, **changes)


def a_body(text: str = "Bonjour à tous.", **changes: Any) -> Body:
    """Return the words of a first revision."""
    body = Body(revision=1, text=text, html=f"<p>{text}</p>\n", renderer=1, salt=b"s" * 32)
    return replace(body, **changes)


def a_comment(
    thread: Thread | str | None = None, *, parent: Comment | None = None, **changes: Any
) -> Comment:
    """Return a published root of ``thread``, or an answer to ``parent``."""
    comment_id = changes.pop("id", None) or an_id()
    if parent is not None:
        thread = parent.thread_id
    thread_id = thread.id if isinstance(thread, Thread) else thread or an_id()
    comment = Comment(
        id=comment_id,
        thread_id=thread_id,
        root_id=parent.root_id if parent else comment_id,
        parent_id=parent.id if parent else None,
        depth=parent.depth + 1 if parent else 0,
        status=Status.PUBLISHED,
        created_at=NOON,
        lang="fr",
        author_key=key_of("a reader's token"),
    )
    return replace(comment, **changes)


def a_stored(
    thread: Thread | str | None = None,
    *,
    parent: Comment | Stored | None = None,
    text: str = "Bonjour à tous.",
    name: str | None = "Zoé",
    email: str | None = None,
    is_staff: bool = False,
    **changes: Any,
) -> Stored:
    """Return a comment with signature and words; ``changes`` go to the comment."""
    above = parent.comment if isinstance(parent, Stored) else parent
    return Stored(
        comment=a_comment(thread, parent=above, **changes),
        author=Author(name=name, email=email, is_staff=is_staff),
        body=a_body(text),
    )


def a_decision(verdict: Verdict = Verdict.PUBLISH, **changes: Any) -> Decision:
    """Return an outcome with nothing found; with something found unless it publishes."""
    decision = Decision(
        verdict=verdict,
        rules=(),
        rules_version="2026-03-01",
        scores={"toxicity": 0.02, "insult": None},
        lang="fr",
        versions={"words": "3"},
        not_needed=("encoder",),
    )
    if verdict is not Verdict.PUBLISH:
        found = Evidence(
            symbol="INSULT_WORD", score=0.9, detector="words", version="3", spans=(Span(0, 7),)
        )
        ground = Ground(kind=GroundKind.TERMS, rule="insult", reference="house-rules#insult")
        decision = replace(decision, rules=("insult",), evidence=(found,), ground=ground)
    return replace(decision, **changes)


def a_record(
    comment: Comment | Stored,
    decision: Decision | None = None,
    *,
    moderator: Moderator | None = None,
    **changes: Any,
) -> DecisionRecord:
    """Return a line of the log about ``comment``: by the engine, or by ``moderator``."""
    body = (comment.body if isinstance(comment, Stored) else None) or a_body()
    comment = comment.comment if isinstance(comment, Stored) else comment
    record = DecisionRecord(
        id=an_id(),
        comment_id=comment.id,
        revision=comment.revision,
        decision=decision or a_decision(),
        actor=Actor(ActorKind.MODERATOR, moderator.id) if moderator else ENGINE,
        at=NOON,
        automated_detection=moderator is None,
        automated_decision=moderator is None,
        commitment=commitment(body.text, body.salt),
    )
    return replace(record, **changes)


def an_event(comment: Comment | Stored, **changes: Any) -> Event:
    """Return the event that ``comment`` was published."""
    comment = comment.comment if isinstance(comment, Stored) else comment
    event = Event(
        id=an_id(),
        kind=EventKind.COMMENT_PUBLISHED,
        site_id="le-journal",
        thread_id=comment.thread_id,
        comment_id=comment.id,
        at=NOON,
    )
    return replace(event, **changes)


def a_moderator(login: str = "claire", **changes: Any) -> Moderator:
    """Return a moderator of all sites."""
    moderator = Moderator(
        id=an_id(),
        login=login,
        name=login.title(),
        role=Role.MODERATOR,
        password_hash="not a hash",
        created_at=NOON,
    )
    return replace(moderator, **changes)


def a_session(moderator: Moderator, **changes: Any) -> Session:
    """Return a sign-in that ends after eight hours."""
    session = Session(
        key=key_of(an_id()),
        moderator_id=moderator.id,
        created_at=NOON,
        expires_at=NOON + timedelta(hours=8),
        seen_at=NOON,
    )
    return replace(session, **changes)


def a_passkey(moderator: Moderator, **changes: Any) -> Passkey:
    """Return a passkey that was never used."""
    credential = an_id().encode()
    passkey = Passkey(
        key=key_of(credential.decode()),
        moderator_id=moderator.id,
        credential=credential,
        public_key=b"public",
        sign_count=0,
        name="Téléphone",
        created_at=NOON,
    )
    return replace(passkey, **changes)


def a_snapshot(comment_id: str, **changes: Any) -> Snapshot:
    """Return evidence that is kept for 92 days from noon on."""
    snapshot = Snapshot(
        line_id=an_id(),
        comment_id=comment_id,
        site_id="le-journal",
        at=NOON,
        ends_at=NOON + timedelta(days=92),
        sealed=b"sealed",
    )
    return replace(snapshot, **changes)


def a_hold(comment_id: str, **changes: Any) -> Hold:
    """Return a hold of 90 days from noon on."""
    hold = Hold(
        comment_id=comment_id,
        reason="Plainte du 2 mars",
        placed_by="claire",
        begun_at=NOON,
        ends_at=NOON + timedelta(days=90),
    )
    return replace(hold, **changes)


def open_thread(
    store: Store, article: Article | None = None, *, site: Site | None = None
) -> Thread:
    """Register the site and store an empty thread."""
    with store.writing() as unit:
        unit.sites.register(site or a_site())
        return unit.threads.add(a_thread(article))


def keep(store: Store, stored: Stored, *, source: str | None = None) -> Stored:
    """Store a comment with the decision that fits its state, as posting does."""
    verdicts = {verdict.status: verdict for verdict in Verdict}
    verdict = verdicts.get(stored.comment.status, Verdict.PUBLISH)
    with store.writing() as unit:
        unit.comments.add(stored, source=source)
        unit.decisions.add(a_record(stored, a_decision(verdict)))
    return stored
