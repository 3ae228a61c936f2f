"""Three lines that read a published series, for each tool; the tests run them."""

from collections.abc import Sequence

PLACEHOLDER = "https://ADDRESS"  # of a site whose address is not known when it is built
LIKELY = "ember.wholesale.DEU"

EXAMPLES = {
    "curl": """curl -O {base}/series.csv
curl -O {base}/series/{key}.csv
curl -O {base}/series/observations.xlsx""",
    "Python": """import pandas as pd
table = pd.read_csv("{base}/series/{key}.csv", parse_dates=["period", "known_from"])
print(table.drop_duplicates("period", keep="last")[["period", "value", "unit"]].tail())""",
    "R": """table <- read.csv("{base}/series/{key}.csv")
table$period <- as.Date(table$period)
print(tail(table[!duplicated(table$period, fromLast = TRUE), ]))""",
    "DuckDB": """select period, value, unit, known_from
from '{base}/series/observations.parquet'
where series = '{key}' order by period, known_from""",
    "JavaScript": """const answer = await fetch("{base}/series/{key}.json");
const {{ columns, figures, unit }} = await answer.json();
console.log(unit, columns, figures.at(-1));""",
}


def examples(base: str, keys: Sequence[str], key: str = LIKELY) -> dict[str, str]:
    """The lines for a site at `base`, with `key` or else a series that it has."""
    key = key if key in keys or not keys else keys[0]
    return {name: text.format(base=base or PLACEHOLDER, key=key) for name, text in EXAMPLES.items()}
