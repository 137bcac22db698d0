"""What a client sent, decoded strictly: JSON bodies and query strings, faults named by field."""

import difflib
import json
import re
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from palabre.application.incoming import readable
from palabre.application.ports import Sort
from palabre.domain.errors import Code, Refusal

T = TypeVar("T", bound=msgspec.Struct)

MAX_PARAMETERS = 200
MAX_CURSOR = 400
MAX_FIELD_NAME = 60

# msgspec's own words (0.22); tests/web/test_bad_input.py holds each of them in place.
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<field>\w+)`")
_AT = re.compile(r" - at `\$\.(?P<field>\w+)")
_WHOLE = re.compile(r"[0-9]{1,9}")


async def read_json(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """Return the body as a ``kind``, or refuse it with a code that says what to mend."""
    media_type, _ = request.content_type
    if media_type != "application/json":
        raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE, expected="application/json")
    raw = await request.body()
    try:
        body = msgspec.json.decode(raw, type=kind)
    except UnicodeDecodeError:
        raise Refusal(Code.UNREADABLE_TEXT) from None
    except msgspec.ValidationError as error:
        raise _misfit(str(error), kind) from None
    except msgspec.DecodeError:
        raise Refusal(_broken(raw)) from None
    except RecursionError:
        raise Refusal(Code.BAD_JSON) from None
    for name in kind.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, str):
            readable(value, name)
    return body


class Query:
    """The parameters of a request's query string; each single one may come once only."""

    def __init__(self, raw: bytes) -> None:
        try:
            pairs = parse_qsl(
                raw.decode("utf-8"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MAX_PARAMETERS,
            )
        except UnicodeDecodeError:
            raise Refusal(Code.UNREADABLE_TEXT) from None
        except ValueError:
            raise Refusal(Code.BAD_FIELD, field="query", maximum=MAX_PARAMETERS) from None
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(readable(value, name[:MAX_FIELD_NAME]))

    def text(self, name: str) -> str | None:
        """Return a parameter, None when it is not there."""
        values = self._values.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise Refusal(Code.BAD_FIELD, field=name, maximum=1)
        return values[0]

    def required(self, name: str) -> str:
        """Return a parameter that must be there."""
        value = self.text(name)
        if value is None:
            raise Refusal(Code.BAD_FIELD, field=name, missing=name)
        return value

    def several(self, name: str, *, maximum: int) -> list[str]:
        """Return all values of a parameter: at least one, at most ``maximum``."""
        values = self._values.get(name, [])
        if not 1 <= len(values) <= maximum:
            raise Refusal(Code.BAD_FIELD, field=name, minimum=1, maximum=maximum)
        return values

    def number(self, name: str, *, default: int, maximum: int) -> int:
        """Return a whole number from 1 to ``maximum``."""
        text = self.text(name)
        if text is None:
            return default
        number = int(text) if _WHOLE.fullmatch(text) else 0
        if not 1 <= number <= maximum:
            raise Refusal(Code.BAD_FIELD, field=name, minimum=1, maximum=maximum)
        return number

    def sort(self) -> Sort:
        """Return the order asked for; newest first without one."""
        text = self.text("sort")
        if text is None:
            return Sort.NEWEST
        try:
            return Sort(text)
        except ValueError:
            known = ", ".join(Sort)
            raise Refusal(Code.BAD_FIELD, field="sort", known=known) from None

    def cursor(self) -> str | None:
        """Return where to go on, None for the beginning."""
        text = self.text("after")
        if text is not None and not 0 < len(text) <= MAX_CURSOR:
            raise Refusal(Code.BAD_CURSOR, field="after")
        return text


def _misfit(message: str, kind: type[msgspec.Struct]) -> Refusal:
    if found := _UNKNOWN.search(message):
        name = found["field"][:MAX_FIELD_NAME]
        known = list(kind.__struct_encode_fields__)
        near = difflib.get_close_matches(name, known, n=1)
        values = cast("dict[str, str | int]", {"nearest": near[0]} if near else {})
        return Refusal(Code.UNKNOWN_FIELD, field=name, known=", ".join(known), **values)
    if found := _MISSING.search(message):
        return Refusal(Code.BAD_FIELD, field=found["field"], missing=found["field"])
    at = _AT.search(message)
    expected = message.partition(" - at ")[0].replace("`", "")
    return Refusal(Code.BAD_FIELD, field=at["field"] if at else "body", expected=expected)


def _broken(raw: bytes) -> Code:
    """Tell JSON that is broken from JSON that names half a character.

    msgspec calls an escaped lone surrogate truncated input; the standard library reads it.
    """
    try:
        json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Code.BAD_JSON
    return Code.UNREADABLE_TEXT


def _no_number(name: str) -> None:
    # NaN and Infinity are Python's, not JSON's.
    raise ValueError(name)
