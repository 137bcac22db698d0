"""The sections of the settings: every key, typed and described.

The descriptions are the documentation: ``palabre init`` writes them into the file, and a test holds
``docs/reference/settings.md`` against them.
"""

from typing import Annotated

import msgspec
from msgspec import Meta


def _about(text: str) -> Meta:
    return Meta(description=text)


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where Palabre listens and how the world reaches it."""

    host: Annotated[str, _about("Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, _about("Port to listen on.")] = 8000
    base_url: Annotated[
        str,
        _about("Public address of this server, as readers reach it; empty: http://host:port."),
    ] = ""
    timezone: Annotated[str, _about("Time zone in which pages tell the time (IANA name).")] = (
        "Europe/Paris"
    )
    workers: Annotated[int, _about("Processes that answer requests.")] = 1
    memory_megabytes: Annotated[
        int,
        _about("Public pages and API answers that each process keeps ready; 0: none."),
    ] = 32
    live_streams: Annotated[
        int,
        _about(
            "Readers of each process who hear of new comments at once; others ask now and then."
        ),
    ] = 500
    trusted_proxies: Annotated[
        list[str],
        _about("Networks whose X-Forwarded-For is believed, such as 127.0.0.1/32."),
    ] = []
    metrics_from: Annotated[
        list[str],
        _about("Networks that may ask for /metrics; * lets everybody."),
    ] = msgspec.field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    secret_key: Annotated[
        str,
        _about("Signs forms and keys the hashes of addresses; better kept in secret_key_file."),
    ] = ""
    secret_key_file: Annotated[
        str,
        _about("File that holds the secret key, readable by its owner only."),
    ] = "palabre.secret"  # noqa: S105 -- the name of a file


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where comments live."""

    url: Annotated[
        str, _about("Database; a SQLite path is relative to the folder of this file.")
    ] = "sqlite:///palabre.db"
    durability: Annotated[
        str,
        _about("power: survives a power cut; process: survives a crash, faster."),
    ] = "power"


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rate limits per client address, and flood rules."""

    enabled: Annotated[bool, _about("Off: no rate limit and no flood rule (benchmarks).")] = True
    post: Annotated[str, _about("Comments from one address.")] = "6/minute;60/hour"
    edit: Annotated[str, _about("Edits from one address.")] = "20/minute"
    vote: Annotated[str, _about("Votes from one address.")] = "30/minute"
    subscribe: Annotated[str, _about("Requests to be told by mail, from one client address.")] = (
        "5/hour;20/day"
    )
    sign_in: Annotated[str, _about("Attempts to sign in from one address.")] = "5/minute;30/hour"
    report: Annotated[str, _about("Reports and appeals from one client address.")] = (
        "5/minute;20/hour"
    )
    body_bytes: Annotated[int, _about("Longest request body, in bytes.")] = 131_072
    waiting_writes: Annotated[
        int,
        _about("Writes that may wait in one process; whoever comes then is told to come again."),
    ] = 64
    redis_url: Annotated[
        str,
        _about("Redis or Valkey in which all processes count together; empty: each for itself."),
    ] = ""


class Comments(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What readers may write and see."""

    text_length: Annotated[int, _about("Longest comment, in characters.")] = 10_000
    page_size: Annotated[int, _about("Conversations on one page of a thread.")] = 25
    view_all_size: Annotated[int, _about("Conversations on one page of the view of all.")] = 500
    edit_minutes: Annotated[int, _about("Minutes in which an author may edit.")] = 15
    close_after_days: Annotated[
        int, _about("Days after its first comment at which a thread closes; 0: never by itself.")
    ] = 0
    hold_links_of_new_readers: Annotated[
        bool,
        _about("A moderator looks first at links by readers with fewer than 3 comments published."),
    ] = False
    ask_for_proof: Annotated[
        bool,
        _about("Guests' browsers compute before each comment; off: only under modes that ask it."),
    ] = False
    proof_tries: Annotated[
        int,
        _about("How many tries that takes on average, of about a millisecond: 10 to 20,000."),
    ] = 1_000


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The house rules."""

    file: Annotated[
        str,
        _about("The house's own rules, which override the shipped ones by id; empty: none."),
    ] = ""


class Judge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How comments are judged."""

    depth: Annotated[
        str,
        _about(
            "full: the encoder reads every comment; fast: only what a first look leaves in doubt; "
            "rules: no model."
        ),
    ] = "full"
    threads: Annotated[int, _about("Processor cores that reading one comment may use.")] = 1
    models: Annotated[
        str, _about("Folder of other models; empty: those that come with Palabre.")
    ] = ""
    learn_minutes: Annotated[
        int,
        _about("Minutes between two looks at what moderators taught; 0: only `palabre lessons`."),
    ] = 15


class Desk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The moderators' desk."""

    session_hours: Annotated[int, _about("Hours after which a moderator signs in again.")] = 12
    mail_to: Annotated[
        list[str],
        _about("Addresses of the newsroom that get the queue's digest, urgent holds, weekly line."),
    ] = []
    mail_hours: Annotated[
        int, _about("Hours between two digests of a queue that is not empty; 0: none.")
    ] = 4
    sign_on_issuer: Annotated[
        str, _about("Moderators may sign in at this OpenID Connect issuer; empty: they may not.")
    ] = ""
    sign_on_client: Annotated[str, _about("Our client identifier at that issuer.")] = ""
    sign_on_secret_file: Annotated[
        str,
        _about("File with our client secret, readable by its owner only; empty: a public client."),
    ] = ""
    sign_on_claim: Annotated[
        str, _about("Claim that is the account's login here; email counts where it is verified.")
    ] = "email"
    urgent_rules: Annotated[
        list[str], _about("Rules whose holds are told to the newsroom at once.")
    ] = msgspec.field(default_factory=lambda: ["threat", "personal_data"])


class Smtp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How mail leaves: by an SMTP server, or into a folder while you try things out."""

    host: Annotated[str, _about("The SMTP server that takes our mail; empty: no mail.")] = ""
    port: Annotated[int, _about("Its port: 587 with starttls, 465 with tls, 25 with none.")] = 587
    security: Annotated[str, _about("starttls, tls, or none (a server on this machine).")] = (
        "starttls"
    )
    username: Annotated[str, _about("Name to sign in with; empty: without signing in.")] = ""
    password: Annotated[str, _about("Password; better kept in password_file.")] = ""
    password_file: Annotated[
        str, _about("File that holds the password, readable by its owner only.")
    ] = ""
    sender: Annotated[
        str, _about("Address that mails are from; empty: comments@ the host of base_url.")
    ] = ""
    bounces: Annotated[
        str,
        _about("Address to which undeliverable mail returns (docs/how-to/mail.md); empty: sender."),
    ] = ""
    timeout: Annotated[int, _about("Seconds to wait for the server.")] = 30
    retry_seconds: Annotated[
        int, _about("Wait after the first temporary refusal; it doubles each time, to 6 hours.")
    ] = 60
    folder: Annotated[
        str, _about("Write mails as files into this folder instead of sending them.")
    ] = ""


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What readers who asked for it are told by mail."""

    worker: Annotated[
        bool, _about("Whether palabre serve sends mail itself; off: palabre worker does.")
    ] = True
    excerpt: Annotated[int, _about("Characters of a comment that a mail quotes.")] = 300
    an_hour: Annotated[
        int, _about("Mails to one address in an hour; what comes beyond waits for a digest.")
    ] = 10
    of_thread: Annotated[
        int, _about("Mails about one article to one address in an hour; beyond, a digest.")
    ] = 3
    digest_hour: Annotated[int, _about("Hour of the day at which daily digests leave.")] = 7
    questions_a_day: Annotated[
        int, _about("Mails a day that ask one address whether it wants to be told.")
    ] = 3
    questions_an_hour: Annotated[
        int, _about("Such mails an hour for all addresses of one site.")
    ] = 200
    templates: Annotated[
        str, _about("Folder with the house's own mail templates; empty: the shipped ones.")
    ] = ""


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is written about requests: never a text, a name, an address or a token."""

    level: Annotated[str, _about("debug, info, warning or error.")] = "info"
    reads: Annotated[
        bool,
        _about("Whether answers from memory are logged; a line takes longer than the answer."),
    ] = False


class SectionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A section of a site: articles whose path begins with ``path``."""

    id: Annotated[str, _about("Short name of the section.")]
    name: Annotated[str, _about("Name of the section as readers know it.")]
    path: Annotated[str, _about("How the paths of its articles begin, such as /politique/.")]


class SiteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A registered publication; one ``[[sites]]`` table each."""

    id: Annotated[str, _about("Short name of the site, never changed afterwards.")]
    name: Annotated[str, _about("Name of the publication; no guest may sign with it.")]
    lang: Annotated[str, _about("Language of the site (BCP 47).")] = "fr"
    origins: Annotated[
        list[str], _about("Origins that articles are served from, such as https://example.org.")
    ] = []
    reserved_names: Annotated[
        list[str], _about("Names of the staff; no guest may sign with them.")
    ] = []
    name_required: Annotated[bool, _about("Whether a guest must give a name.")] = False
    email_required: Annotated[bool, _about("Whether a guest must give a mail address.")] = False
    sections: Annotated[list[SectionSettings], _about("Sections of the site.")] = []
    sign_on_keys: Annotated[
        list[str],
        _about(
            "Keys of the site's own sign-on, each 'kid algorithm file': HS256 with a file of at"
            " least 32 bytes that only its owner may read, or EdDSA with a public key in PEM."
        ),
    ] = []
    sign_on_issuer: Annotated[
        str, _about("Readers sign in at this OpenID Connect issuer; empty: none.")
    ] = ""
    sign_on_client: Annotated[str, _about("Our client identifier at that issuer.")] = ""
    sign_on_secret_file: Annotated[
        str,
        _about("File with our client secret, readable by its owner only; empty: a public client."),
    ] = ""
    sign_on_staff: Annotated[
        str,
        _about("Claim and value that mark the newsroom, such as groups=newsroom; empty: nobody."),
    ] = ""
    sign_on_badge: Annotated[
        str, _about("Claim that is shown as a badge beside the name; empty: none.")
    ] = ""
