"""From a request to a thread with its form: read and put into words, for any page around it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request

from palabre.application.ports import Sort
from palabre.application.read_thread import Mine, ThreadPage
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Viewer
from palabre.web.forms import form_token
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for
from palabre.web.links import Place, sort_of
from palabre.web.notices import Notice
from palabre.web.passages import asked_on, keys_in
from palabre.web.privacy_page import data_link, form_notices
from palabre.web.thread_form import Draft, FormView, form_of, with_draft
from palabre.web.thread_shapes import CommentView, ThreadView
from palabre.web.thread_view import Look, thread_view
from palabre.web.visitors import MEMBER, has_been_at_desk, is_of_newsroom, signed_name, viewer_of

# Roots that the element takes at a time: a slow phone reads them without a stop that is felt.
_STRETCH = 50
_DONE = frozenset({"deleted", "asked", "keep", "not_now"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request for a thread says: the query of a page, or the fields of a form."""

    sort: Sort = Sort.NEWEST
    after: str | None = None
    all: bool = False
    reply: str | None = None
    edit: str | None = None
    posted: str | None = None
    done: str | None = None
    draft: Draft | None = None
    on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A thread ready for its template."""

    page: ThreadPage
    thread: ThreadView
    form: FormView | None
    words: Catalogue
    look: Look
    notice: Notice | None
    rules_sentence: str
    rules_link: str

    @property
    def values(self) -> dict[str, Any]:
        """What the templates of a thread are filled with."""
        return {
            "thread": self.thread,
            "form": self.form,
            "form_token": form_token(self.look.house),
            "place": self.look.place,
            "notice": self.notice,
            "rules_sentence": self.rules_sentence,
            "rules_lang": self.look.house.rules.spoken(self.words.lang),
            "rules_link": self.rules_link,
            "site": self.page.site,
            "notifies": self.form is not None and self.look.house.subscribe is not None,
            "base_url": self.look.house.config.base_url,
            "data_link": data_link(self.look.house, self.words),
            "data_notices": form_notices(self.look.house, self.words),
        }


def asked_of(query: Mapping[str, str]) -> Asked:
    """Return what a query asks for; what it misspells is read as not asked."""
    return Asked(
        sort=sort_of(query.get("sort", "")),
        after=query.get("after") or None,
        all=query.get("all") == "1",
        reply=query.get("reply") or None,
        edit=query.get("edit") or None,
        posted=query.get("posted") or None,
        on=asked_on(query),
        done=query["done"] if query.get("done") in _DONE else None,
    )


def show(
    request: Request[Any, Any, Any], house: House, url: str, place: Place, asked: Asked
) -> Shown:
    """Read the thread under ``url`` and return it as this reader sees it."""
    viewer = viewer_of(request, house)
    size = house.config.view_all_size if asked.all else house.config.page_size
    if request.query_params.get("fragment"):
        size = min(size, _STRETCH)
    if asked.on is not None:
        page = house.read.inline(url, keys=keys_in(asked.on), limit=size, after=asked.after)
    else:
        page = house.read.page(url, asked.sort, limit=size, after=asked.after)
    lang = page.thread.article.lang if page.thread else page.site.lang
    words = catalogue_for(request, house, lang)
    mine = _mine(house, page, viewer)
    look = Look(
        house=house,
        words=words,
        viewer=viewer,
        now=house.clock(),
        place=replace(place, sort=asked.sort, after=asked.after),
        posted=asked.posted,
        signed=signed_name(request, page.site.id),
        newsroom=is_of_newsroom(request, page.site.id),
    )
    thread = thread_view(page, mine, look)
    reply = _answered(house, thread, viewer, asked.reply, words)
    form = form_of(page, mine, look, reply=reply, edit=asked.edit, draft=asked.draft)
    if form is not None and form.kind in {"edit", "again"} and asked.draft is not None:
        form = with_draft(form, asked.draft, words)
    return Shown(
        page=page,
        thread=_settled(thread, form),
        form=_placed(form, thread),
        words=words,
        look=look,
        notice=_done(asked.done, words),
        rules_sentence=house.rules.sentence(words.lang),
        rules_link=f"/house-rules?lang={words.lang}",
    )


def is_personal(request: Request[Any, Any, Any], house: House) -> bool:
    """Tell whether a page made for this request may differ from everybody's."""
    viewer = viewer_of(request, house)
    known = viewer.author_key is not None or viewer.voter_key is not None
    return known or MEMBER in request.scope["state"] or has_been_at_desk(request)


def _mine(house: House, page: ThreadPage, viewer: Viewer) -> Mine | None:
    if page.thread is None or (viewer.author_key is None and viewer.voter_key is None):
        return None
    return house.read.mine(page.thread, (*page.nodes, *page.pinned), viewer)


def _answered(
    house: House, thread: ThreadView, viewer: Viewer, comment_id: str | None, words: Catalogue
) -> tuple[str, str] | None:
    """Return the comment that a reply answers, and its author: also one from another page."""
    if comment_id is None:
        return None
    here = thread.find(comment_id)
    if here is not None:
        return (here.id, here.name) if here.can_reply else None
    try:
        found, _ = house.read.comment(comment_id, viewer)
    except Refusal as refusal:
        if refusal.code in {Code.UNKNOWN_COMMENT, Code.SIGN_IN_REQUIRED, Code.NOT_PERMITTED}:
            return None
        raise
    return comment_id, found.stored.author.name or words.say("comment.guest")


def _settled(thread: ThreadView, form: FormView | None) -> ThreadView:
    # A refused comment that stands in the form need not stand above it as well.
    if form is None or form.kind != "again":
        return thread
    own = form.action.split("/")[2]
    return replace(
        thread,
        first=tuple(c for c in thread.first if c.id != own),
        comments=tuple(_without(c, own) for c in thread.comments),
    )


def _without(view: CommentView, comment_id: str) -> CommentView:
    kept = tuple(_without(r, comment_id) for r in view.replies if r.id != comment_id)
    return replace(view, replies=kept)


def _placed(form: FormView | None, thread: ThreadView) -> FormView | None:
    """Put the form on top when the comment it belongs under is on another page."""
    if form is None or form.under is None or thread.find(form.under) is not None:
        return form
    return replace(form, under=None)


def _done(done: str | None, words: Catalogue) -> Notice | None:
    if done is None:
        return None
    about = "pseudonym.asked" if done == "keep" else f"notice.{done}"
    text = words.say(f"{about}.text") if words.has(f"{about}.text") else ""
    return Notice(kind="published", title=words.say(f"{about}.title"), text=text)
