"""The settings of an installation: environment, then file, then defaults.

The field `contact` is the variable `SILENTCRASH_CONTACT`, or the line `contact = "…"` of a file
`silentcrash.toml` in `$SILENTCRASH_HOME`, or else in the working directory unless the home is the
folder of an observatory. The environment wins.
Keys of publishers and addresses of alert channels have names that a source or a channel declares.
They are read from `SECRETS`, only from the environment, so that a settings file can be shared:
it may name the variable that holds a key, never the key.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipelines.errors import UsageError, nearest
from pipelines.settings_tables import SecondReaderSettings, SourceSettings
from warehouse.publication import identity

__all__ = ["FILE", "PREFIX", "SECRETS", "Settings", "from_environment"]

PREFIX = "SILENTCRASH_"
FILE = "silentcrash.toml"
ACCEPT = f"{PREFIX}ACCEPT_"  # how the variables begin that accept the terms of a source


class Settings(BaseSettings):
    """The choices of an installation; none has to be made.

    The descriptions are the table in docs/operations.md.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
    )

    home: Path = Field(
        default=Path("data"), description="folder of everything that is written", examples=["data"]
    )
    warehouse: str = Field(
        default="",
        description="database URL: `sqlite:///…` or `postgresql+psycopg://…`, which may end with "
        "`?schema=NAME`; by default `warehouse.sqlite` in the home folder",
    )
    archive: str = Field(
        default="",
        description="folder or object store of the raw bytes, by "
        "[fsspec](https://filesystem-spec.readthedocs.io/) URL: `s3://bucket/raw` with "
        "`pip install s3fs`; by default `raw` in the home folder",
    )
    releases: Path = Field(
        default_factory=lambda: Path("releases"),
        description="folder of the editions, one folder a month; by default `releases` in the "
        "home folder, and beside `data` where no home is set",
    )
    base: str = Field(
        default="",
        description="address that the public site will have, for Dagster's `site`: "
        "`https://example.org/observatory`",
    )
    publish_to: str = Field(
        default="",
        description="where Dagster's `publish` puts the site: a folder, an object store by "
        "[fsspec](https://filesystem-spec.readthedocs.io/) URL (`s3://bucket/site`), or a branch "
        "of a repository (`git+ssh://git@host/site.git#pages`); nowhere by default",
    )
    contact: str = Field(
        default="",
        description="e-mail or address in the User-Agent; the SEC refuses requests without one",
    )
    gateway: str = Field(
        default="",
        description="a mirror inside your network: `https://host/path` is asked as "
        "`$SILENTCRASH_GATEWAY/host/path`",
    )
    allow_loopback: bool = Field(
        default=False,
        description="`1` lets redirects and gateways point at loopback addresses",
        examples=["1"],
    )
    now: datetime = Field(
        default_factory=lambda: datetime.now(UTC),
        description="an instant: what the clock says to a run, to rebuild a past one",
        examples=["an instant such as 2026-11-10T09:00:00Z"],
    )
    alerts: Path | None = Field(
        default=None, description="other alert rules than the shipped ones: see [alerts](alerts.md)"
    )
    approval: bool = Field(
        default=False,
        description="`true`: site, feeds and alerts wait until an editor has approved an edition, "
        "see [The editor's step](#the-editors-step)",
        examples=["true or false"],
    )
    heartbeat_url: SecretStr = Field(
        default=SecretStr(""),
        description="an address that the scheduler asks every minute: a service outside notices "
        "when it stops, see [alerts](alerts.md)",
    )
    accept: tuple[str, ...] = Field(
        default=(),
        description='sources whose terms you accept: `["feeds", "trendforce"]`',
        examples=['["feeds"]'],
    )
    keys: dict[str, str] = Field(
        default={},
        description="which variable of your environment holds a key: "
        '`{ EIA_API_KEY = "OUR_EIA_KEY" }`',
        examples=['{ EIA_API_KEY = "OUR_EIA_KEY" }'],
    )
    sources: dict[str, SourceSettings] = Field(
        default={},
        description="a table for a source that you ask in another way, see below",
        examples=["a table such as [sources.gdelt] with off = true"],
    )
    second_reader: SecondReaderSettings = Field(
        default=SecondReaderSettings(),
        description="a language model on this machine that reads announcements beside the rules, "
        "off without `address`: see [accuracy](accuracy.md)",
        examples=['a table [second_reader] with address = "http://127.0.0.1:8080/v1"'],
    )
    signing_key: Path | None = Field(
        default=None,
        description="file of a [minisign](https://jedisct1.github.io/minisign/) key without a "
        "password (`minisign -G -W -s FILE`): it signs the checksums of editions and site, and the "
        "site says how to verify them",
    )
    trust: str = Field(
        default="",
        description="`1` runs the Python in `sources/` of an observatory's folder, the digest that "
        "a refusal names only that Python: see [An observatory of your own](observatory.md). Only "
        "read from the environment",
    )
    framework: str = Field(
        default="",
        description="a framework of the observatory's folder beside its first, by its key: see "
        "[Another framework](observatory.md#methodkeytoml)",
        examples=["the name of a file in method/ without .toml"],
    )
    log: Path | None = Field(default=None, description="a file that logs are added to")
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="`text`, or `json` for an object a line",
        examples=["text or json"],
    )
    debug: bool = Field(
        default=False, description="`1` shows the traceback of a failed command", examples=["1"]
    )

    @model_validator(mode="before")
    @classmethod
    def _below_home(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Fill what lies in the home folder where nothing else is said.

        Editions are what people come for: in a checkout, where no home is set, they lie beside
        `data` and not within it. Paths are absolute, as a run may work in another folder.
        """
        home = Path(data.get("home") or "data").absolute()
        around = home if data.get("home") else home.parent
        below = {
            "warehouse": f"sqlite:///{home / 'warehouse.sqlite'}",
            "archive": f"{home / 'raw'}",
        }
        releases = Path(data.get("releases") or around / "releases").absolute()
        below["contact"] = _contact(home)
        return below | data | {"home": home, "releases": releases}

    @model_validator(mode="after")
    def _aware(self) -> Self:
        """An instant without a zone is UTC: the store refuses naive ones."""
        if self.now.tzinfo is None:
            object.__setattr__(self, "now", self.now.replace(tzinfo=UTC))
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, settings_file())
        if "trust" in file():  # the file may come with the folder that is to be trusted
            raise UsageError(f"{settings_file()}: trust is only read from {PREFIX}TRUST: remove it")
        return init_settings, env_settings, file

    @property
    def site(self) -> Path:
        """The folder in which the public site is built, beside that of editions."""
        return self.releases.with_name("site")


def _contact(home: Path) -> str:
    """The contact of the observatory in a home; its faults are shown elsewhere."""
    with suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return str(tomllib.loads((home / identity.FILE).read_text("utf-8")).get("contact", ""))
    return ""


def settings_file() -> Path:
    """Where the settings file is, or would be.

    The folder of an observatory has its own or none: that of the working directory may be of
    another observatory, whose warehouse and channels it would name.
    """
    home = os.environ.get(f"{PREFIX}HOME")
    own = Path(home or "data") / FILE
    alone = own.exists() or own.with_name(identity.FILE).exists()
    return own if home and alone else Path(FILE)


def from_environment() -> Settings:
    """The settings of this process at this moment.

    Raises:
        UsageError: A value is not valid, or the file has a line that is no setting.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise UsageError(_explain(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{settings_file()}: {error}") from None


def _explain(error: ValidationError) -> str:
    """What is wrong with the first setting that is not valid, and what to write."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    field = Settings.model_fields.get(name)
    if field is None:
        return f"{settings_file()}: {name!r} is no setting; {nearest(name, Settings.model_fields)}"
    variable = f"{PREFIX}{name.upper()}"
    origin = variable if os.environ.get(variable) else f"{name} in {settings_file()}"
    return f"{origin} is {first['input']!r}: give {(field.examples or [first['msg']])[0]}"


class Secrets(Mapping[str, str]):
    """The variables that sources and alert channels name.

    Reads the environment, under another name where the settings give one, and remembers each value
    that was read so that no log shows it. Terms may be accepted in the settings too.
    """

    def __init__(self) -> None:
        self.values_read: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        value = os.environ.get(name, "").strip() or self._by_settings(name)
        if not value:
            raise KeyError(name)
        self.values_read[value] = name
        return value

    def _by_settings(self, name: str) -> str:
        settings = from_environment()
        if name.startswith(ACCEPT):
            return "1" if name.removeprefix(ACCEPT).lower() in settings.accept else ""
        return os.environ.get(settings.keys.get(name, ""), "").strip()

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)


SECRETS = Secrets()
