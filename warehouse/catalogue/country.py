"""The table of countries, which people ask for in several languages."""

from sqlmodel import Field, SQLModel


class Country(SQLModel, table=True):
    """A country as announcements name it: its code and its names."""

    code: str = Field(primary_key=True, description="ISO 3166 code of two letters")
    name_en: str = Field(description="English name, as in event.country")
    name_fr: str = Field(description="French name")
