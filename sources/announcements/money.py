"""The investment that a text states: amount, currency, and where it was read."""

import re
from dataclasses import dataclass

from sources.announcements.power import amount

MAX_AMOUNT = 1e13
_NUMBER = r"\d{1,3}(?:[ ,]\d{3})+(?:\.\d{1,3})?|\d{1,6}(?:[.,]\d{1,3})?"
_SCALE = r"trillions?|billions?|millions?|milliards?|crores?|tn|bn|trn|mn|mds?|m|b|k"
_SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "S$": "SGD", "R$": "BRL",
    "NZ$": "NZD", "HK$": "HKD", "NT$": "TWD", "MX$": "MXN", "$": "USD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "₹": "INR", "₩": "KRW", "Rs": "INR", "RM": "MYR", "zł": "PLN", "₺": "TRY",
}  # fmt: skip
_CODES = [
    "USD",
    "EUR",
    "GBP",
    "AUD",
    "CAD",
    "SGD",
    "BRL",
    "JPY",
    "CNY",
    "INR",
    "KRW",
    "MYR",
    "PLN",
    "CHF",
    "SEK",
    "NOK",
    "DKK",
    "MAD",
    "ZAR",
    "NGN",
    "KES",
    "EGP",
    "AED",
    "SAR",
    "THB",
    "IDR",
    "VND",
    "PHP",
    "TRY",
    "MXN",
    "CLP",
    "COP",
    "NZD",
    "HKD",
    "TWD",
    "ILS",
]
_WORDS = {
    "dollars": "USD", "dollar": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP",
    "dirhams": "MAD", "dirham": "MAD", "yen": "JPY", "yuan": "CNY", "rupees": "INR",
    "won": "KRW", "rand": "ZAR", "naira": "NGN", "ringgit": "MYR", "reais": "BRL",
}  # fmt: skip
_NUMBERS = {
    "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10, "one": 1, "a": 1,
    "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10,
}  # fmt: skip
_FACTORS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_sign = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_code = "|".join(_CODES)
_word = "|".join(_WORDS)
_BEFORE = re.compile(
    rf"(?:(?P<code>{_code})\s?)?(?P<sign>{_sign})?\s?(?P<number>{_NUMBER})\s?-?(?P<scale>(?i:{_SCALE}))?(?![A-Za-z])"
)
_AFTER = re.compile(
    rf"(?P<number>{_NUMBER})\s?-?(?P<scale>{_SCALE})?(?:\s(?:de |d'|of )?(?:US |U\.S\. )?|(?=[€$]))"
    rf"(?P<word>{_word}|\$|€|{_code})(?![A-Za-z])",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"\b(?P<number>{'|'.join(_NUMBERS)}) (?P<scale>milliards?|millions?|billions?) (?:de |d'|of )?"
    rf"(?P<word>{_word})\b",
    re.IGNORECASE,
)
_NOT_INVESTED = re.compile(
    r"(?:tax (?:break|incentive|abatement|exemption)s?|subsid\w+|incentives?|grants?|land|"
    r"acres?|loans?|debt|"
    r"revenues?|solar project|power plant|wind farm|lawsuit|fine|rent|per year in|"
    r"economic impact|in taxes)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Money:
    """An amount in units of its currency (ISO 4217) and where it was read."""

    amount: float
    currency: str
    span: tuple[int, int]


def find(text: str) -> Money | None:
    """Find the first investment in the text; absurd amounts are ignored."""
    mentions = sorted(everything(text), key=lambda mention: mention.span)
    invested = [
        mention
        for mention in mentions
        if not _NOT_INVESTED.match(text[mention.span[1] :].lstrip(" -,'s"))
    ]
    return invested[0] if invested else None


def everything(text: str) -> list[Money]:
    """Every amount with a currency, in order; the same figure is not given twice."""
    mentions = [_money(match, _SIGNS.get(match["sign"] or "") or match["code"])
             for match in _BEFORE.finditer(text) if match["sign"] or match["code"]]  # fmt: skip
    taken = [mention.span for mention in mentions if mention]
    for match in _AFTER.finditer(text):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        word = match["word"]
        mentions.append(_money(match, _WORDS.get(word.lower()) or _SIGNS.get(word) or word.upper()))
    for match in _SPELLED.finditer(text):
        value = _NUMBERS[match["number"].lower()] * _factor(match["scale"].lower())
        mentions.append(Money(value, _WORDS[match["word"].lower()], match.span()))
    return [mention for mention in mentions if mention is not None]


def _money(match: re.Match[str], currency: str | None) -> Money | None:
    scale = (match["scale"] or "").lower()
    value = amount(match["number"]) * _factor(scale)
    # A bare "$40" is a price of something, not the cost of a project.
    if currency is None or not 1e5 <= value <= MAX_AMOUNT:
        return None
    return Money(value, currency, match.span())


def _factor(scale: str) -> float:
    if scale.startswith("milliard") or scale.startswith("md"):
        return 1e9
    if scale.startswith("crore"):
        return 1e7
    return _FACTORS.get(scale[:1], 1.0)
