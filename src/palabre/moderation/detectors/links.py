"""Links: how many, where to, and whether the reader sees where they lead."""

import re
from typing import Final
from urllib.parse import urlsplit

from palabre.domain.decision import Evidence, Span
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.prepared import Prepared, Sign

SYMBOLS: Final = ("link_count", "link_shortener", "link_disguised", "link_domain")

_URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"'«»\])]+", re.IGNORECASE)
# Hosts without a scheme: only endings that are no French or English words after a full stop.
_BARE: Final = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|net|org|info|biz|xyz|shop|online|site|top|ru|cn|eu|fr|ly)"
    r"(?:/[^\s<>\"'«»\])]*)?(?![\w-])",
    re.IGNORECASE,
)
_MARKDOWN: Final = re.compile(
    r"\[([^\]\n]{1,200})\]\(\s*<?((?:https?:)?//[^\s)>]+)>?[^)\n]{0,200}\)"
)
_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_END: Final = ".,;:!?…"


class Links:
    """Weighs the links of a text; those to the publisher's own hosts are never counted."""

    name: Final = "links"
    version: Final = "1"

    def __init__(self, material: Material) -> None:
        self._limit = material.limits.links
        self._shorteners = material.shorteners
        self._domains = frozenset().union(*material.domains.values())

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return what the links show."""
        if not text.shows(Sign.LINK):
            return ()
        original = text.original
        links = [
            (host, span, address)
            for host, span, address in _links(original)
            if not _belongs(host, facts.own_hosts)
        ]
        found: dict[str, tuple[float, list[Span]]] = {}
        # The same address twice is one destination.
        if len({address for _, _, address in links}) >= self._limit:
            found["link_count"] = (0.6, [span for _, span, _ in links])
        for host, span, address in links:
            if _belongs(host, self._domains):
                found.setdefault("link_domain", (0.95, []))[1].append(span)
            elif _belongs(host, self._shorteners):
                found.setdefault("link_shortener", (0.4, []))[1].append(span)
            if _hides(address, host):
                found.setdefault("link_disguised", (0.7, []))[1].append(span)
        for match in _MARKDOWN.finditer(original):
            if _deceives(match.group(1), match.group(2)):
                spans = found.setdefault("link_disguised", (0.7, []))[1]
                spans.append(Span(*match.span()))
        return tuple(
            Evidence(
                symbol=symbol,
                score=found[symbol][0],
                detector=self.name,
                version=self.version,
                spans=tuple(sorted(set(found[symbol][1]))),
            )
            for symbol in SYMBOLS
            if symbol in found
        )


def _links(original: str) -> list[tuple[str, Span, str]]:
    found = []
    end = 0
    matches = [*_URL.finditer(original), *_BARE.finditer(original)]
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        if match.start() < end:
            continue
        address = match.group().rstrip(_END)
        end = match.start() + len(address)
        host = _host(address)
        if host:
            found.append((host, Span(match.start(), end), address))
    return found


def _host(address: str) -> str:
    if address.startswith("//"):
        address = "http:" + address
    try:
        host = urlsplit(address if "://" in address else f"http://{address}").hostname or ""
    except ValueError:
        return ""
    return host.lower().rstrip(".").removeprefix("www.")


def _belongs(host: str, hosts: frozenset[str]) -> bool:
    """Tell whether ``host`` is one of ``hosts`` or below one."""
    while host:
        if host in hosts or f"www.{host}" in hosts:
            return True
        _, _, host = host.partition(".")
    return False


def _hides(address: str, host: str) -> bool:
    """Tell whether an address pretends: a user part that looks like a host, a bare number."""
    authority = address.partition("://")[2].partition("/")[0]
    user = authority.rpartition("@")[0]
    return "." in user or bool(_ADDRESS.fullmatch(host))


def _deceives(label: str, target: str) -> bool:
    """Tell whether a Markdown link shows one host and leads to another."""
    shown = next(iter(_links(label)), None)
    host = _host(target)
    if shown is None or not host:
        return False
    return not (_belongs(host, frozenset({shown[0]})) or _belongs(shown[0], frozenset({host})))
