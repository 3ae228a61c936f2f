"""Catalogues in dstack's shape, with prices that it has published.

No body of a catalogue is at hand: these are rebuilt from the columns of its public code and from
the medians of the catalogue 20260914-19524 that tudoryoon/EG_Dashboard computed.
"""

from io import BytesIO
from zipfile import ZipFile

COLUMNS = (
    "instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot,disk_size,"
    "gpu_vendor,flags,cpu_arch,provider_data"
)
# The columns before July 2025, as the oldest catalogues have them.
OLD_COLUMNS = "instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot"


def row(
    machine: str, region: str, price: float | str, chip: str, count: int = 8, **other: str
) -> str:
    """A line of a table, on demand and without flags unless said."""
    spot, flags = other.get("spot", "False"), other.get("flags", "")
    return (
        f"{machine},{region},{price},96,768.0,{count},{chip},80.0,{spot},,nvidia,{flags},x86,{{}}"
    )


def catalogue(columns: str = COLUMNS, **tables: list[str]) -> bytes:
    """A catalogue with a table for each provider."""
    packed = BytesIO()
    with ZipFile(packed, "w") as file:
        for provider, lines in tables.items():
            file.writestr(f"{provider}.csv", "\r\n".join([columns, *lines, ""]))
    return packed.getvalue()


LAMBDA = [
    row("gpu_1x_h100_pcie", "us-east-1", 3.29, "H100", 1),
    row("gpu_1x_h100_sxm5", "us-east-1", 4.29, "H100", 1),
    row("gpu_2x_h100_sxm5", "us-east-1", 8.38, "H100", 2),
    row("gpu_4x_h100_sxm5", "us-east-1", 16.36, "H100", 4),
    row("gpu_8x_h100_sxm5", "us-east-1", 31.92, "H100"),
    row("gpu_8x_a100_80gb_sxm4", "us-east-1", 22.32, "A100"),
]
NEBIUS = [
    row("gpu-h100-sxm 8gpu-128vcpu-1600gb", "eu-north1", 30.8, "H100"),
    row("gpu-h100-sxm 1gpu-16vcpu-200gb", "eu-north1", 3.85, "H100", 1),
]
VERDA = [row("8H100.80S.176V", region, 26.0, "H100") for region in ("FIN-01", "FIN-03")]
OCI = [row("BM.GPU.H100.8", "af-casablanca-1", 80.0, "H100")]
