"""Federal Register: US export-control rules, counted by month of publication."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd

from sources import Completeness, Payload, Request, SchemaDrift, Series, Source
from sources.tidy import between, tidy

ADDRESS = "https://www.federalregister.gov/api/v1/documents.json"
AGENCY, KIND = "industry-and-security-bureau", "Rule"
FIRST = "2018-01-01"
NEEDED = {"document_number", "publication_date", "type"}


def next_page(payload: Payload) -> Request | None:
    """The next page that the last one links to; SchemaDrift for another host."""
    link = _page(payload.pages[-1]).get("next_page_url")
    if not link:
        return None
    parts = urlsplit(str(link))
    if parts.netloc != urlsplit(ADDRESS).netloc:
        raise SchemaDrift(f"a page of {urlsplit(ADDRESS).netloc}", link)
    return Request(f"https://{parts.netloc}{parts.path}", params=dict(parse_qsl(parts.query)))


def parse(payload: Payload) -> pd.DataFrame:
    """Rules by month; a past month without any is a zero. Raises SchemaDrift."""
    pages = [_page(page) for page in payload.pages]
    rows = pd.DataFrame([row for page in pages for row in page["results"]])
    if missing := NEEDED - set(rows.columns):
        raise SchemaDrift(sorted(NEEDED), f"without {sorted(missing)}")
    rows = rows.drop_duplicates("document_number")
    if len(rows) != pages[0]["count"]:
        raise SchemaDrift(f"{pages[0]['count']} documents", len(rows))
    rules = rows[rows["type"].eq(KIND)]
    dates = pd.to_datetime(rules["publication_date"], format="%Y-%m-%d")
    today = pd.Timestamp(payload.fetched_at).tz_localize(None)
    months = pd.date_range(FIRST, today, freq="MS").normalize()[:-1]
    count = dates.dt.to_period("M").value_counts().reindex(months.to_period("M"), fill_value=0)
    return tidy(
        pd.DataFrame({"period": months, "value": count.to_numpy(dtype=float)}).assign(
            series="federal_register.export_control_rules"
        )
    )


def _page(body: bytes) -> dict[str, Any]:
    page = json.loads(body)
    if not isinstance(page, dict) or not {"count", "results"} <= set(page):
        raise SchemaDrift("count and results", sorted(page) if isinstance(page, dict) else page)
    return page


SOURCE = Source(
    key="federal_register",
    publisher="Office of the Federal Register",
    fr="Règles d’exportation des États-Unis",
    en="Export-control rules of the United States",
    homepage="https://www.federalregister.gov/agencies/industry-and-security-bureau",
    licence="Public domain (US government work)",
    licence_url="https://www.usa.gov/government-copyright",
    attribution="Federal Register, rules of the Bureau of Industry and Security",
    confirmed="independent public code asks the same address, looked up 2026-11",
    cadence="monthly",
    lag_days=1,
    stale_days=40,
    role="reference",
    reference="the number of export-control rules, without a goalpost that could be argued",
    expected_format="json",
    requests=(
        Request(
            ADDRESS,
            params={
                "conditions[agencies][]": AGENCY,
                "conditions[type][]": "RULE",
                "conditions[publication_date][gte]": FIRST,
                "per_page": "1000",
                "order": "oldest",
            },
        ),
    ),
    next_page=next_page,
    completeness=Completeness(rows=0.95, series=1.0),
    parse=parse,
    series=(
        Series(
            "federal_register.export_control_rules",
            "rules",
            "M",
            "Règles de contrôle des exportations publiées",
            "Export-control rules published",
        ),
    ),
    rules=(between(0, 60, reason="so many rules in a month need a look"),),
    traps=(
        "A page names the next one; the count of the first page is the check that all came.",
        "The slug of the agency is from the public pages, not from a stored answer.",
        "A rule that corrects another is a rule too.",
    ),
)
