"""The section of the settings on programs that have comments judged here by key."""

from typing import Annotated

import msgspec
from msgspec import Meta


def _about(text: str) -> Meta:
    return Meta(description=text)


class Clients(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Programs with a key (`palabre key`): the Akismet and Perspective protocols."""

    enabled: Annotated[bool, _about("Whether the two protocols are answered at all.")] = True
    read_whole: Annotated[
        int,
        _about(
            "Characters up to which models read a comment whole; of a longer one they read so "
            "many: its beginning, its end and its worst passage, so that clients need not wait."
        ),
    ] = 2000
