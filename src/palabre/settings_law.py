"""The section of the settings on duties under the Digital Services Act and French press law."""

from typing import Annotated

import msgspec
from msgspec import Meta


def _about(text: str) -> Meta:
    return Meta(description=text)


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Reports, reasons, appeals, transparency (docs/reference/duties.md)."""

    provider: Annotated[
        str,
        _about(
            "hosting: comments beside articles (DSA, recital 13); platform: a community of its own."
        ),
    ] = "hosting"
    small: Annotated[
        bool,
        _about("Fewer than 50 staff and at most 10 million euros a year: Arts. 15(2) and 19."),
    ] = True
    report_hours: Annotated[
        int, _about("Hours in which a report is to be decided; danger to life within 4.")
    ] = 24
    appeal_days: Annotated[int, _about("Days in which an appeal is to be decided.")] = 7
    trusted_flaggers: Annotated[
        list[str],
        _about(
            "Names of trusted flaggers (Art. 22); `palabre report flaggers` shows their addresses."
        ),
    ] = []
    dispute_body: Annotated[
        str, _about("Certified out-of-court body (Art. 21), with its address; empty: none named.")
    ] = ""
    contact_users: Annotated[
        str, _about("Single point of contact for readers (Art. 12); empty: [privacy] contact.")
    ] = ""
    contact_authorities: Annotated[
        str, _about("Single point of contact for authorities, with languages (Art. 11).")
    ] = ""
    transparency_database: Annotated[
        str,
        _about(
            "Where statements of reasons are sent (Art. 24(5)), such as"
            " https://transparency.dsa.ec.europa.eu/api/v1; empty: nowhere."
        ),
    ] = ""
    transparency_token_file: Annotated[
        str, _about("File that holds the token for it, readable by its owner only.")
    ] = ""
    transparency_platform: Annotated[
        str, _about("The publisher's name there; empty: the token's own.")
    ] = ""


class Audit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The random sample of the machine's own decisions that moderators judge unseen."""

    published: Annotated[float, _about("Share drawn of what it published, 0 to 1.")] = 0.02
    held: Annotated[float, _about("Share drawn of what it held.")] = 0.05
    refused: Annotated[float, _about("Share drawn of what it refused.")] = 0.1
    twice: Annotated[
        float, _about("Share of the drawn that two people judge: their agreement is measured.")
    ] = 0.2


class Webhooks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The publisher's own systems that are told of what happens to comments; signed calls."""

    urls: Annotated[list[str], _about("Addresses that are called, each told of everything.")] = []
    events: Annotated[
        list[str],
        _about("Of what alone, such as comment.held; empty: of everything."),
    ] = []
    secret: Annotated[
        str, _about("Signs the calls (Standard Webhooks); better kept in secret_file.")
    ] = ""
    secret_file: Annotated[
        str, _about("File that holds the secret, readable by its owner only.")
    ] = ""
