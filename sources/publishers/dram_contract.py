"""Contract price of a DDR4 8Gb chip, as quoted in the press; history only.

The figures are those of DRAMeXchange (TrendForce), whose own table is all rights reserved:
each row is a cited quotation. One derived from a quoted percentage, or said to be flat
between two quotations, is `estimated`. Months that nobody quoted have no row. The product is
at the end of its life, which adds a squeeze of its own.
"""

from sources import Series, Source, WatchedPage

SOURCE = Source(
    key="dram_contract",
    publisher="DRAMeXchange (TrendForce), as quoted in the press",
    fr="Prix contractuel de la mémoire DRAM",
    en="Contract price of DRAM memory",
    homepage="https://www.trendforce.com/price/dram/dram_contract",
    licence="all rights reserved; figures cited as facts",
    licence_url="https://www.trendforce.com/",
    cadence="monthly",
    lag_days=1,
    stale_days=62,
    series=(
        Series(
            "dram.contract.ddr4_8gb",
            "USD/chip",
            "M",
            "Mémoire DDR4 8 Gb, prix contractuel",
            "DDR4 8Gb memory, contract price",
        ),
    ),
    redistribute=False,
    register="https://www.trendforce.com/presscenter/news",
    # It changes every day; what matters is news of contract prices.
    watched=WatchedPage(
        "trendforce",
        "communiqués de TrendForce sur la DRAM",
        "TrendForce's press releases on DRAM",
        r"DRAM.*Contract|Contract.*DRAM",
    ),
    traps=(
        "DDR4 is at the end of its life: it is squeezed for reasons of its own.",
        "Chips are counted in gigabits, modules in gigabytes.",
        "Spot quotes changed their speed (2666 to 3200) by 2025-02: they are not spliced on.",
        "A month that nobody quoted has no row; a derived figure is estimated.",
    ),
)
