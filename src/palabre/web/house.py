"""Everything the web room is handed by wiring: use cases, words, and a few values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from palabre.application.ask_for_data import AskForData
from palabre.application.close_thread import CloseThread
from palabre.application.edit_comment import EditComment
from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.highlight_comment import HighlightComment
from palabre.application.hold_comment import HoldComment
from palabre.application.keep_pseudonym import KeepPseudonym
from palabre.application.known_modes import KnownModes
from palabre.application.manage_subscriptions import ManageSubscriptions
from palabre.application.moderate import Moderate
from palabre.application.own_pseudonyms import OwnPseudonyms
from palabre.application.passkeys import Passkeys
from palabre.application.post_comment import PostComment
from palabre.application.react import Vote
from palabre.application.read_thread import ReadThread
from palabre.application.register import Register
from palabre.application.sign_in import SignIn
from palabre.application.subscribe import Subscribe
from palabre.application.work_desk import WorkDesk
from palabre.domain.member import Member
from palabre.domain.site import Site
from palabre.moderation.rulebook import RuleBook
from palabre.web.dialects import Dialects
from palabre.web.freshness import Changes
from palabre.web.law import LawCases
from palabre.web.shared_counts import SharedCounts
from palabre.web.writers import Writers

if TYPE_CHECKING:
    from palabre.web.desk_sign_on import DeskDoor
    from palabre.web.sign_on_door import Door


class Catalogue(Protocol):
    """The words of one language."""

    @property
    def lang(self) -> str:
        """The language's BCP 47 tag."""
        ...

    @property
    def is_right_to_left(self) -> bool:
        """Tell whether the language is written from right to left."""
        ...

    def covers(self, domain: str) -> bool:
        """Tell whether every message of a domain ("desk") is there in this very language."""

    def say(self, key: str, **values: object) -> str:
        """Return the sentence under ``key`` with its named placeholders filled."""

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the sentence under ``key`` in the plural form for ``n`` (placeholder ``{n}``)."""

    def has(self, key: str) -> bool:
        """Tell whether there is a sentence under ``key``."""

    def moment(self, at: datetime) -> str:
        """Return a date with its time, as this language writes it."""

    def ago(self, at: datetime, now: datetime) -> str:
        """Return how long ago something was ("il y a 3 minutes")."""

    def number(self, n: int) -> str:
        """Return a number as this language writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Rate limits per client address (network prefix for IPv6), in the notation of `limits`."""

    post: str = "6/minute;60/hour"
    edit: str = "20/minute"
    vote: str = "30/minute"
    subscribe: str = "5/hour;20/day"
    sign_in: str = "5/minute;30/hour"
    report: str = "5/minute;20/hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """Values from the settings that the web room needs.

    ``base_url`` is the public address of this server without a trailing slash; ``secret`` signs
    form tokens and keys the hashes of addresses; ``trusted_proxies`` are networks whose
    ``X-Forwarded-For`` is believed, ``metrics_from`` those that may see the figures ("*": all).
    ``memory_bytes`` is how much the read path may keep (0:
    nothing), ``log_reads`` whether answers from there are logged, ``live_streams`` how many readers
    may follow threads at once (0: none).
    """

    base_url: str
    secret: bytes
    lang: str = "fr"
    limits_enabled: bool = True
    rates: Rates = field(default_factory=Rates)
    trusted_proxies: tuple[str, ...] = ()
    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    max_body_bytes: int = 131_072
    text_length: int = 10_000
    page_size: int = 25
    view_all_size: int = 500
    edit_window: timedelta = timedelta(minutes=15)
    session_length: timedelta = timedelta(hours=12)
    memory_bytes: int = 32 * 1024 * 1024
    log_reads: bool = False
    live_streams: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """An article of the demonstration site: plain text paragraphs, never HTML."""

    slug: str
    lang: str
    title: str
    kicker: str
    standfirst: str
    signature: str
    date: datetime
    paragraphs: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """The register, and what readers may ask for. ``ask`` None: this house sends no mail."""

    register: Register
    export: ExportPerson
    erase: ErasePerson
    hold: HoldComment
    pseudonyms: OwnPseudonyms
    ask: AskForData | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts that requests are answered with."""

    config: WebConfig
    post: PostComment
    edit: EditComment
    vote: Vote
    read: ReadThread
    moderate: Moderate
    close_thread: CloseThread
    highlight: HighlightComment
    sign_in: SignIn
    sites: Callable[[], tuple[Site, ...]]
    check: Callable[[], None]
    rules: RuleBook
    catalogues: Mapping[str, Catalogue]
    clock: Callable[[], datetime]
    # None all three: this house sends no mail.
    subscribe: Subscribe | None = None
    subscriptions: ManageSubscriptions | None = None
    pseudonyms: KeepPseudonym | None = None
    privacy: OwnData | None = None
    law: LawCases | None = None
    # The key of a day's hashes of addresses; None: the secret key.
    source_key: Callable[[datetime], bytes] | None = None
    changes: Changes | None = None
    writers: Writers = field(default_factory=Writers)
    # Moderators are not in readers' queue: a flood is when they are needed.
    desk_writers: Writers = field(default_factory=lambda: Writers(threads=2))
    shared_counts: SharedCounts | None = None
    # None: programs with a key are not answered.
    dialects: Dialects | None = None
    demo_articles: tuple[DemoArticle, ...] = ()
    # Reads a site's own signed tokens; None: no site has a key.
    sign_on: Callable[[str], Member] | None = None
    # Where readers of a site sign in by OpenID Connect, by its id: sign_on_door.Door.
    doors: "Mapping[str, Door]" = field(default_factory=dict)
    # Passkeys of moderators; None: this house's address is no name (a passkey needs one).
    passkeys: Passkeys | None = None
    # The publisher's own sign-on for moderators; None: there is none.
    desk_door: "DeskDoor | None" = None

    @property
    def modes(self) -> KnownModes | None:
        """How comments are taken at present; None: this house knows no modes."""
        return self.post.door.modes

    @property
    def work_desk(self) -> WorkDesk:
        """What moderators do beside deciding."""
        return WorkDesk(moderate=self.moderate)
