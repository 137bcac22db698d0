"""The page that a link in a mail about a pseudonym leads to. A look changes nothing."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.keep_pseudonym import KeepPseudonym, Opened
from palabre.domain.errors import Code, Refusal
from palabre.domain.pseudonym import Asks
from palabre.web import views, visitors
from palabre.web.forms import FIELD, form_token, read_form
from palabre.web.house import House
from palabre.web.languages import catalogue_for

# What the article's page finds in its own address: never sent to any server.
FRAGMENT = "palabre="

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; without mail the links are none of ours."""
    pages = PseudonymPages(house)
    one = "/pseudonym/{token:str}"
    return [get(one)(pages.look), post(one, status_code=200)(pages.act)]


class PseudonymPages:
    """The pages, with the house they stand in."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def look(self, request: Asked) -> Response[str]:
        """Ask whether the pseudonym is to be kept, or opened on this device."""
        found = await asyncio.to_thread(self._cases.look, _token(request))
        if found.link.code_at is None:
            return self._page("ask", request, found)
        if found.link.asks is Asks.KEEP:
            return self._page("kept", request, found)
        raise Refusal(Code.LINK_EXPIRED)

    async def act(self, request: Asked) -> Response[str]:
        """Keep, open, or let go: whatever its button says."""
        fields = await read_form(request, self._house)
        token, writers = _token(request), self._house.writers
        if "let_go" in fields:
            found = await writers(self._cases.let_go, token)
            return self._page("gone", request, found)
        looked = await asyncio.to_thread(self._cases.look, token)
        if looked.link.asks is Asks.KEEP:
            kept = await writers(self._cases.keep, token)
            return self._page("kept", request, kept)
        opened = await writers(self._cases.open, token)
        answer = self._page("opened", request, opened)
        answer.cookies.append(visitors.author_cookie(opened.token, self._house))
        return answer

    @property
    def _cases(self) -> KeepPseudonym:
        if self._house.pseudonyms is None:
            raise Refusal(Code.MAIL_OFF)
        return self._house.pseudonyms

    def _page(self, what: str, request: Asked, found: Opened) -> Response[str]:
        words = catalogue_for(request, self._house, found.link.lang)
        url = found.link.url
        values = {
            "what": what,
            "asks": found.link.asks.value,
            "name": found.name,
            "site_name": found.site.name,
            "article": f"{url.partition('#')[0]}#{FRAGMENT}{found.code}" if found.code else url,
            "thread": f"/thread?{urlencode({'url': url})}",
            "token_name": FIELD,
            "form_token": form_token(self._house),
        }
        answer = views.page("pseudonym/link.html", words, values)
        # The path is the key: no other site may be told of it.
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer


def _token(request: Asked) -> str:
    return str(request.path_params["token"])
