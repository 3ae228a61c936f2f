"""Compose, Containerfile and systemd units say what they should."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipelines.settings import Settings
from tests.deploy.containerfile import DEPLOY, copied, stages

ROOT = DEPLOY.parent
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
HARDENED = {
    "User": "observatory",
    "NoNewPrivileges": "true",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "CapabilityBoundingSet": "",
    "RestrictSUIDSGID": "true",
    "RestrictNamespaces": "true",
}
# What the variables of our own processes may be called; the rest is of the images.
KNOWN_NAMES = {f"SILENTCRASH_{name.upper()}" for name in Settings.model_fields} | {
    *("SILENTCRASH_DAGSTER_DATABASE", "SILENTCRASH_CODE_HOST", "SILENTCRASH_CODE_PORT"),
    *("SILENTCRASH_BASE", "SILENTCRASH_PUBLISH_TO", "DAGSTER_HOME", "DATABASE_PASSWORD_FILE"),
}


def unit(path: Path) -> dict[str, dict[str, str]]:
    """The sections of a unit; a key that comes again is joined by new lines."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return {name: dict(parser[name]) for name in parser.sections()}


def test_compose_is_valid_by_its_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    ran = subprocess.run(
        [*command, str(DEPLOY / "compose.yaml")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_service_is_watched_and_has_little_to_take() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"database", "code", "webserver", "daemon", "backup", "site"}
    for name, service in services.items():
        if name != "backup":
            assert service["healthcheck"]["test"], name
        if name != "database":
            assert service["read_only"], name
            assert service["cap_drop"] == ["ALL"], name
        for other in service.get("depends_on", {}):
            assert other in services
        for volume in service["volumes"]:
            assert volume.split(":")[0] in COMPOSE["volumes"]
    # Dagster's page has no login.
    assert services["webserver"]["ports"][0].startswith("127.0.0.1:")


def test_no_secret_is_in_a_variable() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert name.endswith("_FILE")
                assert value.startswith("/run/secrets/")
    example = (DEPLOY / ".env.example").read_text()
    assert not re.search(r"PASSWORD=|KEY=|TOKEN=", example)
    assert "deploy/.env\n" in (ROOT / ".gitignore").read_text()


def test_the_variables_are_those_of_the_software() -> None:
    named = set(COMPOSE["x-observatory"]["environment"])
    lines = (DEPLOY / "systemd" / "environment.example").read_text().splitlines()
    named |= {line.split("=")[0] for line in lines if line and not line.startswith("#")}
    assert named <= KNOWN_NAMES
    used = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    offered = re.findall(r"^(\w+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE)
    assert used == set(offered)


def test_the_image_is_made_in_stages_and_does_not_run_as_root() -> None:
    build, observatory = stages()
    assert build.image == observatory.image
    assert all("/" not in stage.image and ":" in stage.image for stage in (build, observatory))
    assert [text for step, text in observatory.steps if step == "USER"] == ["10001"]
    synced = [text for step, text in build.steps if step == "RUN" and "uv sync" in text]
    assert len(synced) == 2
    assert all("--frozen" in text and "--no-dev" in text for text in synced)
    ignored = (ROOT / ".dockerignore").read_text()
    for step, text in build.steps:
        if step == "COPY":
            for source in copied(text)[1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}\n" in ignored, source


def test_secrets_come_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("p@ss/word%1\n")
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DATABASE_PASSWORD_FILE": str(secret),
        "EIA_API_KEY_FILE": str(secret),
        "SILENTCRASH_WAREHOUSE": "postgresql+psycopg://observatory:@PASSWORD@@database/warehouse",
    }
    script = 'printf "%s %s %s" "$SILENTCRASH_WAREHOUSE" "$EIA_API_KEY" "${DATABASE_PASSWORD-none}"'
    command = [str(DEPLOY / "with-secrets"), "sh", "-c", script]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    url = "postgresql+psycopg://observatory:p%40ss%2Fword%251@database/warehouse"
    assert ran.stdout == f"{url} p@ss/word%1 none"
    secret.unlink()
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert f"cannot read {secret}" in ran.stderr


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_hardened(path: Path) -> None:
    service = unit(path)["Service"]
    assert {name: service[name] for name in HARDENED} == HARDENED
    assert service["EnvironmentFile"] == "/etc/observatory/environment"
    for folder in re.findall(r"/var/lib/(\S+?)(?:/\S*)?(?:\s|$)", service["ExecStart"]):
        assert folder in service["StateDirectory"].split(), "may not be written"
    assert service["ExecStart"].startswith("/opt/observatory/.venv/bin/")


def test_every_timer_has_its_service_and_an_installed_unit_is_wanted() -> None:
    names = {path.name for path in UNITS}
    assert [path.stem for path in TIMERS] == ["observatory-backup", "observatory-metrics"]
    for path in [*UNITS, *TIMERS]:
        sections = unit(path)
        timed = path.with_suffix(".timer") in TIMERS and path.suffix == ".service"
        assert ("Install" in sections) != timed
        for service in re.findall(r"observatory-\w+\.service", str(sections["Unit"])):
            assert service in names


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """By systemd itself where it is; the rules above hold everywhere."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    binaries = tmp_path / "bin"
    binaries.mkdir()
    for path in [*UNITS, *TIMERS]:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"/opt/observatory/\.venv/bin/(\S+)", text):
            (binaries / name).write_text("#!/bin/sh\n")
            (binaries / name).chmod(0o755)
        text = text.replace("/opt/observatory/.venv/bin", str(binaries))
        (tmp_path / path.name).write_text(text.replace("User=observatory", "User=root"))
    units = [str(tmp_path / path.name) for path in [*UNITS, *TIMERS]]
    ran = subprocess.run(
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in ran.stderr.splitlines() if "observatory" in line]
    assert (ran.returncode, ours) == (0, []), ran.stderr
