"""A user's own ties: an edge list with or without a header, an adjacency matrix, or a network file, checked row by row.

A tie is listed once. Ties that have a direction, or are listed twice, need `network.symmetrise`, strengths above 1
`network.strength_scale`: what they mean is the user's to say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.config.people import Network
from sim.config.yaml import nearest
from sim.engine.jit import Column
from sim.founding.import_data.graph import graph_of, is_graph
from sim.founding.import_data.ids import Ids
from sim.founding.import_data.notes import listed, note
from sim.founding.import_data.sheet import MISSING, Sheet, sheet_with_header
from sim.founding.import_data.table import Row, Rows, fatal, plain_name, rows_of
from sim.founding.population import Founders

ENDS = ("source", "target")
STRENGTHS = ("strength", "weight")
_OTHER_NAMES = {"from": "source", "to": "target", "v1": "source", "v2": "target"}
_KNOWN = {name: name for name in (*ENDS, *STRENGTHS, "type")} | _OTHER_NAMES
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
SAY_HOW = "network: {symmetrise: strongest} (or mean, or both)"
type Ends = list[list[int]]


@dataclass
class Listing:
    """Ties as a file lists them: a sheet of ends and facts, and what is known of their direction."""

    sheet: Sheet
    others: list[str]
    """Columns besides the ends and their strength."""
    directed: bool = False


def read_ties(p: Network, people: Founders) -> tuple[Column, Column, Column]:
    """A user's ties, each once: two rows and a strength (`p.strength` where the file gives none).

    Residents are named by their ids, or by their row when they were drawn. Errors: ConfigError with every problem of
    the file.
    """
    path = p.ties_file
    assert path is not None
    if people.place_in_file is not None and len(set(people.place_in_file.tolist())) < people.residents:
        expected = "no population.residents_weight: a tie of a row that stands for many does not say whose it is"
        raise fatal(path, "ties between residents who stand for several", expected)
    ids = Ids(people.ids or tuple(map(str, range(people.residents))))
    found = _of_graph(path, ids) if is_graph(path) else _of_table(path, ids, people)
    sheet = found.sheet
    if found.directed and p.symmetrise is None:
        raise fatal(path, f"a directed {sheet.unit}", f"an undirected one, or {SAY_HOW}")
    ends: Ends = []
    for name in ENDS:
        ends.append([])
        for line, at, text in sheet.cells(name):
            row = ids.row(text)
            if row < 0:
                sheet.wrong(line, at, name, f"'{text}'", "the id of a resident", ids.ids)
            ends[-1].append(row)
    _refuse_loops_and_repeats(sheet, ends, p.symmetrise is not None)
    level = _strengths(found, p)
    sheet.refuse()
    for said in ids.said():
        note(path, said)
    if p.symmetrise is None:
        return np.array(ends[0], np.int32), np.array(ends[1], np.int32), level
    return _symmetrised(path, ends, level, p.symmetrise)


def _refuse_loops_and_repeats(sheet: Sheet, ends: Ends, repeats: bool) -> None:
    met: dict[tuple[int, int], int] = {}
    for (line, row), a, b in zip(sheet.rows, *ends, strict=True):
        pair, said = (min(a, b), max(a, b)), " - ".join(row[sheet.header.index(name)] for name in ENDS)
        if a >= 0 and a == b:
            sheet.wrong(line, 0, "", f"a tie of '{said.split(' - ')[0]}' to itself", "two different residents")
        elif min(a, b) >= 0 and pair in met and not repeats:
            expected = f"each tie once, in either direction, or {SAY_HOW}"
            sheet.wrong(line, 0, "", f"the tie {said} again (first in line {met[pair]})", expected)
        met.setdefault(pair, line)


def _strengths(found: Listing, p: Network) -> Column:
    """Every listed tie's strength, between 0 and 1."""
    sheet, columns = found.sheet, found.others
    level = np.full(len(sheet.rows), p.strength, np.float32)
    name = _strength_column(found, p)
    left = [column for column in columns if column != name]
    if left:
        hint = "" if name else f"; network: {{strength_from: {left[0]}}} would take it as the strength"
        note(sheet.path, f"not used: {listed(left)}{hint}")
    if name is None:
        if p.strength_scale is not None:
            known = f"there are {listed(columns)}" if columns else "there is none"
            raise fatal(
                sheet.path,
                "no strengths for network.strength_scale",
                f"a column of strengths (network.strength_from); {known}",
            )
        return level
    numbers = np.full(len(sheet.rows), np.nan)
    large: list[tuple[int, int, str]] = []
    for k, (line, at, text) in enumerate(sheet.cells(name)):
        plain = sheet.plain_number(text)
        if text and _NUMBER.fullmatch(plain) and float(plain) > 0:
            numbers[k] = float(plain)
            if p.strength_scale is None and numbers[k] > 1:
                large.append((line, at, text))
        elif text:
            sheet.wrong(line, at, name, f"'{text}'", "a number above 0, up to 1")
    if not np.isfinite(numbers).any():
        return level
    most = float(np.nanmax(numbers))
    if large:
        line, at, text = large[0]
        more = f" (and {len(large) - 1} more above 1)" if len(large) > 1 else ""
        expected = (
            f"a number above 0, up to 1, or network: {{strength_scale: max}}, which divides by the largest "
            f"({most:g}), or by a number of your own"
        )
        sheet.wrong(line, at, name, f"'{text}'{more}", expected)
        return level
    as_they_stand = name == "strength" or p.strength_from is not None or p.strength_scale is not None
    if not as_they_stand and (numbers[np.isfinite(numbers)] == 1).all():
        note(
            sheet.path,
            f"every tie has the {name} 1: taken as no statement of strength, so all are {p.strength:g} "
            "(network.strength)",
        )
        return level
    scale = most if p.strength_scale == "max" else float(p.strength_scale or 1.0)
    if most > scale:
        raise fatal(sheet.path, f"a {name} of {most:g}", f"at most network.strength_scale, {scale:g}")
    if name != "strength":
        note(sheet.path, f"the strength of ties is their {name}" + (f", divided by {scale:g}" if scale != 1 else ""))
    given = np.isfinite(numbers)
    level[given] = np.maximum(numbers[given] / scale, np.finfo(np.float32).tiny)  # a tie however weak is one
    return level


def _strength_column(found: Listing, p: Network) -> str | None:
    """The column that holds strengths: the one that was named, else `strength`, else `weight`."""
    if p.strength_from is None:
        return next((name for name in STRENGTHS if name in found.others), None)
    wanted = plain_name(p.strength_from)
    name = next((name for name in found.others if plain_name(name) == wanted), None)
    if name is None:
        there = f"there are {listed(found.others)}" if found.others else "there is none besides the ends"
        near = nearest(p.strength_from, found.others)
        there += f". Did you mean '{near}'?" if near else ""
        raise fatal(
            found.sheet.path, f"no column or attribute '{p.strength_from}'", f"that of network.strength_from; {there}"
        )
    return name


def _symmetrised(path: Path, ends: Ends, level: Column, how: str) -> tuple[Column, Column, Column]:
    """Each pair once, with the strength that both directions give it together."""
    said: dict[tuple[int, int], tuple[list[float], list[float]]] = {}
    for a, b, strength in zip(*ends, level.tolist(), strict=True):
        said.setdefault((min(a, b), max(a, b)), ([], []))[a > b].append(strength)
    pairs: list[tuple[int, int]] = []
    found: list[float] = []
    for pair, directions in said.items():
        there, back = (sum(d) / len(d) if d else 0.0 for d in directions)
        strength = {
            "strongest": max([*directions[0], *directions[1]]),
            "mean": (there + back) / 2,
            "both": min(there, back),
        }[how]
        if strength > 0:
            pairs.append(pair)
            found.append(strength)
    if not pairs:
        raise fatal(
            path, "no tie that is listed in both directions", "network.symmetrise: strongest or mean for such ties"
        )
    once = sum(not (d[0] and d[1]) for d in said.values())
    what = {"strongest": "", "mean": ", with half their strength", "both": ", left aside"}[how]
    note(
        path,
        f"{len(level):,} ties as listed make {len(pairs):,} (symmetrise: {how}); {once:,} are listed in one "
        f"direction only{what}",
    )
    one, other = np.array(pairs, np.int32).T
    return one, other, np.array(found, np.float32)


def _of_graph(path: Path, ids: Ids) -> Listing:
    """The edges of a network; nodes are named by whatever names most residents: their own names, `name` or `label`."""
    graph = graph_of(path)
    if not graph.edges:
        raise fatal(path, "a graph without edges", "at least one edge")
    ways: dict[str, dict[str, str]] = {"": {name: name for _, name, _ in graph.nodes}}
    for fact in ("name", "label", "id"):
        if all(facts.get(fact) for _, _, facts in graph.nodes):
            ways[fact] = {name: facts[fact] for _, name, facts in graph.nodes}
    way = max(ways, key=lambda w: ids.known(ways[w].values()))
    if way:
        note(path, f"residents are named by the nodes' '{way}'")
    names = ways[way]
    facts_of_nodes = [
        f for f in dict.fromkeys(f for _, _, facts in graph.nodes for f in facts) if f not in (way, "label", "id")
    ]
    if facts_of_nodes:
        note(
            path,
            f"not used here: facts of nodes ({listed(facts_of_nodes)}); as population.residents_file the "
            "same file gives them",
        )
    facts_of_edges = list(dict.fromkeys(f for _, _, _, facts in graph.edges for f in facts))
    others = [{"weight": "weight", "strength": "strength"}.get(plain_name(f), f) for f in facts_of_edges]
    rows = [
        (line, (names[a], names[b], *(facts.get(f, "") for f in facts_of_edges))) for line, a, b, facts in graph.edges
    ]
    sheet = Sheet(path, graph.lines, [*ENDS, *others], rows, unit="graph")
    sheet.whole_lines = True
    return Listing(sheet, others, graph.directed)


def _of_table(path: Path, ids: Ids, people: Founders) -> Listing:
    """An edge list, with or without a header, or a matrix."""
    read = rows_of(path, frozenset(_KNOWN))
    names = [_KNOWN.get(plain_name(name), "") for name in read.rows[0][1]]
    is_list = all(name in names for name in ENDS)
    if (not is_list or len(names) > 3) and (matrix := _of_matrix(path, read, ids, people)) is not None:
        return matrix
    rows = list(read.rows)
    if not is_list and (header := _header_for(rows, ids)):
        note(path, f"an edge list without a header: read as {', '.join(header)}")
        rows.insert(0, (rows[0][0], header))
    sheet, own = sheet_with_header(path, rows, read.lines, read.separator, ENDS, _KNOWN)
    own += [name for name in STRENGTHS if name in sheet.header]
    kinds = {text.lower() for _, _, text in sheet.cells("type")} if "type" in sheet.header else set()
    if kinds and not kinds <= {"directed", "undirected", ""}:
        own.append("type")
    sheet.unit = "edge list"
    return Listing(sheet, own, "directed" in kinds)


def _header_for(rows: Sequence[tuple[int, tuple[str, ...]]], ids: Ids) -> tuple[str, ...] | None:
    """A header for a list that has none: its first line names two residents already, and perhaps a strength."""
    first = [cell.strip() for cell in rows[0][1]]
    if len(first) < 2 or min(ids.row(first[0]), ids.row(first[1])) < 0:
        return None
    third = ["weight"] if len(first) > 2 and all(_is_number(row[2]) for _, row in rows if len(row) > 2) else []
    return (*ENDS, *third, *(f"column {k + 1}" for k in range(2 + len(third), len(first))))


def _is_number(cell: str) -> bool:
    text = cell.strip()
    return text in ("", *MISSING) or bool(_NUMBER.fullmatch(text.replace(",", ".")))


def _of_matrix(path: Path, read: Rows, ids: Ids, people: Founders) -> Listing | None:
    """An adjacency matrix, if the table is one: as many rows as columns, numbers, and names of residents or
    none at all.
    """
    rows = [(line, [cell.strip() for cell in row]) for line, row in read.rows]
    width = max(len(row) for _, row in rows)
    first, below = rows[0][1], rows[1:]
    has_header = bool(below) and (
        len(below) == width
        or len(first) == len(below) < width
        or (
            len(rows) == width
            and (not _is_number(first[0]) or not first[0] or _same(first[1:], [row[0] for _, row in below]))
        )
    )
    header, body = (first, below) if has_header else ([], rows)
    n = len(body)
    in_front = width == n + 1
    if width not in (n, n + 1) or any(len(row) != width for _, row in body) or (n < 4 and not in_front):
        return None
    if not all(_is_number(cell) for _, row in body for cell in row[in_front:]):
        return None
    names = _names_of_matrix(path, [row[0] for _, row in body] if in_front else header, n, header[-n:], ids, people)
    decimal = Sheet(path, (), [], [], separator=read.separator)
    values = np.array(
        [[float(decimal.plain_number(c)) if c and c not in MISSING else 0.0 for c in row[in_front:]] for _, row in body]
    )
    if np.diagonal(values).any():
        note(path, "not used: the diagonal of the matrix (ties of residents to themselves)")
        np.fill_diagonal(values, 0.0)
    directed = bool((values != values.T).any())
    cells = zip(*np.nonzero(values if directed else np.triu(values)), strict=True)
    edges: list[Row] = [(body[i][0], (names[i], names[j], repr(float(values[i, j])))) for i, j in cells]
    if not edges:
        raise fatal(path, "a matrix without ties", "at least one number above 0")
    note(
        path,
        f"read as a matrix of {n} residents"
        + ("" if in_front or header else ", in the order of the file of residents"),
    )
    sheet = Sheet(path, read.lines, [*ENDS, "weight"], edges, separator=read.separator, unit="matrix")
    sheet.whole_lines = True
    return Listing(sheet, ["weight"], directed)


def _same(across: list[str], down: list[str]) -> bool:
    """Whether these are the names of a matrix' columns and rows: the same, and nobody's twice."""
    return across == down and len(set(down)) == len(down) > 1


def _names_of_matrix(path: Path, named: list[str], n: int, across: list[str], ids: Ids, people: Founders) -> list[str]:
    """Whom the rows of a matrix stand for: by their names, or those of the columns, or in the order of the
    residents' file.
    """
    for names in (named, across):
        if len(names) == n and ids.known(names) == n:
            if (
                across
                and names is named
                and ids.known(across) == n
                and [ids.row(a) for a in across] != [ids.row(a) for a in names]
            ):
                raise fatal(
                    path,
                    "a matrix whose columns stand in another order than its rows",
                    "the same order of names in both",
                )
            return names
    if (named and ids.known(named)) or (across and ids.known(across)):
        unknown = [name for name in named if ids.row(name) < 0] or named
        raise fatal(
            path,
            f"a matrix with the unknown name '{unknown[0]}'",
            "ids of residents before its rows and above its columns",
        )
    if n != people.residents:
        raise fatal(
            path,
            f"a matrix of {n} without ids",
            f"ids in its first line and column, or as many rows as residents ({people.residents})",
        )
    order = np.arange(n) if people.place_in_file is None else np.argsort(people.place_in_file)
    return [ids.ids[k] for k in order]
