"""Perspective's protocol (Comment Analyzer API, v1alpha1), so that its clients can ask this house.

Scores are the judge's own, for attributes and languages that a model here can tell; for all others
the original's refusal is given, never a number. Nothing of a comment that is analysed is kept,
whatever ``doNotStore`` says; suggestscore keeps an example, attributed to its key.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.check_comment import Submission
from palabre.domain.client import ApiKey
from palabre.domain.decision import Decision, Evidence
from palabre.domain.errors import Code, Refusal
from palabre.moderation.language import primary
from palabre.moderation.rule import Rule
from palabre.web import errors
from palabre.web import perspective_wire as wire
from palabre.web.access_log import log_failure
from palabre.web.dialects import MAX_BODY, Asked, Dialects
from palabre.web.discovery import document
from palabre.web.house import House
from palabre.web.perspective_spans import evidence_for, units, whole
from palabre.web.perspective_wire import RpcError
from palabre.web.tongues import tongue_of

T = TypeVar("T")
_HOST: Final = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(:[0-9]{1,5})?")
_MEDIA: Final = "application/json; charset=UTF-8"
_FRESH: Final = {"Cache-Control": "no-store"}
_INVALID: Final = "INVALID_REQUEST"
_SCORE_TYPES: Final = frozenset({"PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"})
_NOT_SUPPORTED: Final = "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
_LANGUAGES_AT_MOST: Final = 20
_ATTRIBUTES_AT_MOST: Final = 100
_NO_KEY: Final = (
    "Method doesn't allow unregistered callers (callers without established identity). Please use "
    "API Key or other form of API consumer identity to call this API."
)
_BAD_KEY: Final = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "API_KEY_INVALID",
    "domain": "googleapis.com",
    "metadata": {"service": "commentanalyzer.googleapis.com"},
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without dialects has none."""
    if house.dialects is None:
        return []
    desk = Perspective(house, house.dialects)
    options: dict[str, Any] = {
        "status_code": 200,
        "request_max_body_size": MAX_BODY,
        "exception_handlers": {Exception: _refused},
    }
    return [
        post("/v1alpha1/comments:analyze", **options)(desk.analyze),
        post("/v1alpha1/comments:suggestscore", **options)(desk.suggest),
        get("/$discovery/rest", exception_handlers={Exception: _refused})(desk.discovery),
    ]


class Perspective:
    """The calls of the protocol."""

    def __init__(self, house: House, dialects: Dialects) -> None:
        self._dialects = dialects
        self._base = house.config.base_url

    async def discovery(self, request: Asked) -> Response[bytes]:
        """Return the description from which Google's clients build themselves."""
        version = request.query_params.get("version", "v1alpha1")
        if version != "v1alpha1":
            raise RpcError(f"Discovery document not found for version: {version[:40]}", code=404)
        return _answer(document(_root(request, self._base)))

    async def analyze(self, request: Asked) -> Response[bytes]:
        """Score a comment."""
        raw = await request.body()
        return await self._dialects.threads(self._analyze, _shown(request), raw)

    async def suggest(self, request: Asked) -> Response[bytes]:
        """Keep what a comment should have scored."""
        raw = await request.body()
        return await self._dialects.threads(self._suggest, _shown(request), raw)

    def _analyze(self, shown: str, raw: bytes) -> Response[bytes]:
        key = self._key(shown)
        asked = _decoded(raw, wire.AnalyzeBody)
        text = _text_of(asked.comment, asked.context)
        wanted = _wanted(asked)
        site = self._dialects.site(key)
        detected = tongue_of(text, site.lang if site else None)
        languages = _languages(asked.languages) or detected
        if not languages:
            raise RpcError("Unable to detect language", "LANGUAGE_DETECTION_FAILED")
        for name in wanted:
            self._require(name, languages, detected=not asked.languages)
        decision = self._judged(key, text, languages[0])
        self._dialects.count(key, "", calls=1)
        rules = self._dialects.check.rules.rules
        found = {
            name: said
            for name, parameters in wanted.items()
            if (said := _said(name, decision, text, asked, parameters, rules)) is not None
        }
        return _answer(
            wire.Analyzed(
                attribute_scores=found,
                languages=languages,
                detected_languages=detected,
                client_token=asked.client_token,
            )
        )

    def _judged(self, key: ApiKey, text: str, lang: str) -> Decision:
        check = self._dialects.check
        decision = check.judge(text, check.facts(key, Submission(text=text, lang=lang)))
        if decision.not_checked:
            # A model that fails leaves no score; inventing one would publish what it failed on.
            raise RpcError("The service is currently unavailable.", code=503)
        return decision

    def _suggest(self, shown: str, raw: bytes) -> Response[bytes]:
        key = self._key(shown)
        asked = _decoded(raw, wire.SuggestBody)
        text = _text_of(asked.comment, asked.context)
        if not asked.attribute_scores:
            raise RpcError("Missing attribute_scores", "NO_REQUESTED_ATTRIBUTES")
        site = self._dialects.site(key)
        detected = tongue_of(text, site.lang if site else None)
        requested = _languages(asked.languages)
        labels = {}
        for full_name, given in asked.attribute_scores.items():
            name = _known(full_name)
            score = given.summary_score
            if score is not None and not (math.isfinite(score.value) and 0 <= score.value <= 1):
                raise RpcError(f"Invalid score for attribute {name}", _INVALID)
            if score is not None and name in wire.ATTRIBUTES:
                labels[wire.ATTRIBUTES[name]] = float(score.value)
        lang = next(iter((*requested, *detected)), None)
        self._dialects.submit(key, text, lang=lang, labels=labels)
        self._dialects.count(key, "", calls=1)
        return _answer(
            wire.Suggested(
                client_token=asked.client_token,
                detected_languages=detected,
                requested_languages=requested,
            )
        )

    def _key(self, shown: str) -> ApiKey:
        if not shown:
            raise RpcError(_NO_KEY, code=403)
        key = self._dialects.key(shown)
        if key is None:
            raise RpcError("API key not valid. Please pass a valid API key.", detail=_BAD_KEY)
        return key

    def _require(self, name: str, languages: Sequence[str], *, detected: bool) -> None:
        """Refuse an attribute that no model here can tell in one of the languages."""
        score = wire.ATTRIBUTES.get(name)
        for lang in languages:
            if score is None or score not in self._dialects.attributes(primary(lang)):
                kind = "detectedLanguages" if detected else "requestedLanguages"
                told = {"attribute": name, kind: list(languages)}
                raise RpcError(
                    f"Attribute {name} does not support request languages: {', '.join(languages)}",
                    _NOT_SUPPORTED,
                    detail={"languageNotSupportedByAttributeError": told},
                )


def _said(
    name: str,
    decision: Decision,
    text: str,
    asked: wire.AnalyzeBody,
    parameters: wire.AttributeParameters,
    rules: Iterable[Rule],
) -> wire.AttributeScores | None:
    score = wire.ATTRIBUTES[name]
    value = decision.scores.get(score)
    if value is None:
        raise RpcError("The service is currently unavailable.", code=503)
    if value < parameters.score_threshold:
        return None
    evidence: tuple[Evidence, ...] = ()
    if asked.span_annotations:
        evidence = evidence_for(score, decision, rules)
    spans = units(text, evidence) or [whole(text, value)]
    return wire.AttributeScores(summary_score=wire.Score(value=value), span_scores=spans)


def _root(request: Asked, base: str) -> str:
    """Return the address that a client goes on with: the one it came by, as a rule the public one.

    Whoever has a hosts entry for the original's name, or tries another port, stays there.
    """
    public, host = urlsplit(base), request.headers.get("host", "")
    if host == public.netloc or not _HOST.fullmatch(host):
        return base
    return f"{public.scheme}://{host}"


def _shown(request: Asked) -> str:
    return request.query_params.get("key", "") or request.headers.get("x-goog-api-key", "")


def _decoded(raw: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    raise RpcError("Invalid JSON payload received.", code=400)


def _text_of(comment: wire.TextEntry, context: wire.Context | None) -> str:
    if context is not None and context.entries and context.article_and_parent_comment is not None:
        raise RpcError(
            "Only one of context.entries and context.article_and_parent_comment may be set",
            _INVALID,
        )
    if comment.type not in {wire.PLAIN, "TEXT_TYPE_UNSPECIFIED"}:
        raise RpcError("Currently, only 'PLAIN_TEXT' comments are supported", _INVALID)
    if not comment.text.strip():
        raise RpcError("Comment must be non-empty.", "COMMENT_EMPTY")
    raw = comment.text.encode("utf-8", "replace")
    if len(raw) > wire.MOST_BYTES:
        raise RpcError("Comment text too long.", "COMMENT_TOO_LONG")
    return raw.decode("utf-8")


def _wanted(asked: wire.AnalyzeBody) -> dict[str, wire.AttributeParameters]:
    if not asked.requested_attributes:
        raise RpcError("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    if len(asked.requested_attributes) > _ATTRIBUTES_AT_MOST:
        raise RpcError("Too many requested_attributes", _INVALID)
    wanted = {}
    for full_name, parameters in asked.requested_attributes.items():
        name = _known(full_name)
        parameters = parameters or wire.AttributeParameters()  # noqa: PLW2901 -- null is default
        if parameters.score_type not in {wire.PROBABILITY, "SCORE_TYPE_UNSPECIFIED"}:
            kind = parameters.score_type if parameters.score_type in _SCORE_TYPES else "UNKNOWN"
            raise RpcError(
                f"Requested score type {kind} is not supported by attribute {name}", _INVALID
            )
        wanted[name] = parameters
    return wanted


def _known(full_name: str) -> str:
    """Return an attribute's name without its version ("TOXICITY@6"), refusing what is none."""
    name = full_name.partition("@")[0]
    if name not in wire.ATTRIBUTES and name not in wire.UNSCORED:
        raise RpcError(f"Unknown requested attribute: {full_name[:100]}", _INVALID)
    return name


def _languages(asked: Sequence[str]) -> list[str]:
    """Return the languages that were asked for, as they were; refusing what are no tags."""
    for tag in asked[:_LANGUAGES_AT_MOST]:
        if not 2 <= len(tag) <= 35 or not tag.replace("-", "").replace("_", "").isalnum():  # noqa: PLR2004 -- BCP 47
            raise RpcError(f"Invalid language: {tag[:40]}", _INVALID)
    return list(dict.fromkeys(asked[:_LANGUAGES_AT_MOST]))


def _answer(body: object) -> Response[bytes]:
    return Response(msgspec.json.encode(body), media_type=_MEDIA, headers=_FRESH)


def _refused(request: Asked, error: Exception) -> Response[bytes]:
    """Turn any exception into an answer of this protocol."""
    if isinstance(error, RpcError):
        return wire.rpc(error)
    refusal = errors.refusal_of(error)
    if refusal.code is Code.INTERNAL:
        log_failure(error, request.scope)
    told: Callable[[str, int], Response[bytes]] = lambda m, c: wire.rpc(RpcError(m, code=c))  # noqa: E731
    if refusal.code in {Code.STORE_BUSY, Code.STORE_FULL, Code.STORE_FAILED}:
        return told("Quota exceeded: this server is busy, try again.", 429)
    if refusal.code is Code.BODY_TOO_LARGE:
        return told("Request payload size exceeds the limit.", 400)
    if isinstance(error, Refusal) or refusal.code is not Code.INTERNAL:
        return told(f"Request is invalid: {refusal.code}.", 400)
    return told("Internal error encountered.", 500)
