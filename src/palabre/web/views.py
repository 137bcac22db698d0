"""Placeholder: plain error pages until the templates are there."""

from html import escape

from litestar import Response

from palabre.domain.errors import Refusal
from palabre.web.errors import words
from palabre.web.house import Catalogue, House


def error_page(refusal: Refusal, catalogue: Catalogue, house: House) -> Response[str]:
    """Return a page that says what was refused and what to do."""
    del house
    title, remedy = words(refusal, catalogue)
    body = f"<!doctype html><title>{escape(title)}</title><h1>{escape(title)}</h1>{escape(remedy)}"
    return Response(body, media_type="text/html")
