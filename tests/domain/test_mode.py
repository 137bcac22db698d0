"""What modes come to at a moment, and what a record is worth."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from builders import NOON
from mode_builders import a_mode
from palabre.domain.mode import FREE, Why, in_force
from palabre.domain.trust import Trust, earned

PARIS = ZoneInfo("Europe/Paris")
HOURS = a_mode(holds_all=False, opens=8 * 60, shuts=23 * 60, why=Why.ABSENT)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def test_hours_are_those_of_the_house_also_on_the_night_of_the_change():
    night = in_force([HOURS], at("2026-03-29 01:30"), PARIS)
    assert night.closed
    assert night.opens_at == at("2026-03-29 08:00") == datetime(2026, 3, 29, 6, tzinfo=UTC)
    day = in_force([HOURS], at("2026-03-29 08:00"), PARIS)
    assert not day.closed
    assert day.shuts_at == day.changes_at == at("2026-03-29 23:00")
    late = in_force([HOURS], at("2026-03-29 23:00"), PARIS)
    assert (late.closed, late.opens_at) == (True, at("2026-03-30 08:00"))


def test_a_day_may_end_after_midnight():
    owl = a_mode(holds_all=False, opens=18 * 60, shuts=2 * 60)
    assert not in_force([owl], at("2026-03-03 01:59"), PARIS).closed
    assert in_force([owl], at("2026-03-03 02:00"), PARIS).opens_at == at("2026-03-03 18:00")


def test_the_strictest_counts_and_what_has_ended_does_not():
    soon, later = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    slow = a_mode(section_id="sport", holds_all=False, slow_minutes=5, until=later)
    slower = a_mode(thread_id="t", holds_all=False, slow_minutes=10, why=Why.ABUSE)
    found = in_force([a_mode(until=soon), slow, slower], NOON, UTC)
    assert (found.holds_all, found.slow_minutes, found.changes_at) == (True, 10, soon)
    assert found.why == (Why.SURGE, Why.ABUSE)
    assert not in_force([a_mode(until=soon), slow], soon, UTC).holds_all
    assert in_force([slow], later, UTC) is FREE


def test_what_closes_at_a_time_says_until_when_it_is_open_and_whether_it_opens_again():
    end, again = NOON + timedelta(hours=1), NOON + timedelta(hours=9)
    for_good = a_mode(holds_all=False, closes_at=end)
    assert in_force([for_good], NOON, UTC).shuts_at == end
    assert in_force([for_good], end, UTC).closed
    assert in_force([for_good, HOURS], at("2026-03-02 23:30"), PARIS).opens_at is None
    tonight = a_mode(holds_all=False, closes_at=end, until=again)
    assert in_force([tonight], end, UTC).opens_at == again
    assert in_force([tonight], again, UTC) is FREE


def test_trust_is_earned_by_what_was_published_and_lost_by_what_was_refused():
    old = NOON - timedelta(days=30)
    assert earned(2, 0, old, NOON) is Trust.NEW
    assert earned(3, 0, old, NOON) is Trust.KNOWN
    assert earned(9, 2, old, NOON) is Trust.NEW
    assert earned(20, 1, old, NOON) is Trust.TRUSTED
    assert earned(20, 2, old, NOON) is Trust.KNOWN
    assert earned(50, 0, NOON - timedelta(days=13), NOON) is Trust.KNOWN
