"""From comments as the house keeps them to messages as readers get them."""

from typing import Any, cast

from msgspec import structs

from palabre.application.ports import Stored
from palabre.application.post_comment import Posted
from palabre.application.read_thread import Located, Node, ThreadPage
from palabre.domain.comment import Status
from palabre.domain.decision import DecisionRecord
from palabre.domain.mode import InForce
from palabre.moderation.explain import Audience, explain
from palabre.web.anchors import anchor_out
from palabre.web.house import Catalogue, House
from palabre.web.mode_view import in_force, is_open
from palabre.web.wire import CommentOut, JudgedOut, ModeOut, OwnOut, PageOut, PostedOut, ThreadOut


def permalink(house: House, comment_id: str) -> str:
    """Return the address at which a comment can be read on its own."""
    return f"{house.config.base_url}/comments/{comment_id}"


def comment_out(house: House, stored: Stored, node: Node | None = None) -> CommentOut:
    """Return one comment, with the replies of ``node``.

    Words of a comment that is not public are there only if the use case left them in, which it does
    for the author alone; without words nothing is told but that something stood here.
    """
    comment, body = stored.comment, stored.body
    below = [comment_out(house, n.stored, n) for n in node.replies] if node else []
    gone = body is None or comment.status is Status.DELETED
    shown = sum(reply.replies_count + (reply.status == "published") for reply in below)
    return CommentOut(
        id=comment.id,
        parent=comment.parent_id,
        depth=comment.depth,
        status="removed" if gone else cast("Any", comment.status.value),
        name=None if gone else stored.author.name,
        staff=False if gone else stored.author.is_staff,
        html=None if gone or body is None else body.html,
        text=None if gone or body is None else body.text,
        lang=None if gone else comment.lang,
        created_at=comment.created_at,
        edited_at=None if gone else comment.edited_at,
        score=0 if gone else comment.score,
        up=0 if gone else comment.up,
        down=0 if gone else comment.down,
        replies=below,
        replies_count=shown if comment.parent_id else comment.replies,
        replies_next=node.next if node else None,
        permalink=permalink(house, comment.id),
        anchor=None if gone else anchor_out(stored.passage),
        pinned=not gone and stored.highlight.pinned,
        featured=not gone and stored.highlight.featured,
        badge=None if gone else stored.author.badge,
        kept=not gone and stored.author.is_kept,
    )


def page_out(house: House, page: ThreadPage, *, is_first: bool = True) -> PageOut:
    """Return one page of a thread; one nobody has written in yet is open and empty."""
    pinned = page.pinned if is_first else ()
    thread, mode = page.thread, in_force(house, page)
    return PageOut(
        url=page.address.url,
        title=thread.article.title if thread else "",
        count=page.count,
        sort=page.sort.value,
        comments=[comment_out(house, node.stored, node) for node in page.nodes],
        next=page.next,
        open=(thread is None or thread.is_open(house.clock())) and not mode.closed,
        mode=mode_out(mode),
        pinned=[comment_out(house, node.stored, node) for node in pinned],
    )


def mode_out(found: InForce) -> ModeOut | None:
    """Return how comments are taken at present; None: as always."""
    if not found.says_something:
        return None
    return ModeOut(
        held=found.holds_all,
        known_readers=found.known_only,
        minutes=found.slow_minutes or None,
        proof=found.proof,
        opens_at=found.opens_at,
        shuts_at=found.shuts_at,
        why=[reason.value for reason in found.why],
    )


def thread_out(house: House, found: Located) -> ThreadOut:
    """Return the thread that a comment stands in."""
    thread = found.thread
    return ThreadOut(
        url=thread.article.url,
        title=thread.article.title,
        count=thread.public_count,
        open=is_open(house, thread),
    )


def own_out(
    house: House, stored: Stored, record: DecisionRecord | None, catalogue: Catalogue
) -> OwnOut:
    """Return a reader's own comment with what was decided on it."""
    return OwnOut(
        comment=comment_out(house, stored),
        reasons=reasons(house, stored, record, catalogue),
        rules=list(record.decision.rules) if record else [],
    )


def judged_out(
    house: House, stored: Stored, record: DecisionRecord, catalogue: Catalogue
) -> JudgedOut:
    """Return what became of a comment that was just judged."""
    own = own_out(house, stored, record, catalogue)
    return JudgedOut(
        id=stored.comment.id,
        status=cast("Any", stored.comment.status.value),
        reasons=own.reasons,
        rules=own.rules,
        comment=own.comment,
        permalink=own.comment.permalink,
    )


def posted_out(house: House, posted: Posted, catalogue: Catalogue) -> PostedOut:
    """Return what became of a new comment, with its author's secret."""
    judged = judged_out(house, posted.stored, posted.record, catalogue)
    return PostedOut(**structs.asdict(judged), token=posted.token)


def reasons(
    house: House, stored: Stored, record: DecisionRecord | None, catalogue: Catalogue
) -> list[str]:
    """Return why a comment was stopped, in the reader's language; nothing when it was not.

    First what was found, then the sentence of each rule that decided, as printed under the form.
    """
    if record is None or stored.comment.status in (Status.PUBLISHED, Status.DELETED):
        return []
    text = stored.body.text if stored.body else ""
    why = explain(record.decision, house.rules, catalogue, text, Audience.AUTHOR)
    rules = (house.rules.rule(identifier) for identifier in record.decision.rules)
    return [why, *(rule.sentence(catalogue.lang) for rule in rules if rule is not None)]
