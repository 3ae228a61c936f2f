"""The index engine: pure functions without database, clock or network.

The published index passes through these modules in turn: `framework` (the method), `asof` (what
was known), `transform` and `reading` (an indicator in a month), `missing`, `normalise`,
`aggregate`, `assemble` (dimensions and index), `regimes`, `realtime` (every month at its
cut-off) and `linked` (versions of the method). `contribute` and `change_decomposition` say what
moved it; `robustness` how sure it is. `toolkit` holds what docs/engine.md offers besides.
"""

from typing import Literal

# What happens to an indicator whose newest figure is old: see `missing`.
Policy = Literal["carry", "renormalise", "estimate"]
