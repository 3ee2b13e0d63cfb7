"""Prints the lowest versions that pyproject.toml allows, as constraints for pip."""

import re
import tomllib
from pathlib import Path

for said in tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["dependencies"]:
    if found := re.match(r"([\w.-]+)>=([\w.]+)", said):
        print(f"{found[1]}=={found[2]}")
