"""The fields of an Akismet call: forms as programs send them, in the charset of their page.

Keys come in four ways: ``api_key`` or ``key`` among the fields, the first label of the host
(``<key>.rest.example.org``, as older clients do), or a part of the path
(``/akismet/<key>/1.1/...``, for clients that can change an address but no DNS).
"""

import codecs
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import unquote_to_bytes

from palabre.application.check_comment import MOST, Submission
from palabre.web.dialects import Asked, looks_like_a_key

_FIELDS_AT_MOST: Final = 1000
_CHARSET: Final = re.compile(r"charset=\"?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_SHORT: Final = 500
_TRUE: Final = frozenset({"1", "true", "yes"})
# Decoders that are no charsets of pages (they decompress, or run for long).
_CHARSETS: Final = re.compile(
    r"(utf|iso|latin|l\d|windows|cp\d|koi8|euc|shift|gb|big5|mac|ascii|us)"
)
# Fields that no reader sees, in which only programs write (WordPress's plug-in, 5.x).
_TRAPS: Final = ("POST_ak_hp_textarea",)

Fields = Mapping[str, str]


async def read_fields(request: Asked) -> Fields:
    """Return the fields of a call, query and body together; the last of doubles counts."""
    pairs = _pairs(request.scope["query_string"])
    kind = request.headers.get("content-type", "").lower()
    if request.method == "POST":
        if kind.startswith("multipart/form-data"):
            form = await request.form()
            told = {k: v for k, v in form.items() if isinstance(v, str)}
            return {**_decoded(pairs, ""), **{k: _clean(v) for k, v in told.items()}}
        pairs += _pairs(await request.body())
    declared = _CHARSET.search(kind)
    return _decoded(pairs, declared[1] if declared else "")


def key_in(request: Asked, fields: Fields, *, names: Iterable[str] = ("api_key", "key")) -> str:
    """Return the key that a call shows, "" when it shows none; the first of ``names`` counts."""
    for name in names:
        if fields.get(name):
            return fields[name].strip()
    in_path = str(request.path_params.get("key", ""))
    if in_path:
        return in_path
    first, dot, _ = request.headers.get("host", "").partition(".")
    return first if dot and looks_like_a_key(first) else ""


def submission_of(fields: Fields) -> Submission:
    """Return the comment that the fields describe."""
    roles = frozenset(role.strip() for role in fields.get("user_role", "").split(","))
    return Submission(
        text=fields.get("comment_content", "")[:MOST],
        name=_short(fields, "comment_author"),
        email=_short(fields, "comment_author_email"),
        url=_short(fields, "comment_author_url"),
        lang=language_of(fields),
        roles=roles,
        honeypot=_in_a_trap(fields),
    )


def language_of(fields: Fields) -> str | None:
    """Return the page's first language: ``blog_lang`` is like "fr_FR" or "en, fr_ca"."""
    first = fields.get("blog_lang", "").partition(",")[0].strip().replace("_", "-")
    return first if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", first) else None


def is_test(fields: Fields) -> bool:
    """Tell whether a call is a test: nothing is counted or learned from it."""
    return fields.get("is_test", "").strip().lower() in _TRUE


def _in_a_trap(fields: Fields) -> bool:
    named = fields.get("honeypot_field_name", "")
    traps = (named, f"POST_{named}", *_TRAPS) if named else _TRAPS
    return any(fields.get(name, "").strip() for name in traps)


def _short(fields: Fields, name: str) -> str | None:
    return fields.get(name, "").strip()[:_SHORT] or None


def _pairs(body: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    for part in body.split(b"&", _FIELDS_AT_MOST)[:_FIELDS_AT_MOST]:
        name, _, value = part.replace(b"+", b" ").partition(b"=")
        if name:
            found.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return found


def _decoded(pairs: list[tuple[bytes, bytes]], declared: str) -> dict[str, str]:
    """Return text in place of bytes: UTF-8 where it is that, else what the page says it writes."""
    told = next((v.decode("ascii", "replace") for n, v in pairs if n == b"blog_charset"), declared)
    return {_text(name, told): _text(value, told) for name, value in pairs}


def _text(raw: bytes, charset: str) -> str:
    try:
        return _clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        # PHP pages in Latin-1 send Windows' letters; Latin-1 itself takes any byte.
        known = charset if _is_charset(charset) else "cp1252"
        known = "cp1252" if known.lower() in {"iso-8859-1", "latin-1", "latin1"} else known
        try:
            return _clean(raw.decode(known))
        except (UnicodeDecodeError, LookupError, ValueError):
            return _clean(raw.decode("latin-1"))


def _is_charset(name: str) -> bool:
    if not _CHARSETS.match(name.lower()):
        return False
    try:
        return codecs.lookup(name)._is_text_encoding  # noqa: SLF001 -- there is no public way
    except (LookupError, ValueError):
        return False


def _clean(text: str) -> str:
    """Return text that a database takes: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def month_of(fields: Fields, now: datetime) -> str:
    """Return the month that is asked about ("2026-11"), this one by default."""
    asked = fields.get("month", "")
    return asked if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", asked) else f"{now:%Y-%m}"
