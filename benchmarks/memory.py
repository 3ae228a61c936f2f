"""Memory of a process that fetches again and again: does it stay?

The shipped bodies of twenty questions come from loopback ten times each, every time with other
bytes, so that each is archived, parsed, validated and loaded. The ratio is of the resident memory
after the last round to that after the first, of this process and of the one that parses.
"""

import json
import logging
import re
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

ROUNDS = 10
MOST = 1.2  # of the memory at the start
BODIES = Path(__file__).parents[1] / "tests" / "sources" / "bodies"
OUT = Path("data") / "benchmarks" / "memory.json"
# Body and question of its source; of the second ones of a source, the parts of it that they are.
QUESTIONS = {
    "btos.2026": 0, "census_c30.2026": 0, "eia861m.2025": 0, "eia_v2.2026": 0,
    "ember.2026": 0, "epoch_clusters.2025": 0, "epoch_data_centers.2026": 0,
    "epoch_data_centers_steps.2026": 1, "epoch_hardware.2025": 0, "eurostat.2026": 0,
    "federal_register.2026": 0, "fred.2025": 1, "gcp_pricing.2026": 0, "litellm.2025": 0,
    "sec_submissions.2026": 2, "nyfed_cmdi.2026": 0, "sec.2026": 0, "skypilot_lambda.2026": 0,
    "skypilot_runpod.2026": 2,
    "token_prices.2026": 0,
}  # fmt: skip


class Publisher(BaseHTTPRequestHandler):
    """Answers every question with the body that is there now."""

    body = b""

    def do_GET(self) -> None:
        served = not self.path.endswith("robots.txt")
        self.send_response(200 if served else 404)
        self.send_header("Content-Length", str(len(self.body) if served else 0))
        self.end_headers()
        self.wfile.write(self.body if served else b"")

    do_POST = do_GET  # noqa: N815 - the names that its parent looks for

    def log_message(self, *_: object) -> None:
        """Nothing."""


def changed(body: bytes, number: int) -> bytes:
    """The same content as other bytes."""
    if not body.startswith(b"PK"):
        return body + b"\n" * number
    file = BytesIO(body)
    with ZipFile(file, "a") as archive:
        archive.comment = str(number).encode()
    return file.getvalue()


def resident(process: object) -> float:
    """MiB of a process that are in memory."""
    text = Path(f"/proc/{process}/status").read_text("ascii")
    return int(re.findall(r"VmRSS:\s+(\d+)", text)[0]) / 1024


def main() -> None:
    from pipelines.ingest import fetch, load, store
    from pipelines.settings import Settings
    from sources import registry
    from sources.http.client import PoliteClient
    from sources.http.raw_archive import Archive
    from sources.parser_process import _process

    logging.disable()  # what is refused has its traceback there
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gateway = f"http://127.0.0.1:{server.server_port}"
    sources = sorted(registry().values(), key=lambda source: -len(source.key))
    sizes = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        engine, archive = store.open_for_writing(Settings(home=home)), Archive(str(home / "raw"))
        for number in range(ROUNDS):
            outcomes = []
            for name, question in QUESTIONS.items():
                [file] = BODIES.glob(f"{name}*")
                source = next(each for each in sources if name.startswith(each.key))
                Publisher.body = changed(file.read_bytes(), number)
                at = datetime.fromisoformat(file.name.split(".")[1]).replace(hour=12, tzinfo=UTC)
                client = PoliteClient(
                    gateway=gateway, allow_loopback=True, clock=partial(lambda at: at, at),
                    sleep=lambda _: None, rates={}, keys={"EIA_API_KEY": "made-up"},
                )  # fmt: skip
                own = replace(source, next_page=None)
                with client:
                    request = source.requests[question]
                    fetched = fetch.fetch_request(client, own, request, None)
                outcomes.append(load.load_fetched(engine, archive, fetched).outcome)
            parser = _process._running
            sizes.append(resident("self") + (resident(parser.pid) if parser else 0.0))
            kinds = {kind: outcomes.count(kind) for kind in sorted(set(outcomes))}
            print(f"round {number + 1}: {sizes[-1]:.0f} MiB, {kinds}", flush=True)
    ratio = sizes[-1] / sizes[0]
    print(f"{ROUNDS * len(QUESTIONS)} fetches: {ratio:.2f} of the memory after the first round")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"MiB": sizes, "ratio": ratio}, indent=1))
    if ratio > MOST:
        sys.exit(f"over {MOST}")


if __name__ == "__main__":
    main()
