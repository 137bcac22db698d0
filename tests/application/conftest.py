"""The use cases over the in-memory store, with a judge whose verdict a test can foresee."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from builders import StillClock, a_moderator, a_site
from palabre.application.edit_comment import EditComment
from palabre.application.incoming import Limits
from palabre.application.known_sites import KnownSites
from palabre.application.moderate import Moderate
from palabre.application.ports import Store
from palabre.application.post_comment import NewComment, PostComment, Posted
from palabre.application.react import Vote
from palabre.application.read_thread import ReadThread
from palabre.domain.decision import Decision, Ground, GroundKind, Verdict
from palabre.domain.person import Moderator
from palabre.moderation.facts import Facts
from palabre.rendering.markdown import MarkdownRenderer
from palabre.storage.memory import MemoryStore

URL = "https://journal.example/politique/budget"
VERDICTS = {"[hold]": Verdict.HOLD, "[refuse]": Verdict.REFUSE}


@dataclass
class PlainJudge:
    """Decides by a mark in the text, and remembers the facts it was given."""

    facts: list[Facts] = field(default_factory=list)

    def __call__(self, text: str, facts: Facts) -> Decision:
        self.facts.append(facts)
        verdict = next((v for mark, v in VERDICTS.items() if mark in text), Verdict.PUBLISH)
        return Decision(verdict=verdict, rules=(), rules_version="1", lang=facts.lang)


@dataclass
class Newsroom:
    """Everything a test of a use case wants at hand."""

    store: Store
    clock: StillClock
    judge: PlainJudge
    post_comment: PostComment
    edit: EditComment
    vote: Vote
    read: ReadThread
    moderate: Moderate
    moderator: Moderator

    def post(self, text: str = "Bonjour.", **changes: object) -> Posted:
        self.clock.forward(seconds=1)
        return self.post_comment(NewComment(**({"url": URL, "text": text} | changes)))


@pytest.fixture
def newsroom() -> Newsroom:
    store, clock, judge = MemoryStore(), StillClock(), PlainJudge()
    moderator = a_moderator()
    with store.writing() as unit:
        unit.sites.register(a_site())
        unit.moderators.add(moderator)
    parts = {"store": store, "clock": clock}
    writing = parts | {"judge": judge, "render": MarkdownRenderer(), "limits": Limits()}
    return Newsroom(
        store=store,
        clock=clock,
        judge=judge,
        post_comment=PostComment(**writing, sites=KnownSites(store)),
        edit=EditComment(**writing, edit_window=timedelta(minutes=15)),
        vote=Vote(**parts),
        read=ReadThread(**parts),
        moderate=Moderate(
            **parts,
            rules_version="1",
            ground_of=lambda rule: (
                Ground(kind=GroundKind.LAW, rule=rule, reference="loi")
                if rule == "insult"
                else None
            ),
        ),
        moderator=moderator,
    )
