"""What the templates of a thread are filled with: shapes alone, without a decision in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from palabre.domain.vote import Value
from palabre.web.mode_view import ModeNotice
from palabre.web.notices import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageView:
    """The passage a comment is about, with a link that shows it in the article."""

    key: str
    text: str
    link: str
    fragment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """One comment. ``html`` None: its words are not shown, ``gone`` says why.

    ``marks``: "pinned", "featured". ``can_moderate``: there is a way to the desk.
    """

    id: str
    anchor: str
    name: str
    is_staff: bool
    is_mine: bool
    is_public: bool
    status: str
    depth: int
    lang: str
    html: Markup | None
    gone: str
    at: datetime
    ago: str
    moment: str
    edited: str | None
    up: int
    down: int
    vote: Value
    can_vote: bool
    can_reply: bool
    can_edit: bool
    until: str | None = None
    passage: PassageView | None = None
    parent_id: str | None = None
    parent: tuple[str, str] | None = None
    notice: Notice | None = None
    replies: tuple["CommentView", ...] = ()
    rest: str | None = None
    is_here: bool = False
    marks: tuple[str, ...] = ()
    can_moderate: bool = False
    badge: str | None = None
    is_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SortView:
    """A link to one order of the thread."""

    label: str
    link: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadView:
    """The thread as a whole. ``first`` holds what only this reader sees, or has just written."""

    count: int
    url: str
    title: str
    is_open: bool
    sorts: tuple[SortView, ...]
    first: tuple[CommentView, ...]
    comments: tuple[CommentView, ...]
    more: str | None
    all: str | None
    is_later_page: bool
    version: int = 0
    on: str | None = None
    all_on: str | None = None
    mode: ModeNotice | None = None

    def find(self, comment_id: str) -> CommentView | None:
        """Return a comment of this page."""
        return next((c for c in flat((*self.first, *self.comments)) if c.id == comment_id), None)


def flat(views: Iterable[CommentView]) -> Iterable[CommentView]:
    """Yield comments and all that stand below them."""
    for view in views:
        yield view
        yield from flat(view.replies)
