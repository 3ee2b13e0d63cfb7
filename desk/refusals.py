"""Why the desk refuses something, in Chinese: its own sentences by what they look like, those of a study or a community by their own words."""

import re

from classroom.refusals import in_chinese as of_the_classroom
from classroom.state import StateError
from desk import mistakes
from pages.guard import RefusedError
from sim import ConfigError

SENTENCES = {
    r"nobody knows how to (.+)": "没有这样的操作：{1}",
    r"there is no such study": "没有这项研究",
    r"there is no such arm": "没有这一组",
    r"there is no such file": "没有这个文件",
    r"there is no file (.+)": "没有文件 {1}",
    r"it runs, or waits for its turn: stop it first": "研究正在运行或等待运行：请先停止",
    r"another program runs this study: interrupt it there": "其他程序正在运行这项研究：请在那里中断",
    r"a study is text": "研究应为文字",
    r"a study is text of at most a million characters": "研究的文字不得超过一百万个字符",
    r"changes are given by key": "改动应逐项给出",
    r"a study is keys and values; mend its text first": "研究应由键与值组成：请先改正其文本",
    r"arms are pairs of a name and what is done": "每组应有名称与做法",
    r"a policy has a name and doses": "政策应有名称与剂量",
    r"there are figures, a report, a package, and what a result depends on": "可取的有：图、报告、数据包，以及结论取决于什么",
    r"which study\?": "是哪项研究？",
    r"at most (\d+) bytes": "不得超过{1}字节",
    r"a file's name is letters, digits, -, _ and single dots, and begins with a letter or digit": (
        "文件名只能含字母、数字、-、_ 和不相连的点，并以字母或数字开头"
    ),
    r"(.+) does not end in one of (.+)": "{1} 的扩展名不是下列之一：{2}",
    r"this name leads out of the desk's folder": "这个名称指向研究台文件夹之外",
    r"(.+) cannot be read as text in UTF-8": "{1} 不是UTF-8文本，无法读取",
    r"(.+) was changed by somebody else meanwhile": "{1} 已在别处被修改",
    r"(.+) is there already, with another content": "{1} 已存在，内容不同",
    r"(.+) cannot be written: (.+)": "{1} 无法写入：{2}",
    r"a name is needed": "需要名称",
    r"a message is text of at most (\d+) kB": "消息应为不超过{1} kB的文字",
    r"a message is a JSON object(?: that says what to do)?": "消息应为说明做什么的JSON对象",
    r"a message is nested too deeply": "消息嵌套过深",
    r"a number in the message is too large": "消息中的数字过大",
    r"too many wrong keys from this address: wait a minute": "此地址输错密钥次数过多：请稍等一分钟",
    r"this address needs the desk's key: open the one that the terminal shows": "此地址需要研究台的密钥：请打开终端显示的地址",
    r"another page may not ask the desk": "其他页面不能访问研究台",
    r"the desk is being closed": "研究台正在关闭",
    r"the desk could not be loaded; the terminal says why": "研究台未能载入，原因见终端",
}
"""What a refusal looks like, and how it is said in Chinese."""


def in_chinese(error: object) -> str:
    """A refusal, given as its words or as what was raised, in Chinese; of a fault of the program the kind and the words stay."""
    cause = error.__cause__ if isinstance(error, Exception) else None
    if isinstance(cause, ConfigError):
        return "\n".join(mistakes.told(problem)["says"][1] for problem in cause.problems)
    if isinstance(cause, StateError):
        return of_the_classroom(cause)
    english = str(cause or error)
    for like, chinese in SENTENCES.items():
        if found := re.fullmatch(like, english, re.DOTALL):
            return re.sub(r"\{(\d)\}", lambda part: found[int(part[1])], chinese)
    return english if isinstance(error, RefusedError) else f"程序出错：{english}"
