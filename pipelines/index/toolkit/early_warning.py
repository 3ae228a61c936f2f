"""Early-warning rules, and how well alarms meet dated events."""

import numpy as np
import pandas as pd


def rise_from_low(values: pd.Series, mean: int = 3, within: int = 12) -> pd.Series:
    """Rise of a moving mean over its lowest of the previous `within` periods.

    Causal; with its defaults and a threshold of 0.50, the Sahm rule on unemployment rates.
    Source: Sahm, in Recession Ready (Hamilton Project, 2019).
    """
    smooth = values.rolling(mean).mean()
    return smooth - smooth.shift().rolling(within).min()


def signals(alarm: pd.Series, event: pd.Series) -> pd.Series:
    """How well alarms precede or meet dated events, both boolean by period.

    `hits` share of event periods with an alarm, `false_alarms` share of the others with one,
    `noise_to_signal` their ratio (Kaminsky and Reinhart, 1999), `usefulness` relative to the
    better of always and never acting, with equal dislike of both errors (Alessi and Detken,
    2011).
    """
    hits = alarm[event].mean()
    false_alarms = alarm[~event].mean()
    ratio = false_alarms / hits if hits else np.inf
    return pd.Series(
        {
            "hits": hits,
            "false_alarms": false_alarms,
            "noise_to_signal": ratio,
            "usefulness": hits - false_alarms,
        }
    )


def auroc(index: pd.Series, event: pd.Series) -> float:
    """Area under the ROC curve: chance that an event period ranks higher.

    Ties count one half. NaN without both kinds of period.
    """
    from scipy.stats import mannwhitneyu

    present = index.dropna()
    during = event.reindex(present.index)
    positive, negative = present[during], present[~during]
    if positive.empty or negative.empty:
        return float("nan")
    return float(mannwhitneyu(positive, negative).statistic / (len(positive) * len(negative)))
