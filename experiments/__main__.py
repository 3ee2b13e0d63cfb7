"""`python -m experiments` is `linli`: for sources that are not installed, such as those of a replication package."""

from experiments.cli import main

main(prog_name="linli")
