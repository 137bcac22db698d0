"""The calls that programs may make, as one table: parameters, bodies, answers, problems.

``/openapi.json`` is made from it; tests hold it against the routes and against real answers.
"""

from palabre.application.ports import Sort
from palabre.domain.errors import Code
from palabre.web import wire
from palabre.web.call import LAST_EVENT, OPERATORS, STORE_PROBLEMS, Call, Json
from palabre.web.calls_law import report_call
from palabre.web.calls_pseudonyms import pseudonym_calls
from palabre.web.house import House
from palabre.web.intake import MAX_CURSOR

_STORE = STORE_PROBLEMS
_QUERY = (Code.BAD_FIELD, Code.UNREADABLE_TEXT)
_BODY = (
    Code.BAD_JSON,
    Code.BAD_FIELD,
    Code.UNKNOWN_FIELD,
    Code.UNREADABLE_TEXT,
    Code.BODY_TOO_LARGE,
    Code.BODY_LATE,
    Code.UNSUPPORTED_MEDIA_TYPE,
    Code.FORGED_REQUEST,
    Code.TOO_MANY_REQUESTS,
)
_THREAD = (Code.BAD_ADDRESS, Code.UNKNOWN_SITE)
_WORDS = (Code.TEXT_EMPTY, Code.TEXT_TOO_LONG)
_SIGNATURE = (
    Code.NAME_REQUIRED,
    Code.NAME_TOO_LONG,
    Code.NAME_RESERVED,
    Code.NAME_KEPT,
    Code.EMAIL_REQUIRED,
    Code.EMAIL_INVALID,
)
_CURSOR: Json = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]+$",
    "minLength": 1,
    "maxLength": MAX_CURSOR,
}
_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A secret of the sender: the same post with it is stored once in 24 hours.",
    "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 16, "maxLength": 200},
}
_DOOR = (Code.CLOSED_NOW, Code.SUSPENDED, Code.BANNED)
_PROOF = (Code.PROOF_WANTED, Code.PROOF_WRONG, Code.PROOF_EXPIRED, Code.PROOF_USED)
_PARENT = (Code.PARENT_UNKNOWN, Code.PARENT_ELSEWHERE, Code.REPLY_TOO_DEEP)


def calls(house: House) -> tuple[Call, ...]:
    """Return the whole surface that programs may use."""
    url = _query("url", wire.URL_SCHEMA | {"type": "string"}, required=True)
    limit = _query(
        "limit",
        {
            "type": "integer",
            "minimum": 1,
            "maximum": wire.MAX_LIMIT,
            "default": house.config.page_size,
        },
    )
    after = _query("after", _CURSOR)
    sort = _query("sort", {"type": "string", "enum": [s.value for s in Sort], "default": "newest"})
    one = {
        "name": "comment_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    lang = _query("lang", {"type": "string"})
    page = (url, sort, limit, after)
    reading = (*_QUERY, *_THREAD, Code.BAD_CURSOR, Code.CURSOR_EXPIRED, *_STORE)
    acting = (Code.UNKNOWN_COMMENT, *_STORE)
    urls = _query(
        "url",
        {
            "type": "array",
            "items": wire.URL_SCHEMA | {"type": "string"},
            "minItems": 1,
            "maxItems": wire.MAX_URLS,
        },
        required=True,
    )
    comments, item = "/api/v1/comments", "/api/v1/comments/{comment_id}"
    return (
        Call(
            method="get",
            path=comments,
            name="readThread",
            summary="One page of a thread: roots in order, the first replies of each nested.",
            answer=wire.PageOut,
            parameters=page,
            problems=reading,
            cached=True,
        ),
        Call(
            method="post",
            path=comments,
            name="postComment",
            summary="Post a comment; it is judged at once, and held or refused with reasons.",
            answer=wire.PostedOut,
            status=201,
            body=wire.NewCommentBody,
            parameters=(lang, _IDEMPOTENCY_KEY),
            tokens=("author",),
            problems=(
                *_BODY,
                *_THREAD,
                *_WORDS,
                *_SIGNATURE,
                *_PARENT,
                Code.THREAD_CLOSED,
                *_DOOR,
                Code.SLOW_MODE,
                Code.KNOWN_READERS_ONLY,
                Code.IDEMPOTENCY_CONFLICT,
                *_PROOF,
                *_STORE,
            ),
        ),
        Call(
            method="post",
            path="/api/v1/subscriptions",
            name="subscribe",
            summary="Ask to be told by mail; the address itself is asked to confirm.",
            answer=wire.AskedOut,
            status=202,
            body=wire.SubscriptionBody,
            parameters=(lang,),
            tokens=("author",),
            problems=(
                *_BODY,
                *_THREAD,
                Code.EMAIL_REQUIRED,
                Code.EMAIL_INVALID,
                Code.UNKNOWN_COMMENT,
                Code.PARENT_ELSEWHERE,
                Code.MAIL_OFF,
                *_STORE,
            ),
        ),
        *pseudonym_calls(lang, _BODY, (*_THREAD, *_SIGNATURE)),
        Call(
            method="get",
            path=f"{comments}/mine",
            name="readMine",
            summary="What only this reader sees of the same page: own comments, own votes.",
            answer=wire.MineOut,
            parameters=(*page, lang),
            tokens=("author", "voter"),
            problems=reading,
        ),
        Call(
            method="get",
            path=item,
            name="readComment",
            summary="One comment; its author's token shows it in any state, with the reasons.",
            answer=wire.OneOut,
            parameters=(one, lang),
            tokens=("author",),
            problems=acting,
            cached=True,
        ),
        Call(
            method="patch",
            path=item,
            name="editComment",
            summary="Replace the words of a comment; it is judged again.",
            answer=wire.JudgedOut,
            body=wire.EditBody,
            parameters=(one, lang),
            tokens=("author",),
            problems=(
                *_BODY,
                *_WORDS,
                Code.NOT_YOURS,
                Code.EDIT_WINDOW_OVER,
                Code.THREAD_CLOSED,
                *_DOOR,
                Code.MOVE_IMPOSSIBLE,
                *acting,
            ),
        ),
        Call(
            method="delete",
            path=item,
            name="deleteComment",
            summary="Erase the words of a comment for good; replies below it stay.",
            answer=None,
            status=204,
            parameters=(one,),
            tokens=("author",),
            problems=(
                Code.NOT_YOURS,
                Code.FORGED_REQUEST,
                Code.TOO_MANY_REQUESTS,
                Code.MOVE_IMPOSSIBLE,
                *acting,
            ),
        ),
        Call(
            method="get",
            path=f"{item}/replies",
            name="readReplies",
            summary="A further page of the conversation below a root.",
            answer=wire.RepliesOut,
            parameters=(one, limit, after),
            problems=(*_QUERY, Code.BAD_CURSOR, *acting),
            cached=True,
        ),
        Call(
            method="put",
            path=f"{item}/vote",
            name="vote",
            summary="Vote for (1) or against (-1), or take the vote back (0).",
            answer=wire.VotedOut,
            body=wire.VoteBody,
            parameters=(one,),
            tokens=("voter",),
            problems=(*_BODY, Code.OWN_COMMENT, Code.THREAD_CLOSED, Code.CLOSED_NOW, *acting),
        ),
        Call(**report_call(item, one, (*_BODY, *_WORDS, *acting))),
        Call(
            method="get",
            path="/api/v1/counts",
            name="readCounts",
            summary="Published comments of up to 100 articles.",
            answer=wire.CountsOut,
            parameters=(urls,),
            problems=(*_QUERY, *_THREAD, *_STORE),
            cached=True,
            long=True,
        ),
        Call(
            method="get",
            path="/api/v1/passages",
            name="readPassages",
            summary="The passages of an article that were commented, with counts.",
            answer=wire.PassagesOut,
            parameters=(url,),
            problems=(*_QUERY, *_THREAD, *_STORE),
            cached=True,
        ),
        Call(
            method="get",
            path="/api/v1/events",
            name="followThread",
            summary="Server-sent events: the thread's version whenever it moves.",
            answer="text/event-stream",
            parameters=(url, LAST_EVENT),
            problems=(*_QUERY, *_THREAD, *_STORE),
        ),
        *OPERATORS,
    )


def _query(name: str, schema: Json, *, required: bool = False) -> Json:
    return {"name": name, "in": "query", "required": required, "schema": schema}
