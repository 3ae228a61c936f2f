"""No page, feed or description claims a day on which nothing was published."""

import json
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from icalendar import Calendar
from sqlalchemy import Engine, text

from dashboards.site import parallel
from dashboards.site.build import build
from dashboards.site.context import site_context
from tests.dashboards.conftest import NOW
from tests.dashboards.site.test_build import copied
from warehouse import edition
from warehouse.publication import repository
from warehouse.release_calendar import cutoff

COMPUTED = NOW.date()  # of both editions; that of April was due on 11 May
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
# What a text may say of an edition's publication, and the day after it.
CLAIMED = re.compile(r"(?:[Pp]ubliée? le|[Pp]arue? le|[Pp]ublished on|[Rr]eleased on) (\d+)(?:er)? "
                     r"(\w+) (\d{4})")  # fmt: skip
# Fields that say since when something is published.
FIELDS = re.compile(r'(?:"datePublished": "|"dct:issued": \{\s*"@value": "|date-released: \'|'
                    r"<published>|<updated>)(\d{4}-\d\d-\d\d)")  # fmt: skip
FORMS = {".html", ".json", ".jsonld", ".cff", ".atom", ".md", ".xml"}


def rebuilt(store: Engine, month: str) -> int:
    """The newest edition cut to an earlier month, made on the day of the newest."""
    newest = edition.load(store)
    end = pd.Timestamp(f"{month}-01")
    rows = {
        name: frame.loc[frame["period"].le(end)]
        for name, frame in (("values", newest.values), ("lineage", newest.lineage))
    }
    same = ("recorded_by", "framework", "framework_version", "framework_hash")
    return edition.save(
        store,
        **rows | {"lineage": rows["lineage"].drop(columns="value")},
        **{name: getattr(newest, name) for name in same},
        month=month,
        as_of=cutoff(month, 10),
        data_hash="c" * 64,
        created_at=NOW,
    )


@pytest.fixture(scope="module")
def two(alerted: Engine, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of October and of a reconstructed April."""
    folder = tmp_path_factory.mktemp("two")
    store, out = copied(alerted, folder / "store.sqlite"), folder / "site"
    rebuilt(store, "2026-04")
    shutil.copytree(built, out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel.os, "cpu_count", lambda: 1)  # the other one is busy with tests
        build(store, out, NOW)
    return out


def claims(path: Path) -> list[date]:
    """Every day on which a file says that an edition was published."""
    body = path.read_text(encoding="utf-8").replace("\u00a0", " ")
    days = [date.fromisoformat(day) for day in FIELDS.findall(body)]
    for day, month, year in CLAIMED.findall(body):
        [number] = [names.split().index(month) + 1 for names in MONTHS.values()
                    if month in names.split()]  # fmt: skip
        days.append(date(int(year), number, int(day)))
    return days


def test_nothing_claims_a_publication_before_it_was_made(two: Path) -> None:
    paths = [path for path in two.rglob("*") if path.suffix in FORMS and "series" not in path.parts]
    days = {path: claims(path) for path in paths}
    false = {str(path): dates for path, dates in days.items() if dates and min(dates) < COMPUTED}
    assert false == {}
    named = {path.name for path, dates in days.items() if dates}
    assert {"dcat.jsonld", "CITATION.cff", "croissant.json", "editions.fr.atom"} <= named


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("fr", "Reconstituée le 23 novembre 2026, données connues au 10 mai 2026"),
        ("en", "Reconstructed on 23 November 2026, data as of 10 May 2026"),
    ],
)
def test_what_was_rebuilt_says_so_on_its_page_and_in_lists(
    two: Path, code: str, sentence: str
) -> None:
    page = (two / code / "bulletins/2026-04/index.html").read_text(encoding="utf-8")
    citing = 3  # of BibTeX, RIS and CSL
    assert page.count(sentence) == 3 + citing  # head, citation and foot
    assert not CLAIMED.search(page)
    mark = sentence.partition(" ")[0].lower()
    listed = (two / code / "bulletins/index.html").read_text(encoding="utf-8")
    assert listed.count(mark) == 1
    calendar = (two / code / "calendar/index.html").read_text(encoding="utf-8")
    published, _, after = calendar.partition('id="reconstructed"')
    april = {"fr": "avril 2026", "en": "April 2026"}[code]
    assert april in after
    assert april not in published
    feed = (two / f"editions.{code}.atom").read_text(encoding="utf-8")
    assert feed.count(f"({mark})</title>") == 1
    events = Calendar.from_ical((two / code / "calendar/releases.ics").read_bytes())
    assert not [event for event in events.walk("VEVENT") if "2026-04" in str(event["uid"])]


def test_the_api_tells_the_dates_apart(two: Path) -> None:
    listed = json.loads((two / "api/v1/editions.json").read_bytes())["editions"]
    fields = ("name", "cutoff", "computed_at", "public_at", "reconstructed")
    assert [tuple(card[name] for name in fields) for card in listed] == [
        ("2026-04", "2026-05-10T23:59:59Z", "2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z", True),
        ("2026-10", "2026-11-10T23:59:59Z", "2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z", False),
    ]


def test_an_edition_that_waits_is_left_out_and_named(alerted: Engine, tmp_path: Path) -> None:
    store = copied(alerted, tmp_path / "store.sqlite")
    april = rebuilt(store, "2026-04")
    with store.begin() as connection:
        connection.execute(
            text("update release set awaits_approval = true where month = '2026-10'")
        )
    context = site_context(store, NOW)
    assert [issue.name for issue in context.issues] == ["2026-04"]
    assert context.waiting == ("2026-10",)
    with pytest.raises(LookupError, match="release approve 2026-10 --by NAME"):
        site_context(store, NOW, approval=True)
    shown = site_context(store, NOW, approval=True, forced=True)
    assert [issue.name for issue in shown.issues] == ["2026-10", "2026-04"]
    assert shown.edition.timeline.waits
    repository.approve(store, april, by="Amina", note="", at=NOW)
    assert site_context(store, NOW, approval=True).issue.name == "2026-04"
    october = edition.load(store, month="2026-10").id
    later = datetime(2026, 11, 24, 8, tzinfo=UTC)
    repository.approve(store, october, by="Amina", note="", at=later)
    assert site_context(store, later - timedelta(seconds=1)).issue.name == "2026-04"
    assert site_context(store, later).issue.timeline.public_at == later
