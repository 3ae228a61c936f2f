"""SQL of the views of announcements: reports as answered, projects, answers."""

from warehouse.tables import Event, core

NO_EVENT = "('not_announcement', 'abstained')"
# What an answer of a person replaces in a reading; its column where the name is another one.
ANSWERED = {
    name: name for name in ("event_type", "operator", "known_as", "country")
} | {"place": "town"} | {name: name for name in ("power_mw", "amount", "currency")}  # fmt: skip


def facts() -> dict[str, str]:
    """Map each column of Event to its SQL: the answer where there is one."""
    return {
        column.name: f"case when r.id is null then e.{column.name} else r.{answer} end"
        if (answer := ANSWERED.get(column.name))
        else f"e.{column.name}"
        for column in core(Event).columns
    }


def joined(limit: str = "") -> str:
    """Give the from clause: events, fetches, newest answer and project.

    `limit` is an SQL condition on the fetch of what may enter, with {0} for the table.
    """
    until = {name: f" and {limit.format(name)}" if limit else "" for name in "repqs"}
    return f"""from event e join "fetch" f on f.id = e.fetch_id
left join review r on r.title = e.title{until["r"]} and not exists (
  select 1 from review s where s.title = r.title and s.id > r.id{until["s"]})
left join project_report p on p.report = (
  select min(o.id) from event o where o.address = e.address and o.title = e.title)
  {until["p"]} and not exists (
  select 1 from project_report q where q.report = p.report and q.id > p.id{until["q"]})"""


def event(second: str) -> str:
    """The newest reading of each item; its country in three ways of writing it.

    `second` is the SQL format of seconds as an instant.
    """
    columns = facts()
    texts = ", ".join(
        f"{sql} as {name}"
        for name, sql in columns.items()
        if name not in {"id", "country", "known_from"}
    )
    kind, country = columns["event_type"], columns["country"]
    return f"""select {second.format("e.known_from")} as known_from, {country} as country,
  c.code as country_code, c.name_fr as country_fr, {texts}, f.url as fetched_from,
  (select min(o.id) from event o where o.address = e.address and o.title = e.title) as report,
  case when {kind} not in {NO_EVENT} then p.project end as project,
  case when {kind} not in {NO_EVENT} then p.reason end as linked_by,
  case when {kind} not in {NO_EVENT} then p.usd end as usd,
  e.event_type as reader_said, coalesce(r.author, '') as reviewed_by,
  {second.format("r.at")} as reviewed_at
{joined()}
left join country c on c.name_en = {country}
where not exists (select 1 from event n where n.address = e.address and n.title = e.title
  and n.version > e.version)"""


# Of each fact the first or the last report that gives one; `report` breaks ties.
_FIRST = "over (partition by project order by case when {0} then 1 else 0 end, known_from, report)"
_LAST = (
    "over (partition by project order by case when {0} then 1 else 0 end, "
    "known_from desc, report desc)"
)
_TEXT = "first_value({0}) " + _FIRST.format("{0} = ''") + " as {0}"
_FIGURE = "first_value({0}) " + _LAST.format("{0} is null") + " as {0}"


def project() -> str:
    """A row for each project, from v_event: who, where, state, figures, reports.

    Who and where are of the first report that says so, state and figures of the last one.
    """
    amount = _LAST.format("amount is null")
    code = _FIRST.format("country = ''")
    return f"""select project, min(known_from) as first_known, max(known_from) as last_reported,
  operator, country, country_code, country_fr, place, state, power_mw,
  min(mw) as power_low_mw, max(mw) as power_high_mw, amount, currency, usd,
  count(distinct link) as reports, address, last_address
from (select project, known_from, address as link, power_mw as mw,
    {_TEXT.format("known_as").replace("as known_as", "as operator")},
    {_TEXT.format("country")}, {_TEXT.format("place")},
    first_value(country_code) {code} as country_code,
    first_value(country_fr) {code} as country_fr,
    first_value(event_type) {_LAST.format("1 = 0")} as state,
    {_FIGURE.format("power_mw")}, {_FIGURE.format("amount")}, {_FIGURE.format("usd")},
    first_value(currency) {amount} as currency,
    first_value(address) {_FIRST.format("1 = 0")} as address,
    first_value(address) {_LAST.format("1 = 0")} as last_address
  from v_event where project is not null) told
group by project, operator, country, country_code, country_fr, place, state, power_mw, amount,
  currency, usd, address, last_address"""


def review(second: str) -> str:
    """Every answer, with the fetch that recorded it; the newest of a title counts."""
    return f"""select r.id as review, r.title, r.address, {second.format("r.at")} as reviewed_at,
  r.author, r.note, r.nearly, r.confidence, r.event_type, r.operator, r.known_as, r.country,
  r.town, r.power_mw, r.amount, r.currency, r.fetch_id,
  not exists (select 1 from review n where n.title = r.title and n.id > r.id) as in_force
from review r"""
