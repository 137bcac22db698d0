"""What those who keep the house running ask: does it live, can it answer, how does it fare."""

import asyncio
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.domain.errors import Code, Refusal
from palabre.web import metrics as figures
from palabre.web.errors import PROBLEMS_PATH, STATUS
from palabre.web.house import Catalogue, House
from palabre.web.metrics import Metrics
from palabre.web.openapi import document
from palabre.web.visitors import may_see_figures
from palabre.web.wire import HealthOut

_VALUES = 5  # in one title, at most
_FRESH = {"Cache-Control": "no-store"}


def routes(house: House, metrics: Metrics) -> list[HTTPRouteHandler]:
    """Return the handlers for operators."""
    desk = Operations(house, metrics)
    return [
        get("/healthz")(desk.healthz),
        get("/readyz")(desk.readyz),
        get("/metrics")(desk.metrics),
        get("/openapi.json")(desk.openapi),
        get(PROBLEMS_PATH)(desk.problems),
    ]


class Operations:
    """The calls of operators, and the API's own description."""

    def __init__(self, house: House, metrics: Metrics) -> None:
        self._house = house
        self._metrics = metrics
        self._document = msgspec.json.encode(document(house))

    async def healthz(self) -> Response[bytes]:
        """Tell that the process lives; nothing else is asked, so that a slow store kills nobody."""
        return _json(HealthOut(status="ok"))

    async def readyz(self) -> Response[bytes]:
        """Tell that the store answers and has the schema that this program knows."""
        await asyncio.to_thread(self._house.check)
        return _json(HealthOut(status="ready"))

    async def metrics(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Return the figures of this process for Prometheus, to those who may see them."""
        if not may_see_figures(request, self._house):
            raise Refusal(Code.NOT_FOUND)
        return Response(
            self._metrics.exposition(), media_type=figures.MEDIA_TYPE, headers=dict(_FRESH)
        )

    async def openapi(self) -> Response[bytes]:
        """Return the description of the API (OpenAPI 3.1)."""
        return Response(
            self._document,
            media_type="application/json",
            headers={"Cache-Control": "public, max-age=300"},
        )

    async def problems(self) -> Response[bytes]:
        """Return the codes of all problems: what the ``type`` of a problem document leads to."""
        words = self._house.catalogues["en"]
        lines = [f"{code}  {STATUS[code]}  {_title(code, words)}" for code in Code]
        return Response(
            "\n".join([*lines, ""]).encode(),
            media_type="text/plain",
            headers={"Cache-Control": "public, max-age=300"},
        )


def _title(code: Code, words: Catalogue) -> str:
    """Return a code's title, with a mark where a refusal would say how much or until when."""
    values: dict[str, object] = {}
    for _ in range(_VALUES):
        try:
            return words.say(f"error.{code}.title", **values)
        except KeyError as missing:
            values[str(missing.args[0])] = "…"
    return words.say(f"error.{code}.title", **values)


def _json(content: msgspec.Struct) -> Response[bytes]:
    return Response(
        msgspec.json.encode(content), media_type="application/json", headers=dict(_FRESH)
    )
