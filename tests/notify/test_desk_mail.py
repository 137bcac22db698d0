"""The newsroom's own mail: what waits, what cannot wait, and a line a week."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notify.conftest import DESK, Newsroom, furnish
from palabre.application.moderate import Choice
from palabre.domain.decision import Verdict

OTHER = "chef@journal.example"


@pytest.fixture
def desk(newsroom: Newsroom) -> Iterator[Newsroom]:
    made = furnish(newsroom.store, newsroom.server, desk_to=(DESK, OTHER))
    made.clock.now = datetime(2026, 3, 3, 12, 1, tzinfo=UTC)  # a Tuesday, in the middle of a slot
    yield made
    made.worker.transport.close()


def subjects(desk: Newsroom) -> list[str]:
    return sorted(str(m.message["Subject"]) for m in desk.work() if m.to == DESK)


def test_an_urgent_hold_is_told_at_once_and_a_flood_of_them_once_in_ten_minutes(desk: Newsroom):
    desk.post("[hold] Douteux.")
    assert subjects(desk) == ["Le Journal\N{NO-BREAK SPACE}: un commentaire à lire"]
    desk.post("[hold] [threat] Menace.")
    assert subjects(desk) == ["Le Journal\N{NO-BREAK SPACE}: un commentaire à lire sans attendre"]
    for _ in range(5):
        desk.post("[hold] [threat] Encore.")
    assert subjects(desk) == []
    desk.clock.forward(minutes=10)
    assert subjects(desk) == ["Le Journal\N{NO-BREAK SPACE}: 6 commentaires à lire sans attendre"]


def test_the_queue_is_told_every_few_hours_while_it_is_not_empty(desk: Newsroom):
    assert subjects(desk) == []
    posted = desk.post("[hold] Douteux.")
    desk.clock.forward(minutes=1)
    assert subjects(desk) == ["Le Journal\N{NO-BREAK SPACE}: un commentaire à lire"]
    desk.clock.forward(hours=1)
    assert subjects(desk) == []
    desk.clock.forward(hours=4)
    assert subjects(desk) == ["Le Journal\N{NO-BREAK SPACE}: un commentaire à lire"]
    desk.moderate.decide(posted.stored.comment.id, Choice(verdict=Verdict.PUBLISH), desk.moderator)
    desk.clock.forward(hours=4)
    assert subjects(desk) == []


def test_each_address_of_the_newsroom_gets_its_own(desk: Newsroom):
    desk.post("[hold] [threat] Menace.")
    desk.clock.forward(seconds=61)
    assert sorted(m.to for m in desk.work()) == sorted([DESK, OTHER] * 2)


def test_the_week_is_told_on_monday_morning_and_once(desk: Newsroom):
    held = desk.post("[hold] Douteux.")
    desk.post("Bonjour.")
    desk.work()
    desk.moderate.decide(held.stored.comment.id, Choice(verdict=Verdict.PUBLISH), desk.moderator)
    desk.clock.now = datetime(2026, 3, 9, 6, 59, tzinfo=UTC)
    assert subjects(desk) == []
    desk.clock.now = datetime(2026, 3, 9, 7, 1, tzinfo=UTC)  # eight in Paris
    (week,) = [m for m in desk.work() if m.to == DESK]
    text = week.message.get_body(("plain",)).get_content()
    said = " ".join(text.split())
    assert "2 commentaires examinés, 1 publiés, 1 mis en attente, 0 non publiés" in said
    assert "1 décisions changées" in said
    desk.clock.forward(hours=3)
    assert subjects(desk) == []


def test_an_address_taken_out_of_the_settings_gets_nothing(desk: Newsroom, tmp_path: Path):
    desk.post("[hold] [threat] Menace.")
    desk.worker.tell.events()
    without = furnish(desk.store, desk.server, desk_to=(OTHER,))
    without.clock.now = desk.clock.now
    told = {m.to for m in without.work()}
    without.worker.transport.close()
    assert told == {OTHER}
