"""Indices that others publish, remade by the engine's public functions."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.index import aggregate, normalise, regimes
from pipelines.index.robustness import revisions
from pipelines.index.toolkit import chain, early_warning, weights
from tests.conftest import SHARED

pytestmark = pytest.mark.shared
VECTORS = SHARED / "vectors"


class TestHumanDevelopment:
    """UNDP, Human Development Report 2023/24 (CC BY 3.0 IGO), 206 areas."""

    @pytest.fixture(scope="class")
    @staticmethod
    def inputs() -> pd.DataFrame:
        return pd.read_csv(VECTORS / "hdi" / "input.csv").set_index(["iso3", "year"])

    @pytest.fixture(scope="class")
    @staticmethod
    def answers(inputs) -> pd.DataFrame:
        published = pd.read_csv(VECTORS / "hdi" / "expected.csv").set_index(["iso3", "year"])
        return published.reindex(inputs.index)

    @staticmethod
    def indices(table, suffix="", ends=(20.0, 85.0)) -> pd.DataFrame:
        school, mean, health, income = (
            table[name + suffix]
            for name in ("eys", "mys", "le", "gnipc" if not suffix else "gni_pc")
        )
        education = pd.DataFrame(
            {
                "expected": normalise.goalposts(school, 0, 18, scale=1),
                "mean": normalise.goalposts(mean, 0, 15, scale=1),
            }
        )
        return pd.DataFrame(
            {
                "health": normalise.goalposts(health, *ends, scale=1),
                "education": aggregate.weighted_mean(
                    education, weights.equal(list(education)), floor=1
                ).value,
                "income": normalise.goalposts(income, 100, 75_000, log=True, scale=1),
            }
        )

    @staticmethod
    def geometric(table: pd.DataFrame) -> pd.Series:
        return aggregate.geometric(table, weights.equal(list(table)), floor=1).value

    @staticmethod
    def within(result: pd.Series, answers: pd.Series, tolerance: float, count: int) -> None:
        present = answers.notna()
        assert present.sum() == count
        assert (result[present] - answers[present]).abs().max() <= tolerance

    def test_hdi(self, inputs, answers) -> None:
        self.within(self.geometric(self.indices(inputs)), answers["hdi"], 0.0005, 6_171)

    def test_inequality_adjusted(self, inputs, answers) -> None:
        lost = inputs[["ineq_le", "ineq_edu", "ineq_inc"]].set_axis(
            ["health", "education", "income"], axis=1
        )
        adjusted = self.geometric(self.indices(inputs) * (1 - lost / 100))
        self.within(adjusted, answers["ihdi"], 0.0005, 2_106)
        coefficient = aggregate.weighted_mean(lost, weights.equal(list(lost)), floor=1).value
        self.within(coefficient, answers["coef_ineq"], 1e-8, 2_106)
        loss = (1 - answers["ihdi"] / answers["hdi"]) * 100
        self.within(loss, answers["loss"], 1e-8, 2_106)

    def test_women_and_men(self, inputs, answers) -> None:
        women = self.geometric(self.indices(inputs, "_f", (22.5, 87.5)))
        men = self.geometric(self.indices(inputs, "_m", (17.5, 82.5)))
        self.within(women, answers["hdi_f"], 1e-9, 5_014)
        self.within(men, answers["hdi_m"], 1e-9, 5_014)
        self.within(women / men, answers["gdi"], 0.0005, 5_014)

    def test_gender_inequality(self, inputs, answers) -> None:
        mortality = inputs["mmr"].clip(10, 1000)
        share = inputs[["pr_f", "se_f", "lfpr_f", "pr_m", "se_m", "lfpr_m"]] / 100
        health = np.sqrt(10 / mortality / inputs["abr"])
        women = pd.DataFrame(
            {"h": health, "e": np.sqrt(share["pr_f"] * share["se_f"]), "l": share["lfpr_f"]}
        )
        men = pd.DataFrame(
            {"h": 1.0, "e": np.sqrt(share["pr_m"] * share["se_m"]), "l": share["lfpr_m"]}
        )
        men["h"] = men["h"].where(health.notna())
        both = pd.DataFrame({"women": self.geometric(women), "men": self.geometric(men)})
        ours = aggregate.harmonic(both, weights.equal(list(both)), floor=1).value
        equality = self.geometric((women + men) / 2)
        self.within(1 - ours / equality, answers["gii"], 0.0005, 4_711)

    def test_planetary_pressures(self, inputs, answers) -> None:
        pressures = pd.DataFrame(
            {
                "carbon": normalise.goalposts(inputs["co2_prod"], 76.61, 0, scale=1, cap=False),
                "material": normalise.goalposts(inputs["mf"], 140.82, 0, scale=1, cap=False),
            }
        )
        factor = aggregate.weighted_mean(pressures, weights.equal(list(pressures)), floor=1).value
        present = answers["phdi"].where(answers["hdi"].notna())
        self.within(answers["hdi"] * factor, present, 0.0005, 5_095)


class TestHarmonisedPrices:
    """Eurostat, euro-area HICP by division, 1996-01 to 2025-06, base 2015."""

    @pytest.fixture(scope="class")
    @staticmethod
    def published() -> tuple[pd.DataFrame, pd.DataFrame]:
        folder = VECTORS / "hicp_ea"
        indices = pd.read_csv(folder / "input_indices_I15.csv", parse_dates=["time"])
        shares = pd.read_csv(folder / "input_weights.csv", index_col="year")
        return indices.set_index("time"), shares.drop(columns="00")

    def test_chained_index(self, published) -> None:
        indices, shares = published
        result = chain.laspeyres(indices.drop(columns="00"), shares)
        base = slice("2015-01", "2015-12")
        gap = result * indices["00"][base].mean() / result[base].mean() - indices["00"]
        assert gap.notna().sum() >= 342
        assert gap.abs().max() <= 0.04
        assert gap["2015":].abs().max() <= 0.0073

    def test_contributions_across_the_links(self, published) -> None:
        indices, shares = published
        parts = chain.ribe(indices.drop(columns="00"), shares)
        folder = VECTORS / "hicp_ea"
        answers = pd.read_csv(
            folder / "expected_ribe_contributions.csv", index_col=0, parse_dates=True
        )
        gap = (parts - answers).abs()
        assert gap.notna().to_numpy().sum() == 3_384
        assert gap.max().max() <= 0.0065

    def test_contributions_add_to_the_annual_rate(self, published) -> None:
        indices, shares = published
        divisions = indices.drop(columns="00")
        total = chain.laspeyres(divisions, shares)
        rate = (total / total.shift(12) - 1) * 100
        gap = (chain.ribe(divisions, shares).sum(axis=1, min_count=12) - rate).dropna()
        assert len(gap) >= 330
        assert gap.abs().max() <= 1e-12


class TestFinancialStress:
    """Office of Financial Research, Financial Stress Index (public domain)."""

    @pytest.fixture(scope="class")
    @staticmethod
    def vintages() -> list[pd.DataFrame]:
        files = sorted(Path(VECTORS / "ofr_fsi").glob("vintage_*.csv"))
        return [pd.read_csv(file, index_col="Date", parse_dates=True) for file in files]

    def test_history_is_frozen(self, vintages) -> None:
        assert [len(v) for v in vintages[:3]] == [4_624, 5_261, 6_292]
        for older, newer in pairwise(vintages):
            assert revisions.changed(older, newer).empty

    def test_a_single_revised_cell_is_found(self, vintages) -> None:
        newer = vintages[1].copy()
        newer.iloc[100, 3] += 0.001
        result = revisions.changed(vintages[0], newer)
        assert result["period"].tolist() == [vintages[0].index[100]]

    def test_categories_add_up_and_the_published_defect_in_regions_is_found(self, vintages) -> None:
        newest = vintages[-1]
        categories, regions = newest.iloc[:, 1:6], newest.iloc[:, 6:]
        assert (categories.sum(axis=1) - newest["OFR FSI"]).abs().max() <= 0.0021
        gap = regions.sum(axis=1) - newest["OFR FSI"]
        wrong = gap[gap.abs() > 0.0021]
        assert [str(day.date()) for day in wrong.index] == ["2018-11-01"]
        assert wrong.iloc[0] == pytest.approx(-0.108, abs=1e-9)


class TestSahmRule:
    """Sahm, C., recession indicator, from BLS unemployment rates (FRED, 2023-12)."""

    @staticmethod
    def read(name: str) -> pd.Series:
        file = VECTORS / "sahm" / f"{name}.csv"
        return pd.read_csv(file, index_col=0, parse_dates=True)[name]

    def test_all_897_months(self) -> None:
        published = self.read("SAHMCURRENT")
        result = early_warning.rise_from_low(self.read("UNRATE")).reindex(published.index)
        rounded = np.floor(result * 100 + 0.5 + 1e-9) / 100
        assert len(published) == 897
        assert (rounded - published).abs().max() < 1e-9

    def test_real_time_onsets_that_current_data_do_not_have(self) -> None:
        def onsets(series: pd.Series) -> set[str]:
            states = regimes.classify(series, [("calm", 0, 0), ("recession", 0.5, 0.5)])
            starts = states.index[(states == "recession") & (states.shift() == "calm")]
            return set(starts.strftime("%Y-%m"))

        current, real_time = self.read("SAHMCURRENT"), self.read("SAHMREALTIME")
        early = onsets(real_time) - onsets(current[real_time.index[0] :])
        assert {"1969-10", "1976-11"} <= early


class TestGdpRevisions:
    """Euro-area real GDP vintages, as in a vignette of reviser 0.1.1 (MIT)."""

    PRINTED = pd.DataFrame(
        {
            "n": [178, 177],
            "bias": [0.055, 0.050],
            "bias_p": [0.002, 0.004],
            "noise_to_signal": [0.169, 0.165],
            "correlation": [-0.315, -0.318],
            "autocorrelation": [-0.092, -0.157],
            "news_intercept": [0.074, 0.069],
            "sign_agreement": [0.944, 0.944],
            "theil_u1": [0.082, 0.080],
        }
    )

    @pytest.fixture(scope="class")
    @staticmethod
    def table() -> pd.DataFrame:
        rows = pd.read_csv(
            VECTORS / "revisions_gdp" / "input_vintages.csv", parse_dates=["time", "pub_date"]
        ).rename(columns={"time": "period", "pub_date": "known_from"})
        return revisions.triangle(rows).pct_change(fill_method=None) * 100

    @pytest.mark.parametrize("number", [0, 1])
    def test_printed_figures(self, table, number) -> None:
        result = revisions.statistics(revisions.release(table, number), revisions.latest(table))
        answers = self.PRINTED.loc[number]
        assert (result[answers.index] - answers).abs().max() <= 0.0005
        n = answers["n"]  # the package divides by n, not by the n - 1 changes that it documents
        direction = result["direction_agreement"] * (n - 1) / n
        assert direction == pytest.approx([0.764, 0.763][number], abs=0.0005)
