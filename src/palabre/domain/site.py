"""A site: the publication whose readers comment, and the origins from which it is believed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a site (politics, sport) whose articles start with ``path``."""

    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A registered publication.

    ``id`` is a short name chosen by the publisher ("le-journal"); ``origins`` are RFC 6454 origins
    ("https://example.org", no trailing slash); ``reserved_names`` are the names of the staff, which
    together with the site's own name no guest may sign with.
    """

    id: str
    name: str
    lang: str
    origins: tuple[str, ...]
    reserved_names: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    name_required: bool = False
    email_required: bool = False

    def section_of(self, path: str) -> Section | None:
        """Return the section with the longest ``path`` that begins the article's path."""
        fitting = [s for s in self.sections if path.startswith(s.path)]
        return max(fitting, key=lambda s: len(s.path), default=None)
