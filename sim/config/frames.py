"""Tables and networks that stand in Python already, as files that a configuration can name.

They are written to a folder of this process alone, which goes when it ends; whoever wants to keep them saves them.
"""

import atexit
import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any


def file_of(given: Any, name: str) -> str:
    """The path of a table (pandas or polars) or a network (networkx); a path stays what it is.

    Errors: TypeError for anything else.
    """
    if isinstance(given, str | os.PathLike):
        return str(Path(given).absolute())
    if hasattr(given, "write_csv"):  # polars
        text, ending = given.write_csv(), "csv"
    elif hasattr(given, "to_csv") and hasattr(given, "columns"):  # pandas
        numbered = type(given.index).__name__ == "RangeIndex"
        text, ending = given.to_csv(index=not numbered), "csv"
    elif hasattr(given, "is_directed") and hasattr(given, "adj"):
        text, ending = _graphml(given), "graphml"
    else:
        raise TypeError(
            f"{name}: expected a DataFrame of pandas or polars, a graph of networkx or a path, not {given!r}"
        )
    content = text.encode()
    file = _folder(os.getpid()) / f"{name}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    file.write_bytes(content)
    return str(file)


def _graphml(graph: Any) -> str:
    """A network of networkx with every fact as text: its own writer refuses facts that are lists."""
    from networkx import generate_graphml

    plain = graph.__class__()
    plain.add_nodes_from((node, _as_text(facts)) for node, facts in graph.nodes(data=True))
    plain.add_edges_from((one, other, _as_text(facts)) for one, other, facts in graph.edges(data=True))
    return "\n".join(generate_graphml(plain))


def _as_text(facts: dict[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in facts.items() if value is not None}


@cache
def _folder(process: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="linli-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
