"""Statements of the write path: compiled once, then given to the driver as they are.

SQLAlchemy finds a compiled statement again by a key made from its parts, wraps each execution in a
context and each answer in a result. For a page of a thread that is nothing; a post runs eight small
statements, and it was half of their time (ADR 13). What a statement says and how values are kept
(``column_types``) stays SQLAlchemy's; failures arrive as its exceptions.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from palabre.storage import waiting

Process = Callable[[Any], Any] | None
Statement = sa.Select[*tuple[Any, ...]] | sa.Insert | sa.Update | sa.Delete


class Prepared:
    """One statement with plain parameters (no lists), whose names are those of its bind parameters.

    ``columns``: those that an insertion fills, beyond what the statement itself sets.
    """

    def __init__(self, statement: Statement, *columns: str) -> None:
        self.statement = statement
        self._columns = columns
        self._plans: WeakKeyDictionary[sa.Dialect, _Plan] = WeakKeyDictionary()

    def run(self, connection: sa.Connection, values: Mapping[str, Any]) -> int:
        """Execute and return how many rows were concerned."""
        plan = self._plan(connection)
        return int(plan.execute(connection, values).rowcount)

    def later(self, connection: sa.Connection, values: Mapping[str, Any]) -> None:
        """Execute before whatever comes next, at the latest before the commit (``waiting``)."""
        plan = self._plan(connection)
        queue = waiting.queue_of(connection)
        if queue is None:
            plan.execute(connection, values)
        else:
            queue.append(plan.bound(values))

    def one(self, connection: sa.Connection, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Execute and return the row that there must be."""
        row = self.first(connection, values)
        if row is None:
            raise sa.exc.NoResultFound
        return row

    def first(self, connection: sa.Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Execute and return the first row, as Python values in the order of the columns."""
        plan = self._plan(connection)
        cursor = plan.execute(connection, values)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else plan.read(row)

    def all(self, connection: sa.Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute and return all rows."""
        plan = self._plan(connection)
        return [plan.read(row) for row in plan.execute(connection, values).fetchall()]

    def _plan(self, connection: sa.Connection) -> "_Plan":
        dialect = connection.dialect
        plan = self._plans.get(dialect)
        if plan is None:
            plan = _Plan(self.statement, dialect, self._columns)
            self._plans[dialect] = plan
        return plan


class _Plan:
    """A statement as one dialect's driver takes it."""

    def __init__(self, statement: Statement, dialect: sa.Dialect, columns: Sequence[str]) -> None:
        given: dict[str, Any] = {"column_keys": [*columns]} if columns else {}
        if isinstance(statement, sa.Insert):
            statement = statement.inline()  # nobody asks for the key that the database gave
        compiled: Any = statement.compile(dialect=dialect, **given)
        self._sql = str(compiled)
        processes: dict[str, Process] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        constants = compiled.construct_params(_check=False)
        self._order: list[str] | None = compiled.positiontup
        self._names = self._order if self._order is not None else [*processes]
        self._constants = {name: constants.get(name) for name in self._names}
        self._processes = [(name, process) for name, process in processes.items() if process]
        self._reads: list[Process] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in statement.exported_columns
        ]

    def bound(self, values: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the statement and its values as the driver takes them."""
        bound = {**self._constants, **values}
        for name, process in self._processes:
            bound[name] = process(bound[name])
        if self._order is not None:
            return self._sql, [bound[name] for name in self._names]
        return self._sql, bound

    def execute(self, connection: sa.Connection, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- the driver's cursor
        """Give the statement to the driver, and its complaints to SQLAlchemy's exceptions."""
        return waiting.now(connection, *self.bound(values))

    def read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Return a row's values as Python has them."""
        return tuple(
            process(value) if process else value
            for value, process in zip(row, self._reads, strict=True)
        )
