"""A campaign against the pipeline: damaged bodies and kills.

`make siege SEED=1 SECONDS=600` talks to loopback only, ends in time and prints a table; the same
seed gives the same campaign. `python -m tests.pipelines.siege --help` has every option.
"""
