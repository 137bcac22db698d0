"""What a call of the API is, and the calls of those who keep the house running."""

from dataclasses import dataclass
from typing import Any

import msgspec

from palabre.domain.errors import Code
from palabre.web import wire

Json = dict[str, Any]

STORE_PROBLEMS = (Code.STORE_BUSY, Code.STORE_FULL, Code.STORE_FAILED)
LAST_EVENT: Json = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The last event that was heard: what moved since comes at once.",
    "schema": {"type": "string"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the API."""

    method: str
    path: str
    name: str
    summary: str
    answer: type[msgspec.Struct] | str | None
    problems: tuple[Code, ...] = ()
    body: type[msgspec.Struct] | None = None
    parameters: tuple[Json, ...] = ()
    status: int = 200
    tokens: tuple[str, ...] = ()
    cached: bool = False
    long: bool = False


OPERATORS = (
    Call(
        method="get",
        path="/healthz",
        name="health",
        summary="The process lives.",
        answer=wire.HealthOut,
    ),
    Call(
        method="get",
        path="/readyz",
        name="readiness",
        summary="The store answers and its schema is the present one.",
        answer=wire.HealthOut,
        problems=STORE_PROBLEMS,
    ),
    Call(
        method="get",
        path="/metrics",
        name="metrics",
        summary="Figures of this process for Prometheus; asked from elsewhere, 404.",
        answer="text/plain",
        problems=(Code.NOT_FOUND,),
    ),
    Call(
        method="get",
        path="/problems",
        name="problems",
        summary="The codes of all problems.",
        answer="text/plain",
    ),
    Call(
        method="get",
        path="/openapi.json",
        name="description",
        summary="This document.",
        answer="application/json",
    ),
)
