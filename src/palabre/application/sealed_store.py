"""Where a comment came from, sealed: written with a public key, read with one that lies elsewhere.

French law wants the source of a connection for a year; data protection wants it for days. So there
are two stores: a keyed hash against floods, and this one, which the server itself cannot read. It
is off unless the house switches it on. Whoever opens it names a reason and a second person, and is
written down before anything is shown.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from palabre.application.person_ports import Reading, SealedLine
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.domain.errors import Code, Refusal

_LEAST_REASON = 10


class Doing(StrEnum):
    """What somebody did to a comment."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where a request came from; ``port`` None where a proxy does not pass it on."""

    address: str
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSource:
    """Seals the source of a change to a comment; ``seal`` encrypts for the key's holder."""

    seal: Callable[[bytes], bytes]

    def __call__(
        self,
        unit: UnitOfWork,
        comment_id: str,
        doing: Doing,
        connection: Connection | None,
        at: datetime,
    ) -> None:
        """Store one line in the transaction of the change itself."""
        if connection is None:
            return
        content = {
            "comment": comment_id,
            "doing": doing.value,
            "address": connection.address,
            "port": connection.port,
            "protocol": "TCP",
            "at": at.isoformat(),
        }
        sealed = self.seal(json.dumps(content).encode())
        unit.legal.add(SealedLine(comment_id=comment_id, at=at, sealed=sealed))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSealed:
    """The use case of reading it; ``open`` decrypts."""

    store: Store
    clock: Clock
    open: Callable[[bytes], bytes]

    def __call__(
        self, comment_id: str, *, reader: str, witness: str, reason: str
    ) -> Sequence[dict[str, object]]:
        """Return what is kept of a comment's source, after the reading itself is written down.

        ``bad_field``: no reason in words, or one person alone.
        """
        reader, witness, reason = reader.strip(), witness.strip(), reason.strip()
        if not reader or not witness or reader.casefold() == witness.casefold():
            raise Refusal(Code.BAD_FIELD, field="witness")
        if len(reason) < _LEAST_REASON:
            raise Refusal(Code.BAD_FIELD, field="reason", minimum=_LEAST_REASON)
        with self.store.writing() as unit:
            lines = unit.legal.of_comment(comment_id)
            unit.legal.note(
                Reading(
                    comment_id=comment_id,
                    at=self.clock(),
                    reader=reader,
                    witness=witness,
                    reason=reason,
                    lines=len(lines),
                )
            )
        return [json.loads(self.open(line.sealed)) for line in lines]
