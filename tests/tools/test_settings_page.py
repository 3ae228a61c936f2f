"""The page for operators lists every setting that the code reads."""

import re
from pathlib import Path

from pipelines.settings import Settings
from sources import registry
from tools.settings_page import renewed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"


def test_the_table_of_settings_is_that_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == renewed(text), "renew it with: python -m tools.settings_page docs/operations.md"


def test_every_setting_and_every_need_of_a_source_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    variables = {f"SILENTCRASH_{name.upper()}" for name in Settings.model_fields}
    assert all(f"`{name}`" in text for name in variables)
    assert all(source.needs in text for source in registry().values())


def test_the_code_names_no_other_variable() -> None:
    fields = {f"SILENTCRASH_{name.upper()}" for name in Settings.model_fields}
    needs = {source.needs for source in registry().values()}
    for room in ("sources", "warehouse", "pipelines", "dashboards"):
        for path in (ROOT / room).rglob("*.py"):
            named = set(re.findall(r"SILENTCRASH_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
            assert named <= fields | needs, path
