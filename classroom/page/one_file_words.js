"use strict";
// Words that only the page in one file has.
Object.assign(WORDS, {
  a_year: ["One year", "一年"], luck: ["Luck", "运气"], luck_n: ["Luck {0}", "运气{0}"], save: ["Save", "保存"],
  save_csv: ["Save all weekly numbers (CSV)", "保存全部每周数据（CSV）"],
  runs_here: ["The model itself runs in this page, with the same rules and the same numbers as the program linli; nothing is loaded, nothing is sent.", "模型就在本页中运行，规则和数值与 linli 程序完全相同；不加载也不发送任何数据。"],
  cannot: ["This browser cannot run the model: it needs WebAssembly with SIMD and DecompressionStream (browsers since 2023). {0}", "此浏览器无法运行模型：需要支持 SIMD 的 WebAssembly 和 DecompressionStream（2023年以后的浏览器）。{0}"],
  loading: ["The community is being unpacked …", "正在载入社区……"],
  holds_from_now: ["A change holds in the chosen world from the coming week on. A saved study has it from week 0 on.", "更改自下一周起在所选世界生效；保存的研究从第0周起使用它。"],
  in_world: ["Changes hold in", "更改作用于"], unfit: ["Not for this community: {0}.", "不适用于本社区：{0}。"],
  not_aimed: ["Grids, groups and tiers can be chosen here; by an expression, by chance or for some services only, in linli classroom or in a study.", "此处可选择网格、群体和层级；按表达式、按概率或只针对某些服务，请在 linli classroom 或研究中选择。"],
  since_week: ["since week {0}", "自第{0}周"], from_to: ["weeks {0} to {1}", "第{0}至{1}周"], from_then: ["from week {0} on", "自第{0}周起"],
  study_head: ["Saved from a page. Replicate {0} has the luck that the page showed.", "由网页保存。第{0}次重复的运气与网页所示相同。"],
  study_changed: ["On the page parameters changed in the middle of a life; here they hold from week 0 on.", "网页上的参数在中途更改；此处从第0周起生效。"],
  study_touched: ["What was given to single residents by hand is not in a study.", "由人为给予个别居民的内容不在研究中。"],
  cannot_child: ["A child or an empty place can be given nothing.", "儿童或空置住所无法给予。"], cannot_higher: ["Nobody stands higher on the ladder.", "已是最高层级。"], cannot_tied: ["These two are tied already.", "这两位已有关系。"], cannot_room: ["One of the two has no room for another tie.", "其中一位已无法再增加关系。"],
  newcomer: ["A newcomer", "新居民"], nobody_here: ["Nobody lives here now.", "现在无人居住。"], member_of: ["a household of {0}", "{0}人户"], alone: ["lives alone", "独居"],
  friends_n: ["{0} ties", "{0}个关系"], strong_n: ["{0} of them strong", "其中{0}个强关系"], gave_hours: ["gave {0} hours last week", "上周服务{0}小时"], gave_none: ["gave no hours last week", "上周未服务"],
  waits_n: ["unmet needs: {0}", "有{0}项需求未满足"], waits_none: ["waits for nothing", "没有等待中的需求"],
  became: ["week {0}: {1}", "第{0}周：{1}"], came_as: ["moved in in week {0} as {1}", "第{0}周迁入，当时为{1}"], moved_out: ["moves away", "迁出"], history: ["So far", "至今"], started_as: ["began as {0}", "最初为{0}"],
  age0: ["child", "儿童"], age1: ["teenager", "少年"], age2: ["adult", "成人"], age3: ["elder in the sixties", "低龄老人"], age4: ["elder of 70 or more", "高龄老人"],
  in_classroom: ["This step needs linli classroom.", "此步骤需要 linli classroom。"],
  max: ["max", "最快"], policy_refused: ["{0}: {1}", "{0}：{1}"],
});
