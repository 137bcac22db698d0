"""What is remembered of comments without their words: near-duplicates, and who was refused.

A text leaves eight keyed hashes, pieces of its fingerprint (MinHash over its n-grams, two places a
piece; Broder 1997): texts that share two thirds of their n-grams share most pieces, whatever links
and figures they end with. A mail address and the hosts of links leave one each. Under every hash
stand sums that fade by half in 14 days: how often it came, how moderators decided.

The sums grow forward: a mark made today weighs twice what one of 14 days ago did, and reading
divides by today's weight. So nothing has to be rewritten for fading, and adding is a plain sum.
The weights last until 2064.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import numpy as np

from palabre.application.ports import UnitOfWork
from palabre.application.trace_ports import Mark, Trace
from palabre.domain.comment import Author
from palabre.domain.decision import DecisionRecord, Verdict
from palabre.domain.site import Site
from palabre.moderation import spamwords
from palabre.moderation.facts import Known, Twins
from palabre.moderation.normalise import fold

HALF_LIFE_DAYS: Final = 14.0
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400.0
_BANDS: Final = 8
_ROWS: Final = 2
_LEAST: Final = 60  # n-grams: about five words; shorter texts are alike by accident
_HOSTS: Final = 3
_FADED: Final = 0.05
_HOST: Final = re.compile(r"(?:https?://|www\.)([a-z0-9.-]+\.[a-z]{2,})")
_CHANCE: Final = np.random.default_rng(20260101)
_A: Final = _CHANCE.integers(1, 1 << 62, _BANDS * _ROWS, dtype=np.uint64)[:, None] | np.uint64(1)
_B: Final = _CHANCE.integers(0, 1 << 62, _BANDS * _ROWS, dtype=np.uint64)[:, None]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keyed hashes of a comment: of its text, its author's address, and its links' hosts."""

    text: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()  # kind and key

    def __iter__(self) -> Iterator[str]:
        yield from self.text
        yield from (key for _, key in self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Reads and writes traces; ``secret`` is the house's."""

    secret: bytes = field(repr=False)

    def keys(self, text: str, author: Author, site: Site) -> Keys:
        """Return the keys of a comment."""
        folded = fold(text).text
        own_hosts = {(urlsplit(o).hostname or "").removeprefix("www.") for o in site.origins}
        hosts = dict.fromkeys(host.removeprefix("www.") for host in _HOST.findall(folded))
        others = [("host", host) for host in hosts if host not in own_hosts][:_HOSTS]
        if author.email:
            others.append(("mail", author.email.strip().lower()))
        return Keys(
            text=tuple(self._key(f"text{n}", part) for n, part in enumerate(fingerprint(folded))),
            others=tuple((kind, self._key(kind, value.encode())) for kind, value in others),
        )

    def known(
        self, unit: UnitOfWork, keys: Keys, now: datetime
    ) -> tuple[Twins | None, list[Known]]:
        """Return what is remembered, in one statement."""
        found = unit.traces.of(list(keys))
        if not found:
            return None, []
        today = weight(now)
        others = [
            Known(kind, found[key].good / today, found[key].bad / today)
            for kind, key in keys.others
            if key in found
        ]
        return _twins(keys, found, today), others

    def seen(self, unit: UnitOfWork, keys: Keys, site_id: str, now: datetime) -> None:
        """Note that a comment came. Of address and hosts nothing is noted before a decision."""
        marks = [Mark(key=key, site_id=site_id, seen=weight(now)) for key in keys.text]
        unit.traces.add(marks, now)

    def decided(
        self,
        unit: UnitOfWork,
        keys: Keys,
        site_id: str,
        *,
        latest: DecisionRecord,
        record: DecisionRecord,
    ) -> None:
        """Note how a moderator decided, and take back what their decision before had noted."""
        sums: dict[str, Mark] = {}
        for said, sign in ((latest, -1.0), (record, 1.0)):
            good, bad = _taught(said)
            share = sign * weight(said.at)
            if good or bad:
                for key in keys:
                    old = sums.get(key, Mark(key=key, site_id=site_id))
                    sums[key] = Mark(
                        key=key,
                        site_id=site_id,
                        good=old.good + share * good,
                        bad=old.bad + share * bad,
                    )
        unit.traces.add(list(sums.values()), record.at)

    def forget(self, unit: UnitOfWork, keys: Keys, *, text: bool) -> None:
        """Forget an author's mail address, and with ``text`` what they wrote.

        What moderators refused as advertising stays known by its text until it has faded: that it
        is said again tells of nobody. A host is not a person's.
        """
        unit.traces.forget([key for kind, key in keys.others if kind == "mail"])
        if text:
            found = unit.traces.of(list(keys.text))
            unit.traces.forget([key for key in keys.text if key in found and found[key].bad <= 0])

    def _key(self, kind: str, value: bytes) -> str:
        message = kind.encode() + b"\x00" + value
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()[:32]


def weight(at: datetime) -> float:
    """Return what a mark weighs that is made at a moment."""
    days = (at - _BEGIN).total_seconds() / _DAY
    return float(2.0 ** (days / HALF_LIFE_DAYS))


def fingerprint(folded: str) -> tuple[bytes, ...]:
    """Return the pieces of a text's fingerprint; none for a text too short to compare."""
    grams, _ = spamwords.words(folded)
    if len(grams) < _LEAST:
        return ()
    smallest = (_A * (grams.astype(np.uint64) + np.uint64(1)) + _B).min(axis=1)
    return tuple(part.tobytes() for part in smallest.reshape(_BANDS, _ROWS))


def _twins(keys: Keys, found: Mapping[str, Trace], today: float) -> Twins | None:
    shared = [found[key] for key in keys.text if key in found]
    shared = [one for one in shared if one.seen / today >= _FADED or one.bad > 0]
    if not shared:
        return None

    def middle(values: Sequence[float]) -> float:
        # Some piece is always shared by chance with a far more frequent text.
        return sorted(values)[(len(values) - 1) // 2] / today

    return Twins(
        likeness=len(shared) / len(keys.text),
        seen=middle([one.seen for one in shared]),
        elsewhere=middle([one.elsewhere for one in shared]),
        good=middle([one.good for one in shared]),
        bad=middle([one.bad for one in shared]),
    )


def _taught(record: DecisionRecord) -> tuple[float, float]:
    """Return what a moderator's decision says of where a comment came from: good, bad as spam."""
    if record.automated_decision:
        return 0.0, 0.0
    decision = record.decision
    spam = decision.verdict is Verdict.REFUSE and "spam" in decision.rules
    return float(decision.verdict is Verdict.PUBLISH), float(spam)
