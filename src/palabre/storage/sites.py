"""Registered publications: rows <-> Site."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from palabre.domain.errors import Code, Refusal
from palabre.domain.site import Section, Site
from palabre.storage.column_types import Row
from palabre.storage.effects import changed
from palabre.storage.locking import hold_table
from palabre.storage.tables import sections, site_names, site_origins, sites

_ID: sa.BindParameter[Any] = sa.bindparam("site")
_ALL = sa.select(sites).order_by(sites.c.id)
_GET = sa.select(sites).where(sites.c.id == _ID)
_OWNER = sa.select(site_origins.c.site_id).where(site_origins.c.origin == sa.bindparam("at"))
_UPDATE = (
    sa.update(sites)
    .where(sites.c.id == _ID)
    .values(
        name=sa.bindparam("new_name"),
        lang=sa.bindparam("new_lang"),
        name_required=sa.bindparam("asks_name"),
        email_required=sa.bindparam("asks_email"),
    )
)
_ORIGINS = (
    sa.select(site_origins.c.origin)
    .where(site_origins.c.site_id == _ID)
    .order_by(site_origins.c.rank)
)
_NAMES = sa.select(site_names.c.name).where(site_names.c.site_id == _ID).order_by(site_names.c.rank)
_SECTIONS = (
    sa.select(sections.c.id, sections.c.name, sections.c.path)
    .where(sections.c.site_id == _ID)
    .order_by(sections.c.rank)
)
_CLEAR = tuple(
    sa.delete(table).where(table.c.site_id == _ID) for table in (site_origins, site_names, sections)
)


class SqlSites:
    """Registered publications."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def register(self, site: Site) -> None:
        """Add the site or replace what is known of it; an origin that another has is refused."""
        if self.get(site.id) == site:
            return  # each process registers its sites when it starts: that is no news to readers
        hold_table(self._connection, sites)
        run = self._connection.execute
        for origin in site.origins:
            owner = run(_OWNER, {"at": origin}).scalar()
            if owner not in {None, site.id}:
                raise Refusal(Code.BAD_FIELD, field="origins", origin=origin, site=str(owner))
        known = run(
            _UPDATE,
            {
                "site": site.id,
                "new_name": site.name,
                "new_lang": site.lang,
                "asks_name": site.name_required,
                "asks_email": site.email_required,
            },
        ).rowcount
        if not known:
            run(
                sa.insert(sites),
                {
                    "id": site.id,
                    "name": site.name,
                    "lang": site.lang,
                    "name_required": site.name_required,
                    "email_required": site.email_required,
                },
            )
        for statement in _CLEAR:
            run(statement, {"site": site.id})
        ranked: list[tuple[sa.Table, list[dict[str, Any]]]] = [
            (site_origins, [{"origin": origin} for origin in site.origins]),
            (site_names, [{"name": name} for name in site.reserved_names]),
            (sections, [{"id": s.id, "name": s.name, "path": s.path} for s in site.sections]),
        ]
        for table, rows in ranked:
            if rows:
                run(
                    sa.insert(table),
                    [{"site_id": site.id, "rank": n, **row} for n, row in enumerate(rows)],
                )
        changed(self._connection, None)

    def get(self, site_id: str) -> Site | None:
        """Return the site with this id."""
        row = self._connection.execute(_GET, {"site": site_id}).one_or_none()
        return self._site(row) if row else None

    def by_origin(self, origin: str) -> Site | None:
        """Return the site that registered the origin."""
        owner = self._connection.execute(_OWNER, {"at": origin}).scalar()
        return self.get(owner) if owner is not None else None

    def all(self) -> Sequence[Site]:
        """Return all sites, by id."""
        return [self._site(row) for row in self._connection.execute(_ALL).all()]

    def _site(self, row: Row) -> Site:
        run = self._connection.execute
        key = {"site": row.id}
        return Site(
            id=row.id,
            name=row.name,
            lang=row.lang,
            origins=tuple(run(_ORIGINS, key).scalars()),
            reserved_names=tuple(run(_NAMES, key).scalars()),
            sections=tuple(Section(id=s.id, name=s.name, path=s.path) for s in run(_SECTIONS, key)),
            name_required=row.name_required,
            email_required=row.email_required,
        )
