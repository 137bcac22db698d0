"""What learning from moderators needs from the store: the numbered layers, and which is in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from palabre.domain.decision import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLayer:
    """A learned layer as it is kept: never changed, never removed while its site is there.

    ``decisions`` counts what it learned from, ``report`` is how it did against the one in use, in
    JSON; ``packed`` are its bytes (``moderation.sitelayer``).
    """

    site_id: str
    number: int
    made_at: datetime
    decisions: int
    report: str
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerUse:
    """From ``at`` on a site is judged with this number; 0: with what ships alone. ``by``: who."""

    site_id: str
    number: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A comment whose standing decision is a moderator's; ``rules``: those it was refused under."""

    comment_id: str
    text: str
    rules: tuple[str, ...] = ()


class Lessons(Protocol):
    """A site's learned layers. Both lists only grow: going back is a new line, too."""

    def taught(self, site_id: str, verdict: Verdict, *, limit: int) -> Sequence[Taught]:
        """Return comments of which a moderator's verdict stands, the latest decided first.

        Only those that still have their words, in the revision that is there now.
        """

    def add(self, layer: KeptLayer) -> None:
        """Store a layer; its number is the site's next."""

    def layer(self, site_id: str, number: int) -> KeptLayer | None: ...  # noqa: D102
    def layers(self, site_id: str, *, limit: int) -> Sequence[KeptLayer]:
        """Return a site's layers, newest first."""

    def use(self, use: LayerUse) -> None:
        """Let a site be judged with a layer from now on."""

    def in_use(self, site_id: str) -> LayerUse | None:
        """Return what a site is judged with; None: nothing was ever learned."""

    def uses(self, site_id: str, *, limit: int) -> Sequence[LayerUse]:
        """Return which layers were in use, newest first."""
