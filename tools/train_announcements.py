"""Learn the weights that decide whether a text tells an event.

Run `python -m tools.train_announcements LABELS.csv …`. Needs scikit-learn, which only development
installs. Logistic regression on the presence of features has one optimum, so that the same rows
give the same weights. What is kept aside for scoring is never given to it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sources.announcements.classifier import WEIGHTS, features
from sources.announcements.clean import READ, language, prepared
from sources.announcements.event_type import NONE
from sources.announcements.extract import read

WORDED = WEIGHTS.with_name("worded.csv")
# The penalty and the rarest feature that counts: chosen out of fold among three and two values;
# neighbours were as good within half a point.
STRENGTH, SEEN_IN = 0.5, 2
SMALLEST = 0.004  # weights under it move no text over a bound and double the file
FOLDS, SEED = 10, 0


def learn(rows: pd.DataFrame) -> "pd.Series[float]":
    """Learn the log-odds weight of each feature; "" is the intercept."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    listed = [of_text(text) for text in rows["text"]]
    counted = CountVectorizer(analyzer=list, binary=True, min_df=SEEN_IN)
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    model.fit(counted.fit_transform(listed), rows["event_type"].ne(NONE))
    names = [str(name) for name in counted.get_feature_names_out()]
    weights = pd.Series(model.coef_[0], names, dtype="float64")
    intercept = pd.Series({"": float(model.intercept_[0])})
    heavy: pd.Series[float] = pd.concat([intercept, weights.loc[weights.abs().ge(SMALLEST)]])
    return heavy.round(4)


def of_text(text: str) -> list[str]:
    """Give the features of a text, each once."""
    plain = prepared(text)
    spoken = language(plain)
    reading = read(plain, spoken if spoken in READ else "en")
    return sorted(set(features(plain.lower(), reading.chunks, reading.language)))


def out_of_fold(rows: pd.DataFrame) -> "pd.Series[float]":
    """Give the log-odds of each row by weights that never saw it."""
    fold = np.random.RandomState(SEED).randint(0, FOLDS, len(rows))
    evidence = pd.Series(0.0, rows.index)
    for number in range(FOLDS):
        weights = learn(rows.loc[fold != number])
        for row in rows.index[fold == number]:
            names = of_text(rows.loc[row, "text"])
            evidence[row] = weights[""] + weights.reindex(names).fillna(0.0).sum()
    return evidence


def read_labels(paths: Sequence[Path]) -> pd.DataFrame:
    """Read the texts and labels of files, without rows whose kind is disputed."""
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]
    rows = pd.concat(frames, ignore_index=True)
    disputed = rows.get("score_exclude", pd.Series("", rows.index)).fillna("")
    heavy = ~disputed.str.split(";").map(lambda names: "event_type" in names)
    return rows.loc[heavy, ["text", "event_type"]].reset_index(drop=True)


def main(paths: Sequence[Path]) -> None:
    """Write the weights learnt from labelled files and worded texts."""
    weights = learn(read_labels([*paths, WORDED]))
    weights.rename_axis("feature").rename("weight").to_csv(WEIGHTS)
    print(f"{len(weights)} weights")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
