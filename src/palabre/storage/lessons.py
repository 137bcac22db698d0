"""Learned layers and which is in use: rows <-> KeptLayer, LayerUse."""

from collections.abc import Sequence

import sqlalchemy as sa

from palabre.application.lesson_ports import KeptLayer, LayerUse, Taught
from palabre.domain.decision import ActorKind, Verdict
from palabre.storage.column_types import Row
from palabre.storage.tables import comment_bodies, comments, decisions, layer_uses, site_layers

_SITE: sa.BindParameter[str] = sa.bindparam("site")
_LIMIT = sa.bindparam("most", type_=sa.Integer)
_later = decisions.alias("later")
# A subquery, not a join: SQLite would begin with the site's comments, which are the many.
_revision = (
    sa.select(comments.c.revision)
    .where(
        comments.c.id == decisions.c.comment_id,
        comments.c.site_id == _SITE,
        comments.c.status == sa.bindparam("status"),
    )
    .correlate(decisions)
    .scalar_subquery()
)
TAUGHT = (
    sa.select(decisions.c.comment_id, comment_bodies.c.text, decisions.c.rules)
    .select_from(decisions)
    .join(
        comment_bodies,
        sa.and_(
            comment_bodies.c.comment_id == decisions.c.comment_id,
            comment_bodies.c.revision == _revision,
        ),
    )
    .where(
        # In the words of the index: a bound value would hide it from SQLite's planner.
        decisions.c.actor_kind == sa.literal_column(f"'{ActorKind.MODERATOR.value}'"),
        decisions.c.verdict == sa.bindparam("verdict"),
        ~sa.exists().where(
            _later.c.comment_id == decisions.c.comment_id,
            _later.c.position > decisions.c.position,
        ),
    )
    .order_by(decisions.c.position.desc())
    .limit(_LIMIT)
)
_OF_SITE = (
    sa.select(site_layers)
    .where(site_layers.c.site_id == _SITE)
    .order_by(site_layers.c.number.desc())
    .limit(_LIMIT)
)
_ONE = sa.select(site_layers).where(
    site_layers.c.site_id == _SITE, site_layers.c.number == sa.bindparam("which")
)
_USES = (
    sa.select(layer_uses)
    .where(layer_uses.c.site_id == _SITE)
    .order_by(layer_uses.c.position.desc())
    .limit(_LIMIT)
)


class SqlLessons:
    """A site's learned layers."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def taught(self, site_id: str, verdict: Verdict, *, limit: int) -> Sequence[Taught]:
        """Return comments of which a moderator's verdict stands, the latest decided first."""
        asked = {"site": site_id, "verdict": verdict.value, "status": verdict.status.value}
        rows = self._connection.execute(TAUGHT, {**asked, "most": limit})
        return [Taught(comment_id=i, text=text, rules=tuple(rules)) for i, text, rules in rows]

    def add(self, layer: KeptLayer) -> None:
        """Store a layer."""
        row = {name: getattr(layer, name) for name in site_layers.c.keys()}  # noqa: SIM118 -- columns
        self._connection.execute(sa.insert(site_layers), row)

    def layer(self, site_id: str, number: int) -> KeptLayer | None:
        """Return a layer by number."""
        asked = {"site": site_id, "which": number}
        row = self._connection.execute(_ONE, asked).one_or_none()
        return None if row is None else _kept(row)

    def layers(self, site_id: str, *, limit: int) -> Sequence[KeptLayer]:
        """Return a site's layers, newest first."""
        rows = self._connection.execute(_OF_SITE, {"site": site_id, "most": limit})
        return [_kept(row) for row in rows]

    def use(self, use: LayerUse) -> None:
        """Let a site be judged with a layer."""
        row = {"site_id": use.site_id, "number": use.number, "at": use.at, "used_by": use.by}
        self._connection.execute(sa.insert(layer_uses), row)

    def in_use(self, site_id: str) -> LayerUse | None:
        """Return what a site is judged with."""
        return next(iter(self.uses(site_id, limit=1)), None)

    def uses(self, site_id: str, *, limit: int) -> Sequence[LayerUse]:
        """Return which layers were in use, newest first."""
        rows = self._connection.execute(_USES, {"site": site_id, "most": limit})
        return [
            LayerUse(site_id=row.site_id, number=row.number, at=row.at, by=row.used_by)
            for row in rows
        ]


def _kept(row: Row) -> KeptLayer:
    return KeptLayer(
        site_id=row.site_id,
        number=row.number,
        made_at=row.made_at,
        decisions=row.decisions,
        report=row.report,
        packed=bytes(row.packed),
    )
