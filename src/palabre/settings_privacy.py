"""The sections of the settings on readers' data: who answers for it, and how long it stays."""

from typing import Annotated

import msgspec
from msgspec import Meta


def _about(text: str) -> Meta:
    return Meta(description=text)


class Privacy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who answers for readers' data; /privacy is made from this and from all other settings."""

    controller: Annotated[
        str, _about("Who answers for the data: the publisher's name; empty: the first site's.")
    ] = ""
    contact: Annotated[
        str, _about("Where readers write about their data: a mail or postal address.")
    ] = ""
    authority: Annotated[
        str, _about("The authority that hears complaints, such as 'CNIL (www.cnil.fr)'.")
    ] = ""
    sealed_store: Annotated[
        bool,
        _about(
            "Keep the source of each connection, sealed, where the country's law asks for it; "
            "needs sealed_key."
        ),
    ] = False
    sealed_key: Annotated[
        str,
        _about(
            "Public key that connections and evidence are sealed for; `palabre person keys` makes"
            " a pair."
        ),
    ] = ""


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Days after which data leaves by itself; 0 lets it stay."""

    source_days: Annotated[
        int, _about("Keyed hashes of the addresses that comments came from, and their keys.")
    ] = 7
    email_days: Annotated[int, _about("Mail addresses given with comments.")] = 365
    name_days: Annotated[int, _about("Names given with comments.")] = 0
    published_days: Annotated[int, _about("Published comments.")] = 0
    unpublished_days: Annotated[int, _about("Held and refused comments.")] = 365
    revision_days: Annotated[int, _about("Earlier wordings of comments that were edited.")] = 365
    vote_days: Annotated[int, _about("Who voted; the count stays.")] = 365
    report_days: Annotated[
        int, _about("What reports and appeals said, and who made them, once they are answered.")
    ] = 365
    note_days: Annotated[int, _about("Moderators' notes on comments.")] = 365
    trace_days: Annotated[
        int, _about("Keyed hashes by which a text, mail address or link that comes again is known.")
    ] = 90
    label_days: Annotated[
        int, _about("Comments that programs with a key reported as spam or not; text alone.")
    ] = 365
    pseudonym_days: Annotated[
        int, _about("Pseudonyms kept by mail, from the last comment under them on.")
    ] = 730
    mail_days: Annotated[int, _about("Which mails were sent, and events that were handled.")] = 30
    consent_days: Annotated[
        int, _about("The record of consent to mails, from the end of a subscription on.")
    ] = 1095
    stopped_days: Annotated[
        int, _about("Hashes of addresses that must get no mail (bounced, complained).")
    ] = 1095
    sealed_days: Annotated[int, _about("The sealed store of connections.")] = 365
    record_days: Annotated[
        int, _about("The records of erasures, of retention, and of readings of the sealed store.")
    ] = 1095
    log_days: Annotated[
        int, _about("How long your system keeps the server's log: said on /privacy, done by it.")
    ] = 180
    backup_days: Annotated[int, _about("Backups in backup_folder; also said on /privacy.")] = 30
    backup_folder: Annotated[
        str, _about("Folder from which old backups are removed; empty: that is done elsewhere.")
    ] = ""
