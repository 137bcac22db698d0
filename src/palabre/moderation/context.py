"""What stands around a find: quoted, reported, denied, or said of oneself.

A victim who tells what was shouted at them, or a reader who says that a word is forbidden, uses the
same words as the offender. A machine cannot tell the two apart safely, so such a find keeps part of
its strength: the gravest words still bring a person to look, and nothing is refused on them.
"""

import re
from typing import Final

_BEFORE: Final = 60
# What is longer than this is no quotation but a text that begins with a quotation mark.
_QUOTATION: Final = 300
REPORTED: Final = 0.65
_DENIED: Final = 0.65
_SELF: Final = 0.5

_REPORT: Final = re.compile(
    r"""\b(?:
        traite(?:[rsz]|nt|es|ra|rait)?|trait(?:ais|ait|aient|ant)|insult\w+|surnomm\w+|
        appel(?:er|le|les|lent|ait|aient|ee?s?)|qualifi\w+|
        di(?:re|sent|t|s|sait|saient|sant|tes)|mots?|termes?|expressions?|insultes?|slogans?|
        cri(?:er|e|es|ent|ait|aient|ant)|hurl\w+|scand\w+|ecri(?:re|t|vent|vait)|tag(?:uer|ue|s|ues)?|
        entend\w*|propos|mythes?|cliches?|prejuges?|stereotypes?|legendes?|theories?|
        croi(?:re|t|ent|s)|pens(?:er|e|ent|es)|pretend\w*|affirm\w*|accus\w*|consider\w*|
        complotist\w*|racistes?|racisme|antisemites?|antisemitisme|rumeurs?|delires?|
        call(?:ed|ing|s)?|say(?:s|ing)?|said|words?|slurs?|terms?|phrases?|shout(?:s|ed|ing)?|
        wrote|write|heard|claim(?:s|ed|ing)?|myths?|believe[sd]?|tropes?|racist|antisemitic|yell(?:s|ed|ing)?|chant(?:s|ed|ing)?
    )\b[^!?\n]{0,30}$""",
    re.VERBOSE,
)
_DENIAL: Final = re.compile(
    r"\b(?:pas|jamais|ni|sans|not|never|no|nor|isn't|aren't|wasn't|don't)"
    r"(?: (?:un|une|des|de|du|le|la|les|a|an|the|any|all|tous|vraiment|really)){0,2} ?(?:d')?$"
)
_ONESELF: Final = re.compile(
    r"\b(?:je suis|j'suis|j'etais|me sens|i am|i'm|im|i was)(?: [a-z']+){0,2} ?$"
)


def weight(text: str, begin: int, end: int) -> float:
    """Return by how much a find in ``text[begin:end]`` counts in its surroundings (0 to 1)."""
    if _is_quoted(text, begin, end):
        return REPORTED
    before = text[max(0, begin - _BEFORE) : begin]
    if _REPORT.search(before):
        return REPORTED
    if _DENIAL.search(before):
        return _DENIED
    if _ONESELF.search(before):
        return _SELF
    return 1.0


def _is_quoted(text: str, begin: int, end: int) -> bool:
    """Tell whether an opening quotation mark before is closed after. All marks fold to one."""
    opened = text.count('"', max(0, begin - _QUOTATION), begin) % 2 == 1
    return opened and text.find('"', end, end + _QUOTATION) >= 0
