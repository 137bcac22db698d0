"""The demonstration newspaper: a front page and articles with their threads underneath."""

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.domain.errors import Code, Refusal
from palabre.web import pages, views, writing
from palabre.web.house import Catalogue, DemoArticle, House
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter
from palabre.web.links import Place, sort_of
from palabre.web.thread_pages import Asked, asked_of, is_personal, show

_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoComment:
    """A comment of the demonstration, posted through the real use cases.

    ``minutes`` count from the article's publication; ``edited`` too, None: never edited. ``held``
    tells that the house rules are expected to hold it for a human.
    """

    id: str
    text: str
    minutes: int
    parent: str | None = None
    name: str | None = None
    up: int = 0
    down: int = 0
    held: bool = False
    edited: int | None = None


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers of the demonstration; none when the house has no demo articles."""
    articles = {article.slug: article for article in house.demo_articles}
    if not articles:
        return []
    limiter = Limiter(house)

    def found(slug: str) -> DemoArticle:
        if slug not in articles:
            raise Refusal(Code.NOT_FOUND)
        return articles[slug]

    def article_page(
        request: Request[Any, Any, Any],
        house: House,
        place: Place,
        url: str,
        asked: Asked,
        status: int = 200,
    ) -> Response[str]:
        if request.query_params.get("fragment"):
            return pages.thread_page(request, house, place, url, asked, status)
        article = found(place.path.rpartition("/")[2])
        shown = show(request, house, url, place, asked)
        words = catalogue_for(request, house, article.lang)
        values = {**shown.values, "article": article, "date": _day(article.date, words)}
        return views.page("demo/article.html", words, values, status=status)

    @get("/")
    async def front(request: Request[Any, Any, Any]) -> Response[str]:
        words = catalogue_for(request, house, house.config.lang)
        urls = [article_url(article, house) for article in articles.values()]
        counts = await asyncio.to_thread(house.read.counts, urls)
        listed = [
            (article, counts[article_url(article, house)], _day(article.date, words))
            for article in sorted(articles.values(), key=lambda a: a.date, reverse=True)
        ]
        answer = views.page(
            "demo/front.html", words, {"articles": listed, "site": house.sites()[0]}
        )
        return views.shared(request, answer, personal=False)

    @get("/articles/{slug:str}")
    async def article(request: Request[Any, Any, Any]) -> Response[str]:
        slug = str(request.path_params["slug"])
        query = request.query_params
        url = article_url(found(slug), house)
        place = article_place(found(slug), query)
        answer = await asyncio.to_thread(article_page, request, house, place, url, asked_of(query))
        return views.shared(request, answer, personal=is_personal(request, house))

    @post("/articles/{slug:str}", status_code=_SEE_OTHER)
    async def comment(request: Request[Any, Any, Any]) -> Response[Any]:
        slug = str(request.path_params["slug"])
        place = article_place(found(slug), request.query_params)
        url = article_url(found(slug), house)
        about = found(slug)
        return await writing.receive(
            request, house, place, url, article_page, limiter, title=about.title, lang=about.lang
        )

    return [front, article, comment]


def article_url(article: DemoArticle, house: House) -> str:
    """Return the public address of a demo article: the one its thread is known by."""
    return f"{house.config.base_url}/articles/{article.slug}"


def article_place(article: DemoArticle, query: Mapping[str, str]) -> Place:
    """Return the article's own page as the place of its thread."""
    lang = query.get("lang")
    return Place(
        path=f"/articles/{article.slug}",
        fixed=(("lang", lang),) if lang else (),
        sort=sort_of(query.get("sort", "")),
    )


def load_articles() -> tuple[DemoArticle, ...]:
    """Return the articles of the demonstration."""
    return tuple(
        DemoArticle(
            slug=entry["slug"],
            lang=entry["lang"],
            title=entry["title"],
            kicker=entry["kicker"],
            standfirst=entry["standfirst"],
            signature=entry["signature"],
            date=entry["date"],
            paragraphs=tuple(entry["paragraphs"]),
            sources=tuple((name, address) for name, address in entry["sources"]),
        )
        for entry in _read()
    )


def load_comments() -> dict[str, list[DemoComment]]:
    """Return what the readers of each article wrote, by slug, in the order they wrote it."""
    return {
        entry["slug"]: sorted(
            (
                DemoComment(**{**values, "text": values["text"].strip()})
                for values in entry["comments"]
            ),
            key=lambda comment: comment.minutes,
        )
        for entry in _read()
    }


@cache
def _read() -> list[dict[str, Any]]:
    text = (resources.files("palabre.web") / "demo" / "articles.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["articles"])


def _day(at: datetime, words: Catalogue) -> str:
    return words.moment(at)
