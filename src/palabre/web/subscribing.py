"""Asking to be told by mail: with a comment, by the API, and on a page of its own."""

import asyncio
from functools import partial
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.ports import Sort
from palabre.application.post_comment import Posted
from palabre.application.subscribe import Subscribe, Wish
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.subscription import Kind
from palabre.web import answers, errors, views, visitors
from palabre.web.forms import FIELD, form_token, read_form
from palabre.web.house import Catalogue, House
from palabre.web.intake import read_json
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter
from palabre.web.security import framed_by
from palabre.web.thread_form import FormError, errors_of
from palabre.web.wire import AskedOut, SubscriptionBody

PATH = "/api/v1/subscriptions"

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers by which readers ask."""
    limiter = Limiter(house)

    @post(PATH, status_code=202)
    async def by_call(request: Asked) -> Response[bytes]:
        """Note a wish, and answer alike whatever is known of the address."""
        body = await read_json(request, SubscriptionBody)
        subscribe = _open(house)
        words = catalogue_for(request, house, body.lang)
        kind = Kind(body.kind)
        await limiter.hit("subscribe", request)
        wish = Wish(
            url=body.url,
            email=body.email,
            kind=kind,
            text=consent_text(words, kind),
            comment_id=body.comment,
            token=visitors.author_token(request),
            title=body.title,
            lang=body.lang,
            vouched=visitors.is_vouched(request, house, body.url),
        )
        await house.writers(subscribe, wish)
        return answers.private(AskedOut(status="asked"), status=202)

    @get("/subscribe")
    async def page(request: Asked) -> Response[str]:
        """Show the form; asking for it changes nothing."""
        return await asyncio.to_thread(_page, request, house)

    @post("/subscribe")
    async def by_form(request: Asked) -> Response[str]:
        """Note the wish of a form."""
        fields: dict[str, str] = {}
        try:
            fields = await read_form(request, house)
            subscribe = _open(house)
            await limiter.hit("subscribe", request)
            words = catalogue_for(request, house, fields.get("lang"))  # the page's own
            wish = Wish(
                url=request.query_params.get("url", ""),
                email=fields.get("email"),
                kind=Kind.THREAD,
                text=consent_text(words, Kind.THREAD),
                token=visitors.author_token(request),
                lang=words.lang,
            )
            await house.writers(subscribe, wish)
        except Refusal as refusal:
            if refusal.code in {Code.FORGED_REQUEST, Code.MAIL_OFF}:
                raise
            email = fields.get("email", "")
            again = partial(_page, request, house, email=email, refusal=refusal)
            return await asyncio.to_thread(again)
        return await asyncio.to_thread(partial(_page, request, house, done=True))

    return [by_call, page, by_form]


async def with_comment(
    request: Asked,
    house: House,
    limiter: Limiter,
    posted: Posted,
    *,
    notify: str | None,
    email: str | None,
    words: Catalogue,
) -> Literal["asked", "not_now"] | None:
    """Note the wish that came with a comment; return "asked", "not_now", or None without one.

    The comment stands whatever becomes of the wish. One that the rules stopped mails nobody.
    """
    if not notify:
        return None
    comment, article = posted.stored.comment, posted.thread.article
    if house.subscribe is None or comment.status is Status.REFUSED:
        return "not_now"
    kind = Kind(notify)
    try:
        await limiter.hit("subscribe", request)
        wish = Wish(
            url=article.url,
            email=email,
            kind=kind,
            text=consent_text(words, kind),
            comment_id=comment.id,
            token=posted.token,
            lang=words.lang,
        )
        await house.writers(house.subscribe, wish)
    except Refusal:
        return "not_now"
    return "asked"


def checked_notify(house: House, notify: str | None, email: str | None) -> str | None:
    """Return what a form asks for, or refuse what cannot be meant, before anything is stored."""
    if not notify or house.subscribe is None:
        return None
    if notify not in set(Kind):
        raise Refusal(Code.BAD_FIELD, field="notify", expected=", ".join(Kind))
    if not (email or "").strip():
        raise Refusal(Code.EMAIL_REQUIRED, field="email")
    return notify


def consent_text(words: Catalogue, kind: Kind) -> str:
    """Return the sentences that a reader says yes to, as the form shows them."""
    return f"{words.say('form.notify')} : {words.say(f'form.notify.{kind}')}. " + words.say(
        "form.notify.hint"
    )


def _open(house: House) -> Subscribe:
    if house.subscribe is None:
        raise Refusal(Code.MAIL_OFF)
    return house.subscribe


def _page(
    request: Asked,
    house: House,
    *,
    email: str = "",
    refusal: Refusal | None = None,
    done: bool = False,
) -> Response[str]:
    _open(house)
    url = request.query_params.get("url", "")
    found = house.read.page(url, Sort.NEWEST, limit=1)
    article = found.thread.article if found.thread else None
    words = catalogue_for(request, house, article.lang if article else found.site.lang)
    mistakes: tuple[FormError, ...] = errors_of(refusal, words)
    values = {
        "site": found.site,
        "url": found.address.url,
        "title": (article.title if article else "") or found.address.url.partition("://")[2],
        "email": email,
        "errors": mistakes,
        "done": done,
        "token_name": FIELD,
        "form_token": form_token(house),
    }
    status = errors.STATUS[refusal.code] if refusal else 200
    answer = views.page("subscribe.html", words, values, status=status)
    framed_by(answer, found.site.origins)
    return answer
