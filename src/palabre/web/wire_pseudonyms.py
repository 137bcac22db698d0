"""The messages about kept pseudonyms, as they go over the wire."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from palabre.web.wire import ArticleUrl


class PseudonymBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A pseudonym to keep by an address; without ``name`` the one it keeps, on one more device."""

    url: ArticleUrl
    email: str
    name: str | None = None
    lang: str | None = None


class NameAskedOut(msgspec.Struct, kw_only=True):
    """The address gets a mail if there is one to send: that is not told.

    ``token``: the author's secret that the name is to be kept for; null where none was given.
    """

    status: Literal["asked"]
    token: str | None


class CodeBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The code from the fragment of an article's address (``#palabre=...``)."""

    code: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 200})]


class OpenedOut(msgspec.Struct, kw_only=True):
    """The author's secret of a kept pseudonym, for this device; ``says`` tells the reader."""

    token: str
    name: str
    says: str
