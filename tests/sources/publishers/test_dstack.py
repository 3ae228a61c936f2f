"""dstack's catalogues: rebuilt tables with the prices that one held."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from sources import Payload, Request, SchemaDrift
from sources.publishers.dstack import BUCKET, COMPANIES, SOURCE, unread
from tests.server import Reply, Site
from tests.sources.publishers.helpers import AT, checked, fetch_bodies, fetch_payload, values
from tests.sources.publishers.rebuilt_dstack import (
    LAMBDA,
    NEBIUS,
    OCI,
    OLD_COLUMNS,
    VERDA,
    catalogue,
    row,
)

H100 = "dstack.gpu.h100-sxm-80gb."
VERSION = "20260914-19524"
READ_PROVIDERS = [table for table in COMPANIES if table != "datacrunch"]


def payload(body: bytes, version: str = VERSION, at: datetime = AT) -> Payload:
    """A catalogue of all providers as the archive gives it back."""
    return Payload(body, Request(f"{BUCKET}/v2/{version}/catalog.zip"), at)


def prices(**tables: list[str]) -> dict[str, float]:
    return values(SOURCE, payload(catalogue(**tables)))


def test_the_medians_that_others_computed_of_one_catalogue_are_the_prices() -> None:
    """EG_Dashboard on 20260914-19524: Oracle 10, Nebius and Verda 3.85 and 3.25.

    Lambda's A100 is 2.79 there; its 4.09 for the H100 is the median of the five machines.
    """
    actual = prices(lambdalabs=LAMBDA, nebius=NEBIUS, verda=VERDA, oci=OCI)
    assert actual == {
        H100 + "oci.on_demand": 10.0,
        H100 + "nebius.on_demand": pytest.approx(3.85),
        H100 + "verda.on_demand": 3.25,
        H100 + "lambda.on_demand": 3.99,
        "dstack.gpu.h100-pcie-80gb.lambda.on_demand": 3.29,
        "dstack.gpu.a100-sxm-80gb.lambda.on_demand": 2.79,
    }
    per_gpu = [float(line.split(",")[2]) / int(line.split(",")[5]) for line in LAMBDA[:5]]
    assert pd.Series(per_gpu).median() == pytest.approx(4.09)


def test_one_company_under_two_names_counts_once() -> None:
    dearer = [row("8H100.80S.176V", "FIN-01", 99.0, "H100")]
    assert prices(datacrunch=dearer, verda=VERDA) == {H100 + "verda.on_demand": 3.25}
    assert prices(datacrunch=VERDA) == {H100 + "verda.on_demand": 3.25}


@pytest.mark.parametrize(
    "other",
    [
        {"flags": "runpod-cluster"},
        {"flags": "gcp-dws-calendar-mode"},
        {"spot": "True"},
    ],
    ids=lambda other: next(iter(other.values())),
)
def test_clusters_reservations_and_spot_are_left_out(other: dict[str, str]) -> None:
    apart = row("BM.GPU.H100.8", "uk-london-1", 8.0, "H100", **other)
    assert prices(oci=[*OCI, apart]) == {H100 + "oci.on_demand": 10.0}


def test_google_and_other_tables_are_not_read() -> None:
    google = [row("a3-highgpu-8g", "us-central1-a", 43.79, "H100")]
    assert prices(oci=OCI, gcp=google, cloudrift=google) == {H100 + "oci.on_demand": 10.0}


def test_third_party_hosts_and_other_numbers_of_gpus_are_left_out_at_runpod() -> None:
    name = "NVIDIA H100 80GB HBM3"
    secure = [row(name, "US-KS-2", 3.29 * count, "H100", count) for count in (1, 2, 4)]
    hosted = [row(name, "US", 2.69, "H100", 1)]
    assert prices(runpod=[*secure, *hosted]) == {H100 + "runpod.on_demand": 3.29}


def test_a_giant_is_read_in_one_region() -> None:
    places = {"us-east-1": 55.04, "eu-central-1": 66.0, "sa-east-1": 92.4672}
    machines = [row("p5.48xlarge", region, price, "H100") for region, price in places.items()]
    assert prices(aws=machines) == {H100 + "aws.on_demand": 6.88}


def test_the_oldest_columns_are_read_too() -> None:
    lines = [",".join(line.split(",")[:9]) for line in VERDA]
    assert values(SOURCE, payload(catalogue(OLD_COLUMNS, datacrunch=lines))) == {
        H100 + "verda.on_demand": 3.25
    }


def test_a_figure_is_of_the_day_of_its_catalogue_and_known_at_its_end() -> None:
    assert SOURCE.parse is not None
    frame = SOURCE.parse(payload(catalogue(oci=OCI)))
    assert frame["period"].tolist() == [pd.Timestamp("2026-09-14")]
    assert frame["known_from"].tolist() == [pd.Timestamp("2026-09-14T23:59:59Z")]
    early = datetime(2026, 9, 14, 5, tzinfo=UTC)
    assert SOURCE.parse(payload(catalogue(oci=OCI), at=early))["known_from"].tolist() == [
        pd.Timestamp(early)
    ]


@pytest.mark.parametrize("price", ["0.0", "-8", "inf", "9000"])
def test_a_price_that_cannot_be_one_is_left_out_of_the_median(price: str) -> None:
    odd = row("8H100.80S.176V", "ICE-01", price, "H100")
    assert prices(verda=[*VERDA, odd]) == {H100 + "verda.on_demand": 3.25}


def test_two_prices_of_one_machine_in_one_region_are_refused() -> None:
    with pytest.raises(SchemaDrift, match="one price of a machine in a region"):
        prices(verda=[*VERDA, row("8H100.80S.176V", "FIN-01", 52.0, "H100")])


def test_a_lost_column_and_a_catalogue_without_known_machines_are_refused() -> None:
    with pytest.raises(SchemaDrift, match=r"no .*price"):
        values(SOURCE, payload(catalogue("instance_name,location,cost,gpu_count,gpu_name,spot",
                                         oci=["a,b,1,8,H100,False"])))  # fmt: skip
    with pytest.raises(SchemaDrift, match=r"a machine of gpu_machines.csv"):
        prices(oci=[row("BM.GPU.NEW.8", "af-casablanca-1", 80.0, "H100")])


def test_prices_scaled_by_a_thousand_are_not_loaded() -> None:
    scaled = [row("BM.GPU.H100.8", "af-casablanca-1", 80_000.0, "H100")]
    with pytest.raises(SchemaDrift, match="a machine"):
        prices(oci=scaled)
    assert checked(SOURCE, payload(catalogue(oci=OCI))).passed


def test_the_version_of_a_provider_leads_to_its_catalogue(site: Site) -> None:
    number = READ_PROVIDERS.index("nebius")
    folder = f"{BUCKET}/v3/nebius"
    site.serve(f"{folder}/20261001-20001/catalog.zip", catalogue(nebius=NEBIUS))
    read = fetch_payload(site, SOURCE, b"20261001-20001\n", question=number)
    assert values(SOURCE, read) == {H100 + "nebius.on_demand": pytest.approx(3.85)}
    assert [sent.path.rpartition("/v3")[2] for sent in site.asked[-2:]] == [
        "/nebius/version",
        "/nebius/20261001-20001/catalog.zip",
    ]


@pytest.mark.parametrize("version", [b"latest\n", b"<html>", b"2026-10-01"])
def test_a_version_of_another_form_is_refused(site: Site, version: bytes) -> None:
    assert fetch_bodies(site, SOURCE, version).result.outcome == "refused"


def test_a_catalogue_cut_short_is_not_taken(site: Site) -> None:
    number = READ_PROVIDERS.index("oci")
    complete = catalogue(oci=OCI)
    site.serve(f"{BUCKET}/v3/oci/{VERSION}/catalog.zip", Reply(complete[:-30]))
    cut = fetch_bodies(site, SOURCE, VERSION.encode(), question=number).result
    assert cut.outcome == "refused"
    assert "not a zip file or cut short" in cut.detail


def test_every_version_of_the_past_is_asked_for_once_with_its_day() -> None:
    urls = [past.request.url for past in SOURCE.past]
    assert len(urls) == len(set(urls)) == 45
    assert f"{BUCKET}/v2/20250622-9376/catalog.zip" == urls[0]
    days = [past.published for past in SOURCE.past]
    assert days == sorted(days)
    assert all(f"/v2/{day:%Y%m%d}-" in url for day, url in zip(days, urls, strict=True))


def test_new_chips_are_named_and_small_cards_and_other_sizes_are_not() -> None:
    superchip = row("BM.GPU.VR200.4", "af-casablanca-1", 99.0, "VR200", 4)
    small = [row("VM.GPU.A10.1", "af-casablanca-1", 2.0, "A10", 1),
             row("BM.GPU.L40S.4", "af-casablanca-1", 14.0, "L40S", 4)]  # fmt: skip
    body = catalogue(oci=[*OCI, superchip, *small], nebius=NEBIUS)
    assert list(unread(payload(body))) == [("machine", "BM.GPU.VR200.4")]


def test_the_tables_of_seven_companies_give_series_of_their_own() -> None:
    clouds = {series.key.split(".")[3] for series in SOURCE.series}
    assert clouds == {"aws", "azure", "lambda", "nebius", "oci", "runpod", "verda"}
