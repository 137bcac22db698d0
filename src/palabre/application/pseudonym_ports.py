"""What keeping a pseudonym needs from the store; ``ports`` puts it into the unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from palabre.domain.pseudonym import Link, Pseudonym


class Pseudonyms(Protocol):
    """Kept pseudonyms, and the links that were asked for."""

    def sites(self) -> Sequence[str]:
        """Return the sites on which somebody keeps one, by id."""

    def named(self, site_id: str, name_key: str) -> Pseudonym | None:
        """Return the pseudonym that looks like this on a site."""

    def of_address(self, address_hash: str) -> Sequence[Pseudonym]:
        """Return what an address keeps, by site."""

    def of_authors(self, author_keys: Sequence[str]) -> Sequence[Pseudonym]:
        """Return what the holders of these tokens keep, by site."""

    def keep(self, pseudonym: Pseudonym) -> bool:
        """Store a pseudonym in the place of what its author or its address kept on the site.

        False, and nothing is changed: somebody else keeps one that looks like it.
        """

    def let_go(self, ids: Sequence[str]) -> int:
        """Remove pseudonyms, and return how many there were."""

    def ask(self, link: Link) -> None:
        """Store a link."""

    def link(self, link_id: str) -> Link | None:
        """Return a link; None, too, for text that is no identifier."""

    def links_since(self, since: datetime, *, address_hash: str) -> int:
        """Count the links that were asked for an address since a moment."""

    def use(self, link_id: str, *, code_key: str, at: datetime) -> bool:
        """Note that a link was used and for which code; False: it was used before."""

    def exchanged(self, code_key: str) -> Link | None:
        """Remove the link with this code and return it; of two who ask, one gets it."""

    def forget_link(self, link_id: str) -> bool:
        """Remove a link; False: it is gone already."""

    def forget_links(self, address_hash: str) -> None:
        """Remove the links of an address."""
