"""What keeps the house running asks here."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from palabre.web.house import House
from palabre.web.metrics import Metrics


@get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer while the process lives."""
    return {"status": "ok"}


def routes(house: House, metrics: Metrics) -> list[HTTPRouteHandler]:
    """Return the handlers for operators."""
    del house, metrics
    return [healthz]
