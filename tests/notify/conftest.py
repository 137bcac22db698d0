"""A newsroom whose mail really leaves: SQLite, the real use cases, a real SMTP server."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from builders import StillClock, a_moderator, a_site, an_id
from mail_server import MailServer, Taken, controller
from palabre.application.edit_comment import EditComment
from palabre.application.incoming import Limits
from palabre.application.manage_subscriptions import ManageSubscriptions
from palabre.application.moderate import Moderate
from palabre.application.ports import Store
from palabre.application.post_comment import NewComment, PostComment, Posted
from palabre.application.stop_mail import StopMail
from palabre.application.subscribe import Subscribe, Wish
from palabre.application.tell_desk import TellDesk
from palabre.application.tell_readers import MailLimits, TellReaders
from palabre.domain.decision import Decision, Verdict
from palabre.domain.person import Moderator
from palabre.domain.subscription import Kind
from palabre.moderation.facts import Facts
from palabre.notify.compose import Composer
from palabre.notify.letters import Letters
from palabre.notify.smtp import Server, SmtpTransport
from palabre.notify.worker import Worker
from palabre.rendering.catalogue import load_catalogues
from palabre.rendering.markdown import MarkdownRenderer, excerpt
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore

URL = "https://journal.example/politique/budget"
BASE = "https://comments.example"
SECRET = b"secret of the tests" * 2
DESK = "redaction@journal.example"
PARIS = ZoneInfo("Europe/Paris")


def plain_judge(text: str, facts: Facts) -> Decision:
    verdict = Verdict.HOLD if "[hold]" in text else Verdict.PUBLISH
    rules = ("threat",) if "[threat]" in text else ()
    return Decision(verdict=verdict, rules=rules, rules_version="1", lang=facts.lang)


@dataclass
class Newsroom:
    """Everything a test of mail wants at hand."""

    store: Store
    clock: StillClock
    server: MailServer
    worker: Worker
    post_comment: PostComment
    edit: EditComment
    moderate: Moderate
    moderator: Moderator
    subscribe: Subscribe
    manage: ManageSubscriptions
    seen: int = field(default=0)

    def post(self, text: str = "Bonjour à tous.", **changes: object) -> Posted:
        self.clock.forward(seconds=1)
        wanted = {"url": URL, "text": text, "title": "Le budget", "vouched": True}
        return self.post_comment(NewComment(**(wanted | changes)))

    def ask(self, email: str, kind: Kind = Kind.THREAD, **changes: object) -> None:
        wanted = {"url": URL, "email": email, "kind": kind, "text": "Prévenez-moi.", "lang": "fr"}
        self.subscribe(Wish(**(wanted | changes)))

    def subscribed(self, email: str, kind: Kind = Kind.THREAD, **changes: object) -> None:
        """Subscribe as a member whose address a sign-on vouches for: without a question."""
        self.ask(email, kind, is_known=True, **changes)

    def work(self) -> list[Taken]:
        """Let the worker do all that is due, and return the mails that came of it."""
        while self.worker.round():
            pass
        new, self.seen = self.server.taken[self.seen :], len(self.server.taken)
        return new


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    running = controller(made)
    running.start()
    yield made
    running.stop()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in it but its schema."""
    path = tmp_path_factory.mktemp("empty") / "palabre.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def newsroom(server: MailServer, empty: Path, tmp_path: Path) -> Iterator[Newsroom]:
    path = tmp_path / "palabre.db"
    shutil.copy(empty, path)
    store = SqlStore(f"sqlite:///{path}", durability="process")
    made = furnish(store, server)
    yield made
    made.worker.transport.close()
    store.close()


def furnish(
    store: Store, server: MailServer, *, desk_to: tuple[str, ...] = (), **changes: object
) -> Newsroom:
    clock, moderator = StillClock(), a_moderator(an_id())
    with store.writing() as unit:
        unit.sites.register(a_site())
        unit.moderators.add(moderator)
    parts = {"store": store, "clock": clock}
    keyed = parts | {"secret": SECRET}
    writing = parts | {"judge": plain_judge, "render": MarkdownRenderer(), "limits": Limits()}
    desk = TellDesk(
        **keyed,
        to=desk_to,
        urgent=frozenset({"threat"}),
        every=timedelta(hours=4),
        zone=PARIS,
    )
    sender = "comments@journal.example"
    worker = Worker(
        **keyed,
        tell=TellReaders(**keyed, limits=MailLimits(zone=PARIS), desk=desk),
        desk=desk,
        stop=StopMail(**parts),
        letters=Letters(
            secret=SECRET,
            base_url=BASE,
            host="journal.example",
            catalogues=load_catalogues(PARIS),
            shorten=partial(excerpt, length=300),
            desk=desk,
            clock=clock,
        ),
        compose=Composer(None, sender=sender),
        transport=SmtpTransport(
            Server(host="127.0.0.1", port=server.port, security="none", timeout=5)
        ),
        **({"sender": "bounces@journal.example", "returns": True} | changes),
    )
    return Newsroom(
        store=store,
        clock=clock,
        server=server,
        worker=worker,
        post_comment=PostComment(**writing),
        edit=EditComment(**writing, edit_window=timedelta(minutes=15)),
        moderate=Moderate(**parts, ground_of=lambda _: None, rules_version="1"),
        moderator=moderator,
        subscribe=Subscribe(**keyed, languages=frozenset({"en", "fr"})),
        manage=ManageSubscriptions(**keyed),
    )
