"""How an author's comments stand, and what is set on the author: one statement of each post."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from palabre.application.stored import Standing
from palabre.domain.comment import Status
from palabre.domain.identifier import moment_of
from palabre.domain.trust import Trust
from palabre.storage.prepared import Prepared
from palabre.storage.tables import comments, reader_measures


class _First(sa.sql.functions.GenericFunction[str]):
    """The lowest identifier as hexadecimal text: PostgreSQL finds the least of no UUIDs."""

    type = sa.Text()
    inherit_cache = True
    name = "palabre_first_id"


@compiles(_First, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **given: Any) -> str:  # noqa: ANN401 -- SQLAlchemy's
    return f"lower(hex(min({compiler.process(element.clauses, **given)})))"


@compiles(_First, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **given: Any) -> str:  # noqa: ANN401 -- as above
    return f"min(({compiler.process(element.clauses, **given)})::text)"


_AUTHOR: sa.BindParameter[Any] = sa.bindparam("author", type_=sa.String(64))
_SET = sa.and_(
    reader_measures.c.author_key == _AUTHOR,
    reader_measures.c.site_id == sa.bindparam("site", type_=sa.String(64)),
)
STANDING = sa.select(
    *(
        sa.func.count().filter(comments.c.status == sa.literal_column(f"'{status.value}'"))
        for status in (Status.PUBLISHED, Status.HELD, Status.REFUSED)
    ),
    _First(comments.c.id),
    sa.select(reader_measures.c.trust).where(_SET).scalar_subquery(),
    sa.select(reader_measures.c.until).where(_SET).scalar_subquery(),
).where(comments.c.author_key == _AUTHOR)
_STANDING = Prepared(STANDING)


def standing(connection: sa.Connection, author_key: str, site_id: str | None) -> Standing:
    """Count an author's comments by state; it costs what the author wrote, from the index alone."""
    asked = {"author": author_key, "site": site_id or ""}
    published, held, refused, first, measure, until = _STANDING.one(connection, asked)
    return Standing(
        published=published,
        held=held,
        refused=refused,
        first=moment_of(first) if first else None,
        measure=Trust(measure) if measure else None,
        until=until,
    )
