"""Plain functions that make addresses, subscriptions and mails; see builders.py."""

from dataclasses import replace
from typing import Any

from builders import NOON, an_id
from palabre.application.mail_ports import Mail, MailKind, Telling
from palabre.application.ports import Store, Stored
from palabre.application.tokens import key_of
from palabre.domain.subscription import Kind, MailAddress, Subscription

ZOE = key_of("zoe@example.net")
OTHER = key_of("a reader's token")  # who wrote what builders.a_comment makes
MINE = key_of("my token")


def an_address(address: str = "zoe@example.net", **changes: Any) -> MailAddress:
    made = MailAddress(
        hash=key_of(address), address=address, lang="fr", created_at=NOON, confirmed_at=NOON
    )
    return replace(made, **changes)


def a_subscription(kind: Kind = Kind.THREAD, **changes: Any) -> Subscription:
    made = Subscription(
        id=an_id(),
        address_hash=ZOE,
        site_id="le-journal",
        kind=kind,
        lang="fr",
        asked_at=NOON,
        confirmed_at=NOON,
    )
    return replace(made, **changes)


def subscribe(
    store: Store, kind: Kind = Kind.THREAD, *, email: str = "zoe@example.net", **changes: Any
) -> Subscription:
    """Store a confirmed subscription with its address."""
    address = an_address(email)
    made = a_subscription(kind, address_hash=address.hash, **changes)
    with store.writing() as unit:
        if unit.subscriptions.address(address.hash) is None:
            unit.subscriptions.keep(address)
        unit.subscriptions.ask(made)
    return made


def a_mail(kind: MailKind = MailKind.NOTICE, **changes: Any) -> Mail:
    made = Mail(
        id=an_id(), kind=kind, address_hash=ZOE, site_id="le-journal", made_at=NOON, due_at=NOON
    )
    return replace(made, **changes)


def a_telling(stored: Stored, *above: str, **changes: Any) -> Telling:
    comment = stored.comment
    made = Telling(
        comment_id=comment.id,
        site_id="le-journal",
        thread_id=comment.thread_id,
        parent_id=comment.parent_id,
        author_key=comment.author_key,
        above=above,
        not_to=(),
    )
    return replace(made, **changes)
