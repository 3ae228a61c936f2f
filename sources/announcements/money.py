"""The investment that a text states: amount, currency, and its position."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sources.announcements.power import amount

MAX_AMOUNT = 1e13
MIN_AMOUNT = 1e5  # a bare "$40" is a price of something, not the cost of a project
_NUMBER = r"\d{1,3}(?:[ ,]\d{3})+(?:\.\d{1,3})?|\d{1,6}(?:[.,]\d{1,3})?"
_SCALE = (
    r"trillions?|billions?|millions?|milliards?|crores?|tn|bn|trn|mln|mlrd|mrds?|mld|mn|mds?|mm|"
    r"m|b|k"
)
_SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "S$": "SGD", "R$": "BRL",
    "NZ$": "NZD", "HK$": "HKD", "NT$": "TWD", "MX$": "MXN", "$": "USD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "₹": "INR", "₩": "KRW", "₦": "NGN", "Rs": "INR", "RM": "MYR", "zł": "PLN",
    "₺": "TRY", "₱": "PHP", "฿": "THB", "₫": "VND", "KSh": "KES",
}  # fmt: skip
_code = (
    "USD|EUR|GBP|AUD|CAD|SGD|BRL|JPY|CNY|INR|KRW|MYR|PLN|CHF|SEK|NOK|DKK|MAD|ZAR|NGN|"
    "KES|EGP|AED|SAR|THB|IDR|VND|PHP|TRY|MXN|CLP|COP|NZD|HKD|TWD|ILS|XOF|XAF|TND|DZD|"
    "GHS|HUF|CZK|RON"
)
_WORDS = {
    "dollars": "USD", "dollar": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP",
    "dirhams": "MAD", "dirham": "MAD", "dh": "MAD", "dhs": "MAD", "yen": "JPY", "yuan": "CNY",
    "rupees": "INR", "won": "KRW", "rands": "ZAR", "rand": "ZAR", "naira": "NGN",
    "ringgit": "MYR", "reais": "BRL", "dinars tunisiens": "TND", "dinars algériens": "DZD",
    "kroner": "NOK", "kronor": "SEK", "zlotys": "PLN", "livres sterling": "GBP",
    "shillings": "KES", "cedis": "GHS", "francs cfa": "XOF", "f cfa": "XOF", "fcfa": "XOF",
    "cfa francs": "XOF", "cfa": "XOF",
}  # fmt: skip
# The franc of Central Africa goes by the same name; its countries tell it apart.
_CENTRAL = re.compile(
    r"\b(?:Cameroun|Cameroon|Gabon|Congo|Brazzaville|Libreville|Douala|Yaoundé|Tchad|Chad|N'Djamena|"
    r"Centrafri\w+|Bangui|Malabo|Guinée équatoriale)\b"
)
# "1,2 MMDH" is 1.2 milliards, "450 MDH" 450 millions of dirhams.
_DIRHAMS = re.compile(rf"(?P<number>{_NUMBER})\s?(?P<scale>MM|Mr?d|M)\s?(?:DH|MAD)S?\b")
_RAND = re.compile(
    rf"(?<![A-Za-z])R\s?(?P<number>{_NUMBER})\s?-?(?P<scale>(?i:{_SCALE}))(?![A-Za-z])"
)
_NUMBERS = {
    "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "douze": 12, "quinze": 15, "vingt": 20, "one": 1, "a": 1, "two": 2,
    "three": 3, "four": 4, "five": 5, "ten": 10,
}  # fmt: skip
_FACTORS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_sign = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_word = "|".join(sorted(_WORDS, key=len, reverse=True))
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
# What an amount buys, behind it, or what it is, before it: not the cost of the site.
_NOT_INVESTED = re.compile(
    r"(?:tax (?:break|incentive|abatement|exemption)s?|subsid\w+|incentives?|grants?|land|"
    r"acres?|(?:\w+[ -]){0,3}(?:loans?|debt|credit|notes|bonds?)\b|"
    r"revenues?|solar project|power plant|wind farm|lawsuit|fine|rent|per year in|"
    r"economic impact|in taxes)",
    re.IGNORECASE,
)
_NOT_INVESTED_BEFORE = re.compile(
    r"\b(?:impairment|charge|loan|crédit|credit|prêt|tax (?:deal|break)|debt|grant|levé|raised|"
    r"revenues?|valuation|chiffre d'affaires|prime)\b\W+"
    r"(?:(?:of|de|d'|about|approximately|up to)\W+)*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Money:
    """An amount in units of its currency (ISO 4217) and where it was read."""

    amount: float
    currency: str
    span: tuple[int, int]


def choose(text: str, amounts: Sequence[Money]) -> Money | None:
    """Choose the first investment in the text; absurd amounts are ignored."""
    return next((hit for hit in amounts if not _is_aside(text, hit)), None)


def _is_aside(text: str, hit: Money) -> bool:
    start, end = hit.span
    return bool(
        _NOT_INVESTED.match(text[end:].lstrip(" -,'s"))
        or _NOT_INVESTED_BEFORE.search(text[max(0, start - 50) : start])
    )


def everything(text: str) -> list[Money]:
    """Find every amount with a currency, in order, each figure once."""
    if not any(char.isdigit() for char in text) and not _SPELLED.search(text):
        return []
    hits = [_money(match, "MAD") for match in _DIRHAMS.finditer(text)]
    hits += [_money(match, "ZAR") for match in _RAND.finditer(text)]
    for match in _BEFORE.finditer(text):
        if match["sign"] or match["code"]:
            hits.append(_money(match, _SIGNS.get(match["sign"] or "") or match["code"]))
    for match in _AFTER.finditer(text):
        word = match["word"]
        hits.append(_money(match, _WORDS.get(word.lower()) or _SIGNS.get(word) or word.upper()))
    for match in _SPELLED.finditer(text):
        value = _NUMBERS[match["number"].lower()] * _factor(match["scale"])
        hits.append(Money(value, _WORDS[match["word"].lower()], match.span()))
    return _once([_of_central_africa(text, hit) for hit in hits if hit is not None])


def _once(hits: list[Money]) -> list[Money]:
    """Keep the first reading of each place, in the order of the text."""
    once: list[Money] = []
    for hit in hits:
        if all(hit.span[1] <= other.span[0] or other.span[1] <= hit.span[0] for other in once):
            once.append(hit)
    return sorted(once, key=lambda hit: hit.span)


def _of_central_africa(text: str, hit: Money) -> Money:
    if hit.currency == "XOF" and _CENTRAL.search(text):
        return Money(hit.amount, "XAF", hit.span)
    return hit


def _money(match: re.Match[str], currency: str | None) -> Money | None:
    value = amount(match["number"]) * _factor(match["scale"] or "")
    if currency is None or not MIN_AMOUNT <= value <= MAX_AMOUNT:
        return None
    return Money(value, currency, match.span())


def _factor(written: str) -> float:
    scale = written.lower()
    if scale.startswith(("milliard", "md", "mrd", "mlrd", "mld")) or written == "MM":
        return 1e9
    if scale.startswith("crore"):
        return 1e7
    return _FACTORS.get(scale[:1], 1.0)
