"""A Spark standalone cluster on loopback: a master and two workers."""

import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyspark

HOME = Path(pyspark.__file__).parent
DEPLOY = "org.apache.spark.deploy"
# Short lives: a JVM that compiles little starts in half the time.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
DEFAULTS = f"""spark.executor.memory 480m
spark.executor.extraJavaOptions {QUICK}
spark.driver.extraJavaOptions {QUICK}
spark.sql.codegen.wholeStage false
spark.driver.memory 512m
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.ui.enabled false
spark.sql.shuffle.partitions 2
"""


@dataclass(frozen=True)
class Cluster:
    """The address of the master, and of the page that says what it runs."""

    master: str
    page: str

    def state(self) -> dict[str, Any]:
        """What the master says of its workers and applications."""
        with urllib.request.urlopen(f"{self.page}/json/", timeout=20) as answer:
            state: dict[str, Any] = json.load(answer)
        return state


def environment(folder: Path) -> dict[str, str]:
    """What a driver and the daemons need to be told of: memory, loopback, folders."""
    conf = folder / "conf"
    conf.mkdir(exist_ok=True)
    (conf / "spark-defaults.conf").write_text(DEFAULTS)
    (conf / "log4j2.properties").write_text(
        "rootLogger.level = info\nrootLogger.appenderRef.e.ref = err\n"
        "appender.e.type = Console\nappender.e.name = err\nappender.e.target = SYSTEM_ERR\n"
        "appender.e.layout.type = PatternLayout\nappender.e.layout.pattern = %m%n\n"
    )
    own = {"SPARK_HOME": HOME, "SPARK_CONF_DIR": conf, "SPARK_LOCAL_DIRS": folder}
    own |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    own |= {"SPARK_DAEMON_JAVA_OPTS": QUICK}
    return os.environ | {name: str(value) for name, value in own.items()}


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """The cluster, once both workers have registered; ended with the block."""
    started: list[subprocess.Popen[str]] = []
    try:
        master = start(started, folder, "master.Master", "--port", "0", "--webui-port", "0")
        address = until(master, r"Starting Spark master at (spark://\S+)")
        page = until(master, r"started at (http://\S+)")
        for number in range(2):
            limits = ["--cores", "1", "--memory", "600M", "--webui-port", "0"]
            start(
                started, folder, "worker.Worker", *limits, "-d", str(folder / str(number)), address
            )
        for _ in range(2):
            until(master, r"Registering (worker) ")
        yield Cluster(address, page.replace("0.0.0.0", "127.0.0.1"))
    finally:
        for process in reversed(started):
            process.kill()
            process.communicate()


def start(
    started: list[subprocess.Popen[str]], folder: Path, daemon: str, *arguments: str
) -> subprocess.Popen[str]:
    command = [HOME / "bin" / "spark-class", f"{DEPLOY}.{daemon}", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*map(str, command), *arguments],
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    started.append(process)
    return process


def until(process: subprocess.Popen[str], pattern: str) -> str:
    """The group of the first line that matches; fails with all lines otherwise."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if match := re.search(pattern, line):
            return match.group(1)
    raise AssertionError("".join(lines))
