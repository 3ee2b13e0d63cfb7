"""Exact limits: what the model must give where theory knows the answer (`linli limits`)."""

from experiments.validation.limits.examining import Row as Row
from experiments.validation.limits.examining import examined as examined
from experiments.validation.limits.examining import limit_names as limit_names
from experiments.validation.limits.examining import load_limit as load_limit
from experiments.validation.limits.examining import run_limits as run_limits
