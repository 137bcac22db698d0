"""What the address of an article is, so that one article has one thread.

A page is shared with fragments, campaign parameters and odd capitals. Those are taken off; all
else stays, since ``?p=1004`` is an article on many sites. Two origins are never merged, not even
http and https of one host: a registered origin vouches only for itself.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from palabre.domain.errors import Code, Refusal

MAX_LENGTH = 2000
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f]")  # \s: what str.isspace() holds for space
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Parameters that say where a reader came from, never which article it is.
_CAMPAIGN = frozenset(
    {
        *("fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "mkt_tok"),
        *("oly_enc_id", "oly_anon_id", "ref_src", "wt_mc", "xtor", "at_medium", "at_campaign"),
        *("ns_mchannel", "ns_campaign", "_ga", "_gl"),
    }
)


@dataclass(frozen=True, slots=True)
class ArticleAddress:
    """A canonical article address: ``url`` to link to, ``origin`` it belongs to, ``key`` of it.

    ``key`` is the address without origin and without a trailing slash: what is unique in a site's
    origin.
    """

    url: str
    origin: str
    key: str
    path: str


def canonical(url: str) -> ArticleAddress:
    """Return the canonical address of ``url``, or refuse with ``bad_address``."""
    if not url or len(url) > MAX_LENGTH or _UNPRINTABLE.search(url):
        raise Refusal(Code.BAD_ADDRESS, field="url")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        raise Refusal(Code.BAD_ADDRESS, field="url") from None
    if parts.scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc or "\\" in url:
        raise Refusal(Code.BAD_ADDRESS, field="url")
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    origin = f"{parts.scheme}://{netloc}"
    path = parts.path or "/"
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _CAMPAIGN and not name.lower().startswith("utm_")
    ]
    query = urlencode(kept)
    address = urlunsplit((parts.scheme, netloc, path, query, ""))
    key = (path.rstrip("/") or "/") + (f"?{query}" if query else "")
    return ArticleAddress(url=address, origin=origin, key=key, path=path)
