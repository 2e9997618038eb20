"""The frozen normaliser of Indonesian that every word error rate here is counted after. Changing it changes all figures.

>>> normalise("Rp2,5 miliar, di halaman 12!") == normalise("dua koma lima miliar rupiah di halaman dua belas")
True
>>> normalise("Undang-undang No. 23 tahun 2014")
'undang undang no dua puluh tiga tahun dua ribu empat belas'
"""

import re
import unicodedata

DIGITS = "nol satu dua tiga empat lima enam tujuh delapan sembilan".split()
SCALES = [(10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"), (100, "ratus"), (10, "puluh")]
NUMBER = r"\d{1,3}(?:\.\d{3})+(?!\d)(?:,\d+)?|\d+(?:,\d+)?"
MONEY = re.compile(rf"\brp\.?\s*({NUMBER})(\s+(?:ribu|juta|miliar|triliun)\b)?")
ORDINAL = re.compile(r"\bke-(?=\d)")
APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’‘ʼ`](?=[^\W\d_])")


def number_words(number: int) -> str:
    """A whole number as it is spoken; digit by digit from 10^15 on.

    >>> number_words(1_011_118)
    'satu juta sebelas ribu seratus delapan belas'
    """
    if number < 10:
        return DIGITS[number]
    if number < 20:
        return {10: "sepuluh", 11: "sebelas"}.get(number) or f"{DIGITS[number - 10]} belas"
    if number >= 10**15:
        return " ".join(DIGITS[int(digit)] for digit in str(number))
    size, name = next(scale for scale in SCALES if number >= scale[0])
    count, rest = divmod(number, size)
    head = f"se{name}" if count == 1 and size <= 1000 else f"{number_words(count)} {name}"
    return f"{head} {number_words(rest)}" if rest else head


def spoken(figure: str) -> str:
    """A figure with dots between thousands and a decimal comma, as it is spoken.

    >>> spoken("1.250"), spoken("2,75"), spoken("05")
    ('seribu dua ratus lima puluh', 'dua koma tujuh lima', 'nol lima')
    """
    whole, _, decimals = figure.partition(",")
    whole = whole.replace(".", "")
    leading = "nol " * (len(whole) - len(whole.lstrip("0"))) if len(whole) > 1 else ""
    words = (leading + (number_words(int(whole)) if whole.strip("0") or len(whole) == 1 else "")).strip()
    return words + "".join(f" {DIGITS[int(d)]}" for d in decimals).replace(" ", " koma ", 1) if decimals else words


def normalise(text: str) -> str:
    """Lower-case words of letters with single spaces: no punctuation, hyphens or accents; figures, Rp and % in words.

    >>> normalise("Setuju! Setuju! Jum’at ke-7, 45 %; masing-masing Rp 1.000.000")
    'setuju setuju jumat ketujuh empat puluh lima persen masing masing satu juta rupiah'
    """
    for _ in range(2):  # folding can make new compatibility characters and the other way round
        text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = APOSTROPHE.sub("", text)
    text = ORDINAL.sub("ke", text)
    text = MONEY.sub(lambda m: f" {spoken(m[1])}{m[2] or ''} rupiah ", text)
    text = re.sub(rf"(?<![\d])(?:{NUMBER})", lambda m: f"{spoken(m[0])} ", text, flags=re.ASCII)
    text = text.replace("%", " persen ")
    return " ".join("".join(c if c.isalpha() else " " for c in text).split())


def words(text: str) -> list[str]:
    return normalise(text).split()
