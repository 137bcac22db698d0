"""A reader whom their own site vouches for: signed in there, and so known by name here."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What a site says of a signed-in reader, checked.

    ``token`` is the secret of all that this member writes on this site, derived from their
    identifier there: their comments are theirs again on every device. ``is_staff``: one of the
    newsroom, who may sign with a protected name and is marked as such. ``badge`` stands beside the
    name; ``lang`` is the language in which they are answered (BCP 47).
    """

    site_id: str
    subject: str
    name: str
    token: str = field(repr=False)
    email: str | None = None
    is_staff: bool = False
    badge: str | None = None
    lang: str | None = None
