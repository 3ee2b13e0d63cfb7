"""`python -m experiments.cli` is `linli` too."""

from experiments.cli import main

main(prog_name="linli")
