"""The audit of both gauges that is printed with every edition.

In the order of the JRC's audits of composite indicators (see JRC, *Handbook*, 2008, and its
audits since): what the indicators say of each other (`coherence`), what each of them and each
choice does to the result (`removal`, `choices`), and how the past held (`realtime_checks`,
`nowcast`). `limits` says what is too much, `report` puts it into one table.
"""
