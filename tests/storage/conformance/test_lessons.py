"""What every store promises of learned layers and of traces."""

from datetime import timedelta

import pytest

from builders import NOON
from lesson_builders import a_layer
from palabre.application.lesson_ports import LayerUse
from palabre.application.ports import Store
from palabre.application.trace_ports import Mark, Trace


def test_layers_are_numbered_and_the_latest_use_counts(store: Store):
    with store.writing() as unit:
        for number in (1, 2):
            unit.lessons.add(a_layer(number))
            unit.lessons.use(LayerUse(site_id="le-journal", number=number, at=NOON, by="engine"))
        unit.lessons.use(LayerUse(site_id="le-journal", number=1, at=NOON, by="zoe"))
    with store.reading() as unit:
        assert [one.number for one in unit.lessons.layers("le-journal", limit=9)] == [2, 1]
        assert unit.lessons.layer("le-journal", 2) == a_layer(2)
        assert unit.lessons.layer("le-journal", 3) is None
        assert unit.lessons.in_use("autre") is None
        used = unit.lessons.in_use("le-journal")
        assert used == LayerUse(site_id="le-journal", number=1, at=NOON, by="zoe")
        assert [one.number for one in unit.lessons.uses("le-journal", limit=2)] == [1, 2]


def test_traces_are_sums_and_tell_what_came_elsewhere(store: Store):
    one, two = "a" * 32, "b" * 32
    with store.writing() as unit:
        unit.traces.add([Mark(key=one, site_id="x", seen=1.0)], NOON)
        unit.traces.add(
            [Mark(key=two, site_id="x", good=2.0), Mark(key=one, site_id="y", seen=0.5, bad=1.5)],
            NOON + timedelta(days=1),
        )
    with store.reading() as unit:
        assert unit.traces.of([one, two, "c" * 32]) == {
            one: Trace(home="x", seen=1.5, elsewhere=0.5, bad=1.5),
            two: Trace(home="x", good=2.0),
        }
    with store.writing() as unit:
        unit.traces.forget([one, "c" * 32])
        assert set(unit.traces.of([one, two])) == {two}


def test_a_transaction_that_fails_leaves_no_trace(store: Store):
    def fail() -> None:
        with store.writing() as unit:
            unit.traces.add([Mark(key="d" * 32, site_id="x", seen=1.0)], NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as unit:
        assert unit.traces.of(["d" * 32]) == {}
