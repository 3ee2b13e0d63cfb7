"""Tests hear the program in English, whatever the language of the system that runs them."""

import os

os.environ["LC_ALL"] = "C.UTF-8"
