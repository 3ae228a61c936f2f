"""Learn the weights of the second opinion.

Run `python -m sources.announcements.train LABELS.csv`.

Needs scikit-learn, which only development installs. Logistic regression on the presence of
letter groups has one optimum, so that the same rows give the same weights.
"""

import sys
from pathlib import Path

import pandas as pd

from sources.announcements.classifier import WEIGHTS, doubtful, grams
from sources.announcements.event_type import NONE

WORDED = Path(__file__).parent / "words" / "worded.csv"
STRENGTH = 0.1  # inverse of the penalty; chosen on rounds of texts that it had not seen
SEEN_IN = 3  # texts that a group must be in
SMALLEST = 0.002
FOLDS = 7
SEED = 0


def learn(texts: "pd.Series[str]", events: "pd.Series[bool]") -> "pd.Series[float]":
    """Give each letter group's log-odds of an event; "" is the intercept."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counted = CountVectorizer(analyzer=grams, binary=True, min_df=SEEN_IN)
    seen = counted.fit_transform(texts)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
    model.fit(seen, events)
    names = [str(name) for name in counted.get_feature_names_out()]
    weights = pd.Series(model.coef_[0], names, dtype="float64")
    intercept = pd.Series({"": float(model.intercept_[0])})
    weighty: pd.Series[float] = pd.concat([intercept, weights.loc[weights.abs().ge(SMALLEST)]])
    return weighty.round(4)


def out_of_fold(labels: pd.DataFrame) -> "pd.Series[bool]":
    """For each labelled row, doubt by weights that never saw it."""
    from sklearn.model_selection import StratifiedKFold

    events, worded = labels["event_type"].ne(NONE), read(WORDED)
    doubted = pd.Series(False, labels.index)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for rest, fold in folds.split(labels, events):
        rows = pd.concat([labels.iloc[rest], worded])
        learnt = learn(rows["text"], rows["event_type"].ne(NONE))
        weights = {str(gram): float(weight) for gram, weight in learnt.items()}
        verdicts = [doubtful(text, weights) for text in labels["text"].iloc[fold]]
        doubted.update(pd.Series(verdicts, labels.index[fold], dtype=bool))
    return doubted


def main(labels: Path) -> None:
    """Write the weights learnt from a labelled file and from `worded.csv`."""
    rows = pd.concat([read(labels), read(WORDED)], ignore_index=True)
    weights = learn(rows["text"], rows["event_type"].ne(NONE))
    weights.rename_axis("gram").rename("weight").to_csv(WEIGHTS)


def read(path: Path) -> pd.DataFrame:
    """The texts and labels of a file."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)[["text", "event_type"]]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
