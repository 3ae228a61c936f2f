"""Sensitivity indices against closed forms."""

import numpy as np
import pytest

from pipelines.index.robustness import sobol


def ishigami(points: np.ndarray) -> np.ndarray:
    x = (2 * points - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(points: np.ndarray) -> np.ndarray:
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    return np.prod((np.abs(4 * points - 2) + a) / (1 + a), axis=1)


def linear(points: np.ndarray) -> np.ndarray:
    return points @ np.array([1.0, 2.0, 3.0])


# Closed forms: Ishigami and Homma (1990) with a = 7, b = 0.1; Sobol (2003); variances 1:4:9.
EXACT = {
    ishigami: ([0.313905, 0.442411, 0], [0.557589, 0.442411, 0.243684]),
    sobol_g: (
        [0.716192, 0.179048, 0.023676, 0.007162, *[0.0000716] * 4],
        [0.787144, 0.242198, 0.034317, 0.010460, *[0.000105] * 4],
    ),
    linear: ([1 / 14, 4 / 14, 9 / 14], [1 / 14, 4 / 14, 9 / 14]),
}


def worst_error(function, n: int, seed: int) -> float:
    first, total = np.array(EXACT[function])
    result = sobol.indices(function(sobol.design(n, len(first), seed)), len(first))
    return float(np.abs([result.first[:, 0] - first, result.total[:, 0] - total]).max())


@pytest.mark.parametrize("function", list(EXACT))
@pytest.mark.parametrize(("n", "tolerance"), [(1024, 0.01), (8192, 0.002)])
def test_closed_forms(function, n, tolerance) -> None:
    assert worst_error(function, n, seed=0) <= tolerance


@pytest.mark.parametrize("function", list(EXACT))
def test_no_scrambling_is_far_off(function) -> None:
    # The tolerance above is that of one scrambling: others of 1,024 points miss it by some.
    assert max(worst_error(function, 1024, seed) for seed in range(20)) < 0.05


def test_outputs_are_independent_and_an_output_that_does_not_vary_is_nan() -> None:
    y = ishigami(sobol.design(256, 3, seed=1))
    both = sobol.indices(np.column_stack([y, np.ones_like(y), 10 + 3 * y]), 3)
    alone = sobol.indices(y, 3)
    assert both.first[:, 0] == pytest.approx(alone.first[:, 0])
    assert np.isnan(both.total[:, 1]).all()
    assert both.total[:, 2] == pytest.approx(alone.total[:, 0])


def test_bootstrap_bounds_hold_the_truth_and_the_seed_decides() -> None:
    y = ishigami(sobol.design(2048, 3, seed=3))
    first, again = (sobol.indices(y, 3, bootstraps=200, seed=7) for _ in range(2))
    assert first.table(["a", "b", "c"]).equals(again.table(["a", "b", "c"]))
    low, high = first.total_bounds
    assert (low[:, 0] <= first.total[:, 0]).all()
    assert (first.total[:, 0] <= high[:, 0]).all()
    assert (low[:, 0] - 0.01 <= np.array(EXACT[ishigami][1])).all()
    assert (high[:, 0] + 0.01 >= np.array(EXACT[ishigami][1])).all()


def test_runs_that_are_not_of_a_design_are_refused() -> None:
    with pytest.raises(ValueError, match="31 runs"):
        sobol.indices(np.zeros(31), 3)
