"""The messages of the public API, as they go over the wire and as ``/openapi.json`` tells them.

What a client may send is closed: a field that is not named here is refused, so that a client's slip
is found and no later field can be smuggled in.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from palabre.web.anchors import AnchorBody, AnchorOut

MAX_LIMIT = 500
MAX_URLS = 100

URL_SCHEMA = {"format": "uri", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s]+$", "maxLength": 2000}

ArticleUrl = Annotated[
    str,
    Meta(
        description="Address of the article; its origin must belong to a registered site.",
        extra_json_schema=URL_SCHEMA,
    ),
]
CommentText = Annotated[
    str,
    Meta(
        description="The comment: Markdown subset (emphasis, lists, quotes, code, links).",
        extra_json_schema={"minLength": 1, "maxLength": 10_000},
    ),
]
Vote = Literal[-1, 0, 1]
Notify = Literal["comment", "mine", "everywhere", "thread"]
Subject = Annotated[
    str | None,
    Meta(description="Leave it out: whoever fills it in is taken for a machine, and looked at."),
]
Seconds = Annotated[
    float | None,
    Meta(description="Seconds between the first letter and sending; what cannot be is ignored."),
]
Proof = Annotated[
    str | None,
    Meta(
        description="ALTCHA's payload in base64, in answer to `proof_wanted`; or `none` where that "
        "cannot be had: then a moderator reads the comment first."
    ),
]
CommentId = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]


class NewCommentBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A comment to post. ``title`` and ``lang`` are believed from a registered origin only.

    ``notify``: what its author wants to be told of by mail; it needs ``email``. ``anchor``: the
    passage of the article that it is about (W3C Web Annotation selectors); not for answers.
    ``keep``: ``email`` is asked whether it keeps ``name`` for this author.
    ``subject`` and ``seconds`` are for the judge: a form has the first for programs that fill in
    whatever they find; the second is the time since its reader began to write.
    """

    url: ArticleUrl
    text: CommentText
    title: str | None = None
    lang: str | None = None
    parent: str | None = None
    name: str | None = None
    email: str | None = None
    notify: Notify | None = None
    keep: bool = False
    anchor: AnchorBody | None = None
    subject: Subject = None
    seconds: Seconds = None
    proof: Proof = None


class SubscriptionBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What somebody wants to be told of by mail; ``comment`` for that kind only."""

    url: ArticleUrl
    email: str
    kind: Notify
    comment: str | None = None
    title: str | None = None
    lang: str | None = None


class AskedOut(msgspec.Struct, kw_only=True):
    """The address is asked by mail, unless it must be left alone: that is not told."""

    status: Literal["asked"]


class EditBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The new words of a comment."""

    text: CommentText
    subject: Subject = None


class VoteBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A vote: for, against, or taken back."""

    value: Vote


class CommentOut(msgspec.Struct, kw_only=True):
    """A comment as readers see it.

    A comment that is gone but has answers keeps its place with ``status`` "removed" and no words.
    ``name`` null: a guest. ``replies_count`` counts the published comments below, for a root all of
    them and for others those shown; ``replies_next`` is the cursor to the rest below a root.
    ``anchor``: the passage it is about; null: the whole article. ``pinned``, ``featured``: lifted
    out by the newsroom. ``badge``: what the author's own site says of them. ``kept``: ``name`` is
    a pseudonym that its author keeps by a verified mail address.
    """

    id: CommentId
    parent: str | None
    depth: int
    status: Literal["published", "removed", "held", "refused"]
    name: str | None
    staff: bool
    html: str | None
    text: str | None
    lang: str | None
    created_at: datetime
    edited_at: datetime | None
    score: int
    up: int
    down: int
    replies: list["CommentOut"]
    replies_count: int
    replies_next: str | None
    permalink: str
    anchor: AnchorOut | None = None
    pinned: bool = False
    featured: bool = False
    badge: str | None = None
    kept: bool = False


class ModeOut(msgspec.Struct, kw_only=True):
    """How comments are taken at present.

    ``held``: each waits for a moderator; ``known_readers``: nobody else may write; ``minutes``
    between two comments of one author; ``proof``: guests compute for a moment first. ``opens_at``:
    closed until then, ``shuts_at``: open until then.
    """

    held: bool
    known_readers: bool
    minutes: int | None
    proof: bool
    opens_at: datetime | None
    shuts_at: datetime | None
    why: list[Literal["surge", "subject", "abuse", "absent"]]


class PageOut(msgspec.Struct, kw_only=True):
    """One page of a thread: the same for everybody.

    ``pinned``: conversations to be shown before all others, on the first page; they are among
    ``comments`` as well, each in its place, so that paging neither repeats nor skips.
    """

    url: str
    title: str
    count: int
    sort: Literal["newest", "oldest", "top"]
    comments: list[CommentOut]
    next: str | None
    open: bool
    mode: ModeOut | None = None
    pinned: list[CommentOut] = []


class RepliesOut(msgspec.Struct, kw_only=True):
    """A further page of the conversation below a root."""

    root: CommentId
    replies: list[CommentOut]
    count: int
    next: str | None


class ThreadOut(msgspec.Struct, kw_only=True):
    """Where a comment stands."""

    url: str
    title: str
    count: int
    open: bool


class OneOut(msgspec.Struct, kw_only=True):
    """One comment; ``reasons`` and ``rules`` are filled for its author only."""

    comment: CommentOut
    thread: ThreadOut
    reasons: list[str]
    rules: list[str]


class OwnOut(msgspec.Struct, kw_only=True):
    """A comment of the reader who asks, with what was decided on it and why."""

    comment: CommentOut
    reasons: list[str]
    rules: list[str]


class MineOut(msgspec.Struct, kw_only=True):
    """What only this reader sees of a thread."""

    comments: list[OwnOut]
    votes: dict[str, Vote]


class JudgedOut(msgspec.Struct, kw_only=True):
    """What became of an edited comment."""

    id: CommentId
    status: Literal["published", "held", "refused"]
    reasons: list[str]
    rules: list[str]
    comment: CommentOut
    permalink: str


class PostedOut(JudgedOut, kw_only=True):
    """What became of a new comment. ``token`` is the author's secret: keep it to edit or delete.

    ``notify`` "asked": the address is asked by mail whether it wants to be told; "not_now": it
    cannot be asked now, the comment stands; null: nothing was wished for. ``keep`` likewise.
    """

    token: str
    notify: Literal["asked", "not_now"] | None = None
    keep: Literal["asked", "not_now"] | None = None


class VotedOut(msgspec.Struct, kw_only=True):
    """How the comment stands after a vote. ``voter`` is sent back as ``Palabre-Voter``."""

    up: int
    down: int
    score: int
    value: Vote
    voter: str


class CountsOut(msgspec.Struct, kw_only=True):
    """Published comments per address, as the addresses were given."""

    counts: dict[str, int]


class MarkOut(msgspec.Struct, kw_only=True):
    """A passage that was commented, with the number of comments on it, answers included."""

    anchor: AnchorOut
    count: int


class PassagesOut(msgspec.Struct, kw_only=True):
    """The passages of an article that were commented, the one last commented first."""

    passages: list[MarkOut]


class HealthOut(msgspec.Struct, kw_only=True):
    """Whether the process lives, or the house can answer."""

    status: Literal["ok", "ready"]
