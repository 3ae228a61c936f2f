"""The tables of the settings: of a source, and of the second reader."""

from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class SourceSettings(BaseModel):
    """What an installation changes of a declared source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    off: bool = Field(default=False, description="`true`: it is not asked")
    address: dict[str, str] = Field(
        default={}, description="parts of its declared addresses, and what to ask in their place"
    )
    mirror: dict[str, str] = Field(
        default={},
        description="the same for a second address, which is asked where the first fails",
    )
    headers: dict[str, str] = Field(
        default={}, description="headers to send; `${NAME}` is filled in from the environment"
    )
    cadence: Literal[
        "", "daily", "weekly", "biweekly", "monthly", "quarterly", "half-yearly", "yearly"
    ] = Field(
        default="", description="how often it publishes, from which follows when Dagster asks it"
    )


class SecondReaderSettings(BaseModel):
    """A language model that reads announcements too; off without an address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = Field(
        default="",
        description="OpenAI-compatible address on this machine, such as http://127.0.0.1:8080/v1",
    )
    model: str = Field(default="local", description="name of the model, as its server knows it")
    timeout: float = Field(default=60.0, gt=0, description="seconds that an answer may take")

    @field_validator("address")
    @classmethod
    def _on_this_machine(cls, address: str) -> str:
        """Refuse another machine: texts of papers are not handed on."""
        parts = urlsplit(address)
        if address and (parts.scheme not in {"http", "https"} or not _is_loopback(parts.hostname)):
            raise ValueError("the address is not one of this machine: http://127.0.0.1:PORT/v1")
        return address


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
