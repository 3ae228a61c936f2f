"""The index engine: pure functions on numpy and pandas; no database, no clock, no network.

Ordered by the steps of the OECD/JRC handbook: `impute` (missing figures), `coherence`
(multivariate checks), `treat` (outliers), `normalise`, `weights`, `aggregate`, `outrank` and
`contribute`, `uncertainty`, `bands`, `sobol` and `removal` (robustness), `revisions` and `chain`
(time), `regimes`.
"""

from typing import Literal

# What is done with an indicator whose newest figure is old: see `missing`.
Policy = Literal["carry", "renormalise", "estimate"]
