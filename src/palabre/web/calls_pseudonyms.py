"""The calls about kept pseudonyms, as ``calls`` puts them into the table."""

from palabre.domain.errors import Code
from palabre.web import wire_pseudonyms
from palabre.web.call import STORE_PROBLEMS, Call, Json


def pseudonym_calls(lang: Json, body: tuple[Code, ...], signing: tuple[Code, ...]) -> list[Call]:
    """Return them; ``body`` and ``signing``: what any body, any signature is refused for."""
    return [
        Call(
            method="post",
            path="/api/v1/pseudonyms",
            name="keepPseudonym",
            summary="Ask to keep a pseudonym by a mail address, or for the one that it keeps.",
            answer=wire_pseudonyms.NameAskedOut,
            status=202,
            body=wire_pseudonyms.PseudonymBody,
            parameters=(lang,),
            tokens=("author",),
            problems=(*body, *signing, Code.MAIL_OFF, *STORE_PROBLEMS),
        ),
        Call(
            method="post",
            path="/api/v1/comments/mine",
            name="openPseudonym",
            summary="The author's token for the code in an article's address; once.",
            answer=wire_pseudonyms.OpenedOut,
            body=wire_pseudonyms.CodeBody,
            parameters=(lang,),
            problems=(
                *body,
                Code.LINK_INVALID,
                Code.LINK_EXPIRED,
                Code.MAIL_OFF,
                *STORE_PROBLEMS,
            ),
        ),
    ]
