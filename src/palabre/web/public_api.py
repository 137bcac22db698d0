"""The public JSON API: read, post, edit, delete, vote, count.

Each call decodes on the event loop, runs one use case in one thread hop, and encodes. What
everybody sees is apart from what one reader sees, so that the first can be cached.
"""

import asyncio
from typing import Any, cast

from litestar import Request, Response, delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler

from palabre.application.post_comment import NewComment
from palabre.application.read_thread import Mine, ThreadPage
from palabre.domain.person import Viewer
from palabre.web import answers, showing, subscribing, visitors
from palabre.web.anchors import passage_of
from palabre.web.basis import rests_on_page, rests_on_thread
from palabre.web.forms import is_own_origin
from palabre.web.house import House
from palabre.web.intake import Query, read_json
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter
from palabre.web.pseudonyms import checked_keep, keep_with_comment
from palabre.web.wire import (
    MAX_LIMIT,
    MAX_URLS,
    CountsOut,
    EditBody,
    MineOut,
    NewCommentBody,
    OneOut,
    RepliesOut,
    VoteBody,
    VotedOut,
)

PREFIX = "/api/v1"
PACKED = "Accept-Encoding"  # these also go out compressed, from memory: kept.py

Asked = Request[Any, Any, Any]
Answer = Response[bytes]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers of the public API."""
    api = PublicApi(house)
    one = f"{PREFIX}/comments/{{comment_id:str}}"
    return [
        get(f"{PREFIX}/comments")(api.page),
        post(f"{PREFIX}/comments")(api.post),
        get(f"{PREFIX}/comments/mine")(api.mine),
        get(one)(api.one),
        patch(one)(api.edit),
        delete(one, status_code=200)(api.delete),
        get(f"{one}/replies")(api.replies),
        put(f"{one}/vote")(api.vote),
        get(f"{PREFIX}/counts")(api.counts),
    ]


class PublicApi:
    """The calls, with the house they are answered by."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._limiter = Limiter(house)

    async def page(self, request: Asked) -> Answer:
        """Return one page of a thread."""
        return await asyncio.to_thread(self._public_page, request)

    async def mine(self, request: Asked) -> Answer:
        """Return what only this reader sees of a page: own comments, own votes."""
        query = Query(request.scope["query_string"])
        viewer = visitors.viewer_of(request, self._house)
        mine = await asyncio.to_thread(self._mine, query, viewer)
        catalogue = catalogue_for(request, self._house)
        own = [showing.own_out(self._house, s, r, catalogue) for s, r in mine.comments]
        return answers.private(MineOut(comments=own, votes=dict(mine.votes)))

    async def one(self, request: Asked) -> Answer:
        """Return one comment; its author sees it in any state, with the reasons."""
        viewer = visitors.viewer_of(request, self._house)
        found, record = await asyncio.to_thread(self._house.read.comment, _id_in(request), viewer)
        own = showing.own_out(
            self._house, found.stored, record, catalogue_for(request, self._house)
        )
        content = OneOut(
            comment=own.comment,
            thread=showing.thread_out(self._house, found),
            reasons=own.reasons,
            rules=own.rules,
        )
        if viewer.author_key is not None:
            return answers.private(content)
        return answers.public(request, content, vary="Authorization, Cookie")

    async def replies(self, request: Asked) -> Answer:
        """Return a further page of the conversation below a root."""
        query = Query(request.scope["query_string"])
        limit = query.number("limit", default=self._house.config.page_size, maximum=MAX_LIMIT)
        node = await asyncio.to_thread(
            self._house.read.replies, _id_in(request), limit=limit, after=query.cursor()
        )
        rests_on_thread(request, self._house, node.stored.comment.thread_id)
        root = showing.comment_out(self._house, node.stored, node)
        content = RepliesOut(
            root=root.id, replies=root.replies, count=root.replies_count, next=node.next
        )
        return answers.public(request, content, vary=PACKED)

    async def post(self, request: Asked) -> Answer:
        """Judge and store a comment; held and refused are answers too, with their reasons."""
        body = await read_json(request, NewCommentBody)
        subscribing.checked_notify(self._house, body.notify, body.email)
        member = visitors.member_of(request)
        keep = checked_keep(self._house, body.keep, body.name, body.email, member)
        key = request.headers.get("idempotency-key")
        # A solved challenge was counted when it was given out; its answer is no further comment.
        is_solved = self._house.post.door.is_solved(body.proof, body.url, key, self._house.clock())
        await self._limiter.hit("proof" if is_solved else "post", request)
        new = NewComment(
            url=body.url,
            text=body.text,
            title=body.title,
            lang=body.lang,
            parent=body.parent,
            name=body.name,
            member=member,
            email=body.email,
            token=visitors.author_token(request),
            source=visitors.source_of(request, self._house),
            vouched=visitors.is_vouched(request, self._house, body.url),
            connection=visitors.connection_of(request, self._house),
            passage=passage_of(body.anchor),
            seconds=body.seconds,
            trap=bool(body.subject),
            proof=body.proof,
        )
        posted = await self._house.writers(self._house.post, new, idempotency_key=key)
        catalogue = catalogue_for(request, self._house, body.lang)
        content = showing.posted_out(self._house, posted, catalogue)
        content.notify = await subscribing.with_comment(
            request,
            self._house,
            self._limiter,
            posted,
            notify=body.notify,
            email=body.email,
            words=catalogue,
        )
        content.keep = await keep_with_comment(
            request,
            self._house,
            self._limiter,
            posted,
            keep=keep,
            email=body.email,
            lang=catalogue.lang,
        )
        answer = answers.private(
            content,
            status=201,
            headers={
                "Location": f"{PREFIX}/comments/{posted.stored.comment.id}",
                "Content-Language": catalogue.lang,
            },
        )
        if self._is_own_page(request):
            answer.cookies.append(visitors.author_cookie(posted.token, self._house))
        return answer

    async def edit(self, request: Asked) -> Answer:
        """Replace the words of a comment and judge it again."""
        body = await read_json(request, EditBody)
        await self._limiter.hit("edit", request)
        viewer = visitors.viewer_of(request, self._house)
        connection = visitors.connection_of(request, self._house)
        edited = await self._house.writers(
            self._house.edit,
            _id_in(request),
            body.text,
            viewer,
            connection,
            trap=bool(body.subject),
        )
        catalogue = catalogue_for(request, self._house, edited.stored.comment.lang)
        return answers.private(
            showing.judged_out(self._house, edited.stored, edited.record, catalogue),
            headers={"Content-Language": catalogue.lang},
        )

    async def delete(self, request: Asked) -> Answer:
        """Erase the words of a comment for good."""
        await self._limiter.hit("edit", request)
        viewer = visitors.viewer_of(request, self._house)
        connection = visitors.connection_of(request, self._house)
        await self._house.writers(self._house.edit.delete, _id_in(request), viewer, connection)
        return answers.nothing()

    async def vote(self, request: Asked) -> Answer:
        """Set or take back a vote; the first one brings the voter's token."""
        body = await read_json(request, VoteBody)
        await self._limiter.hit("vote", request)
        voted = await self._house.writers(
            self._house.vote,
            _id_in(request),
            body.value,
            voter=visitors.voter_token(request),
            viewer=visitors.viewer_of(request, self._house),
        )
        tally = voted.tally
        answer = answers.private(
            VotedOut(
                up=tally.up,
                down=tally.down,
                score=tally.score,
                value=tally.mine,
                voter=voted.token,
            )
        )
        if self._is_own_page(request):
            answer.cookies.append(visitors.voter_cookie(voted.token, self._house))
        return answer

    def _is_own_page(self, request: Asked) -> bool:
        # The element on a page of this server: its reader's next plain page must know them too.
        # Everywhere else the secret is the caller's to keep, and a cookie would be a third party's.
        return is_own_origin(request.headers.get("origin", ""), request, self._house)

    async def counts(self, request: Asked) -> Answer:
        """Return the number of published comments of many articles at once."""
        urls = Query(request.scope["query_string"]).several("url", maximum=MAX_URLS)
        counts = await asyncio.to_thread(self._house.read.counts, urls)
        rests_on_thread(request, self._house)
        return answers.public(request, CountsOut(counts=counts), vary=PACKED)

    def _public_page(self, request: Asked) -> Answer:
        # Encoding a page takes as long as reading it: both in the thread, off the event loop.
        query = Query(request.scope["query_string"])
        page = self._page(query)
        rests_on_page(request, self._house, page)
        content = showing.page_out(self._house, page, is_first=query.cursor() is None)
        return answers.public(request, content, vary=PACKED)

    def _page(self, query: Query) -> ThreadPage:
        limit = query.number("limit", default=self._house.config.page_size, maximum=MAX_LIMIT)
        return self._house.read.page(
            query.required("url"), query.sort(), limit=limit, after=query.cursor()
        )

    def _mine(self, query: Query, viewer: Viewer) -> Mine:
        page = self._page(query)
        if page.thread is None:
            return Mine(comments=(), votes={})
        return self._house.read.mine(page.thread, page.nodes, viewer)


def _id_in(request: Asked) -> str:
    return cast("str", request.path_params["comment_id"])
