"""Load made-up figures: `python -m tests.warehouse.worker URL …`."""

import sys

from tests.warehouse.made_up import made_up_panel
from warehouse import load
from warehouse.database import connect


def main(url: str, first_fetch: str, loads: str, value: str) -> None:
    engine = connect(url)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(loads)):
        batch = made_up_panel(float(value) + number)
        load.append(engine, int(first_fetch) + number, batch)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
