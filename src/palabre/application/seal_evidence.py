"""Evidence under seal: taken, handed out, checked.

Sealing writes a line of the ledger with the hash of what was taken, and keeps it encrypted for a
key that lies elsewhere: this machine can neither read nor change it unseen. It stays for as long as
a press offence can be prosecuted (French law of 29 July 1881: three months, article 65; a year
where it discriminates or denies crimes against humanity, article 65-3), whatever is erased
meanwhile (GDPR, Article 17(3)(e)), and longer only while a hold is on the comment.
"""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from palabre.application.evidence import content_of
from palabre.application.person_ports import Snapshot
from palabre.application.ports import Clock, Store
from palabre.application.read_thread import locate
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, Line, LineKind, Words, hash_of
from palabre.domain.permission import Task, require_task
from palabre.domain.person import Moderator

# By months: the longest that so many of them last, and a few days in which a complaint travels.
PERIODS: Final = {3: timedelta(days=100), 12: timedelta(days=373)}
SEALED_FORMAT = "palabre-sealed-evidence-1"
_LEAST_REASON = 10
_MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A snapshot with its line of the ledger, and the lines of its exports."""

    line: Line
    snapshot: Snapshot
    exports: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealEvidence:
    """The use case. ``seal`` encrypts for the key's holder; None: the house has no key."""

    store: Store
    clock: Clock
    base_url: str
    seal: Callable[[bytes], bytes] | None = None

    def __call__(self, comment_id: str, moderator: Moderator, *, months: int) -> Snapshot:
        """Take a snapshot and keep it; ``seal_missing``: there is no key to seal it for."""
        if months not in PERIODS:
            raise Refusal(Code.BAD_FIELD, field="months", expected="3, 12")
        now = self.clock()
        with self.store.writing() as unit:
            found = locate(unit, comment_id)
            article = found.thread.article
            require_task(moderator, Task.EVIDENCE, article.site_id, article.section_id)
            if self.seal is None:
                raise Refusal(Code.SEAL_MISSING)
            content = content_of(unit, found, made_at=now, base_url=self.base_url)
            sealed = self.seal(content)
            until = now + PERIODS[months]
            line = unit.ledger.add(
                Entry(
                    id=new_id(now),
                    kind=LineKind.SNAPSHOT,
                    site_id=article.site_id,
                    comment_id=comment_id,
                    at=now,
                    content={
                        "sha256": hashlib.sha256(content).hexdigest(),
                        "sealed_sha256": hashlib.sha256(sealed).hexdigest(),
                        "months": months,
                        "until": until.isoformat(),
                        "by": moderator.id,
                    },
                )
            )
            snapshot = Snapshot(
                line_id=line.id,
                comment_id=comment_id,
                site_id=article.site_id,
                at=now,
                ends_at=until,
                sealed=sealed,
            )
            unit.legal.keep(snapshot)
        return snapshot

    def of_comment(self, comment_id: str, moderator: Moderator) -> Sequence[Sealed]:
        """Return a comment's evidence, the oldest first."""
        with self.store.reading() as unit:
            article = locate(unit, comment_id).thread.article
            require_task(moderator, Task.EVIDENCE, article.site_id, article.section_id)
            found = [
                Sealed(
                    line=line,
                    snapshot=snapshot,
                    exports=unit.ledger.answers(line.id, LineKind.SNAPSHOT),
                )
                for snapshot in unit.legal.snapshots(comment_id)
                if (line := unit.ledger.get(snapshot.line_id)) is not None
            ]
        return sorted(found, key=lambda each: each.line.number)

    def export(self, line_id: str, moderator: Moderator, *, reason: str) -> bytes:
        """Return a snapshot as a file, after who took it and why is a line of the ledger.

        ``bad_field``: no reason in words; ``not_found``: no such evidence, or it has left.
        """
        reason = reason.strip()[:_MAX_REASON]
        if len(reason) < _LEAST_REASON:
            raise Refusal(Code.BAD_FIELD, field="reason", minimum=_LEAST_REASON)
        now = self.clock()
        with self.store.writing() as unit:
            snapshot, line = unit.legal.snapshot(line_id), unit.ledger.get(line_id)
            if snapshot is None or line is None:
                raise Refusal(Code.NOT_FOUND)
            article = locate(unit, snapshot.comment_id).thread.article
            require_task(moderator, Task.EVIDENCE, article.site_id, article.section_id)
            unit.ledger.add(
                Entry(
                    id=new_id(now),
                    kind=LineKind.SNAPSHOT,
                    site_id=snapshot.site_id,
                    comment_id=snapshot.comment_id,
                    subject=line.id,
                    at=now,
                    content={"exported_by": moderator.id, "login": moderator.login},
                ),
                Words(salt=secrets.token_bytes(32), texts={"reason": reason}),
            )
        return _file_of(line, snapshot.sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a file was found to be: what is wrong, in sentences, and what was under the seal."""

    line_id: str
    number: int
    wrong: tuple[str, ...]
    content: dict[str, Any] | None = None


def check_file(
    file: bytes, known: Callable[[str], Line | None], opener: Callable[[bytes], bytes] | None
) -> Checked:
    """Compare a file with the ledger; ``opener`` None: the seal stays closed.

    ``ValueError``: it is no such file, or the key does not open it.
    """
    line_id, sealed, number = "", b"", 0
    try:
        said = json.loads(file)
        is_ours = said["format"] == SEALED_FORMAT
        line_id, sealed = str(said["line"]), base64.b64decode(said["sealed"], validate=True)
        number = int(said["number"])
    except (KeyError, TypeError, ValueError, binascii.Error):
        is_ours = False
    if not is_ours:
        raise ValueError("not a file of sealed evidence")
    line = known(line_id)
    if line is None or line.kind is not LineKind.SNAPSHOT:
        return Checked(line_id=line_id, number=number, wrong=("the ledger has no such line",))
    wrong: list[str] = []
    if hash_of(line) != line.hash:
        wrong.append(f"line {line.number} of the ledger was changed after it was written")
    if (said.get("hash"), number) != (line.hash, line.number):
        wrong.append("the file names another line of the ledger than the one with its number")
    if hashlib.sha256(sealed).hexdigest() != line.content.get("sealed_sha256"):
        wrong.append("what is under the seal is not what was sealed")
    content = None
    if opener is not None:
        opened = opener(sealed)
        if hashlib.sha256(opened).hexdigest() != line.content.get("sha256"):
            wrong.append("the content is not the one whose hash the ledger holds")
        content = json.loads(opened)
    return Checked(line_id=line_id, number=line.number, wrong=tuple(wrong), content=content)


def _file_of(line: Line, sealed: bytes) -> bytes:
    said = {
        "format": SEALED_FORMAT,
        "line": line.id,
        "number": line.number,
        "hash": line.hash,
        "at": line.at.isoformat(),
        "sha256": line.content["sha256"],
        "sealed_sha256": line.content["sealed_sha256"],
        "sealed": base64.b64encode(sealed).decode("ascii"),
    }
    return f"{json.dumps(said, indent=1)}\n".encode()
