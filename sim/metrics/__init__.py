"""Metrics: the outcomes that every table shows. A new function in one of these files is a new column everywhere."""

from sim.metrics import flows, needs, network, participation, people, wellbeing  # isort: skip  # the parts come before
from sim.metrics import cohesion  # isort: skip  # the whole
from sim.metrics.metric import METRICS
from sim.metrics.network import measure, slow_names, slow_values

__all__ = [
    "METRICS",
    "cohesion",
    "flows",
    "measure",
    "needs",
    "network",
    "participation",
    "people",
    "slow_names",
    "slow_values",
    "wellbeing",
]
