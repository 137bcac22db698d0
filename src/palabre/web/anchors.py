"""Passages as the W3C's Web Annotation Data Model writes them, on the wire.

A target with selectors, as Hypothesis sends them too: ``{"selector": [{"type":
"TextQuoteSelector", ...}, {"type": "TextPositionSelector", ...}]}``. Without a quote there is no
passage; a second selector of one type is refused, since nobody could say which one counts.
"""

import msgspec

from palabre.domain.errors import Code, Refusal
from palabre.domain.passage import FIELD, Passage

_CONFORMS_TO = "http://tools.ietf.org/rfc/rfc3236"  # fragments of HTML, as the model names them


class TextQuoteSelector(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """The words of the passage, and what stands before and after them."""

    exact: str
    prefix: str = ""
    suffix: str = ""


class TextPositionSelector(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag_field="type"
):
    """Where it stood: code points from the beginning of the article's text; a hint at most."""

    start: int
    end: int


class FragmentSelector(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """The id of the element that an author's question stands on."""

    value: str
    conformsTo: str = _CONFORMS_TO  # noqa: N815 -- the model's own name


Selector = TextQuoteSelector | TextPositionSelector | FragmentSelector


class AnchorBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The passage that a comment is about."""

    selector: list[Selector]


class AnchorOut(msgspec.Struct, kw_only=True):
    """The passage that a comment is about; comments on the same one have the same ``id``."""

    id: str
    selector: list[Selector]


def passage_of(body: AnchorBody | None) -> Passage | None:
    """Return the passage that a client named, or refuse it (``bad_field``, ``anchor``)."""
    if body is None:
        return None
    by_type: dict[type, Selector] = {type(selector): selector for selector in body.selector}
    quote = by_type.get(TextQuoteSelector)
    place = by_type.get(TextPositionSelector)
    fragment = by_type.get(FragmentSelector)
    if len(by_type) != len(body.selector) or not isinstance(quote, TextQuoteSelector):
        raise Refusal(Code.BAD_FIELD, field=FIELD, expected="one TextQuoteSelector")
    return Passage(
        exact=quote.exact,
        prefix=quote.prefix,
        suffix=quote.suffix,
        start=place.start if isinstance(place, TextPositionSelector) else None,
        end=place.end if isinstance(place, TextPositionSelector) else None,
        fragment=fragment.value if isinstance(fragment, FragmentSelector) else None,
    )


def anchor_out(passage: Passage | None) -> AnchorOut | None:
    """Return a passage as clients get it."""
    if passage is None:
        return None
    selectors: list[Selector] = [
        TextQuoteSelector(exact=passage.exact, prefix=passage.prefix, suffix=passage.suffix)
    ]
    if passage.start is not None and passage.end is not None:
        selectors.append(TextPositionSelector(start=passage.start, end=passage.end))
    if passage.fragment is not None:
        selectors.append(FragmentSelector(value=passage.fragment))
    return AnchorOut(id=passage.key, selector=selectors)
