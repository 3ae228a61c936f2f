"""Seoul and Taipei: the price of DRAM, and monthly revenues."""

from __future__ import annotations

import json
import re
from datetime import date

from tests.world.calendars import Calendar, daily
from tests.world.economy import Economy, Path, later, periods
from tests.world.publishers import Context, Figures, Publisher

JSON = {"Content-Type": "application/json"}

# --- Bank of Korea: the 22nd of the next month, ten months a request.
DRAM = "bok.ppi.dram"
KOREA = Calendar("M", months=1, day=22)
KOREA_PATH = Path(0.30, 0.03, decimals=2, first_print=0.01, prints=1, low=20)


def korea_figures(economy: Economy, edition: date) -> Figures:
    """The index since 2021; the newest month is revised with the next."""
    newest = KOREA.newest(edition)
    return {
        (DRAM, month): economy.figure(DRAM, "M", month, KOREA_PATH, newest)
        for month in periods(date(2021, 1, 1), newest, "M")
    }


def korea_body(context: Context) -> bytes:
    """The months of a window, or the answer that there are none."""
    first, last = re.findall(r"/(\d{6})(?=/)", context.received.path)
    months = {f"{month:%Y%m}": value for (_, month), value in context.figures.items()}
    rows = [
        {
            "STAT_CODE": "404Y016",
            "ITEM_CODE1": "30911201AA",
            "ITEM_NAME1": "DRAM",
            "ITEM_CODE2": None,
            "UNIT_NAME": "2020=100",
            "TIME": month,
            "DATA_VALUE": f"{value:g}",
        }
        for month, value in sorted(months.items())
        if first <= month <= last
    ]
    if not rows:
        return json.dumps({"RESULT": {"CODE": "INFO-200", "MESSAGE": "no data"}}).encode()
    return json.dumps({"StatisticSearch": {"list_total_count": len(rows), "row": rows}}).encode()


# --- Taiwan: the page of the 10th in Big5, the whole table on the 17th.
FILED, COMPLETE = Calendar("M", months=1, day=10), Calendar("M", months=1, day=17)
MAKERS = ("2330", "2408", "2344", "2317", "2382", "3231", "6669")
ROC = 1911
HEADS = ("當月營收", "上月營收", "去年當月營收")
BEFORE = (0, 1, 12)


def _revenue(economy: Economy, code: str, month: date) -> int:
    key = f"twse.revenue.{code}"
    path = Path(0.15, 0.03, 0.03, decimals=0, low=1e6, start=5e7)
    return int(economy.figure(key, "M", month, path))


def _restated(economy: Economy, month: date) -> Figures:
    """The month of each company, and the two that its row repeats."""
    return {
        (f"twse.revenue.{code}", later(month, -before, "M")): float(
            _revenue(economy, code, later(month, -before, "M"))
        )
        for code in MAKERS
        for before in BEFORE
    }


def taiwan_figures(economy: Economy, day: date) -> Figures:
    """The month of the table, and that of the page where it is further."""
    figures = _restated(economy, COMPLETE.newest(day))
    if FILED.newest(day) > COMPLETE.newest(day):
        figures |= _restated(economy, FILED.newest(day))
    return figures


def taiwan_body(context: Context) -> bytes | None:
    """The open-data table, or the summary of a month that has been filed."""
    if context.received.path.endswith(".csv"):
        return _table(context, COMPLETE.newest(context.day))
    match = re.search(r"t21sc03_(\d+)_(\d+)_0", context.received.path)
    month = date(int(match[1]) + ROC, int(match[2]), 1) if match else date.max
    return _summary(context, month) if month <= FILED.newest(context.day) else None


def _cells(context: Context, code: str, month: date) -> list[str]:
    months = [later(month, -before, "M") for before in BEFORE]
    values = [context.figures.get((f"twse.revenue.{code}", each)) for each in months]
    return ["" if value is None else f"{value:.0f}" for value in values]


def _table(context: Context, month: date) -> bytes:
    due = COMPLETE.due(month)
    reported, stated = (f"{d.year - ROC}{d:%m}" for d in (due, month))
    head = [
        "出表日期",
        "資料年月",
        "公司代號",
        "公司名稱",
        "產業別",
        *(f"營業收入-{name}" for name in HEADS),
    ]
    rows = [
        ",".join(
            [
                f"{reported}{due:%d}",
                stated,
                code,
                f"Company {code}",
                "半導體業",
                *_cells(context, code, month),
            ]
        )
        for code in MAKERS
        if any(_cells(context, code, month))
    ]
    return ("\ufeff" + "\n".join([",".join(head), *rows, ""])).encode()


def _summary(context: Context, month: date) -> bytes:
    due = FILED.due(month)
    head = [
        "公司代號",
        "公司名稱",
        *HEADS,
        *("增減", "增減", "當月累計", "去年累計", "增減", "備註"),
    ]
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{cell}</td>"
            for cell in [
                code,
                f"Company {code}",
                *_thousands(_cells(context, code, month)),
                *"123456",
            ]
        )
        + "</tr>"
        for code in MAKERS
    )
    heads = "".join(f"<th>{name}</th>" for name in head)
    title = f"上市公司{month.year - ROC}年{month.month}月份營業收入統計表"
    day = f"出表日期：{due.year - ROC}/{due:%m}/{due:%d}"
    table = f"<table><tr>{heads}</tr>{rows}</table>"
    page = f"<html><body><p>{title}</p><p>{day}</p><p>單位：千元</p>{table}</body></html>"
    return page.encode("cp950")


def _thousands(cells: list[str]) -> list[str]:
    return [f"{int(cell):,}" if cell else "" for cell in cells]


PUBLISHERS = (
    Publisher(
        "bank_of_korea",
        KOREA.edition,
        korea_figures,
        korea_body,
        ("ecos.bok.or.kr/",),
        headers=JSON,
    ),
    Publisher(
        "twse_revenue",
        daily,
        taiwan_figures,
        taiwan_body,
        ("mopsfin.twse.com.tw/", "mopsov.twse.com.tw/"),
        daily=True,
        headers={"Content-Type": "text/csv"},
    ),
)
