"""A campaign against the pipeline: damaged bodies and kills.

`make siege SEED=1 SECONDS=600` talks to loopback only and prints a table; the same seed gives the
same campaign. It ends in time, but not before each command was killed once on each engine.
`python -m tests.pipelines.siege --help` has every option.
"""
