"""Placeholder: no pages yet."""

from litestar.handlers import HTTPRouteHandler

from palabre.web.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return no handlers."""
    del house
    return []
