"""From a publisher's bytes to observations.

`ingestion` runs the steps of every source: `fetch`, then `load`, which parses, has the batch
checked by `validate` with the columns of `batch_metrics`, and stores what passes. `replay` and
`reparse` go back to what was rejected or archived, `probe` tries a source and stores nothing.
`store` opens the warehouse.
"""
