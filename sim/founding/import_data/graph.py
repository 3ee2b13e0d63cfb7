"""Networks as other programs keep them: GraphML, GML and Pajek, with the line of every node and edge.

Read here and not by networkx, which forgets where an edge stood and merges Pajek's people of one name.
"""

import csv
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.parsers import expat

from sim.founding.import_data.table import GRAPHS, bytes_of, fatal, in_sight, text_of

MOST_VERTICES = 10_000_000
"""That a Pajek file may announce; of those that it does not list, only those with ties are made."""
type Facts = dict[str, str]
type Node = tuple[int, str, Facts]
type Edge = tuple[int, str, str, Facts]


@dataclass
class Graph:
    """A network as read: nodes by the names that edges use, and edges, each with its line and its facts."""

    lines: tuple[str, ...]
    directed: bool = False
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def is_graph(path: Path) -> bool:
    """Whether the file's ending is that of a network."""
    return path.suffix.lower() in GRAPHS


def graph_of(path: Path) -> Graph:
    """The network in a file. Errors: ConfigError with the line where the reader stumbled."""
    return _graph_of(path, bytes_of(path))


def _in_sight(facts: Facts) -> Facts:
    return dict(zip(in_sight(tuple(facts)), in_sight(tuple(facts.values())), strict=True))


@lru_cache(maxsize=4)
def _graph_of(path: Path, raw: bytes) -> Graph:
    """A study reads the same few files for every run."""
    ending = path.suffix.lower()
    if ending in (".graphml", ".xml"):
        found, named = _graphml(path, raw), "a GraphML file"
    else:
        text, _ = text_of(path, raw)
        found, named = (_gml(path, text), "a GML file") if ending == ".gml" else (_pajek(path, text), "a Pajek file")
    found.nodes = [(line, in_sight((name,))[0], _in_sight(facts)) for line, name, facts in found.nodes]
    found.edges = [(at, in_sight((a,))[0], in_sight((b,))[0], _in_sight(facts)) for at, a, b, facts in found.edges]
    known: dict[str, int] = {}
    for line, name, _ in found.nodes:
        if name in known:
            raise fatal(
                path, f"the node '{name}' again (first in line {known[name]})", f"{named} with each node once", line
            )
        known[name] = line
    for line, one, other, _ in found.edges:
        if missing := next((name for name in (one, other) if name not in known), None):
            raise fatal(path, f"an edge of '{missing}', which is no node", f"{named} with a node for each end", line)
    return found


def _graphml(path: Path, raw: bytes) -> Graph:
    parser = expat.ParserCreate()
    found = Graph(tuple(raw.decode("utf-8", "replace").splitlines()))
    names: dict[str, str] = {}
    defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
    open_: list[tuple[str, Facts]] = []
    """The nodes and edges around what is read, with their facts so far."""
    state: dict[str, Any] = {"key": None, "text": "", "graphs": 0, "directed": set(), "plain": False, "in": ""}

    def fault(said: str, expected: str) -> Exception:
        return fatal(path, said, expected, parser.CurrentLineNumber)

    def begins(tag: str, given: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        try:
            match tag:
                case "key":
                    names[given["id"]] = given.get("attr.name", given["id"])
                    state["key"], state["in"] = given["id"], given.get("for", "all")
                case "graph":
                    state["graphs"] += 1
                    if state["graphs"] > 1:
                        raise fault("a second graph", "a GraphML file with one graph")
                    state["plain"] = given.get("edgedefault") == "directed"
                case "node":
                    facts: Facts = {}
                    open_.append(("node", facts))
                    found.nodes.append((parser.CurrentLineNumber, given["id"], facts))
                case "edge":
                    facts = {}
                    open_.append(("edge", facts))
                    found.edges.append((parser.CurrentLineNumber, given["source"], given["target"], facts))
                    state["directed"].add({"true": True, "false": False}.get(given.get("directed", ""), state["plain"]))
                case "data":
                    state["key"] = given["key"]
                    if state["key"] not in names:
                        raise fault(f"data with the key '{state['key']}', which nothing declares", "a <key> for it")
                case "hyperedge":
                    raise fault("a hyperedge", "edges between two nodes")
        except KeyError as error:
            raise fault(f"<{tag}> without {error}", "a GraphML file") from None
        if tag in ("data", "default"):
            state["text"] = ""

    def ends(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "data" and open_:
            open_[-1][1][names[state["key"]]] = state["text"].strip()
        elif tag == "default":
            for kind, facts in defaults.items():
                if state["in"] in (kind, "all"):
                    facts[names[state["key"]]] = state["text"].strip()
        elif tag in ("node", "edge") and open_:
            kind, facts = open_.pop()
            for name, value in defaults[kind].items():
                facts.setdefault(name, value)

    def reads(text: str) -> None:
        state["text"] += text

    def refuses(*_: object) -> None:
        raise fault("a declared entity", "a plain GraphML file")

    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    parser.CharacterDataHandler, parser.EntityDeclHandler = reads, refuses
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise fatal(path, expat.errors.messages[error.code], "a GraphML file", error.lineno) from None
    except (LookupError, ValueError) as error:
        raise fatal(path, str(error), "a GraphML file", parser.CurrentLineNumber) from None
    if not state["graphs"]:
        raise fatal(path, "XML without a <graph>", "a GraphML file")
    if len(state["directed"]) > 1:
        raise fatal(path, "directed and undirected edges in one graph", "the one or the other")
    found.directed = True in state["directed"] if state["directed"] else state["plain"]
    return found


_GML = re.compile(r'"[^"]*"|\[|\]|[^\s\[\]"]+|"')


def _gml_tokens(text: str) -> Iterator[tuple[int, str]]:
    line, at = 1, 0
    for token in _GML.finditer(text):
        line += text.count("\n", at, token.start())
        at = token.start()
        yield line, token[0]


def _gml(path: Path, text: str) -> Graph:
    kept = "\n".join("" if line.lstrip().startswith("#") else line for line in text.splitlines())
    found, open_ = Graph(tuple(text.splitlines())), list[tuple[str, int, Facts]]()
    key, line, begun = "", 0, False

    def fault(said: str) -> Exception:
        return fatal(path, said, "a GML file: graph [ node [ id 1 ] edge [ source 1 target 2 ] ]", line)

    for line, token in _gml_tokens(kept):
        if token == "]":
            if not open_ or key:
                raise fault("a bracket that closes nothing" if not open_ else f"'{key}' without a value")
            kind, began, facts = open_.pop()
            if len(open_) == 1 and kind in ("node", "edge"):
                ends = ("id",) if kind == "node" else ("source", "target")
                if lost := next((name for name in ends if name not in facts), None):
                    raise fault(f"{'a node' if kind == 'node' else 'an edge'} without '{lost}'")
                if kind == "node":
                    found.nodes.append((began, facts.pop("id"), facts))
                else:
                    found.edges.append((began, facts.pop("source"), facts.pop("target"), facts))
            elif kind == "graph" and not open_:
                begun, found.directed = True, facts.get("directed", "0") not in ("0", "")
            elif open_:
                open_[-1][2].setdefault(kind, "[ ]")
        elif not key:
            if token == "[" or token.startswith('"'):
                raise fault(f"{token[:20]} where a key should stand")
            key = token
        elif token == "[":
            open_.append((key, line, {}))
            key = ""
        else:
            if token == '"':
                raise fault("a quotation mark that is not closed")
            if open_:
                open_[-1][2][key] = html.unescape(token.strip('"'))
            key = ""
    if open_ or not begun:
        raise fault("a bracket that is not closed" if open_ else "no graph")
    return found


_PARTS = ("*network", "*vertices", "*arcs", "*edges", "*arcslist", "*edgeslist", "*matrix")


def _numbered(name: str, vertices: int) -> bool:
    """Whether a vertex that is not listed is one of so many."""
    return name.isdecimal() and len(name) < 10 and str(int(name)) == name and 1 <= int(name) <= vertices


def _pajek(path: Path, text: str) -> Graph:
    found, part, used, width, row = Graph(tuple(text.splitlines())), "", set[str](), 0, 0
    for line, said in enumerate(found.lines, 1):
        if not said.strip() or said.lstrip().startswith("%"):
            continue
        words = [w for w in next(csv.reader([said.strip()], delimiter=" ", skipinitialspace=True), []) if w]
        if not words:
            raise fatal(path, said.strip(), "words or numbers", line)
        if words[0].startswith("*"):
            part = words[0].lower() if words[0].lower() in _PARTS else "*left aside"
            if part == "*vertices":
                said = words[1] if len(words) > 1 and words[1].isdecimal() else ""
                width = int(said or "0") if len(said) < 10 else MOST_VERTICES + 1
                if not 0 < width <= MOST_VERTICES:
                    wrong = f"{said[:20]} vertices" if width else "*Vertices without their number"
                    raise fatal(path, wrong, f"as in: *Vertices 34; at most {MOST_VERTICES:,}", line)
            continue
        used.add(part)
        match part:
            case "":
                raise fatal(path, "a first line without *Vertices", "a Pajek file", line)
            case "*vertices":
                found.nodes.append((line, words[0], {"label": words[1]} if len(words) > 1 else {}))
            case "*arcs" | "*edges":
                if len(words) < 2:
                    raise fatal(path, f"'{words[0]}'", "two vertices and, if wanted, a value", line)
                found.edges.append((line, words[0], words[1], {"weight": words[2]} if len(words) > 2 else {}))
            case "*arcslist" | "*edgeslist":
                found.edges += [(line, words[0], other, {}) for other in words[1:]]
            case "*matrix":
                row += 1
                cells = ((str(k), w) for k, w in enumerate(words, 1) if w.strip("0.") and str(k) != str(row))
                found.edges += [(line, str(row), k, {"weight": w}) for k, w in cells]
    if not width:
        raise fatal(path, "no *Vertices", "a Pajek file")
    tied = dict.fromkeys(name for _, one, other, _ in found.edges for name in (one, other))
    listed = {name for _, name, _ in found.nodes}
    found.nodes += [(0, name, {}) for name in tied if name not in listed and _numbered(name, width)]
    arcs = {"*arcs", "*arcslist", "*matrix"} & used
    if arcs and {"*edges", "*edgeslist"} & used:
        raise fatal(path, "arcs (with a direction) and edges (without one)", "the one or the other")
    found.directed = bool(arcs)
    return found
