"""The commands that a campaign kills, and their homes."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import yaml

from pipelines.alerts.findings import LevelFinding
from pipelines.alerts.record import Evaluation, record_findings
from tests.pipelines.alerts.made_up import SECRET, channel, rule, rules
from tests.pipelines.siege.bodies import Target, rebuilt_market, rebuilt_rates
from tests.pipelines.siege.installation import Installation
from tests.pipelines.siege.kills import Attack, run
from tests.server import Reply, Site

QUEUED = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
MESSAGES = 40
# What each attack takes of the kills and of their time: the long commands have fewer.
DAEMON = "daemon"
SHARES = {
    "fetch": 0.25,
    "deliver": 0.2,
    "release": 0.2,
    "run": 0.15,
    "first run": 0.05,
    "site": 0.05,
    DAEMON: 0.1,
}
Homes = dict[str, Installation]


def attacks(site: Site, environment: Mapping[str, str]) -> dict[str, Attack]:
    """Each command by its name; publishers and receivers are played by `site`."""
    for target in (rebuilt_rates(), rebuilt_market()):
        serve(site, target)

    def arrived(installed: Installation) -> Counter[str]:
        path = f"/hook/{installed.home.name}"
        return Counter(each.json["data"]["id"] for each in list(site.asked) if each.path == path)

    hook = {"HOOK_URL": f"{site.url}/hook/{{home}}", "SECRET": SECRET}
    hooked = {**environment, **hook, "SILENTCRASH_ALERTS": "{path}/alerts.yaml"}
    # A message that was on its way when its sender died waits until nobody can be sending it.
    soon = timedelta(minutes=5)
    run = ("run", "--offline")
    return {
        "fetch": Attack("fetch", ("fetch", rebuilt_rates().key), environment),
        "release": Attack("release", ("release", "2026-09"), environment),
        "run": Attack("run", run, environment),
        "first run": Attack("first run", run, environment),
        "site": Attack("site", ("site", "build", "--out", "{path}/site"), environment),
        "deliver": Attack("deliver", ("alerts", "deliver"), hooked, soon, arrived),
    }


def serve(site: Site, target: Target) -> None:
    """Answer a source with its good body."""
    address = target.source.requests[0].url
    site.serve(address, Reply(target.body, headers={"Content-Type": target.kind}))


def furnish(
    folder: Path, server: str, environment: Mapping[str, str], names: Collection[str]
) -> Homes:
    """The home that each of these attacks copies, made in `folder`.

    The first run has an empty one, a run the history without an edition, a release and the site
    an edition, of which the site does not have the last.
    """
    empty = Installation(folder / f"{folder.name}-first", server)
    empty.make()
    stocked = empty.copy(f"{folder.name}-stocked")
    _done(stocked, environment, "index")
    homes = {"first run": empty, "run": stocked}
    if not set(names) <= set(homes):
        published = stocked.copy(f"{folder.name}-published")
        _done(published, environment, "run", "--offline")
        _queue_messages(published)
        homes |= dict.fromkeys(("fetch", "deliver", "release"), published)
    if "site" in names:
        shown = published.copy(f"{folder.name}-shown")
        _done(shown, environment, "site", "build", "--out", str(shown.home / "site"))
        _done(shown, environment, "release", "2026-09")
        homes["site"] = shown
    return homes


def _done(installed: Installation, environment: Mapping[str, str], *arguments: str) -> None:
    ended = run({**environment, **installed.environment}, list(arguments))
    if ended.code:
        raise RuntimeError(f"{' '.join(arguments)} ended with {ended.code}: {ended.words}")


def _queue_messages(installed: Installation) -> None:
    watched = rules(rule(), channels=[channel(per_hour=9999)])
    file = yaml.safe_dump(watched.model_dump(by_alias=True, mode="json", exclude_none=True))
    (installed.home / "alerts.yaml").write_text(file, encoding="utf-8")
    with installed.engine() as engine:
        for number in range(MESSAGES):
            moment = Evaluation(f"made-up:{number}", QUEUED + timedelta(seconds=number), QUEUED)
            day = pd.Timestamp("2026-01-01") + pd.Timedelta(days=number)
            findings = [LevelFinding(each, "index", number % 2 == 0, day) for each in watched.rules]
            record_findings(engine, findings, moment, watched.channels, {})
