"""Templates and the pages made of them: the one place where HTML is put together."""

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2
from litestar import Request, Response

from palabre.domain.errors import Refusal
from palabre.domain.permission import Task, may_somewhere
from palabre.domain.person import Moderator
from palabre.web.assets import asset_url, not_modified
from palabre.web.errors import words as error_words
from palabre.web.house import Catalogue, House

MEDIA_TYPE = "text/html"  # Litestar adds the charset

# Nothing personal is in an anonymous page, so it may be shared; it is asked for anew each time,
# since a comment that was removed must be gone. The cache tells readers apart by their tokens.
_SHARED = "public, max-age=0, must-revalidate"
_VARY = "Cookie, Authorization, Palabre-Voter, Palabre-Member, Accept-Encoding"
PRIVATE = "private, no-store"


@cache
def environment() -> jinja2.Environment:
    """Return the templates: everything is escaped, and a name that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("palabre.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset_url"] = asset_url
    made.globals["may_anywhere"] = _may
    return made


def _may(moderator: Moderator, task: str) -> bool:
    """Tell whether the account may do this anywhere: links to nowhere are left out."""
    return may_somewhere(moderator, Task(task))


def html(template: str, words: Catalogue, values: Mapping[str, Any]) -> str:
    """Return a template filled with values and words."""
    given = {
        "w": words.say,
        "n": words.count,
        "lang": words.lang,
        "dir": "rtl" if words.is_right_to_left else "ltr",
        **values,
    }
    return environment().get_template(template).render(given)


def piece(template: str, words: Catalogue, values: Mapping[str, Any]) -> str:
    """Return a piece of a page, to be put into one that is open."""
    return html(template, words, values).strip()


def page(
    template: str, words: Catalogue, values: Mapping[str, Any], *, status: int = 200
) -> Response[str]:
    """Return a page that no cache keeps."""
    headers = {"Cache-Control": PRIVATE, "Content-Language": words.lang}
    return Response(
        html(template, words, values), media_type=MEDIA_TYPE, status_code=status, headers=headers
    )


def shared(
    request: Request[Any, Any, Any], answer: Response[str], *, personal: bool
) -> Response[str]:
    """Let an anonymous page be kept and compared; leave a reader's own page as it is."""
    answer.headers["Vary"] = _VARY
    if personal:
        return answer
    tag = hashlib.sha256(str(answer.content).encode()).hexdigest()[:20]
    answer.headers["Cache-Control"] = _SHARED
    answer.headers["ETag"] = f'W/"{tag}"'
    if not_modified(request, f'"{tag}"'):
        kept = dict(answer.headers)
        return Response("", status_code=304, media_type=MEDIA_TYPE, headers=kept)
    return answer


def error_page(
    refusal: Refusal, catalogue: Catalogue, house: House, *, start: str | None = None
) -> Response[str]:
    """Return a page that says what was refused and what to do about it.

    ``start``: a link to the first page of what was being paged through.
    """
    title, remedy = error_words(refusal, catalogue)
    values = {
        "title": title,
        "remedy": remedy,
        "code": refusal.code.value,
        "house": house,
        "start": start,
    }
    return page("error.html", catalogue, values)
