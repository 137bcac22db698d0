"""Perspective's messages as they go over the wire, and its errors (google.rpc.Status).

What has no model here is refused in the words of the original, which clients search for: they drop
the attribute and ask again.
"""

from typing import Any, Final

import msgspec
from litestar import Response

ERROR_TYPE: Final = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
MOST_BYTES: Final = 20_480  # of a comment, in UTF-8
PLAIN: Final = "PLAIN_TEXT"
PROBABILITY: Final = "PROBABILITY"
_STATUS: Final = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}

# Production attributes, and those of ours that others have by another name, with our scores.
ATTRIBUTES: Final = {
    "TOXICITY": "toxicity",
    "IDENTITY_ATTACK": "hate",
    "INSULT": "insult",
    "PROFANITY": "profanity",
    "THREAT": "threat",
    "SEXUALLY_EXPLICIT": "sexual",
    "SPAM": "spam",
}
# Attributes that exist, and that nothing here can score.
UNSCORED: Final = frozenset(
    [
        "SEVERE_TOXICITY",
        "TOXICITY_FAST",
        "TOXICITY_EXPERIMENTAL",
        "SEVERE_TOXICITY_EXPERIMENTAL",
        "IDENTITY_ATTACK_EXPERIMENTAL",
        "INSULT_EXPERIMENTAL",
        "PROFANITY_EXPERIMENTAL",
        "THREAT_EXPERIMENTAL",
        "FLIRTATION",
        "ATTACK_ON_AUTHOR",
        "ATTACK_ON_COMMENTER",
        "INCOHERENT",
        "INFLAMMATORY",
        "LIKELY_TO_REJECT",
        "OBSCENE",
        "UNSUBSTANTIAL",
        "AFFINITY_EXPERIMENTAL",
        "COMPASSION_EXPERIMENTAL",
        "CONSTRUCTIVE_EXPERIMENTAL",
        "CURIOSITY_EXPERIMENTAL",
        "NUANCE_EXPERIMENTAL",
        "PERSONAL_STORY_EXPERIMENTAL",
        "REASONING_EXPERIMENTAL",
        "RESPECT_EXPERIMENTAL",
        "ALIENATION_EXPERIMENTAL",
        "FEARMONGERING_EXPERIMENTAL",
        "GENERALIZATION_EXPERIMENTAL",
        "MORAL_OUTRAGE_EXPERIMENTAL",
        "POWER_APPEAL_EXPERIMENTAL",
        "SCAPEGOATING_EXPERIMENTAL",
    ]
)


class TextEntry(msgspec.Struct, kw_only=True, rename="camel"):
    """A text, with its kind."""

    text: str = ""
    type: str = PLAIN


class ArticleAndParent(msgspec.Struct, kw_only=True, rename="camel"):
    """One of the two kinds of context."""

    article: TextEntry | None = None
    parent_comment: TextEntry | None = None


class Context(msgspec.Struct, kw_only=True, rename="camel"):
    """What a comment answers; taken, and not used for scoring."""

    entries: list[TextEntry] = []
    article_and_parent_comment: ArticleAndParent | None = None


class AttributeParameters(msgspec.Struct, kw_only=True, rename="camel"):
    """How an attribute is wanted; a score below the threshold is left out."""

    score_type: str = PROBABILITY
    score_threshold: float = 0.0


class AnalyzeBody(msgspec.Struct, kw_only=True, rename="camel"):
    """What is asked of ``comments:analyze``. Unknown keys are passed over, as the original does."""

    comment: TextEntry = msgspec.field(default_factory=TextEntry)
    context: Context | None = None
    requested_attributes: dict[str, AttributeParameters | None] = {}
    languages: list[str] = []
    do_not_store: bool = False
    client_token: str | None = None
    session_id: str | None = None
    community_id: str | None = None
    span_annotations: bool = False


class Score(msgspec.Struct, kw_only=True):
    """A score: 0 to 1."""

    value: float
    type: str = PROBABILITY


class SpanScore(msgspec.Struct, kw_only=True):
    """A passage: UTF-16 units, ``end`` exclusive."""

    begin: int
    end: int
    score: Score


class AttributeScores(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """What is said of one attribute."""

    summary_score: Score | None = None
    span_scores: list[SpanScore] = []


class Analyzed(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """The answer to ``comments:analyze``."""

    attribute_scores: dict[str, AttributeScores] = {}
    languages: list[str] = []
    detected_languages: list[str] = []
    client_token: str | None = None


class GivenScores(msgspec.Struct, kw_only=True, rename="camel"):
    """What somebody thinks an attribute should have scored; passages are passed over."""

    summary_score: Score | None = None
    span_scores: list[SpanScore] = []


class SuggestBody(msgspec.Struct, kw_only=True, rename="camel"):
    """What is asked of ``comments:suggestscore``."""

    comment: TextEntry = msgspec.field(default_factory=TextEntry)
    context: Context | None = None
    attribute_scores: dict[str, GivenScores] = {}
    languages: list[str] = []
    community_id: str | None = None
    client_token: str | None = None
    session_id: str | None = None


class Suggested(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """The answer to ``comments:suggestscore``: it says ``requestedLanguages``, not languages."""

    client_token: str | None = None
    detected_languages: list[str] = []
    requested_languages: list[str] = []


class RpcError(Exception):
    """A refusal in this protocol. ``kind`` is its ``errorType``, None for those of the platform."""

    def __init__(
        self,
        message: str,
        kind: str | None = None,
        *,
        code: int = 400,
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.kind, self.code, self.detail = message, kind, code, detail


def rpc(error: RpcError) -> Response[bytes]:
    """Return the answer that carries a refusal."""
    status: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "status": _STATUS[error.code],
    }
    if error.kind is not None:
        status["details"] = [{"@type": ERROR_TYPE, "errorType": error.kind, **(error.detail or {})}]
    elif error.detail is not None:
        status["details"] = [error.detail]
    headers = {"Cache-Control": "no-store"}
    if error.code == 429:  # noqa: PLR2004 -- the number is the name
        headers["Retry-After"] = "1"
    return Response(
        msgspec.json.encode({"error": status}),
        status_code=error.code,
        media_type="application/json; charset=UTF-8",
        headers=headers,
    )
