"""The public JSON API."""

from litestar.handlers import HTTPRouteHandler

from palabre.web.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers of the public API."""
    del house
    return []
