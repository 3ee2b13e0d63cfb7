"""`python -m linli` is the command."""

from experiments.cli import main

if __name__ == "__main__":
    main(prog_name="linli")
