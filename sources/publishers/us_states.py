"""The states of the United States that sources read, in French and English."""

from __future__ import annotations

US = {"US": ("États-Unis", "United States")}
STATES = {
    "AZ": ("Arizona", "Arizona"),
    "CA": ("Californie", "California"),
    "GA": ("Géorgie (États-Unis)", "Georgia (United States)"),
    "IA": ("Iowa", "Iowa"),
    "IL": ("Illinois", "Illinois"),
    "NC": ("Caroline du Nord", "North Carolina"),
    "ND": ("Dakota du Nord", "North Dakota"),
    "NJ": ("New Jersey", "New Jersey"),
    "NV": ("Nevada", "Nevada"),
    "OH": ("Ohio", "Ohio"),
    "OR": ("Oregon", "Oregon"),
    "PA": ("Pennsylvanie", "Pennsylvania"),
    "TX": ("Texas", "Texas"),
    "VA": ("Virginie", "Virginia"),
    "WA": ("Washington (État)", "Washington (state)"),
}
