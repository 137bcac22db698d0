"""A named person and a crime said of them: the raw material of defamation.

Whether it is true, fair or already judged is nothing that a machine knows: this can make a person
look, never more. It wants a name that looks like one and an assertion, not just both in one text,
since readers discuss crimes all day.
"""

import re
from typing import Final

import ahocorasick_rs

from palabre.domain.decision import Evidence, Span
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.prepared import Prepared

SYMBOLS: Final = ("accusation",)

_NOUNS: Final = """
    voleur voleuse escroc violeur violeuse pédophile pedophile pédocriminel assassin meurtrier
    meurtrière criminel criminelle corrompu corrompue délinquant délinquante fraudeur fraudeuse
    trafiquant trafiquante terroriste proxénète mafieux ripou prédateur blanchisseur
    thief crook rapist paedophile murderer killer criminal fraudster embezzler terrorist pimp
    groomer predator
"""
_DEEDS_FRENCH: Final = (
    "volé|viol[ée]e?s?|tué|assassiné|détourné|escroqué|fraudé|blanchi|agressé|harcelé|trafiqué|"
    "abusé de|extorqué"
)
_DEEDS_ENGLISH: Final = "stole|raped|murdered|embezzled|molested|bribed|defrauded|groomed"
# Folded beginnings of all these: a text without any of them is not looked at again.
_HINTS: Final = """
    voleu escroc viol pedo assassin meurtr crimin corromp delinquan fraud trafiqu terroris proxenet
    mafi ripou predat blanchi vole tue detourn agress harcel abuse extorq
    thief crook rapist paedo murder killer embezzl pimp groome stole raped molest bribed
"""

# Lengths are bounded: a wall of letters must not cost more than its length.
_NAME: Final = r"[A-ZÀ-ÖØ-Þ](?=[\w’'-]{0,20}[a-zà-ÿ])[\w’'-]{1,40}"
_SURNAME: Final = r"[A-ZÀ-ÖØ-Þ][\w’'-]{1,40}"
_PARTICLE: Final = r"(?:(?:de|du|des|d’|d'|van|von|der|el|al|ben|le|la|di)\s*){0,2}"
_FULL: Final = rf"{_NAME}\s+{_PARTICLE}{_SURNAME}"
_TITLED: Final = (
    r"(?:M\.|MM\.|Mme|Mlle|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Me|Monsieur|Madame|Maître|Docteur|"
    r"[Ll]e (?:maire|ministre|président|directeur|procureur|juge|docteur|professeur|député)|"
    r"[Mm]ayor|[Ss]enator|[Jj]udge|[Mm]inister|[Pp]resident)\s+"
    rf"{_PARTICLE}{_SURNAME}(?:\s+{_SURNAME})?"
)
_PERSON: Final = rf"(?P<person>{_TITLED}|{_FULL}|{_NAME})"
_ADVERB: Final = (
    r"(?:vraiment|bien|donc|aussi|clairement|juste|simplement|toujours|qu|que|really|clearly|just|"
    r"simply|also|always)"
)
_ADJECTIVE: Final = (
    r"(?:gros|grosse|sale|vrai|vraie|grand|grande|petit|ancien|fieffé|notoire|real|big|dirty|"
    r"convicted|known|total|lying|serial)"
)
_NOUN: Final = "|".join(sorted(_NOUNS.split()))
_ASSERTION: Final = re.compile(
    rf"(?<![\w’'@#.-]){_PERSON}(?:\s*,[^,.!?\n]{{1,40}},)?\s+"
    rf"(?:(?:est|était|fut|reste|is|was|remains|n’est\s+qu|n'est\s+qu)(?:\s+{_ADVERB}|[’'])*\s*"
    rf"(?:une?|des|le|la|a|an|the)?\s*(?:{_ADJECTIVE}\s+)*(?:{_NOUN})\b"
    rf"|(?:(?:vous|nous|les|la|l|m|t|lui|leur)[’'\s]\s*)?a\s+(?:{_ADVERB}\s+)?"
    rf"(?:{_DEEDS_FRENCH})\b"
    rf"|(?:{_DEEDS_ENGLISH})\b)"
)
_EPITHET: Final = re.compile(
    rf"\b(?i:cet?|cette|ces|this|that|l’|l'|le|la|un|une|the)\s*(?:{_ADJECTIVE}\s+)*(?:{_NOUN})"
    rf"\s+(?:de\s+|d’|d')?(?P<person>{_TITLED}|{_NAME}(?:\s+{_PARTICLE}{_SURNAME})?)"
)
# Capitalised at the start of a sentence, or capitalised and no person.
_NO_NAME: Final = """
    le la les l un une des du de ce cet cette ces c il elle on nous vous ils elles je tu qui que
    quoi dont mon ton son ma ta sa mes tes ses notre votre leur tout toute tous mais ou et donc or
    ni car si quand comme personne chacun quelqu celui celle israël israel france russie russia
    ukraine iran usa europe amérique america angleterre england allemagne germany chine china
    algérie maroc gaza palestine hamas hezbollah daech etat état state police gouvernement
    government dieu god jésus allah paris bruxelles the this that he she it they we you i who what
    which everyone nobody someone homme femme man woman mort guerre capitalisme colonialisme islam
    religion
"""
_NO_NAMES: Final = frozenset(_NO_NAME.split())


class Accusation:
    """Finds assertions that a named person committed a crime."""

    name: Final = "accusation"
    version: Final = "1"

    def __init__(self, _: Material) -> None:
        """Take nothing from the rules: which crimes shame a name is no matter of taste."""
        self._crimes = ahocorasick_rs.AhoCorasick(_HINTS.split())

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:  # noqa: ARG002
        """Return one piece of evidence per accusation."""
        if not self._crimes.find_matches_as_indexes(text.plain.text):
            return ()
        original = text.original
        found = []
        for pattern in (_ASSERTION, _EPITHET):
            for match in pattern.finditer(original):
                score = _strength(match.group("person"))
                if score and "?" not in original[match.end() : match.end() + 2]:
                    found.append((match.span(), score))
        return tuple(
            Evidence(
                symbol="accusation",
                score=score,
                detector=self.name,
                version=self.version,
                spans=(Span(*span),),
            )
            for span, score in sorted(set(found))
        )


def _strength(person: str) -> float:
    words = person.split()
    first = words[0].lower().replace("’", "'").rstrip(".")
    if len(words) == 1:
        return 0.0 if first.partition("'")[0] in _NO_NAMES else 0.55
    if first in _NO_NAMES and words[-1].lower() in _NO_NAMES:
        return 0.0
    return 0.7
