"""The pages that links in mails lead to. A look changes nothing: scanners open every link.

Who holds a link may act; no cookie is asked for. Leaving takes RFC 8058's POST, from a mailbox
provider or from the page's own button; everything else a form that a page of ours was read for.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.mail_tokens import Purpose
from palabre.application.manage_subscriptions import Listed, ManageSubscriptions
from palabre.domain.errors import Code, Refusal
from palabre.domain.subscription import Pace
from palabre.web import views
from palabre.web.forms import FIELD, form_token, read_form, read_open_form
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for

ONE_CLICK = ("List-Unsubscribe", "One-Click")

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; without mail the links are none of ours."""
    pages = SubscriptionPages(house)
    begin = "/subscriptions"
    return [
        get(f"{begin}/confirm/{{token:str}}")(pages.confirm),
        post(f"{begin}/confirm/{{token:str}}", status_code=200)(pages.confirmed),
        get(f"{begin}/leave/{{token:str}}")(pages.leave),
        post(f"{begin}/leave/{{token:str}}", status_code=200)(pages.left),
        get(f"{begin}/leave-all/{{token:str}}")(pages.leave_all),
        post(f"{begin}/leave-all/{{token:str}}", status_code=200)(pages.left_all),
        get(f"{begin}/mine/{{token:str}}")(pages.mine),
        post(f"{begin}/mine/{{token:str}}", status_code=200)(pages.change),
    ]


class SubscriptionPages:
    """The pages, with the house they stand in."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def confirm(self, request: Asked) -> Response[str]:
        """Ask whether the address wants to be told."""
        listed = await asyncio.to_thread(self._cases.look, Purpose.CONFIRM, _token(request))
        if listed is None:
            raise Refusal(Code.LINK_EXPIRED)
        words = self._words(request, listed)
        if listed.subscription.confirmed_at is not None:
            return self._said(request, "confirmed", listed, words)
        values = {"what": self._what(listed, words), "heading": "confirm"}
        return self._page("subscriptions/ask.html", words, listed, values)

    async def confirmed(self, request: Asked) -> Response[str]:
        """Let the request count."""
        await read_form(request, self._house)
        token = _token(request)
        looked = await asyncio.to_thread(self._cases.look, Purpose.CONFIRM, token)
        if looked is None:
            raise Refusal(Code.LINK_EXPIRED)
        words = self._words(request, looked)
        what = self._what(looked, words)
        text = f"{words.say('subscriptions.confirm.asked', what=what, site=looked.site.name)} "
        text += words.say("mail.confirm.yes")
        listed = await self._house.writers(self._cases.confirm, token, text)
        return self._said(request, "confirmed", listed, words)

    async def leave(self, request: Asked) -> Response[str]:
        """Ask whether the reader wants to leave."""
        listed = await asyncio.to_thread(self._cases.look, Purpose.LEAVE, _token(request))
        words = self._words(request, listed)
        if listed is None:
            return self._said(request, "left", None, words)
        values = {"what": self._what(listed, words), "heading": "leave"}
        return self._page("subscriptions/ask.html", words, listed, values)

    async def left(self, request: Asked) -> Response[str]:
        """End the subscription."""
        return await self._end(request, self._cases.leave)

    async def leave_all(self, request: Asked) -> Response[str]:
        """Ask whether the reader wants to leave everything."""
        _, every = await asyncio.to_thread(self._cases.mine, _token(request))
        words = self._words(request, every[0] if every else None)
        if not every:
            return self._said(request, "left", None, words)
        values = {"what": "", "heading": "leave_all"}
        return self._page("subscriptions/ask.html", words, every[0], values)

    async def left_all(self, request: Asked) -> Response[str]:
        """End all subscriptions of the address."""
        return await self._end(request, self._cases.leave_all)

    async def mine(self, request: Asked) -> Response[str]:
        """Show what the address is subscribed to."""
        return await asyncio.to_thread(self._mine, request, "")

    async def change(self, request: Asked) -> Response[str]:
        """End one subscription or all of them, or choose the pace."""
        fields = await read_form(request, self._house)
        token = _token(request)
        if "all" in fields:
            await self._house.writers(self._cases.leave_all, token)
            done = "left"
        elif "leave" in fields:
            await self._house.writers(self._cases.leave_one, token, fields["leave"])
            done = "left"
        elif fields.get("pace") in set(Pace):
            await self._house.writers(self._cases.choose, token, Pace(fields["pace"]))
            done = "saved"
        else:
            raise Refusal(Code.BAD_FIELD, field="pace", expected=", ".join(Pace))
        return await asyncio.to_thread(self._mine, request, done)

    @property
    def _cases(self) -> ManageSubscriptions:
        if self._house.subscriptions is None:
            raise Refusal(Code.MAIL_OFF)
        return self._house.subscriptions

    async def _end(self, request: Asked, act: Callable[[str], None]) -> Response[str]:
        name, value = ONE_CLICK
        fields = await read_open_form(request)
        if fields.get(name) != value:
            raise Refusal(Code.BAD_FIELD, field=name, expected=value)
        await self._house.writers(act, _token(request))
        return self._said(request, "left", None, self._words(request, None))

    def _mine(self, request: Asked, done: str) -> Response[str]:
        address, every = self._cases.mine(_token(request))
        words = self._words(request, every[0] if every else None)
        values = {
            "pace": address.pace.value if address else Pace.IMMEDIATE.value,
            "paces": [p.value for p in Pace],
            "listed": [(x.subscription.id, self._what(x, words), x) for x in every],
            "done": done,
            "here": request.scope["path"],
        }
        return self._page("subscriptions/mine.html", words, every[0] if every else None, values)

    def _said(
        self, request: Asked, what: str, listed: Listed | None, words: Catalogue
    ) -> Response[str]:
        del request
        manage = self._cases.link_of(listed) if listed else None
        values = {
            "said": what,
            "what": self._what(listed, words) if listed else "",
            "manage": f"/subscriptions/mine/{manage}" if manage else None,
        }
        return self._page("subscriptions/said.html", words, listed, values)

    def _page(
        self, template: str, words: Catalogue, listed: Listed | None, values: dict[str, Any]
    ) -> Response[str]:
        return views.page(
            template,
            words,
            {
                "site_name": listed.site.name if listed else "",
                "article": listed.article if listed else None,
                "token_name": FIELD,
                "form_token": form_token(self._house),
                "one_click": ONE_CLICK,
                **values,
            },
        )

    def _words(self, request: Asked, listed: Listed | None) -> Catalogue:
        lang = listed.subscription.lang if listed else None
        return catalogue_for(request, self._house, lang)

    def _what(self, listed: Listed, words: Catalogue) -> str:
        article = listed.article
        title = (article.title or article.url.partition("://")[2]) if article else ""
        return words.say(
            f"subscription.{listed.subscription.kind}", title=title, site=listed.site.name
        )


def _token(request: Asked) -> str:
    return str(request.path_params["token"])
