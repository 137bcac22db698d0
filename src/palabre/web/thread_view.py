"""A thread as its page shows it: every word, time and link worked out, nothing left to decide."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from palabre.application.ports import Sort, Stored
from palabre.application.read_thread import Mine, Node, ThreadPage
from palabre.domain.comment import Status
from palabre.domain.decision import DecisionRecord
from palabre.domain.highlight import Mark
from palabre.domain.passage import Passage
from palabre.domain.person import Viewer
from palabre.web.house import Catalogue, House
from palabre.web.links import Place, anchor
from palabre.web.mode_view import in_force
from palabre.web.mode_view import notice_of as mode_notice
from palabre.web.notices import notice_of
from palabre.web.passages import ANY, asked_on, link_to
from palabre.web.thread_shapes import CommentView, PassageView, SortView, ThreadView, flat

_GONE = {
    Status.DELETED: "comment.deleted",
    Status.REFUSED: "comment.removed",
    Status.HELD: "comment.hidden",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who looks, when, and in which words; ``signed``: the name their own site gives them.

    ``newsroom``: their browser has been at the desk, so that a way there is shown.
    """

    house: House
    words: Catalogue
    viewer: Viewer
    now: datetime
    place: Place
    posted: str | None = None
    signed: str | None = None
    newsroom: bool = False

    @property
    def is_staff(self) -> bool:
        """Tell whether the site's newsroom looks: it may write in a closed thread."""
        return self.signed is not None and self.viewer.staff_of is not None

    @property
    def is_own(self) -> bool:
        """Tell whether the page is made for this reader alone, and sent to nobody else."""
        known = self.viewer.author_key is not None or self.viewer.voter_key is not None
        return known or self.signed is not None

    def name_of(self, stored: Stored) -> str:
        """Return the name a comment is signed with."""
        return stored.author.name or self.words.say("comment.guest")

    def comment(
        self,
        stored: Stored,
        *,
        is_open: bool,
        votes: "Mine | None" = None,
        parent: tuple[str, str] | None = None,
        record: DecisionRecord | None = None,
        url: str = "",
    ) -> CommentView:
        """Return one comment without its replies."""
        comment, words = stored.comment, self.words
        is_public = comment.status is Status.PUBLISHED
        is_mine = self.viewer.wrote(comment) and comment.status is not Status.DELETED
        html = Markup(stored.body.html) if stored.body is not None else None  # noqa: S704 -- cleaned by nh3 when stored
        in_time = comment.can_be_edited(self.now, self.house.config.edit_window)
        return CommentView(
            id=comment.id,
            anchor=anchor(comment.id),
            name=self.name_of(stored),
            is_staff=stored.author.is_staff,
            is_mine=is_mine,
            is_public=is_public,
            status=comment.status.value,
            depth=comment.depth,
            lang=comment.lang,
            html=html,
            gone="" if html else words.say(_GONE.get(comment.status, "comment.deleted")),
            at=comment.created_at,
            ago=words.ago(comment.created_at, self.now),
            moment=words.moment(comment.created_at),
            edited=words.moment(comment.edited_at) if comment.edited_at else None,
            up=comment.up,
            down=comment.down,
            vote=votes.votes.get(comment.id, 0) if votes else 0,
            can_vote=is_public and not is_mine and is_open,
            can_reply=is_public and (is_open or self.is_staff),
            can_edit=is_mine and (is_open or self.is_staff) and in_time,
            until=words.moment(comment.created_at + self.house.config.edit_window)
            if is_mine and (is_open or self.is_staff) and in_time
            else None,
            passage=_passage_view(stored.passage, url) if html else None,
            parent_id=comment.parent_id,
            parent=parent,
            notice=notice_of(stored, record, self.house.rules, words)
            if is_mine and (comment.id == self.posted or not is_public)
            else None,
            is_here=comment.id == self.posted,
            marks=tuple(m.value for m in Mark if html and stored.highlight.has(m)),
            can_moderate=self.newsroom and html is not None,
            badge=stored.author.badge if html else None,
            is_kept=stored.author.is_kept and html is not None,
        )


def thread_view(page: ThreadPage, mine: Mine | None, look: Look) -> ThreadView:
    """Return the thread with the reader's own comments in their places."""
    found = in_force(look.house, page)
    ended = page.thread is not None and not page.thread.is_open(look.now)
    is_open = not ended and not found.closed
    trees = tuple(
        node_view(node, look, mine, is_open=is_open, url=page.address.url)
        for node in _in_order(page, look.place)
    )
    own, trees = _with_own(trees, mine, look, is_open=is_open, url=page.address.url)
    place = look.place
    return ThreadView(
        count=page.count,
        url=page.address.url,
        title=page.thread.article.title if page.thread else "",
        is_open=is_open,
        mode=None if ended else mode_notice(found, look.words),
        sorts=tuple(
            SortView(
                label=look.words.say(f"thread.sort.{sort.value}"),
                link=replace(place, sort=sort).to("palabre"),
                is_current=sort is page.sort,
            )
            for sort in Sort
        ),
        first=own,
        comments=trees,
        more=place.to("palabre", after=page.next) if page.next else None,
        all=place.to("palabre", all="1") if page.next else None,
        is_later_page=place.after is not None,
        version=page.thread.version if page.thread else 0,
        on=dict(place.fixed).get("on"),
        all_on=_on_passages(place) if page.has_passages else None,
    )


def _in_order(page: ThreadPage, place: Place) -> Iterator[Node]:
    """Yield the conversations, those that are pinned once: first of all, on the first page."""
    pinned = {node.stored.comment.id for node in page.pinned}
    if place.after is None:
        yield from page.pinned
    yield from (node for node in page.nodes if node.stored.comment.id not in pinned)


def _on_passages(place: Place) -> str:
    """Return the link that leaves comments on the whole article out, or brings them back."""
    kept = tuple(pair for pair in place.fixed if pair[0] != "on")
    on = () if "on" in dict(place.fixed) else (("on", ANY),)
    return replace(place, fixed=(*kept, *on)).to("palabre")


def _passage_view(passage: Passage | None, url: str) -> PassageView | None:
    if passage is None:
        return None
    link = link_to(url, passage) if url else ""
    return PassageView(key=passage.key, text=passage.exact, link=link, fragment=passage.fragment)


def node_view(
    node: Node,
    look: Look,
    mine: Mine | None,
    *,
    is_open: bool,
    url: str,
    parent: tuple[str, str] | None = None,
) -> CommentView:
    """Return a comment with the replies below it."""
    view = look.comment(node.stored, is_open=is_open, votes=mine, parent=parent, url=url)
    # A direct answer to the root stands right under it: saying so would be noise.
    above = (view.name, view.anchor) if node.stored.comment.depth and view.html else None
    below = tuple(
        node_view(reply, look, mine, is_open=is_open, url=url, parent=above)
        for reply in node.replies
    )
    rest = (
        Place(path=f"/thread/replies/{view.id}", fixed=(("url", url),)).to(after=node.next)
        if node.next
        else None
    )
    return replace(view, replies=below, rest=rest)


def _is_on(stored: Stored, place: Place) -> bool:
    """Tell whether a comment belongs on a page that may be about some passages only."""
    on = asked_on(dict(place.fixed))
    if on is None:
        return True
    return stored.passage is not None and (on == ANY or stored.passage.key in on.split(","))


def _with_own(
    trees: tuple[CommentView, ...],
    mine: Mine | None,
    look: Look,
    *,
    is_open: bool,
    url: str,
) -> tuple[tuple[CommentView, ...], tuple[CommentView, ...]]:
    """Put the reader's own comments in: what is not public, and what was just written.

    They stand below what they answer where that is on the page, and before all others elsewhere.
    """
    if mine is None:
        return (), trees
    records = {stored.comment.id: record for stored, record in mine.comments}
    shown = {view.id for view in flat(trees)}
    below: dict[str, list[CommentView]] = {}
    first: list[CommentView] = []
    for stored, record in mine.comments:
        comment = stored.comment
        waits = comment.status in (Status.HELD, Status.REFUSED)
        if (comment.id in shown and not waits) or not (waits or comment.id == look.posted):
            continue
        view = look.comment(stored, is_open=is_open, votes=mine, record=record, url=url)
        if comment.parent_id in shown:
            below.setdefault(comment.parent_id or "", []).append(view)
        elif _is_on(stored, look.place):
            first.append(view)

    def place(view: CommentView) -> CommentView:
        added = below.get(view.id, ())
        replies = (*(place(reply) for reply in view.replies if reply.id not in waiting), *added)
        notice = view.notice
        if view.is_here and view.is_mine and view.id in records:
            stored = next(s for s, _ in mine.comments if s.comment.id == view.id)
            notice = notice_of(stored, records[view.id], look.house.rules, look.words)
        return replace(view, replies=replies, notice=notice)

    waiting = {view.id for views in below.values() for view in views}
    return tuple(first), tuple(place(view) for view in trees)
