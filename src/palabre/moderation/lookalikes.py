"""What a single character stands for when words are compared: data and one small function.

The table is our own and compact: letters of other scripts that a reader cannot tell from Latin
ones at reading size. It errs on the side of reading too much into a letter, since a folded word
must still equal a listed word entirely before anything follows from it.
"""

import unicodedata
from typing import Final

# A stand-in for a character that folds to none or to several: offsets then need the slow way.
UNEVEN: Final = "\ue000"
_PRIVATE: Final = range(0xE000, 0xF900)

_PAIRS: Final = (
    # Cyrillic
    ("аӑӓ", "a"),
    *(("вʙ", "b"), ("сҫ", "c"), ("ԁ", "d"), ("еёєҽ", "e"), ("ғ", "f"), ("ԍ", "g")),
    *(("нһҺ", "h"), ("іїıɩ", "i"), ("ј", "j"), ("кқҝ", "k"), ("ӏ", "l"), ("м", "m")),
    *(("пռո", "n"), ("оөօ", "o"), ("р", "p"), ("ԛ", "q"), ("гᴦ", "r"), ("ѕ", "s"), ("т", "t")),
    *(("цս", "u"), ("ѵ", "v"), ("ѡԝ", "w"), ("хҳ", "x"), ("уүў", "y"), ("ʐ", "z")),
    # Greek
    *(("α", "a"), ("β", "b"), ("ϲς", "c"), ("δ", "d"), ("εϵ", "e"), ("ɡց", "g"), ("ηհ", "n")),
    *(("ι", "i"), ("κϰ", "k"), ("μ", "u"), ("ν", "v"), ("οσ", "o"), ("ρϱ", "p"), ("τ", "t")),
    *(("υ", "u"), ("ω", "w"), ("χ", "x"), ("γ", "y"), ("ζ", "z")),
    # Latin letters that Unicode does not decompose, small capitals, phonetic letters
    *(("ɑᴀ", "a"), ("ƅ", "b"), ("ᴄ", "c"), ("đðᴅ", "d"), ("ᴇəɛ", "e"), ("ꜰƒ", "f"), ("ɢ", "g")),
    *(("ħʜ", "h"), ("ɪɨ", "i"), ("ᴊ", "j"), ("ᴋ", "k"), ("łʟ", "l"), ("ᴍ", "m"), ("ɴŋ", "n")),
    *(("øᴏɔ", "o"), ("ᴘ", "p"), ("ʀ", "r"), ("ꜱ", "s"), ("ŧᴛ", "t"), ("ᴜʉ", "u"), ("ᴠ", "v")),
    *(("ᴡ", "w"), ("ʏ", "y"), ("ᴢƶ", "z"), ("œɶ", "oe"), ("æ", "ae"), ("ß", "ss"), ("þ", "th")),
    # signs
    *(("’‘‛ʼʹʻ′`´＇", "'"), ("«»“”„‟″＂", '"'), ("‐‑‒–—―−⁃", "-"), ("…", ".")),
    ("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029", " "),
)
_PLAIN: Final = {sign: plain for signs, plain in _PAIRS for sign in signs}
# Capitals whose look differs from that of their small letter: Greek nu, rho; Cyrillic ve, en, er.
_CAPITALS: Final = {
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx", strict=True)),
    **dict(zip("АВЕЅІЈКМНОРСТУХ", "abesijkmhopctyx", strict=True)),
}
# Letters drawn inside squares and circles, the ones that NFKC leaves alone.
_DRAWN: Final = ((0x1F150, 26), (0x1F170, 26), (0x1F130, 26))


def is_mark(sign: str) -> bool:
    """Tell whether ``sign`` sits on the letter before it (an accent, a variation selector)."""
    return unicodedata.category(sign) in {"Mn", "Me"}


def plain_form(sign: str) -> str:
    """Return what one character stands for: small, without accents, none to several characters.

    Marks, zero-width and control characters stand for nothing; private ones for a space, so that
    none can pass for ``UNEVEN``.
    """
    code = ord(sign)
    drawn = next((code - first for first, count in _DRAWN if 0 <= code - first < count), None)
    category = unicodedata.category(sign)
    if sign in _PLAIN or sign in _CAPITALS:
        plain = _PLAIN.get(sign) or _CAPITALS[sign]
    elif drawn is not None:
        plain = chr(ord("a") + drawn)
    elif category in {"Mn", "Me", "Cf", "Cc"}:
        plain = ""
    elif category == "Zs" or code in _PRIVATE:
        plain = " "
    elif category == "Nd":
        plain = str(unicodedata.decimal(sign))
    else:
        plain = _decomposed(sign)
    return plain


def _decomposed(sign: str) -> str:
    return "".join(_resolve(part) for part in unicodedata.normalize("NFKD", sign))


def _resolve(part: str) -> str:
    if unicodedata.category(part) in {"Mn", "Me"}:
        return ""
    if part in _CAPITALS:
        return _CAPITALS[part]
    low = part.lower()
    return "".join(_PLAIN.get(sign, sign) for sign in low if not is_mark(sign))
