"""Tests hear the program in English, whatever the language of the system that runs them or of the test before."""

import os
from collections.abc import Iterator

import pytest

from experiments.spoken import speak

os.environ["LC_ALL"] = "C.UTF-8"


@pytest.fixture(autouse=True)
def in_english_again() -> Iterator[None]:
    """The language is the whole program's: a test that asked for another one would leave it to those after it."""
    yield
    speak()
