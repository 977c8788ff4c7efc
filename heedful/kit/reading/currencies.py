"""Which currency a text names, and how many decimals it is written with."""

import re
from decimal import Decimal

CODES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905 - a code is seen better without its quotes
)
"""ISO 4217."""
WITHOUT_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())  # noqa: SIM905
WITH_THREE = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905
OWN_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₺": "TRY", "₪": "ILS", "₫": "VND", "₴": "UAH", "₦": "NGN",
    "₱": "PHP", "฿": "THB", "₽": "RUB", "₸": "KZT", "₾": "GEL", "₵": "GHS", "₡": "CRC", "₲": "PYG", "zł": "PLN",
    "kč": "CZK", "ft": "HUF", "лв": "BGN", "円": "JPY", "元": "CNY", "euro": "EUR", "euros": "EUR", "us$": "USD",
    "a$": "AUD", "c$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "r$": "BRL", "rm": "MYR", "rmb": "CNY",
    "sfr": "CHF", "fr": "CHF",
}  # fmt: skip
"""Signs and abbreviations of one currency."""
SHARED_SIGNS = {
    "$": frozenset(
        """
        USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD MXN ARS CLP COP
        """.split()  # noqa: SIM905
    ),
    "¥": frozenset({"JPY", "CNY"}),
    "￥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "rs": frozenset({"INR", "PKR", "LKR", "NPR", "MUR", "SCR"}),
    "₨": frozenset({"INR", "PKR", "LKR", "NPR", "MUR", "SCR"}),
    "lei": frozenset({"RON", "MDL"}),
}
"""Signs of several currencies: that of the company where it is one of them, else nobody knows."""


def currency_of(text: str, *, home: str = "") -> str:
    """The currency that a text names, in three letters, or nothing; `home` is the company's own."""
    word = text.strip().strip(".").casefold()
    if word.upper() in CODES:
        return word.upper()
    if word in SHARED_SIGNS:
        return home if home in SHARED_SIGNS[word] else ""
    return OWN_SIGNS.get(word, "")


def currencies_in(text: str, *, home: str = "") -> set[str]:
    """The currencies that the words and signs around an amount name."""
    return {code for word in re.split(r"[\s()]+", text) if (code := currency_of(word, home=home))}


def is_shared_sign(text: str) -> bool:
    """Whether a text is a sign that several currencies share."""
    return text.strip().strip(".").casefold() in SHARED_SIGNS


def decimals_of(currency: str) -> int:
    """How many decimals an amount of a currency has."""
    return 0 if currency in WITHOUT_DECIMALS else 3 if currency in WITH_THREE else 2


def rounded(amount: Decimal | None, currency: str) -> Decimal | None:
    """An amount with as many decimals as its currency has, two at most."""
    return None if amount is None else amount.quantize(Decimal(1).scaleb(-min(2, decimals_of(currency))))


def written(amount: Decimal, currency: str) -> str:
    """An amount and its currency, with as many decimals as it has: 1,000,000 JPY, 9,000.00 USD."""
    return f"{amount:,.{min(2, decimals_of(currency))}f} {currency}".strip()
