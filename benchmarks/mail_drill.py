"""Kill the mail worker while thousands of mails leave, and count what arrived: all of it, once.

    python benchmarks/mail_drill.py [--count 10000] [--kills 5] [--leave 300] [--seed N]

A comment is told to so many subscribers through a real SMTP server that refuses 5 % of recipients
for now and 1 % for good. The worker (``palabre worker``, a process of its own) gets SIGKILL at
random moments and is started again; meanwhile some readers leave by the use case that their link
runs. Then: nobody is missing, nobody got mail after leaving, nobody was asked again after a refusal
for good, and at most one mail a kill came twice, with the same Message-ID. Exit code 1 when that is
not so.
"""

import argparse
import hashlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mail_server import MailServer, controller
from palabre.application.mail_tokens import Purpose, address_hash, subscription_token
from palabre.application.manage_subscriptions import ManageSubscriptions
from palabre.application.post_comment import NewComment
from palabre.domain.identifier import new_id
from palabre.domain.subscription import Kind, MailAddress, Subscription
from palabre.settings import load, secret_key
from palabre.wiring import build_house
from palabre.wiring_parts import build_parts

URL = "https://journal.example/le-budget"
SETTINGS = """\
[database]
durability = "process"
[server]
base_url = "https://comments.example"
[judge]
depth = "rules"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
retry_seconds = 1
[mail]
worker = false
[[sites]]
id = "journal"
name = "Le Journal"
origins = ["https://journal.example"]
"""
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)


@dataclass
class Moody(MailServer):
    """A server that refuses some, and notes when each recipient was named."""

    seed: int = 0
    named: list[tuple[str, float]] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    got: dict[str, list[tuple[float, bytes]]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    gone_asked_again: int = 0

    def __post_init__(self) -> None:
        """Refuse by address and attempt, the same in each run with this seed."""
        self.at_recipient = self._mood

    def is_gone(self, address: str) -> bool:
        """Tell whether an address is one of the 1 % that do not exist."""
        return self._chance(address, "gone") < 0.01

    def _mood(self, address: str) -> str | None:
        self.asked[address] += 1
        if self.is_gone(address):
            self.gone_asked_again += self.asked[address] > 1
            self.refused["for good"] += 1
            return "550 5.1.1 No such user"
        if self._chance(address, str(self.asked[address])) < 0.05:
            self.refused["for now"] += 1
            return "451 4.3.0 Come again"
        self.named.append((address, time.time()))
        return None

    def _chance(self, address: str, what: str) -> float:
        digest = hashlib.sha256(f"{self.seed}/{address}/{what}".encode()).digest()
        return int.from_bytes(digest[:6]) / 2**48

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ANN401, ARG002, N802
        """Keep who, when and which; not the words."""
        (to,) = envelope.rcpt_tos
        found = MESSAGE_ID.search(envelope.original_content)
        self.got[to].append((self.named[-1][1], found[1] if found else b""))
        return "250 OK"


@dataclass
class Drill:
    """One run: a house in a folder, its subscribers, and what happened to them."""

    folder: Path
    server: Moody
    count: int
    left: dict[str, float] = field(default_factory=dict)

    def furnish(self) -> None:
        """Write the settings, the subscribers and the comment they wait for."""
        config = self.folder / "palabre.toml"
        config.write_text(SETTINGS.format(port=self.server.port), encoding="utf-8")
        secret = self.folder / "palabre.secret"
        secret.touch(mode=0o600)
        secret.write_text("the drill's own secret, of no use elsewhere", encoding="utf-8")
        self.settings = load(config, {})
        self.secret = secret_key(self.settings, self.folder)
        self.parts = build_parts(self.settings, self.folder)
        house = build_house(self.parts)
        first = house.post(NewComment(url=URL, text="Qui paiera ce budget ?"))
        now = datetime.now(UTC)
        self.addresses = [f"reader{n}@mail.example" for n in range(self.count)]
        self.ids: dict[str, str] = {}
        with self.parts.store.writing() as unit:
            waiting = unit.outbox.waiting(limit=9)
            unit.outbox.handled([e.id for e in waiting], now)
            for address in self.addresses:
                hashed = address_hash(address, self.secret)
                self.ids[address] = new_id(now)
                unit.subscriptions.keep(
                    MailAddress(
                        hash=hashed, address=address, lang="fr", created_at=now, confirmed_at=now
                    )
                )
                unit.subscriptions.ask(
                    Subscription(
                        id=self.ids[address],
                        address_hash=hashed,
                        site_id="journal",
                        kind=Kind.THREAD,
                        thread_id=first.thread.id,
                        lang="fr",
                        asked_at=now,
                        confirmed_at=now,
                    )
                )
        house.post(NewComment(url=URL, text="Les communes, comme toujours."))

    def leave(self, addresses: list[str], over: threading.Event) -> None:
        """Let readers leave one after the other while mail is being sent."""
        manage = ManageSubscriptions(
            store=self.parts.store, clock=lambda: datetime.now(UTC), secret=self.secret
        )
        for number, address in enumerate(addresses):
            # Spread over the run.
            while len(self.server.got) < 0.9 * self.count * number / len(addresses):
                if over.wait(0.01):
                    return
            token = subscription_token(Purpose.LEAVE, self.ids[address], self.secret)
            manage.leave(token)
            self.left[address] = time.time()

    def worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker that takes over after two seconds what a killed one had taken."""
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "palabre.cli", "worker", "--lease", "2"],
                cwd=self.folder,
                stderr=log,
                stdout=log,
            )

    def under_way(self) -> dict[str, int]:
        """Count what is not done."""
        with self.parts.store.reading() as unit:
            return dict(unit.mails.waiting())

    def faults(self, kills: int) -> list[str]:
        """Return what went wrong, one sentence each."""
        got, found = self.server.got, []
        gone = {a for a in self.addresses if self.server.is_gone(a)}
        lost = [a for a in self.addresses if a not in got and a not in gone and a not in self.left]
        late = [a for a, at in self.left.items() if any(named > at for named, _ in got.get(a, []))]
        twice = {a: mails for a, mails in got.items() if len(mails) > 1}
        extra = sum(len(mails) - 1 for mails in twice.values())
        other = [a for a, mails in twice.items() if len({i for _, i in mails}) > 1]
        one_identity = len({i for mails in got.values() for _, i in mails})
        if lost:
            found.append(f"{len(lost)} lost")
        if late:
            found.append(f"{len(late)} sent after leaving")
        if extra > kills:
            found.append(f"{extra} sent twice, by {kills} kills")
        if other:
            found.append(f"{len(other)} sent twice with different Message-IDs")
        if one_identity != len(got):
            found.append("two readers' mails share a Message-ID")
        if gone & set(got) or self.server.gone_asked_again:
            found.append(f"{self.server.gone_asked_again} asked again after a refusal for good")
        print(
            f"{self.count} notices: {len(got)} delivered, {len(gone)} do not exist, "
            f"{len(self.left)} left ({sum(a not in got for a in self.left)} of them before any "
            f"mail), {extra} came twice\nrefused for now {self.server.refused['for now']} times, "
            f"for good {self.server.refused['for good']} times",
            flush=True,
        )
        return found


def run(folder: Path, *, count: int, kills: int, leave: int, seed: int) -> list[str]:
    """Run the drill and return what went wrong."""
    dice = random.Random(seed)
    server = Moody(seed=seed)
    running = controller(server)
    running.start()
    drill = Drill(folder, server, count)
    drill.furnish()
    marks = sorted(dice.uniform(0.05, 0.9) * count for _ in range(kills))
    process = drill.worker()
    over = threading.Event()
    begin = time.monotonic()
    leaving = threading.Thread(
        target=drill.leave, args=(dice.sample(drill.addresses, leave), over), daemon=True
    )
    leaving.start()
    killed = 0
    try:
        while killed < kills or leaving.is_alive() or any(drill.under_way().values()):
            if killed < kills and len(server.got) >= marks[killed]:
                time.sleep(dice.random() / 50)
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
                print(f"kill {killed} after {len(server.got)} mails", flush=True)
                process = drill.worker()
            elif process.poll() is not None:
                return [f"the worker ended by itself: {(folder / 'worker.log').read_text()[-500:]}"]
            time.sleep(0.005 if killed < kills else 0.2)
    finally:
        over.set()
        process.terminate()
        process.wait()
        running.stop()
    seconds = time.monotonic() - begin
    print(f"{seconds:.1f} s with {killed} kills, {count / seconds:.0f} notices a second")
    found = drill.faults(kills)
    drill.parts.store.close()
    return found


def main() -> int:
    """Run once and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--leave", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="palabre-mail-") as name:
        found = run(
            Path(name),
            count=options.count,
            kills=options.kills,
            leave=options.leave,
            seed=options.seed,
        )
    print("\n".join(found) if found else "nothing lost, nothing after leaving")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
