"""A kept pseudonym and a link, with whatever the test cares about changed."""

from dataclasses import replace

from builders import NOON, an_id
from palabre.application.mail_tokens import address_hash
from palabre.application.tokens import key_of
from palabre.domain.pseudonym import Asks, Link, Pseudonym
from palabre.moderation.normalise import skeleton

SECRET = b"a secret for tests"
ADDRESS = "zoe@example.net"


def a_pseudonym(name: str = "Zoé du Faubourg", **changes: object) -> Pseudonym:
    """Return what Zoé keeps on the newspaper's site."""
    made = Pseudonym(
        id=an_id(),
        site_id="le-journal",
        author_key=key_of("zoe"),
        name=name,
        name_key=skeleton(name),
        address_hash=address_hash(ADDRESS, SECRET),
        address=ADDRESS,
        sealed=b"sealed",
        lang="fr",
        kept_at=NOON,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_link(asks: Asks = Asks.OPEN, **changes: object) -> Link:
    """Return a link that Zoé asked for."""
    made = Link(
        id=an_id(),
        site_id="le-journal",
        asks=asks,
        address_hash=address_hash(ADDRESS, SECRET),
        address=ADDRESS,
        lang="fr",
        url="https://example.org/article",
        asked_at=NOON,
    )
    return replace(made, **changes)  # type: ignore[arg-type]
