"""A campaign against the pipeline: damaged bodies, and kills at random moments.

`make siege` (or `python -m tests.pipelines.siege --seconds 600 --seed 1 --kills 300 --bodies 2000`) talks
to loopback only, ends in time and prints a table; the same seed gives the same campaign.
"""
