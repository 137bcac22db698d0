"""Asking to keep a pseudonym: with a comment, by the API, and on a page of its own."""

import asyncio
from functools import partial
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.keep_pseudonym import KeepPseudonym, NameWish
from palabre.application.person import of_tokens
from palabre.application.ports import Sort
from palabre.application.post_comment import Posted
from palabre.application.tokens import new_token
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.member import Member
from palabre.web import answers, errors, views, visitors
from palabre.web.forms import FIELD, form_token, is_own_origin, read_form
from palabre.web.house import House
from palabre.web.intake import read_json
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter
from palabre.web.security import framed_by
from palabre.web.thread_form import errors_of
from palabre.web.wire_pseudonyms import CodeBody, NameAskedOut, OpenedOut, PseudonymBody

PATH = "/api/v1/pseudonyms"
CODE_PATH = "/api/v1/comments/mine"

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers by which guests ask."""
    asking = Asking(house)
    return [
        post(PATH, status_code=202)(asking.by_call),
        post(CODE_PATH, status_code=200)(asking.exchange),
        get("/pseudonym")(asking.page),
        post("/pseudonym", status_code=200)(asking.by_form),
    ]


class Asking:
    """The calls and the page, with the house they are answered by."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._limiter = Limiter(house)

    async def by_call(self, request: Asked) -> Response[bytes]:
        """Note a wish, and answer alike whatever is known of the address."""
        body = await read_json(request, PseudonymBody)
        cases = _open(self._house)
        await self._limiter.hit("subscribe", request)
        words = catalogue_for(request, self._house, body.lang)
        token = self._token(request) if body.name is not None else None
        wish = NameWish(
            url=body.url, email=body.email, name=body.name, token=token, languages=(words.lang,)
        )
        await self._house.writers(cases.ask, wish)
        return answers.private(NameAskedOut(status="asked", token=token), status=202)

    async def exchange(self, request: Asked) -> Response[bytes]:
        """Hand the author's token to the article's page that shows the code."""
        body = await read_json(request, CodeBody)
        house, cases = self._house, _open(self._house)
        await self._limiter.hit("edit", request)
        origin = request.headers.get("origin")
        own = origin is not None and is_own_origin(origin, request, house)
        opened = await house.writers(cases.exchange, body.code, None if own else origin)
        words = catalogue_for(request, house, opened.link.lang)
        said = words.say("pseudonym.opened.said", name=opened.name)
        answer = answers.private(OpenedOut(token=opened.token, name=opened.name, says=said))
        if own:
            answer.cookies.append(visitors.author_cookie(opened.token, house))
        return answer

    async def page(self, request: Asked) -> Response[str]:
        """Show the forms; asking for them changes nothing."""
        return await asyncio.to_thread(_page, request, self._house, {})

    async def by_form(self, request: Asked) -> Response[str]:
        """Note the wish of a form, or let go of what this browser keeps."""
        house = self._house
        fields: dict[str, str] = {}
        try:
            fields = await read_form(request, house)
            if "let_go" in fields:
                return await _let_go(request, house, fields["let_go"])
            token = await self._wish(request, fields)
        except Refusal as refusal:
            if refusal.code in {Code.FORGED_REQUEST, Code.MAIL_OFF}:
                raise
            again = partial(_page, request, house, fields, refusal=refusal)
            return await asyncio.to_thread(again)
        answer = await asyncio.to_thread(partial(_page, request, house, {}, done="asked"))
        if token is not None:
            answer.cookies.append(visitors.author_cookie(token, house))
        return answer

    def _token(self, request: Asked) -> str | None:
        """Return the token of a guest who is to keep a name; a member's site keeps theirs."""
        if visitors.member_of(request) is not None:
            return None
        return visitors.author_token(request) or new_token()

    async def _wish(self, request: Asked, fields: dict[str, str]) -> str | None:
        """Note the wish, and return the token that it is for; None: none was needed."""
        cases = _open(self._house)
        await self._limiter.hit("subscribe", request)
        words = catalogue_for(request, self._house, fields.get("lang"))
        token = self._token(request) if "name" in fields else None
        wish = NameWish(
            url=request.query_params.get("url", ""),
            email=fields.get("email"),
            name=fields.get("name"),
            token=token,
            languages=(words.lang,),
        )
        await self._house.writers(cases.ask, wish)
        return token


def checked_keep(
    house: House,
    keep: bool,
    name: str | None,
    email: str | None,
    member: Member | None,
) -> bool:
    """Tell whether a comment carries the wish, or refuse it before anything is stored.

    A member's name is kept by their own site.
    """
    if not keep or house.pseudonyms is None or member is not None:
        return False
    if not (name or "").strip():
        raise Refusal(Code.NAME_REQUIRED, field="name")
    if not (email or "").strip():
        raise Refusal(Code.EMAIL_REQUIRED, field="email")
    return True


async def keep_with_comment(
    request: Asked,
    house: House,
    limiter: Limiter,
    posted: Posted,
    *,
    keep: bool,
    email: str | None,
    lang: str,
) -> Literal["asked", "not_now"] | None:
    """Note the wish that came with a comment; None: there was none.

    The comment stands whatever becomes of it. One that the rules stopped mails nobody.
    """
    if not keep:
        return None
    if house.pseudonyms is None or posted.stored.comment.status is Status.REFUSED:
        return "not_now"
    try:
        await limiter.hit("subscribe", request)
        wish = NameWish(
            url=posted.thread.article.url,
            email=email,
            name=posted.stored.author.name,
            token=posted.token,
            languages=(lang,),
        )
        await house.writers(house.pseudonyms.ask, wish)
    except Refusal:
        return "not_now"
    return "asked"


def _open(house: House) -> KeepPseudonym:
    if house.pseudonyms is None:
        raise Refusal(Code.MAIL_OFF)
    return house.pseudonyms


async def _let_go(request: Asked, house: House, pseudonym_id: str) -> Response[str]:
    viewer = visitors.viewer_of(request, house)
    if house.privacy is not None:
        mine = of_tokens(viewer.author_key, None)
        await house.writers(house.privacy.pseudonyms.let_go, mine, pseudonym_id)
    return await asyncio.to_thread(partial(_page, request, house, {}, done="gone"))


def _page(
    request: Asked,
    house: House,
    fields: dict[str, str],
    *,
    refusal: Refusal | None = None,
    done: str = "",
) -> Response[str]:
    _open(house)
    found = house.read.page(request.query_params.get("url", ""), Sort.NEWEST, limit=1)
    article = found.thread.article if found.thread else None
    words = catalogue_for(request, house, article.lang if article else found.site.lang)
    viewer = visitors.viewer_of(request, house)
    kept = house.privacy.pseudonyms.of(of_tokens(viewer.author_key, None)) if house.privacy else ()
    values = {
        "site": found.site,
        "url": found.address.url,
        "title": (article.title if article else "") or found.address.url.partition("://")[2],
        "typed": fields,
        "errors": {e.field: e for e in errors_of(refusal, words)},
        "at": "keep" if "name" in fields else "find",
        "kept": next((p for p in kept if p.site_id == found.site.id), None),
        "done": done,
        "is_member": visitors.signed_name(request, found.site.id) is not None,
        "token_name": FIELD,
        "form_token": form_token(house),
    }
    status = errors.STATUS[refusal.code] if refusal else 200
    answer = views.page("pseudonym/ask.html", words, values, status=status)
    framed_by(answer, found.site.origins)
    return answer
