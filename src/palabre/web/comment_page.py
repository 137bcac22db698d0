"""The page of one comment: where it stands, and for its author why, and what can still be done."""

from typing import Any

from litestar import Request, Response

from palabre.application.read_thread import Mine
from palabre.domain.person import Viewer
from palabre.web import views
from palabre.web.forms import form_token
from palabre.web.house import House
from palabre.web.languages import catalogue_for
from palabre.web.links import Place
from palabre.web.mode_view import is_open
from palabre.web.notices import notice_of
from palabre.web.privacy_page import data_link, form_notices
from palabre.web.security import framed_by
from palabre.web.statement_pages import statement_values
from palabre.web.thread_form import Draft, edit_form, with_draft
from palabre.web.thread_view import Look
from palabre.web.visitors import is_of_newsroom, viewer_of

_NO_REASONS = {"statement": None, "measure": None}


def comment_page(
    request: Request[Any, Any, Any],
    house: House,
    comment_id: str,
    *,
    draft: Draft | None = None,
    status: int = 200,
) -> Response[str]:
    """Return the page of a comment; whoever may not see it is told that it cannot be found."""
    viewer = viewer_of(request, house)
    found, record = house.read.comment(comment_id, viewer)
    article = found.thread.article
    words = catalogue_for(request, house, article.lang)
    lang = request.query_params.get("lang")
    fixed = (("url", article.url), *((("lang", lang),) if lang else ()))
    look = Look(
        house=house,
        words=words,
        viewer=viewer,
        now=house.clock(),
        place=Place(path="/thread", fixed=fixed),
        newsroom=is_of_newsroom(request, found.site.id),
    )
    still_open = is_open(house, found.thread)
    mine = house.read.mine(found.thread, (), viewer) if _is_known(viewer) else None
    if mine is not None and all(s.comment.id != comment_id for s, _ in mine.comments):
        mine = Mine(comments=((found.stored, record),), votes=mine.votes)
    is_mine = viewer.wrote(found.comment)
    view = look.comment(found.stored, is_open=still_open, votes=mine)
    form = edit_form(mine, look, comment_id, kind="edit") if is_mine and still_open else None
    if form is not None and draft is not None:
        form = with_draft(form, draft, words)
    until = found.comment.created_at + house.config.edit_window
    values = {
        "comment": view,
        "form": form,
        "site": found.site,
        "article": article,
        "place": look.place,
        "notice": notice_of(found.stored, record, house.rules, words) if is_mine else None,
        "until": words.moment(until) if form else None,
        "form_token": form_token(house),
        "rules_sentence": house.rules.sentence(words.lang),
        "rules_lang": house.rules.spoken(words.lang),
        "rules_link": f"/house-rules?lang={words.lang}",
        "data_link": data_link(house, words),
        **(statement_values(house, comment_id, words) if is_mine else _NO_REASONS),
        "data_notices": form_notices(house, words),
    }
    answer = views.page("comment_page.html", words, values, status=status)
    framed_by(answer, found.site.origins)  # the thread that leads here may stand in a frame
    return answer


def _is_known(viewer: Viewer) -> bool:
    return viewer.author_key is not None or viewer.voter_key is not None
