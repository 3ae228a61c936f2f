"""Euro rates: a rebuilt answer in the publisher's shape over a socket."""

import pytest

from sources import SchemaDrift
from sources.publishers.ecb_rates import SOURCE, parse
from tests.server import Site
from tests.sources.publishers.helpers import archived_payload, fetch_payload, values

HEAD = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE\n"


def rebuilt(*rows: tuple[str, str, str], **changed: str) -> bytes:
    """An answer of made-up round rates: currency, month, units for a euro."""
    frequency = changed.get("frequency", "M")
    lines = [f"EXR.x,{frequency},{code},EUR,SP00,A,{month},{rate}\n" for code, month, rate in rows]
    return (HEAD + "".join(lines)).encode()


def test_rates_are_read_by_currency_and_month(site: Site) -> None:
    body = rebuilt(("USD", "2026-10", "1.25"), ("GBP", "2026-10", "0.8"), ("XXX", "2026-10", "9"))
    assert values(SOURCE, fetch_payload(site, SOURCE, body)) == {
        "ecb.rate.USD": 1.25,
        "ecb.rate.GBP": 0.8,
    }


def test_a_month_without_a_rate_has_no_row() -> None:
    assert values(SOURCE, archived_payload(SOURCE, rebuilt(("USD", "2026-10", "")))) == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (rebuilt(("USD", "2026-10-01", "1.25")), "by month"),
        (rebuilt(("USD", "2026-10", "n/a")), "by month"),
        (rebuilt(("USD", "2026-10", "1.25"), frequency="D"), "FREQ"),
        (rebuilt(("USD", "2026-10", "1.25")).replace(b"OBS_VALUE", b"RATE"), "OBS_VALUE"),
    ],
)
def test_a_changed_answer_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(SchemaDrift, match=reason):
        parse(archived_payload(SOURCE, body))


def test_the_dirham_has_no_rate_here() -> None:
    assert not [series.key for series in SOURCE.series if series.key.endswith("MAD")]
