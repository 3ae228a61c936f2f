"""The shipped definitions, with sensors that tick when the daemon looks.

Without the sensor that computes the index: its run takes half a minute of two processors.
"""

import dagster as dg

import pipelines.definitions
from pipelines.definitions import sensors

for sensor in sensors.SENSORS:
    sensor._min_interval = 1
sensors.SENSORS.remove(sensors.new_data)


@dg.definitions
def defs() -> dg.Definitions:
    """What the code server of the test serves."""
    return pipelines.definitions.defs()
