"""Report: one HTML file that stands alone - answer, design, methods, tables, figures, assumptions, provenance."""

import base64
import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.analysis.evaluation import BENEFIT, MEASURES, PRICE
from experiments.reporting.by_group import MOST_POINTS, ON_A_PAGE, columns_of, groups_in_words
from experiments.reporting.chinese import choice_in_chinese, in_chinese
from experiments.reporting.depends import hangs_on, robust_of
from experiments.reporting.escape import apart, attribute, in_html, table_in_html
from experiments.reporting.explore import Findings
from experiments.reporting.figures import about, draw_all, in_order, shows
from experiments.reporting.figures.style import Language, Look
from experiments.reporting.findings_words import FINDINGS, in_words, on_a_page, readable
from experiments.reporting.first_page import design_table, in_brief, prices
from experiments.reporting.names import factors_of, in_language, labels_of, look_of, question_of, title_of, told
from experiments.reporting.paper_tables import meanings_of, tables_for_a_paper, write_pages, write_tables
from experiments.reporting.references import references
from experiments.reporting.result_tables import difference_told, tables_and_findings
from experiments.reporting.snapshot import snapshots_of
from experiments.reporting.verdicts import known, known_note, untold
from experiments.reporting.wording import (
    GRADES,
    columns_in_words,
    effects_in_words,
    effects_on_a_page,
    evidence_by_part,
    evidence_in_words,
    measured,
    method_in_words,
    methods,
    true_minus,
)  # fmt: skip
from experiments.runs.crate import write_crate
from experiments.runs.present import note_files
from experiments.runs.provenance import commit
from experiments.runs.results import Results
from experiments.runs.store import write_whole
from experiments.study.design import Study

if TYPE_CHECKING:
    import pandas as pd

    from experiments.reporting.figures.tables import Factor, Tables

STYLE = """
body { font: 16px/1.55 Georgia, 'Times New Roman', 'DejaVu Serif', 'Songti SC', SimSun, 'Noto Serif CJK SC', 'Source Han Serif SC', 'WenQuanYi Micro Hei', serif; color: #222 }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1, h2, h3 { font-family: Helvetica, Arial, 'DejaVu Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif; line-height: 1.25 }
h2 { margin-top: 2.5rem; font-size: 1.25rem; border-bottom: 1px solid #ccc } h3 { font-size: 1rem }
table { border-collapse: collapse; font: 12px/1.4 Helvetica, Arial, 'DejaVu Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif; margin: 1rem 0 }
th, td { white-space: nowrap; padding: .25rem .6rem; text-align: right; vertical-align: top }
th:first-child, td:first-child, .words td, .words th { text-align: left }
thead th { border-bottom: 1px solid #222; white-space: normal; vertical-align: bottom } tbody tr { border-bottom: 1px solid #ddd }
figure { margin: 2rem 0 } img { max-width: 100%; zoom: 1.3 } .wide { overflow-x: auto } .dim, figcaption { color: #555; font-size: .9rem }
ul.references { list-style: none; padding-left: 1.5em; text-indent: -1.5em; font-size: .9rem }
nav { font-size: .9rem } nav a { margin-right: 1rem } .words td { white-space: normal; min-width: 5em }
@media print { body { max-width: none; margin: 0 } figure, table { break-inside: avoid } .words table { break-inside: auto } tr { break-inside: avoid } h2, h3 { break-after: avoid } .wide { overflow: visible } nav { display: none } }
"""
RANGE_ZH = {
    "low": "最低",
    "high": "最高",
    "scale": "刻度：",
    "mode": "最可能值",
    "mean": "均值",
    "sd": "标准差",
    "whole": "取整数：",
}
"""What the ends and the shape of a range are called in Chinese."""
ARMS_ON_A_PAGE = 3
"""Arms beside each other in a printed table."""
PLAY = "play.html"
"""A page beside the report in which the study's first two arms can be played, where one was asked for."""
_KEPT = ("runs.parquet", "city.parquet", "groups.parquet", "resolved.yaml", "manifest.json")


def write_report(
    results: Results, language: Language = "en", width: float | None = None, size: float | None = None
) -> Path:
    """Write report.html (in Chinese report-zh.html) into the study's folder; all that it shows is inside the file.

    `width` (mm) and `size` (points) of its figures, where they are not as the study says. Beside it the folder `tables/` for a paper, and ro-crate-metadata.json, which says what every file is.
    """
    study, folder, look = results.study, results.store.folder, look_of(results.study, language, width, size)
    suffix = "" if language == "en" else f"-{language}"
    plain, found = tables_and_findings(results)
    plain = replace(plain, snapshots=snapshots_of(study, results.store.finished()))
    tables = in_language(study, plain, language)
    drawn = in_order(draw_all(tables, folder / f"figures{suffix}", look, ("svg", "pdf", "png")))
    named = tables_for_a_paper(plain, found.tables()) | {"labels": labels_of(study)}
    written = write_tables(named, folder / "tables", meanings_of(plain))
    (evaluation, words), findings = evaluation_in_words(tables, look), findings_in_words(study, tables, found, look)
    pages = {"effects": effects_on_a_page(tables, look)} | _on_pages("evaluation", evaluation, words)
    few = len(tables.points) <= MOST_POINTS
    groups = {column: groups_in_words(tables, column, look) for column in columns_of(tables) if few}
    for k, column in enumerate(groups, 1):
        pages |= _on_pages(f"groups_{k}", *groups_in_words(tables, column, look, ON_A_PAGE))
    pages |= {name: on_a_page(table, look) for name, table in findings.items()}
    written += write_pages(pages, folder / f"tables{suffix}")
    title, question = title_of(study, look), question_of(study, look)
    sections = [
        (look.say("In brief", "要点"), _in_brief(study, tables, folder, drawn, look)),
        (look.say("Design", "设计"), _design(study, tables, look)),
        (look.say("Methods", "方法"), f"<p>{in_html(methods(study, tables, look))}</p>"),
        (look.say("Effects", "效应"), _effects(tables, look)),
        (look.say("Outcome, process and price", "结果、过程与代价"), _evaluation(evaluation, tables, look)),
        (look.say("Outcomes by group", "分组结果"), _by_group(groups, tables, look)),
        (look.say("What the design allows to find", "设计允许的进一步发现"), _findings(findings, found, look)),
        (look.say("Figures", "图"), _figures([path for path in drawn if path.suffix == ".svg"], named, look)),
        (look.say("What the result rests on", "结果的依据"), _evidence(study, folder, look)),
        (look.say("References", "参考文献"), references(study, look)),
        (look.say("Provenance", "来源"), _provenance(results, look)),
    ]
    there = [(heading, text) for heading, text in sections if text]
    links = "".join(f'<a href="#s{i}">{in_html(heading)}</a>' for i, (heading, _) in enumerate(there))
    body = "".join(f'<h2 id="s{i}">{in_html(heading)}</h2>{text}' for i, (heading, text) in enumerate(there))
    page = (
        f'<!doctype html><html lang="{look.say("en", "zh-CN")}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{attribute(title)}</title><style>{STYLE}</style>'
        f"<body><h1>{in_html(title)}</h1><p>{in_html(question)}</p><nav>{links}</nav>{body}</body></html>\n"
    )
    path = folder / f"report{suffix}.html"
    write_whole(path, page.encode(), sync=True)
    note_files(results.each.study, results.store, [*written, *drawn, path])
    write_crate(results, _described(results))
    return path


def _described(results: Results) -> list[Path]:
    """The files of the study's folder that a crate describes: reports, results, tables and figures in all languages."""
    folder = results.store.folder
    made = [path for part in ("report*.html", "tables*/*", "figures*/*") for path in sorted(folder.glob(part))]
    return [path for path in (*made, *results.blocks(), *(folder / name for name in _KEPT)) if path.is_file()]


def _in_brief(study: Study, tables: "Tables", folder: Path, drawn: Sequence[Path], look: Look) -> str:
    """The first page: the answer in sentences, one figure, the price, and what the answer depends on."""
    said = in_brief(tables, look)
    if not said:
        return ""
    note = look.say(
        f"Compared with {tables.arms[0]}, over pairs of runs with common random numbers; in brackets 95 % intervals.",
        f"与“{tables.arms[0]}”相比，按采用公共随机数的成对运行；括号内为95%区间。",
    )
    forest = next((path for path in drawn if path.name == "forest.svg"), None)
    shown = f"<figure>{_image(forest, look.say('Effects', '效应'))}</figure>" if forest else ""
    told = [*prices(tables, look), hangs_on(study, tables, look, folder)]
    played = look.say("Play this study in the browser", "在浏览器中播放此研究")
    link = f'<p><a href="{PLAY}">{played}</a></p>' if (folder / PLAY).is_file() else ""
    return (
        f"<ul class='answer'>{''.join(f'<li>{in_html(one)}</li>' for one in said)}</ul><p class='dim'>{in_html(note)}</p>{shown}"
        + "".join(f"<p>{in_html(one)}</p>" for one in told)
        + link
    )


def _image(path: Path, said: str) -> str:
    coded = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{attribute(said)}" src="data:image/svg+xml;base64,{coded}">'


def _effects(tables: "Tables", look: Look) -> str:
    shown = [
        f"<h3>{in_html(measured(tables, metric, look, mark=True))}</h3>{table_in_html(effects_in_words(tables, metric, look))}"
        for metric in tables.outcomes
        if len(tables.effects)
    ]
    if not shown:
        return ""
    notes = [*known(tables, look), known_note(tables, look), columns_in_words(look)]
    return "".join(shown) + "".join(f"<p class='dim'>{in_html(note)}</p>" for note in notes)


def evaluation_in_words(tables: "Tables", look: Look) -> "tuple[pd.DataFrame, int]":
    """One row a measure and point, differences above their intervals: columns of words (and how many), then one an arm."""
    import pandas as pd

    found = tables.evaluation
    if found.empty:
        return found, 0
    places = {name: place for place, name in enumerate((*MEASURES, PRICE, BENEFIT))}
    cells = {(row["point"], row["metric"], row["arm"]): difference_told(row, look) for _, row in found.iterrows()}
    arms, several = [arm for arm in tables.arms if arm in set(found["arm"])], len(tables.points) > 1
    sides = {"outcome": "结果", "process": "过程", "price": "代价"}
    heads = [look.say("Measure", "指标"), *([look.say("Point", "取值")] if several else []), look.say("Side", "方面")]
    rows = [
        [_measure(tables, m, look), *([tables.points[p]] if several else []), look.say(side, sides[side])]
        + [cells.get((p, m, arm), "") for arm in arms]
        for p, _, m, side in sorted({(r.point, places[r.metric], r.metric, r.side) for r in found.itertuples()})
    ]
    return pd.DataFrame(rows, columns=[*heads, *arms]), len(heads)


def _on_pages(name: str, shown: "pd.DataFrame", words: int) -> "dict[str, pd.DataFrame]":
    """Such a table for a printed page, below each side, outcome or point its rows; as many pages as its arms need."""
    arms = range(words, shown.shape[1])
    pages, many = {}, math.ceil(len(arms) / ARMS_ON_A_PAGE)
    above = [", ".join(row[words - 1 : 0 : -1]) for row in shown.itertuples(index=False, name=None)]
    for i, some in enumerate(batched(arms, math.ceil(len(arms) / many)) if arms else (), 1):
        page = shown.iloc[:, [0, 0, *some]]
        page.isetitem(0, [f"{said[:1].upper()}{said[1:]}" for said in above])
        page.columns = ["", *page.columns[1:]]
        pages[name if i == 1 else f"{name}_{i}"] = page
    return pages


def _evaluation(shown: "pd.DataFrame", tables: "Tables", look: Look) -> str:
    if shown.empty:
        return ""
    said = look.say(
        "What was achieved and for whom, how the community fared on the way, and what an averted unmet person-week cost: "
        f"differences from {tables.arms[0]} with 95 % intervals; a price is named where it is known that needs fell.",
        f"达成了什么、惠及谁，社区过程如何，每减少一个未满足人周花费多少：与“{tables.arms[0]}”之差及95%区间；"
        "可断定需求减少时才给出价格。",
    )
    return f"<p>{in_html(said)}</p>" + table_in_html(shown)


def _by_group(groups: "dict[str, tuple[pd.DataFrame, int]]", tables: "Tables", look: Look) -> str:
    if not columns_of(tables):
        return ""
    said = look.say(
        f"By the user's own columns: means of {tables.arms[0]}, and differences from it with 95 % intervals, over pairs of runs. "
        "Rates are for 100 of the group a year. Nothing is known of those who moved in later, nor of empty cells. "
        "Every number: tables/groups.csv and tables/effects_by_group.csv.",
        f"按用户自有列分组：“{tables.arms[0]}”的均值，以及成对运行与其之差和95%区间；比率按该群体每百人每年计。后来迁入者和空单元格归为未知。"
        "全部数值见 tables/groups.csv 与 tables/effects_by_group.csv。",
    )
    shown = (f"<h3>{in_html(apart(column))}</h3>{table_in_html(table)}" for column, (table, _) in groups.items())
    return f"<p>{in_html(said)}</p>" + "".join(shown)


def _measure(tables: "Tables", name: str, look: Look) -> str:
    if name not in tables.metrics:
        worth = f"{(tables.asked.worth if tables.asked else None) or 0:g}"
        benefit = look.say(
            f"Net benefit at {worth} yuan a person-week\n(yuan per 100 residents a year)",
            f"净收益（每人周值{worth}元）\n(每百居民每年元)",
        )
        return (
            benefit if name == BENEFIT else look.say("Yuan per averted unmet person-week", "每减少一个未满足人周的元数")
        )
    return measured(tables, name, look, "\n")


def _design(study: Study, tables: "Tables", look: Look) -> str:
    arms = table_in_html(design_table(study, tables, look), "words")
    names = {path: factor.apart() for path, factor in factors_of(study, look.language).items()}
    varied = "".join(
        f"<li>{in_html(names[path].label)} ({in_html(path)}){look.say(': ', '：')}{in_html(_factor(factor, names[path], look))}</li>"
        for path, factor in study.file.varies.items()
    )
    said, colon = look.say("Varied", "变动因素"), look.say(":", "：")
    changed = "".join(f"<li>{in_html(f'{path} = {value}')}</li>" for path, value in study.file.set.items())
    changed = f"<p>{look.say('Changed in every arm', '各组共同的设定')}{colon}</p><ul>{changed}</ul>" if changed else ""
    cannot = "".join(f"<li>{in_html(look.say(*one))}</li>" for one in untold(study, tables))
    untellable = look.say("What this design cannot tell", "此设计无法回答的")
    return (
        f"{arms}{changed}"
        + (
            f"<p>{said} ({method_in_words(study.file.design.method, look)}){colon}</p><ul>{varied}</ul>"
            if varied
            else ""
        )
        + (f"<p>{untellable}{colon}</p><ul class='caveats'>{cannot}</ul>" if cannot else "")
    )


def _factor(factor: object, named: "Factor", look: Look) -> str:
    """Between which values a factor lies, or each of them by its name."""
    if isinstance(factor, tuple):
        return look.say(", ", "、").join(named.levels.get(told(value), str(value)) for value in factor)
    said = factor.model_dump(exclude_defaults=True) if hasattr(factor, "model_dump") else {"": factor}
    parts = {
        name: look.say(f"{name} {value}", f"{RANGE_ZH.get(name, name)}{choice_in_chinese(value)}")
        for name, value in said.items()
    }
    return look.say(", ", "，").join(parts.values())


def findings_in_words(study: Study, tables: "Tables", found: Findings, look: Look) -> "dict[str, pd.DataFrame]":
    """The tables of what the design allows to find, which speak of arms by the names that the study gives them."""
    names, shown = dict(zip(study.arms, tables.arms, strict=True)), {}
    named = {**tables.answers, "sensitivity": tables.sensitivity, "attribution": tables.attribution}
    for name, table in found.tables().items():
        if (with_names := named.get(name)) is not None:
            table = with_names
        elif "arm" in table:
            table = table.assign(arm=table["arm"].map(names))
        alone = [c for c in ("point", "affordable") if c in table and table[c].nunique() < 2]
        alone += ["arm"] if "quantity" in table else []  # its quantity says it
        shown[name] = readable(in_words(name, table), tables, look, alone)
    return shown


def _findings(shown: "dict[str, pd.DataFrame]", found: Findings, look: Look) -> str:
    parts = []
    for name, table in shown.items():
        heading, text = FINDINGS[name]
        words = "words" if name in ("failing", "leaves") else ""
        parts.append(
            f"<h3>{in_html(look.say(*heading))}</h3><p>{in_html(look.say(*text))}</p>{table_in_html(table, words)}"
        )
    if lacking := look.say(*found.lacking):
        parts.append(f"<p class='dim'>{in_html(lacking)}</p>")
    return "".join(parts)


def _figures(drawn: Sequence[Path], named: Collection[str], look: Look) -> str:
    shown = []
    for number, path in enumerate(drawn, 1):
        _, data = about(path.stem)
        said = look.say(f"Figure {number}. ", f"图{number} ") + shows(path)
        files = look.say(", ", "、").join(f"tables/{name}.csv" for name in data if name in named)
        said += look.say(f". Data: {files}.", f"。数据：{files}。") if files else look.say(".", "。")
        shown.append(f"<figure>{_image(path, said)}<figcaption>{in_html(said)}</figcaption></figure>")
    return "".join(shown)


def _evidence(study: Study, folder: Path, look: Look) -> str:
    rows = sorted(study.config.evidence.values(), key=lambda e: (list(GRADES).index(str(e.grade)), e.path))
    cells = "".join(
        f"<tr><td>{in_html(e.path)}</td><td>{in_html(look.say(str(e.value), choice_in_chinese(e.value)))}</td>"
        f"<td>{in_html(look.say(e.unit, in_chinese(e.unit)))}</td><td>{look.say(*GRADES[str(e.grade)])}</td>"
        f"<td>{in_html(e.source)}</td><td>{in_html(look.say(e.meaning, in_chinese(e.meaning)))}</td></tr>"
        for e in rows
    )
    titles = look.say("input value unit evidence source meaning", "输入 取值 单位 依据 来源 含义").split()
    head = f"<tr>{''.join(f'<th>{title}</th>' for title in titles)}</tr>"
    every = look.say("Every input with its evidence, the assumed ones first", "全部输入及其依据，假定的在前")
    return (
        f"<p>{in_html(evidence_in_words(study, look))}</p>{table_in_html(evidence_by_part(study, look))}{_hangs_on(study, folder, look)}"
        f"<details><summary>{every}</summary>"
        f'<div class="wide words"><table><thead>{head}</thead><tbody>{cells}</tbody></table></div></details>'
    )


def _hangs_on(study: Study, folder: Path, look: Look) -> str:
    """What `linli robust` found of this study, where it was run; else how to ask."""
    import pandas as pd

    if not (rows := robust_of(folder)):
        return look.say(
            f"<p>Which of them the result depends on: <code>{in_html(study.asked_of('robust'))}</code>, then this report again.</p>",
            f"<p>结果取决于其中哪些：运行 <code>{in_html(study.asked_of('robust'))}</code>，再生成本报告。</p>",
        )
    head = {
        "arm": look.say("Arm", "组别"), "metric": look.say("Outcome", "指标"), "effect": look.say("Mean effect", "平均效应"),
        "p05": "5 %", "p95": "95 %", "same_sign": look.say("Same sign", "符号相同"),
        "sure": look.say("Beyond noise", "超出噪声"), "hangs_on": look.say("Hangs on", "取决于"),
    }  # fmt: skip
    table = pd.DataFrame([{head[k]: true_minus(row[k]) for k in head} for row in rows])
    said = look.say(
        "With all assumed and calibrated numbers moved at once: effects over the plausible points, and the numbers (rank "
        "correlation, grade) that they depend on.",
        "同时变动全部假定与校准的数值：各可信取值点上的效应，以及其所取决于的数值（秩相关、依据）。",
    )
    return f"<p>{in_html(said)}</p>{table_in_html(table)}"


def _provenance(results: Results, look: Look) -> str:
    said = results.store.manifest()
    sessions = said.get("sessions", [])
    seconds = sum(session.get("run_seconds", 0) for session in sessions)
    rows = {
        look.say("command", "命令"): said.get("command", ""),
        look.say("program", "程序"): f"linli {said.get('linli', '')}",
        look.say("model (hash of its sources)", "模型（源代码哈希）"): said.get("model", ""),
        look.say("commit", "提交"): said.get("commit") or commit(),
        look.say("runs", "运行"): f"{said.get('runs', '')} ({look.say('failed', '失败')}: {said.get('failed', '')})",
        look.say(
            "began, runs took in all", "开始时间，运行总时长"
        ): f"{sessions[0]['began'] if sessions else ''}, {seconds:.0f} s",
        look.say("seed, replicates", "种子，重复"): f"{said.get('seed', '')}, {said.get('replicates', '')}",
        "Python": f"{said.get('python', '')}, {said.get('platform', '')}",
        look.say("packages", "软件包"): ", ".join(f"{n} {v}" for n, v in said.get("packages", {}).items()),
        look.say("check it", "核对"): results.study.asked_of("verify"),
    }
    cells = "".join(f"<tr><td>{in_html(k)}</td><td>{in_html(str(v))}</td></tr>" for k, v in rows.items())
    return f'<div class="wide words"><table><tbody>{cells}</tbody></table></div>'
