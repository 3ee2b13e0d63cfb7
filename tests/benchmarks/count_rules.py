"""What the text of rules and policies consists of: sentences, signatures, machine matters; arguments, long lines, long files.

python tests/benchmarks/count_rules.py
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

SIM = Path(__file__).parents[2] / "sim"
ENGINEERS_HALF = "# ---- the engineer's half"
MACHINE = re.compile(r"\b(prefetch\w*|AHEAD|BLOCK|limit_of|np\.(empty|zeros|int\d+|uint\d+)|buffer)\b")
"""What a line says to the machine, and to no sociologist."""
MOST_ARGUMENTS, LONGEST_LINE, LONGEST_FILE = 9, 120, 400


@dataclass
class Count:
    """Characters, without the blanks around lines."""

    text: int = 0
    sentences: int = 0
    signatures: int = 0
    machine: int = 0

    def share(self, what: str) -> float:
        """Share of the text."""
        return float(getattr(self, what)) / max(self.text, 1)


def characters(lines: list[str]) -> int:
    """Without the blanks around each line."""
    return sum(len(line.strip()) for line in lines)


def files(*rooms: str) -> list[Path]:
    """Python files of some folders of sim."""
    return [path for room in rooms for path in sorted((SIM / room).glob("*.py"))]


def functions(path: Path) -> list[ast.FunctionDef]:
    """Every function of a file, in classes too."""
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)]


def is_a(node: ast.FunctionDef, *decorators: str) -> bool:
    """Whether a function is marked so."""
    return any(isinstance(one, ast.Name) and one.id in decorators for one in node.decorator_list)


def head_of(node: ast.FunctionDef) -> range:
    """Lines of the signature, without decorators."""
    return range(node.lineno, node.body[0].lineno if len(node.body) else node.lineno + 1)


def docstring_of(node: ast.AST) -> range:
    """Lines of the docstring of a module, a class or a function."""
    body = getattr(node, "body", None) if not isinstance(node, ast.Lambda | ast.IfExp) else None
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return range(body[0].lineno, (body[0].end_lineno or 0) + 1)
    return range(0)


def count(paths: list[Path]) -> Count:
    """Count lines of some files. A sentence: a law (of numbers or about one) or an act of a policy above the engineer's half, without its head, and every docstring."""
    total = Count()
    for path in paths:
        text = path.read_text(encoding="utf-8")
        lines, half = text.splitlines(), text.partition(ENGINEERS_HALF)[0].count("\n") + 1
        half = half if ENGINEERS_HALF in text else len(lines) + 1
        said: set[int] = set()
        for node in ast.walk(ast.parse(text)):
            said |= set(docstring_of(node))
            if isinstance(node, ast.FunctionDef):
                total.signatures += characters([lines[at - 1] for at in head_of(node)])
                body = range(node.body[0].lineno, (node.end_lineno or 0) + 1)
                if is_a(node, "law", "pushes", "prepares", "leaves") and node.lineno < half:
                    said |= set(body)
                if node.lineno < half:
                    whole = [lines[at - 1] for at in body if at not in docstring_of(node)]
                    total.machine += characters([line for line in whole if MACHINE.search(line)])
        total.text += characters(lines)
        total.sentences += characters([lines[at - 1] for at in said])
    return total


def over_the_limits() -> dict[str, list[str]]:
    """Functions of too many arguments, lines that are too long, files that are too long."""
    code = files("rules", "policies", "engine")
    return {
        "arguments": [
            f"{path.name}: {node.name}"
            for path in files("rules", "policies")
            for node in functions(path)
            if len(node.args.args) > MOST_ARGUMENTS
        ],
        "lines": [
            f"{path.parent.name}/{path.name}:{at}"
            for path in code
            for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if len(line) > LONGEST_LINE
        ],
        "files": [
            path.name
            for path in sorted(SIM.rglob("*.py"))
            if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
        ],
    }


def main() -> None:
    """Print it."""
    for room in ("rules", "policies"):
        counted = count(files(room))
        print(
            f"{room:9s} {counted.text:7,} characters: sentences {counted.share('sentences'):.1%}, "
            f"signatures {counted.share('signatures'):.1%}, machine matters above the engineer's half {counted.share('machine'):.1%}"
        )
    for what, found in over_the_limits().items():
        print(f"{what} over the limit: {len(found)}", *found)


if __name__ == "__main__":
    main()
