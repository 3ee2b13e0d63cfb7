"use strict";
// Every word of the page in English and Chinese. Sentences of policies, metrics and parameters come from their classes.
const WORDS = {
  title: ["linli classroom", "邻里课堂"],
  play: ["Play", "播放"], pause: ["Pause", "暂停"], week1: ["One week", "一周"], reset: ["Start again", "重新开始"],
  speed: ["Speed", "速度"], pace: ["{0} weeks/s", "{0}周/秒"], fastest: ["fastest", "最快"],
  seed: ["Luck (seed)", "运气（种子）"], week: ["Week", "周"], community: ["Community", "社区"],
  language: ["中文", "English"], bigger: ["Larger text", "放大文字"], menu: ["Save and open", "保存与打开"],
  copy_link: ["Copy a link to this state", "复制当前状态的链接"], save_state: ["Save the state (file)", "保存状态（文件）"],
  save_study: ["Save as a study (for linli run)", "保存为研究（供 linli run 使用）"], open_file: ["Open a state or a study", "打开状态或研究"],
  homework: ["Homework: the run as one HTML file", "作业：整个过程存为一个HTML文件"],
  copied: ["The link is copied.", "链接已复制。"], saved: ["Saved: {0}", "已保存：{0}"],
  lessons: ["Lessons", "课程"], policies: ["Policies", "政策"], parameters: ["Parameters", "参数"], class: ["Class", "全班"],
  first_world: ["First world", "第一个世界"], second_world: ["Second world", "第二个世界"],
  act_in: ["Policies act in", "政策作用于"], both_same: ["Two worlds, one luck: the same residents, the same draws of chance (common random numbers). What differs comes from the policies.", "两个世界，同一运气：居民相同，抽签相同。不同之处只来自政策。"],
  differing: ["{0} on another tier", "{0}名居民层级不同"],
  same_lives: ["all on the same tiers", "层级全部相同"],
  ties: ["Ties", "关系"], needs: ["Unmet needs", "未满足需求"], differences: ["Differences", "差异"],
  tier0: ["bystander", "旁观者"], tier1: ["task-only", "任务型"], tier2: ["interest-based", "兴趣型"], tier3: ["substantive", "实质性"],
  child: ["child", "儿童"], empty: ["empty", "空置"], vanguard: ["vanguard", "先锋队"], pioneer: ["pioneer", "网格先锋"],
  need: ["waits with a need", "有需求在等待"], differs: ["differs between the worlds", "两个世界不同"], differed: ["differed before", "曾经不同"],
  grid: ["Grid {0}", "第{0}网格"], budget: ["Budget (yuan)", "预算（元）"], spent: ["{0} yuan spent", "已花费{0}元"],
  over_budget: ["over budget", "超出预算"], left: ["{0} yuan left", "剩余{0}元"], cost_now: ["{0} yuan last week, {1} in all", "上周{0}元，累计{1}元"],
  when_whom: ["When and for whom", "何时、为谁"], on: ["on", "开"], off: ["off", "关"], from_week: ["on since week {0}", "自第{0}周起"], until_week: ["until week {0}", "至第{0}周"],
  assumed_doses: ["Doses and prices are assumed unless a source is named.", "剂量与价格除注明来源外均为假定。"], sources: ["Sources", "来源"],
  policy_for_zero: ["0 switches it off", "0即关闭"], none: ["none", "无"], all: ["all", "全部"],
  filter: ["Find a parameter", "查找参数"], change_from: ["A change holds", "更改生效"], from_start: ["in both worlds from week 0 (the run is lived again)", "两个世界，自第0周起（重新模拟）"],
  from_now: ["in the chosen world from now on", "所选世界，自现在起"], changed: ["changed", "已更改"],
  class_plays: ["The class runs the stations", "全班经营网格站"],
  g_survey: ["survey", "调查"], g_trial: ["trial", "试验"], g_theory: ["theory", "理论"], g_calibrated: ["calibrated", "校准"], g_assumed: ["assumed", "假定"],
  f_tiers: ["Tiers", "参与层级"], f_cohesion: ["Cohesion and its parts", "凝聚力及分项"], f_unmet: ["Unmet needs by group", "各群体未满足需求"], f_orders: ["Orders", "工单"],
  f_bank: ["Time bank", "时间银行"], f_cost: ["Cost", "成本"], f_any: ["Any metric", "任意指标"], together: ["all together", "一起显示"],
  second_less_first: ["second world less first", "第二个世界减第一个"], mean_4_weeks: ["a week (mean of 4 weeks)", "每周（4周平均）"], points: ["points", "个百分点"], no_week_yet: ["No week has been lived yet.", "尚未开始。"],
  charts: ["Charts", "图表"], another_luck: ["Another luck", "换个运气"],
  coach_policy: ["Under Policies, switch one on (try Vanguard team), then press Play: only the second world gets it.", "在“政策”中打开一项（例如先锋队），再按“播放”：只有第二个世界实施它。"],
  coach_play: ["Now press Play: both worlds live the same weeks, with the same people and the same luck.", "现在按“播放”：两个世界度过相同的周，居民相同，运气相同。"],
  coach_wait: ["Everybody still stands on the same tier in both worlds. Whoever leads another life because of what differs gets a ring.", "两个世界里每个人的层级仍然相同。谁因为不同之处而过上另一种生活，谁就会被圈出。"],
  coach_click: ["Residents with a ring lead another life in the second world. Click one to read why.", "被圈出的居民在第二个世界里过着另一种生活。点击一位，看看为什么。"],
  board_says: ["Bands: so many a week (mean of the last four). Boxes: so many stand there now.", "色带：每周数量（最近四周平均）。方框：目前的存量。"],
  study_behind: ["The study behind it", "背后的研究"], name: ["Name", "姓名"], name_line: ["Name:                                             Class:                                   Date:", "姓名：　　　　　　　　　　班级：　　　　　　　　日期："],
  explore: ["Explore the model and the lessons by yourself", "自己探索模型与课程"],
  your_task: ["Your task: as few weeks as possible in which somebody of your grid waits with an unmet need. Everybody pays from one purse.", "你的任务：让本网格居民带着未满足需求等待的周数尽可能少。全班共用一份预算。"],
  says: ["After {0} weeks: {1} in “{2}”, {3} in “{4}”. Difference {5}{6}.", "{0}周后：“{2}”为{1}，“{4}”为{3}。差值{5}{6}。"],
  better: [", which is better", "，更好"], worse: [", which is worse", "，更差"],
  one_luck: ["One luck is a picture, not a finding: save it as a study and let linli run it many times.", "一次运气只是一幅图景，不是结论：请保存为研究，用 linli 多次运行。"],
  b_needs: ["needs arise", "需求产生"], b_covered: ["met by public services", "公共服务满足"], b_hidden: ["unknown needs", "未被发现"], b_placed: ["placed", "已下单"], b_dispatched: ["dispatched", "已派单"],
  b_accepted: ["accepted", "已接单"], b_done: ["done", "已完成"], b_expired: ["expired", "已过期"], b_declined: ["declined", "被拒"], b_lost: ["lost unseen", "未被发现而流失"], b_open: ["orders wait", "工单等待中"], b_cancelled: ["cancelled (moved)", "取消（搬走）"],
  spent_series: ["Cost of the week", "本周成本"], differing_series: ["Residents on another tier", "层级不同的居民"],
  resident: ["Resident", "居民"], board: ["Order board", "工单板"], only_one: ["In one world only", "只发生在一个世界"], this_week: ["This week", "本周"], waiting: ["Waiting longest", "等待最久"],
  click_one: ["Click a resident on the map, or press Tab and the arrow keys, to read their week.", "点击地图上的居民（或用Tab和方向键选择），阅读他们的一周。"],
  invented: ["Names are invented.", "姓名为虚构。"], before: ["Before", "此前"], ties_of: ["Ties", "关系"], orders_of: ["Waits for", "正在等待"], household: ["household", "家人"], none_waiting: ["Nobody waits.", "无人等待。"], made_in: ["made in week {0}", "第{0}周结识"],
  week_short: ["week {0}", "第{0}周"], nothing_differs: ["So far everything that happened in one world happened in the other.", "到目前为止，两个世界里发生的事情相同。"],
  gauge_identity: ["identity", "认同"], gauge_efficacy: ["efficacy", "效能感"], gauge_skill: ["skill", "技能"], gauge_habit: ["habit", "习惯"], gauge_fatigue: ["fatigue", "疲劳"], gauge_satisfaction: ["satisfaction", "满意度"], gauge_wellbeing: ["well-being", "幸福感"],
  minutes: ["{0} minutes", "{0}分钟"], print: ["Print the handout", "打印讲义"], print_answers: ["Print with answers", "打印（含答案）"], back: ["All lessons", "全部课程"],
  predict: ["Save my prediction", "保存我的预测"], predicted: ["You predicted: {0}", "你的预测：{0}"], predict_first: ["Predict first: choose an answer above.", "请先预测：在上面选择一个答案。"], start_lesson: ["Open this lesson's community", "打开本课社区"],
  connecting: ["Connecting …", "连接中……"], compiling: ["The rules are being prepared (the first time on a machine takes about a minute) …", "正在准备规则（首次使用约需一分钟）……"], lost: ["The connection is lost; trying again …", "连接中断，正在重试……"], refused: ["This page needs the teacher's address or a room code.", "此页面需要教师地址或房间号。"],
  room_code: ["Room code", "房间号"], room_open: ["Open a room", "开设房间"], room_close: ["Close the room", "关闭房间"], join_at: ["Students join at", "学生加入地址"], play_weeks: ["Weeks of the play", "游戏周数"], compare_with: ["Compare with", "对照政策"],
  start_play: ["Everybody is here: begin", "人已到齐：开始"], live_4: ["4 weeks", "4周"], live_13: ["13 weeks", "13周"], go_on: ["Go on", "继续"], restart_play: ["Same class, start anew", "同一班级，重新开始"], finish: ["End and debrief", "结束并讲评"],
  remove: ["remove", "移除"], here: ["here", "在线"], away: ["away", "离线"], seats: ["{0} seats, {1} here", "{0}个席位，{1}人在线"], lan_hint: ["Only this machine can join. Start with --lan so that phones on the same network can.", "目前只有本机可加入。使用 --lan 启动后，同一网络的手机即可加入。"],
  purse: ["Purse: {0} of {1} yuan spent", "共同预算：已花费{0}/{1}元"], purse_empty: ["The purse is empty since week {0}: only what is free still happens.", "自第{0}周起预算用尽：只有免费的措施继续。"],
  phase_closed: ["no room", "未开设"], phase_lobby: ["students join", "学生加入中"], phase_running: ["running", "进行中"], phase_paused: ["paused", "已暂停"], phase_over: ["over", "已结束"],
  nobody: ["Nobody acts", "无人行动"], the_class: ["The class", "全班"], rival: ["Shipped policy", "现成政策"], unmet_a_year: ["unmet person-weeks per resident a year", "每名居民每年未满足人周"], debrief: ["Debrief", "讲评"], left_waiting: ["Left waiting longest", "等待最久的人"], weeks_waited: ["{0} weeks", "{0}周"], week_waited: ["1 week", "1周"], with_you: ["With your station", "你经营时"],
  join: ["Join", "加入"], your_name: ["Your name", "你的名字"], your_grid: ["You run grid {0}", "你经营第{0}网格"], wait_start: ["You are in. The teacher begins when everybody is here.", "你已加入。人到齐后老师开始。"], decide: ["Your station decides", "你的服务站决定"],
  c_offers: ["Volunteers called for each order (extra)", "每单多通知的志愿者"], c_offers_why: ["free, but calls tire people, and some turn them off", "免费，但通知使人疲劳，有人会关闭通知"], c_staff: ["More orders dispatched a week", "每周多派工单"], c_seats: ["Training seats a week", "每周培训名额"], c_whom: ["Who is trained", "培训对象"], c_first: ["Whose orders first", "谁的工单优先"], c_visits: ["Hours of visits a week (finds hidden needs)", "每周走访小时（发现隐藏需求）"], c_asks: ["Residents invited a week", "每周邀请居民数"], c_thanks: ["Thank everybody who served", "感谢所有服务者"],
  w_all: ["all volunteers", "所有志愿者"], w_new: ["new ones", "新志愿者"], w_key: ["key volunteers (tier 2+)", "骨干（二级及以上）"], p_station: ["as the station does", "按服务站规则"], p_vulnerable: ["the vulnerable", "弱势群体"], p_longest: ["who waited longest", "等待最久者"], p_elders_alone: ["elders living alone", "独居老人"], p_children: ["families with children", "有孩子的家庭"],
  yuan_each: ["{0} yuan each", "每个{0}元"], yuan_hour: ["{0} yuan an hour", "每小时{0}元"], cost_week: ["About {0} yuan a week", "每周约{0}元"], my_station: ["Your station this week", "你的服务站本周"], volunteers: ["volunteers", "志愿者"], served_now: ["served", "已服务"], gave_up: ["gave up waiting", "放弃等待"], open_orders: ["orders open", "未完成工单"], switched_off: ["turned calls off", "关闭通知"], mean_skill: ["skill", "技能"], mean_fatigue: ["fatigue", "疲劳"], result: ["Your grid's result", "你的网格结果"],
  replay: ["Homework: a run played back", "作业：过程回放"], replay_note: ["Everything is in this file; nothing is loaded.", "所有内容都在此文件中，无需联网。"], scrub: ["Go to week", "转到周"],
};
const Words = {
  at: 0,
  set(language) {
    this.at = language === "zh" ? 1 : 0;
    document.documentElement.lang = this.at ? "zh-CN" : "en";
    document.querySelectorAll("[data-t]").forEach((node) => { node.textContent = T(node.dataset.t); });
    document.querySelectorAll("[data-label]").forEach((node) => { node.setAttribute("aria-label", T(node.dataset.label)); node.title = T(node.dataset.label); });
  },
  pick(both) { return Array.isArray(both) ? (both[this.at] || both[0] || "") : String(both ?? ""); },
};
function T(key, ...inserted) {
  const entry = WORDS[key];
  const text = entry ? entry[Words.at] : key;
  return text.replace(/\{(\d)\}/g, (_, i) => String(inserted[Number(i)]));
}
function waited(weeks) { return T(weeks === 1 ? "week_waited" : "weeks_waited", weeks); }
