"""The closed set of refusals. Each has a stable code; the words for it are in the catalogues.

A code is part of the public contract: it is never renamed and never changes its meaning. Which
HTTP status a code becomes is decided in ``web/errors.py`` alone.
"""

from enum import StrEnum


class Code(StrEnum):
    """Why something was refused. ``error.<code>.title`` and ``.remedy`` exist in each catalogue."""

    # what was sent
    BAD_JSON = "bad_json"
    BAD_FIELD = "bad_field"
    UNKNOWN_FIELD = "unknown_field"
    BODY_LATE = "body_late"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    UNREADABLE_TEXT = "unreadable_text"
    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    NAME_REQUIRED = "name_required"
    NAME_TOO_LONG = "name_too_long"
    NAME_RESERVED = "name_reserved"
    NAME_KEPT = "name_kept"
    EMAIL_REQUIRED = "email_required"
    EMAIL_INVALID = "email_invalid"
    BAD_ADDRESS = "bad_address"
    BAD_CURSOR = "bad_cursor"
    CURSOR_EXPIRED = "cursor_expired"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    PROOF_WANTED = "proof_wanted"
    PROOF_WRONG = "proof_wrong"
    PROOF_EXPIRED = "proof_expired"
    PROOF_USED = "proof_used"
    # what it is about
    UNKNOWN_SITE = "unknown_site"
    UNKNOWN_COMMENT = "unknown_comment"
    UNKNOWN_RULE = "unknown_rule"
    PARENT_UNKNOWN = "parent_unknown"
    PARENT_ELSEWHERE = "parent_elsewhere"
    REPLY_TOO_DEEP = "reply_too_deep"
    THREAD_CLOSED = "thread_closed"
    CLOSED_NOW = "closed_now"
    SLOW_MODE = "slow_mode"
    KNOWN_READERS_ONLY = "known_readers_only"
    MOVE_IMPOSSIBLE = "move_impossible"
    NOTHING_TO_UNDO = "nothing_to_undo"
    CLAIMED = "claimed"
    HIGHLIGHTS_FULL = "highlights_full"
    LINK_INVALID = "link_invalid"
    LINK_EXPIRED = "link_expired"
    MAIL_OFF = "mail_off"
    APPEAL_TOO_LATE = "appeal_too_late"
    APPEAL_SETTLED = "appeal_settled"
    SAME_MODERATOR = "same_moderator"
    REPORTS_SUSPENDED = "reports_suspended"
    SEAL_MISSING = "seal_missing"
    # who may
    NOT_YOURS = "not_yours"
    SUSPENDED = "suspended"
    BANNED = "banned"
    EDIT_WINDOW_OVER = "edit_window_over"
    OWN_COMMENT = "own_comment"
    SIGN_IN_REQUIRED = "sign_in_required"
    SIGN_IN_FAILED = "sign_in_failed"
    NOT_PERMITTED = "not_permitted"
    SIGN_ON_INVALID = "sign_on_invalid"
    SIGN_ON_EXPIRED = "sign_on_expired"
    SIGN_ON_DENIED = "sign_on_denied"
    SIGN_ON_UNAVAILABLE = "sign_on_unavailable"
    FORGED_REQUEST = "forged_request"
    TOO_MANY_REQUESTS = "too_many_requests"
    # the house itself
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    STORE_BUSY = "store_busy"
    STORE_FULL = "store_full"
    STORE_FAILED = "store_failed"
    INTERNAL = "internal"


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not an accident
    """A request that the house declines, with a stable code and public values for its sentence.

    ``field`` names the input that is at fault (None when no single one is); ``values`` fill the
    catalogue's sentence and are shown to whoever asked: nothing secret or personal goes in.
    """

    def __init__(self, code: Code, *, field: str | None = None, **values: str | int) -> None:
        super().__init__(code.value)
        self.code = code
        self.field = field
        self.values = values
