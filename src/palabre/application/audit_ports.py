"""What the audit of the machine needs from the store; ``ports`` puts it into the unit of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from palabre.application.work_ports import Place
from palabre.domain.audit import Answer, Draw
from palabre.domain.decision import DecisionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A decision that was drawn, with what people said of it, the first answer first."""

    draw: Draw
    answers: tuple[Answer, ...]


class Audits(Protocol):
    """The audit sample and its answers."""

    def add(self, draw: Draw) -> None:
        """Store a draw."""

    def get(self, decision_id: str) -> Audited | None:
        """Return a draw with its answers; None, too, for text that is no identifier."""

    def open(self, places: Sequence[Place], moderator_id: str, *, limit: int) -> Sequence[Draw]:
        """Return draws that want an answer and have none of this moderator's, oldest first.

        What the moderator has decided at the desk is left out: it would not be unseen.
        """

    def answer(self, answer: Answer) -> bool:
        """Store an answer; False: this moderator has given one already, and it stands."""

    def since(self, site_ids: Sequence[str], at: datetime) -> Sequence[Audited]:
        """Return draws of some sites since then that have an answer, oldest first."""

    def recent(self, site_ids: Sequence[str], *, limit: int) -> Sequence[DecisionRecord]:
        """Return the latest decisions of all kinds on some sites, oldest first, without notes."""
