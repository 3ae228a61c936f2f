"""From figures to an indicator: a small vocabulary of pure functions.

Each takes a table of steps (months or quarters, in order, without gaps) by series, with NaN for
what is missing, and gives one value a step. Where several series stand for one thing, only
members present at both ends of a comparison count (matched members), or all must be there: who
joins or leaves never moves the figure.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.index.inputs.trailing import trailing

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Function = Callable[..., pd.Series]
Steps = Callable[[int, int], Iterable[int]]
# Share of the members, or of their weight, that must have reported a step before it counts:
# Amazon, Meta or Oracle may be late; without Alphabet or Microsoft (27 % of the cash of the five
# each at the end of 2025) the ratio waits.
ENOUGH = 0.75
# The last full year before the pandemic and before the energy prices of 2021 and 2022.
BASE_YEAR = 2019
# The same where steps are linked over gaps: any one of the five giants may be missing, and two
# thirds of the cash still speak for the rest.
ENOUGH_LINKED = 2 / 3


def level(of: pd.DataFrame, *, year: int) -> pd.Series:
    """The figure itself; of several, the mean of those that are all present."""
    return pd.Series(_mean(of), index=of.index)


def growth(of: pd.DataFrame, *, year: int) -> pd.Series:
    """Change over a year of the sum of matched members, in per cent."""
    return pd.Series(_growth(of.to_numpy(), year), index=of.index)


def growth_of_most(of: pd.DataFrame, *, year: int) -> pd.Series:
    """`growth`, where the matched members had ENOUGH of the sum of a year ago.

    The first of several companies to report does not speak for all.
    """
    now, before = of.to_numpy(), _before(of.to_numpy(), year)
    total = np.nansum(before, axis=1)
    matched = np.nansum(np.where(np.isnan(now), np.nan, before), axis=1)
    share = matched / np.where(total != 0, total, np.nan)
    return pd.Series(np.where(share >= ENOUGH, _growth(now, year), np.nan), index=of.index)


def doublings(of: pd.DataFrame, *, year: int) -> pd.Series:
    """Change over a year as a power of two: 1 is twice the price, -1 half of it."""
    rise = _growth(of.to_numpy(), year) / 100 + 1
    return pd.Series(np.log2(np.where(rise > 0, rise, np.nan)), index=of.index)


def mean_growth(of: pd.DataFrame, *, year: int, least: int = 3) -> pd.Series:
    """Mean change over a year of matched members, in per cent; of `least` or more.

    Of two offers one may be a mistake; a third shows which.
    """
    changes = 100 * (_quotient(of.to_numpy(), _before(of.to_numpy(), year)) - 1)
    count = (~np.isnan(changes)).sum(axis=1)
    # The last member first: the figures of 2026 were added up so, and a sum's last bit hangs on it.
    total = np.nansum(np.roll(changes, 1, axis=1), axis=1)
    mean = total / np.where(count >= least, count, np.nan)
    return pd.Series(mean, index=of.index)


def growth_gap(of: pd.DataFrame, less: pd.DataFrame, *, year: int) -> pd.Series:
    """Median growth of the trailing years of `of`, less that of `less`, in points.

    The median keeps one large member from deciding. A value only where every member is present.
    """
    first, second = (trailing(side, year) for side in (of, less))
    rises = [_quotient(side, _before(side, year)) for side in (first, second)]
    return pd.Series(
        100 * np.subtract(*(np.median(rise, axis=1) for rise in rises)), index=of.index
    )


def gain(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """Rise of the trailing year of `of`, per unit of `to` in the year before.

    A value only where every member of both is present.
    """
    now, spent = (trailing(side, year).sum(axis=1) for side in (of, to))
    rise = now - _before(now, year)
    return pd.Series(_quotient(rise, _before(spent, year)), index=of.index)


def ratio(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """Mean of `of` over mean of `to`, where every member of both is present."""
    return pd.Series(_quotient(_mean(of), _mean(to)), index=of.index)


def sum_ratio(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """Sum of `of` over sum of `to`, where every member of both is present."""
    above, below = (side.to_numpy().sum(axis=1) for side in (of, to))
    return pd.Series(_quotient(above, below), index=of.index)


def premium(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """How much dearer `of` is than `to`, in per cent."""
    return pd.Series(100 * (_quotient(_mean(of), _mean(to)) - 1), index=of.index)


def excess(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """`of` less `to`, in their common unit."""
    return pd.Series(_mean(of) - _mean(to), index=of.index)


def relative_rise(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """`of` over its mean of BASE_YEAR, over the same of `to`.

    No exchange rate is needed.
    """
    both = np.array([_mean(of), _mean(to)])
    inside = both[:, np.asarray(of.index // year == BASE_YEAR)]
    base = np.array([np.nansum(side) / max(np.isfinite(side).sum(), 1) for side in inside])
    ratios = _quotient(*both / base[:, None]) if min(base) > 0 else np.nan
    return pd.Series(ratios, index=of.index)


def trailing_ratio(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """Trailing year of `of` over that of `to`, chained on matched members.

    It starts with the first step at which every member is present. Each later step multiplies
    the ratio by the change of that of the members present at both ends, so that one who is
    late moves nothing; there is a value only where those hold ENOUGH of `to`.
    """
    top, bottom = trailing(of, year), trailing(to, year)
    both = ~np.isnan(top) & ~np.isnan(bottom)
    complete = both.all(axis=1)
    values = np.full(len(of), np.nan)
    if complete.any():
        first = int(np.argmax(complete))
        values[first:] = _share(top[first:], bottom[first:], both[first:])[0] * _links(
            top[first:], bottom[first:], both[first:]
        )
    return pd.Series(values, index=of.index)


def trailing_ratio_linked(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """Trailing year of `of` over that of `to`, linked over gaps.

    Like `trailing_ratio`, but each step is linked to the earlier one with which it shares most
    of `to`, the latest of equals. A missing figure leaves its steps to the other members (to
    none where those hold less than ENOUGH_LINKED), and once the member is back, the ratio is
    what it would have been: nothing of a gap stays.
    """
    top, bottom = trailing(of, year), trailing(to, year)
    both = ~np.isnan(top) & ~np.isnan(bottom)
    values = np.full(len(of), np.nan)
    complete = np.flatnonzero(both.all(axis=1))
    if len(complete):
        first = complete[0]
        values[first] = _share(top, bottom, both)[first]
        standing = pd.DataFrame(bottom).ffill().to_numpy()
        for step in range(first + 1, len(of)):
            earlier = np.flatnonzero(~np.isnan(values[:step]))
            matched = both[earlier] & both[step]
            weight = (matched * standing[step]).sum(axis=1)
            best = len(weight) - 1 - int(np.argmax(weight[::-1]))
            if weight[best] >= ENOUGH_LINKED * standing[step].sum():
                ends, mask = [earlier[best], step], np.repeat(matched[[best]], 2, axis=0)
                then, now = _share(top[ends], bottom[ends], mask)
                values[step] = values[earlier[best]] * now / then
    return pd.Series(values, index=of.index)


def _links(top: Array, bottom: Array, both: Mask) -> Array:
    """Product of the changes of the ratio of matched members, step by step."""
    matched = both[1:] & both[:-1]
    changes = _share(top[1:], bottom[1:], matched) / _share(top[:-1], bottom[:-1], matched)
    total = np.nansum(bottom[:-1], axis=1)
    share = np.where(matched, bottom[:-1], 0.0).sum(axis=1) / np.where(total > 0, total, np.nan)
    product: Array = np.cumprod(np.append(1.0, np.where(share >= ENOUGH, changes, np.nan)))
    return product


def _share(top: Array, bottom: Array, mask: Mask) -> Array:
    above, below = (np.where(mask, side, 0.0).sum(axis=1) for side in (top, bottom))
    share: Array = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return share


def over_trailing_year(of: pd.DataFrame, to: pd.DataFrame, *, year: int) -> pd.Series:
    """The stock `of` over the trailing year of the flow `to`, in years.

    A value only where every member of both is present.
    """
    stock, flows = of.to_numpy().sum(axis=1), trailing(to, year).sum(axis=1)
    return pd.Series(_quotient(stock, flows), index=of.index)


def count_above(of: pd.DataFrame, to: pd.DataFrame, *, year: int, line: float = 1.0) -> pd.Series:
    """How many members have a trailing year of `of` above `line` times `to`'s.

    A value only where ENOUGH of the members are present.
    """
    top, bottom = trailing(of, year), trailing(to, year)
    both = ~np.isnan(top) & ~np.isnan(bottom)
    above = both & (top > line * bottom)
    count = above.sum(axis=1).astype("float64")
    return pd.Series(np.where(both.mean(axis=1) >= ENOUGH, count, np.nan), index=of.index)


def _growth(cells: Array, year: int) -> Array:
    """`growth` of the cells of a table."""
    before = _before(cells, year)
    matched = ~np.isnan(cells) & ~np.isnan(before)
    later, earlier = (np.where(matched, side, 0.0).sum(axis=1) for side in (cells, before))
    rises: Array = 100 * (later / np.where(earlier > 0, earlier, np.nan) - 1)
    return rises


def _mean(table: pd.DataFrame) -> Array:
    """The mean of each step, missing where a member is.

    In numpy, as `_before` is: thousands of these small tables are read for an edition, and pandas
    takes ten times as long to look at one as to add it up.
    """
    means: Array = table.to_numpy().sum(axis=1) / table.shape[1]
    return means


def _before(cells: Array, steps: int) -> Array:
    """The cells of `steps` before, missing at the start."""
    earlier: Array = np.full_like(cells, np.nan, dtype="float64")
    earlier[steps:] = cells[:-steps]
    return earlier


def _quotient(above: Array, below: Array) -> Array:
    quotient: Array = above / np.where(below > 0, below, np.nan)
    return quotient


class Transform(NamedTuple):
    """A function of the tables of an indicator's roles.

    By role, the steps that a value rests on, from its own step and the steps in a year. Of a
    chain only the newest year is named: the earlier ones belong to the values before it.
    """

    function: Function
    roles: Mapping[str, Steps]
    # From this year on a value does not depend on later steps.
    causal_from: int = 0


def _now(at: int, year: int) -> Iterable[int]:
    return (at,)


def _ends(at: int, year: int) -> Iterable[int]:
    return (at - year, at)


def _year(at: int, year: int) -> Iterable[int]:
    return range(at - year + 1, at + 1)


def _two_years(at: int, year: int) -> Iterable[int]:
    return range(at - 2 * year + 1, at + 1)


def _year_before(at: int, year: int) -> Iterable[int]:
    return range(at - 2 * year + 1, at - year + 1)


def _now_and_base(at: int, year: int) -> Iterable[int]:
    return (*range(BASE_YEAR * year, (BASE_YEAR + 1) * year), at)


TRANSFORMS: Mapping[str, Transform] = {
    "level": Transform(level, {"of": _now}),
    "growth": Transform(growth, {"of": _ends}),
    "growth_of_most": Transform(growth_of_most, {"of": _ends}),
    "doublings": Transform(doublings, {"of": _ends}),
    "mean_growth": Transform(mean_growth, {"of": _ends}),
    "growth_gap": Transform(growth_gap, {"of": _two_years, "less": _two_years}),
    "gain": Transform(gain, {"of": _two_years, "to": _year_before}),
    "ratio": Transform(ratio, {"of": _now, "to": _now}),
    "sum_ratio": Transform(sum_ratio, {"of": _now, "to": _now}),
    "excess": Transform(excess, {"of": _now, "to": _now}),
    "premium": Transform(premium, {"of": _now, "to": _now}),
    "relative_rise_since_2019": Transform(
        relative_rise, {"of": _now_and_base, "to": _now_and_base}, BASE_YEAR + 1
    ),
    "trailing_ratio": Transform(trailing_ratio, {"of": _year, "to": _year}),
    "trailing_ratio_linked": Transform(trailing_ratio_linked, {"of": _year, "to": _year}),
    "over_trailing_year": Transform(over_trailing_year, {"of": _now, "to": _year}),
    "count_above": Transform(count_above, {"of": _year, "to": _year}),
}
