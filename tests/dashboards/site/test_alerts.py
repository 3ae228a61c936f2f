"""The message of an alert in a language that it was not sent in."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from dashboards.site.locale import site_locale
from dashboards.site.pages import alerts

RULES = {
    rule["id"]: rule
    for rule in yaml.safe_load(Path("pipelines/alerts/alerts.yaml").read_text("utf-8"))["rules"]
}


@pytest.mark.parametrize(
    ("rule", "value", "says"),
    [
        ("index-probably-strained", 0.8532, ("en 50 o más", "de 0,85 en octubre de 2026")),
        ("index-watch", 50.0, ("50 ", "octubre de 2026")),
    ],
)
def test_it_has_the_figures_of_the_message(rule: str, value: float, says: tuple[str, ...]) -> None:
    """The level of the rule, and no more decimals than the figure has."""
    row = {"series": "index", "value": value, "period": pd.Timestamp("2026-10-01")}
    lang = site_locale("es")
    shown = alerts.text(row, RULES[rule], {"index": "Índice"}, lang)
    text = shown.replace("\N{NO-BREAK SPACE}", " ")
    for part in says:
        assert part in text
    assert "50,0" not in text
