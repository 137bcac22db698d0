"""What is wrong with a form of the law's pages, said beside its fields."""

from palabre.domain.errors import Code, Refusal
from palabre.web.errors import words as error_words
from palabre.web.house import Catalogue
from palabre.web.thread_form import FormError

_FIELDS = frozenset({"why", "name", "email", "category", "good_faith", "others", "reasons"})


def mistakes_of(refusal: Refusal, words: Catalogue) -> tuple[FormError, ...]:
    """Return what a refusal says, with the field to mend where one is at fault."""
    title, remedy = error_words(refusal, words)
    field = refusal.field if refusal.field in _FIELDS else None
    if refusal.code is Code.TEXT_EMPTY:  # no comment is written here
        title, remedy = words.say("law.why.missing"), words.say("law.why.remedy")
    return (FormError(field=field, title=title, remedy=remedy),)
