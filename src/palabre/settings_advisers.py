"""The section of the settings on advisers: services outside that are asked about held comments."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta


def _about(text: str) -> Meta:
    return Meta(description=text)


class Advisers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Services outside, asked by the worker about held comments alone (docs/how-to/advisers.md)."""

    akismet_url: Annotated[
        str,
        _about("Address of comment-check of Akismet, or of who speaks its protocol; empty: no."),
    ] = ""
    akismet_key: Annotated[str, _about("Its key; better kept in akismet_key_file.")] = ""
    akismet_key_file: Annotated[
        str, _about("File that holds the key, readable by its owner only.")
    ] = ""
    chat_url: Annotated[
        str, _about("Address of chat/completions of a service like OpenAI's; empty: none is asked.")
    ] = ""
    chat_model: Annotated[str, _about("The model that is asked for there.")] = ""
    chat_key: Annotated[str, _about("Its key, if it wants one; better kept in chat_key_file.")] = ""
    chat_key_file: Annotated[
        str, _about("File that holds the key, readable by its owner only.")
    ] = ""
    timeout: Annotated[int, _about("Seconds to wait for an answer, at most 60.")] = 20
    calls_a_day: Annotated[int, _about("Calls of each adviser in a day (UTC).")] = 200
    tokens_a_day: Annotated[
        int, _about("Tokens that the chat service may use in a day, as it counts them.")
    ] = 200_000
    seconds_a_day: Annotated[
        int, _about("Seconds that may be spent waiting for each adviser in a day.")
    ] = 1800

    @property
    def hosts(self) -> tuple[str, ...]:
        """Whom readers' words are sent to, by host."""
        urls = (self.akismet_url, self.chat_url)
        return tuple(dict.fromkeys(urlsplit(url).hostname or "" for url in urls if url))


def complaints(advisers: Advisers) -> Iterator[str]:
    """Yield what no house could run with."""
    for key in ("akismet_url", "chat_url"):
        url = getattr(advisers, key)
        try:
            parts = urlsplit(url)
            good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            good = False
        if url and (not good or "@" in url or any(c <= " " for c in url)):
            yield f"[advisers] {key}: {url!r} must look like 'https://adviser.example/path'"
    if advisers.akismet_url and not (advisers.akismet_key or advisers.akismet_key_file):
        yield "[advisers] akismet_url needs akismet_key or akismet_key_file"
    if advisers.chat_url and not advisers.chat_model:
        yield "[advisers] chat_url needs chat_model"
    if not 1 <= advisers.timeout <= 60:  # noqa: PLR2004 -- a lease of the worker is longer
        yield "[advisers] timeout must be 1 to 60 seconds"
    for key in ("calls_a_day", "tokens_a_day", "seconds_a_day"):
        if getattr(advisers, key) < 0:
            yield f"[advisers] {key} must be 0 or more"
