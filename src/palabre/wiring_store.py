"""Where the database is, what time it is, which sites there are: what every command needs."""

from datetime import UTC, datetime
from pathlib import Path

from palabre.domain.site import Section, Site
from palabre.settings import Settings, SiteSettings


def now() -> datetime:
    """Return the present moment, aware, in UTC: the one clock of the house."""
    return datetime.now(UTC)


def database_url(settings: Settings, folder: Path) -> str:
    """Return the database's URL with a relative SQLite path anchored at the settings' folder."""
    prefix = "sqlite:///"
    url = settings.database.url
    if not url.startswith(prefix) or url.startswith(prefix + "/"):
        return url
    return prefix + str((folder / url.removeprefix(prefix)).resolve())


def site_of(site: SiteSettings) -> Site:
    """Return a site as the settings describe it."""
    return Site(
        id=site.id,
        name=site.name,
        lang=site.lang,
        origins=tuple(site.origins),
        reserved_names=tuple(site.reserved_names),
        sections=tuple(Section(id=s.id, name=s.name, path=s.path) for s in site.sections),
        name_required=site.name_required,
        email_required=site.email_required,
    )
