"""Which language a request is answered in."""

from typing import Any

from litestar import Request

from palabre.domain.member import Member
from palabre.web.house import Catalogue, House
from palabre.web.visitors import MEMBER

# Pages that are not in every language, by the domain of messages they are made of: a language that
# lacks some of it is passed over there, so that no page speaks two at once.
_PARTLY = {"/desk": "desk", "/privacy": "privacy", "/my-data": "data", "/report": "law"}
_MAX_HEADER = 300
_FALLBACK = "en"
# Noted on a request whose words the browser chose: its answer does not fit everybody.
BY_BROWSER = "palabre_by_browser"


def catalogue_for(
    request: Request[Any, Any, Any], house: House, default: str | None = None
) -> Catalogue:
    """Return the words for this request.

    The reader's explicit ``?lang=`` wins; then what their own site says of a member; then the
    page's own language, so that a page reads as one and its address names one content; then what
    the browser prefers; then the house's language.
    """
    path = request.scope["path"]
    domain = next((d for begin, d in _PARTLY.items() if path.startswith(begin)), None)
    asked = _parameter(request.scope.get("query_string", b""))
    member = request.scope["state"].get(MEMBER)
    said = member.lang if isinstance(member, Member) else None
    for tag in (asked, said, default):
        found = _known(tag, house, domain) if tag else None
        if found is not None:
            return found
    request.scope["state"][BY_BROWSER] = True
    for tag in _preferred(request.headers.get("accept-language", "")):
        found = _known(tag, house, domain)
        if found is not None:
            return found
    return _known(house.config.lang, house, domain) or house.catalogues[_FALLBACK]


def _known(tag: str, house: House, domain: str | None) -> Catalogue | None:
    """Return the catalogue of the tag or of the language it is a variety of (fr-CA: fr)."""
    tags = {
        lang.lower(): catalogue
        for lang, catalogue in house.catalogues.items()
        if domain is None or catalogue.covers(domain)
    }
    wanted = tag.strip().lower()
    while wanted:
        if wanted in tags:
            return tags[wanted]
        wanted = wanted.rpartition("-")[0]
    return None


def _parameter(query: bytes) -> str | None:
    # Read by hand, since a query that does not decode must still get its answer in some language.
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name == b"lang":
            return value.decode("ascii", "ignore")
    return None


def _preferred(header: str) -> list[str]:
    """Return the tags of an Accept-Language header (RFC 9110, section 12.5.4), best first."""
    weighed: list[tuple[float, str]] = []
    for part in header[:_MAX_HEADER].split(","):
        tag, _, parameter = part.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if weight > 0:
            weighed.append((weight, tag))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]
