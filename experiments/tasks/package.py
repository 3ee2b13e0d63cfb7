"""Packaging: a study with everything that its numbers need, in one file that another program can run again.

The package holds the study and its community as plain files, any residents and ties they name, the results, the sources
of the program, the versions of the libraries, and a checksum of every file. Running it again compares every value.
"""

import hashlib
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import yaml

from experiments.reporting.escape import in_markdown
from experiments.runs.executor import perform
from experiments.runs.parquet import column, rows_of
from experiments.runs.present import claim
from experiments.runs.provenance import PACKAGES
from experiments.runs.results import Results, results_for, settled
from experiments.runs.store import Store
from experiments.runs.verify import changed_blocks, changed_files, changed_since_written, differing_values, table_in
from experiments.study.design import Study, code_version
from experiments.study.loader import read_study
from experiments.study.sampling import LARGEST
from experiments.version import version
from sim.config.yaml import ConfigError, CoreDumper, Problem, Spot

FIXED = (1980, 1, 1, 0, 0, 0)
"""The time that every entry of a package bears, so that the same content gives the same bytes."""
FILES = ("residents_file", "ties_file")


@dataclass(frozen=True)
class Rerun:
    """What running a package again found."""

    runs: int
    weeks: int
    different: int
    """Weekly rows that are missing on one side or differ in some value."""
    changed: tuple[str, ...]
    """A sentence on each file of the package that is not what its own manifest or the runs say."""
    same_code: bool
    """Whether the program that ran it again is the one that made it."""


def write_package(study: Study, results: Path, to: Path) -> Path:
    """Write the package of a study that was run.

    Raises ConfigError where `results` holds no finished study, or files that are not what was written.
    """

    def refused(found: str, expected: str) -> ConfigError:
        return ConfigError([Problem(Spot(str(results)), "", found, expected)])

    store = Store(results)
    if not (results / "manifest.json").exists():
        raise refused("no finished study", f"the results of {study.name}; run it first")
    claim(study, store, write=False)
    study = settled(study, store)[0]
    there = results_for(study, store)
    if changed := list(changed_files(there)):
        raise refused("; ".join(changed), "files as they were written, of the study as it is now; run it again")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _write_study(study, folder)
        for name in (*store.manifest().get("files", {}), "manifest.json"):
            _copied(results / name, folder / "results" / name)
        _write_sources(folder / "program")
        (folder / "requirements.txt").write_text(
            "".join(f"{p}=={metadata.version(p)}\n" for p in PACKAGES), encoding="utf-8"
        )
        (folder / "README.md").write_text(_readme(study), encoding="utf-8")
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        sums = "".join(
            f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files
        )
        (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
        to.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as package:
            for path in sorted([*files, folder / "SHA256SUMS"]):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), FIXED)
                entry.compress_type = zipfile.ZIP_DEFLATED
                package.writestr(entry, path.read_bytes())
    return to


def _write_study(study: Study, folder: Path) -> None:
    """study.yaml and, beside it, the community with every value; the study's own changes are in the latter."""
    values = study.config.model_dump(mode="json")  # in the order of the files: draws hang on the order of service kinds
    for section in ("population", "network"):
        for key in FILES:
            if (named := values[section].get(key)) is not None:
                _copied(Path(named), folder / Path(named).name)
                values[section][key] = Path(named).name
    evidence = {"evidence": {"grade": "assumed", "note": "resolved; the evidence stands in program/configs"}}
    whole = {
        key: ({**evidence, **part} if isinstance(part, dict) and key != "kinds" else part)
        for key, part in values.items()
    }
    (folder / "community.yaml").write_text(_as_yaml(whole), encoding="utf-8")
    said = study.file.model_dump(mode="json", exclude_defaults=True)
    said |= {"community": "community.yaml", "seed": study.file.seed, "replicates": study.file.replicates}
    said.pop("set", None)
    (folder / "study.yaml").write_text(_as_yaml(said), encoding="utf-8")


def _as_yaml(said: object) -> str:
    """YAML that `read` takes for the same: a name such as 1e-3 stays text."""
    return str(yaml.dump(said, Dumper=CoreDumper, sort_keys=False, allow_unicode=True))


def _write_sources(folder: Path) -> None:
    import experiments
    import sim
    from sim.config.load import config_folder

    for package in (sim, experiments):
        here = Path(str(package.__file__)).parent
        shutil.copytree(here, folder / here.name, ignore=shutil.ignore_patterns("__pycache__", "_configs"))
    shutil.copytree(config_folder(), folder / "configs")


def _copied(what: Path, to: Path) -> None:
    if what.is_dir():
        shutil.copytree(what, to)
    elif what.exists():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(what, to)


def _readme(study: Study) -> str:
    return f"""# {in_markdown(study.file.title)}

{in_markdown(study.file.question)}

Made with `{study.command}` by linli {version()} (model {code_version()}).

- `study.yaml`, `community.yaml`: the question and every value of the place.
- `results/`: the tables, the manifest and the figures.
- `program/`: the sources and configurations that made them; `requirements.txt`: the libraries.
- `SHA256SUMS`: check with `sha256sum -c SHA256SUMS`. Whoever changes a file can write this one anew: the SHA-256 of the
  whole package, which `linli package` and `linli replicate` say, tells whether it is the one that was published.

Run it again and compare every weekly value: `linli replicate THIS_FILE.zip`, with linli and the libraries of
`requirements.txt` installed. For the very sources of this package, run
`python -m experiments replicate ../THIS_FILE.zip` in `program/`.
"""


def replicate(package: Path, workers: int, into: Path | None = None) -> Rerun:
    """Run a package again and compare every weekly value.

    Raises ConfigError for a file that is no package, or whose content does not match its checksums.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = into or Path(made)
        _unpacked(package, folder)
        study = read_study(folder / "study.yaml", points=LARGEST)
        store = Store(folder / "rerun").open()
        perform(study, store, workers=workers, apart=True)
        return _compared(study, folder)


def _unpacked(package: Path, folder: Path) -> None:
    def refused(found: str) -> ConfigError:
        return ConfigError([Problem(Spot(str(package)), "", found, "a package made by `linli package`")])

    try:
        with zipfile.ZipFile(package) as opened:
            inside = folder.resolve()
            if any(not (inside / name).resolve().is_relative_to(inside) for name in opened.namelist()):
                raise refused("an entry that leaves its folder")
            opened.extractall(folder)
    except (zipfile.BadZipFile, OSError) as error:
        raise refused(str(error)) from None
    try:
        sums = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except OSError:
        raise refused("no SHA256SUMS") from None
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in sums) if name}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    if more := sorted(there - listed.keys()):
        raise refused(f"{more[0]} is not in SHA256SUMS")
    for name, digest in listed.items():
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise refused(f"{name} is not what it was")


def seal(package: Path) -> str:
    """The SHA-256 of a package, which says whether it is the one that was published."""
    with package.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compared(study: Study, folder: Path) -> Rerun:
    """Compare two stores run by run: each run has the same place in the plan, whatever the program calls it."""
    import duckdb

    packed, again = Store(folder / "results"), Store(folder / "rerun")
    try:
        said, expected = table_in(packed.folder / "runs.parquet"), Results(study, again).runs()
        before = list(said[["run", "arm", "point", "replicate"]].itertuples(index=False))
    except (duckdb.Error, KeyError) as error:
        spot = Spot(str(packed.folder / "runs.parquet"))
        raise ConfigError([Problem(spot, "", str(error), "a table of runs as `linli run` writes it")]) from None
    changed = [*changed_blocks(packed), *changed_since_written(packed)]
    changed += differing_values("runs.parquet", said.drop(columns="run"), expected.drop(columns="run"))
    if study.file.city:  # what people use of a city, made anew from the weeks that were lived again
        city, whole = packed.folder / "city.parquet", results_for(study, again).runs()
        said = table_in(city) if city.is_file() else whole.iloc[:0]
        changed += differing_values(city.name, said.drop(columns="run"), whole.drop(columns="run"))
    place = {(r.arm, r.point, r.replicate): r.run for r in study.runs()}
    names = {(row[0], place[where]) for row in before if (where := tuple(row[1:])) in place}
    with duckdb.connect() as con:
        con.execute("create table names (old varchar, new varchar)")
        if names:
            con.executemany("insert into names values (?, ?)", sorted(names))
        lived = rows_of(con, again.blocks())
        lived.create_view("b")
        (rows_of(con, blocks) if (blocks := packed.blocks()) else lived.filter("false")).create_view("packed")
        there = [row[0] for row in con.execute("describe packed").fetchall()]
        metrics = [name for name in lived.columns if name not in ("run", "week", "error")]
        kept = "".join(f", w.{column(m)}" if m in there else f", null as {column(m)}" for m in metrics)
        con.execute(f"create view a as select n.new as run, w.week{kept} from packed w join names n on n.old = w.run")
        columns = ", ".join(map(column, ("run", "week", *metrics)))
        weeks = con.execute("select count(*) from b where week is not null").fetchone()
        differ = con.execute(
            f"select count(*) from ((select {columns} from a except all select {columns} from b) union all "
            f"(select {columns} from b except all select {columns} from a))"
        ).fetchone()
    assert weeks is not None  # a count always has a row
    assert differ is not None
    same_code = packed.manifest().get("model") == code_version()
    return Rerun(len(set(place.values())), weeks[0], differ[0], tuple(changed), same_code)
