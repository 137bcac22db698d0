"""Who asks, as far as a request can tell: an author or a voter by token, a source by address.

Readers have no accounts. A token arrives in a header (the element, API clients) or in a cookie
(the pages without JavaScript); a cookie is set only after its reader has acted.
"""

import re
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, Literal

from litestar import Request
from litestar.datastructures import Cookie

from palabre.application import tokens
from palabre.application.sealed_store import Connection
from palabre.domain.address import canonical
from palabre.domain.errors import Refusal
from palabre.domain.member import Member
from palabre.domain.person import Viewer
from palabre.web.house import House

AUTHOR_COOKIE = "palabre_author"
VOTER_COOKIE = "palabre_voter"
VOTER_HEADER = "Palabre-Voter"
MEMBER_COOKIE = "palabre_member"
# Set at the desk, for all paths: pages show a way there. It is worth nothing else.
NEWSROOM_COOKIE = "palabre_newsroom"
MEMBER_HEADER = "Palabre-Member"
# Noted on a request by ``sign_on.Members``: the member, or why the token does not hold.
MEMBER = "palabre_member"

_YEAR = 365 * 24 * 3600
# What tokens.new_token() makes is 43 characters; anything else was never ours and opens nothing.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,128}")
_PORT = re.compile(r"[0-9]{1,5}")
_PASSED_ON = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
_IPV6_HOME = 64  # a household or a machine gets a /64: counting single addresses counts nothing


class PartitionedCookie(Cookie):
    """A cookie that a framed page keeps per embedding site (CHIPS).

    Python 3.11's http.cookies does not know the attribute, so it is written behind the others.
    """

    def to_header(self, **kwargs: Any) -> str:  # noqa: ANN401 -- the parent's signature
        """Return the header's value with ``Partitioned``."""
        return f"{super().to_header(**kwargs)}; Partitioned"

    # A dataclass's child that defines no fields keeps the parent's comparison.
    __hash__ = Cookie.__hash__


def viewer_of(request: Request[Any, Any, Any], house: House) -> Viewer:  # noqa: ARG001 -- contract
    """Return the reader as the permission table knows them: by the hashes of their tokens."""
    author, voter = author_token(request), voter_token(request)
    member = request.scope["state"].get(MEMBER)
    return Viewer(
        author_key=tokens.key_of(author) if author else None,
        voter_key=tokens.key_of(voter) if voter else None,
        staff_of=member.site_id if isinstance(member, Member) and member.is_staff else None,
    )


def author_token(request: Request[Any, Any, Any]) -> str | None:
    """Return the author's secret: a member's own, ``Authorization: Bearer``, else the cookie."""
    member = request.scope["state"].get(MEMBER)
    if isinstance(member, Member):
        return member.token
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _wellformed(value.strip())
    return _wellformed(request.cookies.get(AUTHOR_COOKIE, ""))


def member_of(request: Request[Any, Any, Any]) -> Member | None:
    """Return who signed on at their own site, or refuse a token that does not hold."""
    found = request.scope["state"].get(MEMBER)
    if isinstance(found, Refusal):
        raise found
    return found if isinstance(found, Member) else None


def signed_name(request: Request[Any, Any, Any], site_id: str) -> str | None:
    """Return the name under which a member of this site writes."""
    found = request.scope["state"].get(MEMBER)
    return found.name if isinstance(found, Member) and found.site_id == site_id else None


def has_been_at_desk(request: Request[Any, Any, Any]) -> bool:
    """Tell whether this browser has a session at the desk, or says so."""
    return NEWSROOM_COOKIE in request.cookies


def is_of_newsroom(request: Request[Any, Any, Any], site_id: str) -> bool:
    """Tell whether a way to the desk is shown; who may do what is asked there."""
    found = request.scope["state"].get(MEMBER)
    is_staff = isinstance(found, Member) and found.site_id == site_id and found.is_staff
    return is_staff or has_been_at_desk(request)


def newsroom_cookie(house: House) -> Cookie:
    """Return the cookie by which pages show a way to the desk, for as long as a session lasts."""
    return Cookie(
        key=NEWSROOM_COOKIE,
        value="1",
        max_age=int(house.config.session_length.total_seconds()),
        httponly=True,
        secure=house.config.base_url.startswith("https:"),
        samesite="lax",
    )


def voter_token(request: Request[Any, Any, Any]) -> str | None:
    """Return the voter's secret: header ``Palabre-Voter``, else the cookie."""
    header = request.headers.get(VOTER_HEADER.lower())
    return _wellformed(header if header is not None else request.cookies.get(VOTER_COOKIE, ""))


def author_cookie(token: str, house: House) -> Cookie:
    """Return the cookie that lets the pages recognise an author."""
    return _cookie(AUTHOR_COOKIE, token, house)


def voter_cookie(token: str, house: House) -> Cookie:
    """Return the cookie that lets the pages recognise a voter."""
    return _cookie(VOTER_COOKIE, token, house)


def client_address(request: Request[Any, Any, Any], house: House) -> str | None:
    """Return the address that the request came from, seen past the trusted proxies.

    Of ``X-Forwarded-For`` only what trusted proxies appended counts: the rightmost entry that is
    not itself one of them. Whatever stands left of it was written by the client.
    """
    here = request.scope.get("client")
    if not here:
        return None
    seen = _seen(request, house)
    if seen is None:
        return str(here[0])
    if isinstance(seen, IPv6Address):
        return str(ip_network((seen, _IPV6_HOME), strict=False))
    return str(seen)


def may_see_figures(request: Request[Any, Any, Any], house: House) -> bool:
    """Tell whether the request comes from where ``metrics_from`` says.

    What came through a proxy that nobody named would seem to come from the proxy, so it is refused.
    """
    allowed = house.config.metrics_from
    if "*" in allowed:
        return True
    peer, seen = _parsed((request.scope.get("client") or ("",))[0]), _seen(request, house)
    if peer is None or seen is None:
        return False
    passed_on = any(name in request.headers for name in _PASSED_ON)
    if passed_on and not _trusted(peer, _networks(house.config.trusted_proxies)):
        return False
    return _trusted(seen, _networks(allowed))


def source_of(request: Request[Any, Any, Any], house: House) -> str | None:
    """Return the keyed hash under which the client address counts today; never the address."""
    address = client_address(request, house)
    if address is None:
        return None
    now = house.clock()
    secret = house.source_key(now) if house.source_key else house.config.secret
    return tokens.source_of(address, secret=secret, day=now)


def connection_of(request: Request[Any, Any, Any], house: House) -> Connection | None:
    """Return where the request came from, whole: for the sealed store and for nothing else.

    Behind a trusted proxy the port is the one in ``X-Real-Port``, if the proxy sends it.
    """
    here, seen = request.scope.get("client"), _seen(request, house)
    if not here or seen is None:
        return None
    port: int | None = here[1]
    if str(seen) != str(_parsed(here[0])):
        told = request.headers.get("x-real-port", "")
        port = int(told) if _PORT.fullmatch(told) else None
    return Connection(address=str(seen), port=port)


def _seen(request: Request[Any, Any, Any], house: House) -> IPv4Address | IPv6Address | None:
    networks = _networks(house.config.trusted_proxies)
    seen = _parsed((request.scope.get("client") or ("",))[0])
    if seen is None:
        return None
    if _trusted(seen, networks):
        forwarded = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
        for entry in reversed(forwarded):
            before = _parsed(entry)
            if before is None:
                break
            seen = before
            if not _trusted(seen, networks):
                break
    return seen


def is_vouched(request: Request[Any, Any, Any], house: House, url: str) -> bool:
    """Tell whether a page of the very site that ``url`` belongs to sent the request."""
    try:
        home = canonical(url).origin
    except Refusal:
        return False
    sender = request.headers.get("origin")
    return any(home in site.origins and sender in site.origins for site in house.sites())


def _wellformed(token: str) -> str | None:
    return token if _TOKEN.fullmatch(token) else None


def _cookie(key: str, value: str, house: House) -> Cookie:
    # Over https the thread may stand in a frame on the publisher's page, where only a partitioned
    # SameSite=None cookie is sent; plain http (a trial on one machine) knows neither.
    secure = house.config.base_url.startswith("https:")
    kind = PartitionedCookie if secure else Cookie
    samesite: Literal["lax", "none"] = "none" if secure else "lax"
    return kind(
        key=key, value=value, max_age=_YEAR, httponly=True, secure=secure, samesite=samesite
    )


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)


def _trusted(
    address: IPv4Address | IPv6Address, networks: tuple[IPv4Network | IPv6Network, ...]
) -> bool:
    return any(address in network for network in networks)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it, with or without port, brackets and zone."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
