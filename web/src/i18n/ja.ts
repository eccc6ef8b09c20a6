// The words of the screens. Japanese first; en.ts has to say the same.
import type { ActionKind, ActionMode, Category, Flag } from "../api/types";
import { replayJa } from "./replay_ja";
import { historyJa } from "./history_ja";
import { opinionJa } from "./opinion_ja";
import { verdictJa } from "./verdict_ja";
import { rulesJa } from "./rules_ja";

const levels = ["平常", "注意", "疑い", "該当", "重大"];

const categories: Record<Category, string> = {
  verbal_abuse: "暴言・侮辱", threat: "脅迫", intimidation: "威圧・威嚇", excessive_demand: "過大な要求", forced_apology: "土下座・謝罪の強要",
  authority_demand: "権威型（責任者を出せ）", prolonged_restraint: "長時間拘束・不退去", repetition: "執拗な反復", privacy_invasion: "個の侵害・つきまとい",
  sexual_harassment: "セクシュアルハラスメント", online_defamation: "SNS等での晒し・誹謗中傷", discrimination: "差別的言動", physical_violence: "暴力",
};
const flags: Record<Flag, string> = { complaint: "正当な苦情", inquiry: "問い合わせ", distress: "要配慮", third_party_quote: "他者の言動の引用" };
const actions: Record<ActionKind, string> = {
  notify_supervisor: "上席者へ通知", warn_caller: "警告", switch_to_announcement: "案内音声", handover_to_voicebot: "ボイスボットへ引き継ぎ",
  disconnect: "切断", block_number: "着信拒否", open_case: "案件にする",
};
const modes: Record<ActionMode, string> = { automatic: "自動で実行", confirm: "確認待ち", advise: "助言" };

export const ja = {
  title: "守り",
  product: "守り Mamori",
  skip: "本文へ移動",
  nav: { label: "画面", live: "現況", contacts: "記録", cases: "案件", blocks: "着信拒否", prompts: "案内の音声", words: "語句の登録", criteria: "判断基準", policy: "自動対処" },
  menu: {
    theme: "配色", themeSystem: "端末に合わせる", themeLight: "明るい配色", themeDark: "暗い配色", language: "English", languageLabel: "Switch to English",
    soundOn: "通知音 オン", soundOff: "通知音 オフ", soundLabel: "通知音", signOut: "サインアウト", help: "キー操作", close: "閉じる",
  },
  levels,
  level: (n: number) => `危険度${n} ${levels[n] ?? ""}`,
  levelWord: "危険度",
  categories, flags, actions, modes,
  speakers: { customer: "顧客", agent: "応対者", system: "システム" },
  roles: { operator: "応対者", supervisor: "上席者", admin: "管理者" },
  medium: { phone: "電話", mail: "メール", chat: "チャット", form: "フォーム", ticket: "チケット", counter: "窓口" },
  list: "、",
  colon: "：",
  paren: (s: string) => `（${s}）`,
  quote: (s: string) => `「${s}」`,
  minutes: (n: number) => `${n}分`,
  seconds: (n: number) => `${n}秒`,
  retry: "再読み込み",
  loading: "読み込んでいます…",
  empty: "ありません",
  cancel: "やめる",
  error: {
    title: "表示できませんでした", unreachable: "サーバーにつながりません。ネットワークとサーバーの状態を確かめてください。",
    forbidden: "この画面を見る権限がありません。必要なときは管理者に依頼してください。", notFound: "見つかりません。消去されたか、アドレスが違います。",
    unknown: "処理できませんでした。もう一度お試しください。", back: "現況へ戻る",
  },
  sign: {
    title: "サインイン", lead: "応対者を守るためのシステムです。", name: "利用者名", password: "パスワード", submit: "サインイン", busy: "確認しています…",
    firstTime: "初めてのときは、起動画面に表示された初回パスワードを使います。", needName: "利用者名を入力してください。", needPassword: "パスワードを入力してください。",
    ended: "サインインの有効期間が切れました。もう一度サインインしてください。", show: "パスワードを表示", hide: "パスワードを隠す",
  },
  change: {
    title: "パスワードの変更", lead: "初回パスワードは一度しか使えません。ご自分のパスワードを決めてください。",
    current: "今のパスワード", fresh: "新しいパスワード", again: "新しいパスワード（確認）", rule: "12文字以上。長い文や、関係のない言葉の組み合わせが安全です。",
    submit: "変更して始める", tooShort: (n: number) => `あと${n}文字必要です（12文字以上）。`, differs: "確認用のパスワードが一致しません。", same: "今のパスワードと違うものにしてください。",
    needCurrent: "今のパスワードを入力してください。",
  },
  live: {
    title: "現況", counts: "危険度ごとの件数", list: "進行中の応対", detail: "選択中の応対", empty: "進行中の応対はありません",
    emptyLead: "通話が始まると、ここに表示されます。", choose: "左の一覧から応対を選ぶと、発話と判定が表示されます。",
    stale: "更新が止まっています", staleSince: (time: string) => `最後の更新 ${time}。表示は最新ではありません。再接続しています…`, never: "サーバーに接続しています…",
    reconnected: "更新を再開しました", calls: (n: number) => `${n}件`, waiting: (n: number) => `新しい応対 ${n}件・並べ替える`, reorder: "危険度順に並べ替える",
    nothingWaiting: "未確認の通知はありません", open: "開く", others: (n: number) => `ほか${n}件`,
    elapsed: "通話時間", agent: "応対者", line: "番号", party: "発信者", unknownParty: "番号不明", noAgent: "未応答",
    states: { live: "応対中", inbound: "着信中", ringing: "呼出中", bridged: "通話中", announcing: "案内音声", ended: "終了", refused: "着信拒否" } as Record<string, string>,
    endReasons: {
      caller: "発信者が切断", agent: "応対者が切断", cancelled: "発信者が取りやめ", cut: "切断（対処）", announcement: "案内音声で終了", no_answer: "応答なし", stopped: "停止",
      blocked: "着信拒否", refused: "着信拒否", lost: "接続が途切れた", ended: "終了",
    } as Record<string, string>,
    trendUp: "上昇中", trendDown: "下降中", trendFlat: "横ばい", shouting: "声の大きさの変化（直近20秒）", shoutingNow: "大声",
    tier: (tier: number) => `認識 Tier ${tier}`, noSpeech: "文字起こし停止中", behind: (s: number) => `文字起こし ${s}秒遅れ`, engine: "音声認識",
    reveal: "伏せ字を外す", hide: "伏せ字にする", masked: "伏せ字", reveal_all: "伏せ字をすべて外す", hide_all: "伏せ字に戻す",
    noEvidence: "所見はありません", calling: "未確認", acknowledged: (who: string) => `${who}が確認済み`, over: "終了した応対",
    transcript: "発話", noTranscript: "まだ発話がありません", partial: "認識中", latest: "最新の発話へ", verdict: "判定", reason: "理由", criterion: "判断基準", basis: "根拠",
    against: "反対の材料", criteria: "基準の版", flagsWord: "注記", noVerdict: "いまのところ、問題となる言動はありません。", repeat: (n: number) => `30日以内に${n}回目の連絡`, repeatShort: (n: number) => `30日で${n}回目`,
    warned: (n: number) => `警告 ${n}回`, keepLine: "この通話は終了できません（人命に関わる内容、または警察に伝える情報が必要です）",
    distressReason: "要配慮の内容が聞き取られました。", distress: "要配慮", distressLead: "体調の急変や自殺のおそれなど、助けが必要な方かもしれません。切断・警告はできません。人が応対を続けてください。",
    proposals: "対応方針による提案", noProposals: "提案はありません", done: "済み", running: "実行中", failed: "失敗", byRule: "自動", playing: (what: string) => `再生中：${what}`,
    promptNames: { warning: "警告", announcement: "案内音声" } as Record<string, string>,
    actionBar: "対処", acknowledge: "確認しました", openPage: "記録を開く", openedCase: "案件にしました", blockedNow: "着信拒否にしました", sent: (what: string) => `「${what}」を実行しました`,
    acknowledgedNow: "確認済みにしました", endedCannot: "通話は終わっています", staleCannot: "更新が止まっているため操作できません", running_wait: "実行中です", bridgedOnly: "通話中だけ使えます",
    operatorCannot: "上席者が行う操作です", alreadyCase: "案件にしました", alreadyBlocked: "着信拒否にしました", noNumber: "発信者の番号が分かりません", forbidden: {} as Record<string, string>,
  },
  confirm: {
    warn_caller: { title: "警告を流しますか", lead: "通話はつながったまま、発信者に次の音声が流れます。応対者にも小さく聞こえます。", go: "警告を流す" },
    switch_to_announcement: { title: "案内音声に切り替えますか", lead: "応対者を通話から外し、発信者に次の音声を一度流してから通話を終えます。元には戻せません。", go: "案内音声に切り替える" },
    disconnect: { title: "通話を切断しますか", lead: "発信者には何も流れず、通話がすぐに切れます。元には戻せません。", go: "切断する" },
    block_number: { title: "着信拒否にしますか", lead: "今の通話は続きます。次回から、この番号の着信には応答しません。発信者には話し中のように聞こえます。「着信拒否」の画面でいつでも解除できます。", go: "着信拒否にする" },
    open_case: { title: "案件にしますか", lead: "この応対を案件として残します。発信者には何も伝わりません。", go: "案件にする" },
    hears: "発信者に聞こえる内容", nothing: "（音声は流れません）", noSound: "音声ファイルがないため、再生できません。管理者に確認してください。", noText: "文面が登録されていません。管理者に確認してください。", to: "対象",
  },
  health: {
    label: "システムの状態", ok: "正常", media: "通話", speech: "文字起こし", recording: "録音", disk: "空き容量", journal: "記録簿", rules: "基準とルール", rulesRefused: (n: number) => `読めない版があります（第${n}版）`,
    mediaDown: "停止（通話を監視できません）", speechDown: "停止（通話と録音は続いています）", engineReplaced: (engine: string) => `${engine} が使えません（組み込みの認識で続けています）`, recordingUnknown: "不明", journalDown: "書き込めません", judge: "判定", judgeFramesOnly: "分類器が使えず、句型だけで判定しています", free: (gb: string) => `${gb} GB`,
    low: (gb: string) => `残りわずか ${gb} GB`, unknown: "不明", allFine: "すべて正常", attention: "要確認",
  },
  contacts: {
    title: "記録", lead: "これまでの応対", started: "開始", duration: "時間", line: "番号", agent: "応対者", party: "発信者", result: "判定", flags: "注記", state: "状態",
    filter: "危険度で絞り込む", all: "すべて", atLeast: (n: number) => `${levels[n]}以上`, empty: "該当する応対はありません", more: "さらに読み込む", erased: "消去済み", open: "開く",
  },
  contact: {
    title: "応対の記録", back: "記録の一覧", recording: "録音", play: "再生", pause: "一時停止", speed: "速さ", position: "再生位置", left: "発信者", right: "応対者・案内音声",
    noRecording: "この応対の録音はありません。", recordingFailed: "録音を読み込めませんでした。", liveNote: "通話中です。録音は今の時点までです。", reload: "最新の状態にする",
    waveform: "波形。所見のある区間に色が付いています。", transcript: "発話", seek: (time: string) => `${time} から再生`, timeline: "経過", verdict: "判定", evidence: "証拠", against: "反対の材料・考慮した点",
    noEvidence: "所見はありません。", notes: "メモ", noteLabel: "メモを書く", noteSave: "メモを残す", noteSaved: "メモを残しました", noteHint: "Ctrl+Enter でも保存できます。メモは記録簿に残り、書き換えられません。",
    openCase: "案件にする", block: "着信拒否にする", erase: "内容を消去", eraseTitle: "この応対の内容を消去しますか", eraseLead: "録音、発話、発信者の番号を消去します。元には戻せません。いつ何が判定され、何を行ったかの記録は残ります。",
    eraseGo: "消去する", erasedTitle: "内容は消去されています", erased: (time: string, who: string) => `${time} に${who}が消去しました。判定と対処の記録だけが残っています。`,
    started: "開始", answered: "応答", ended: "終了", reason: "終了の理由", duration: "通話時間", id: "応対ID", criteria: "基準の版", elements: "判断の要素", elementWhat: "言動の内容", elementHow: "手段・態様", elementHarm: "就業環境への影響",
    elementWhatNone: "要求内容に問題は見つかっていません", elementHowNone: "手段・態様に問題は見つかっていません", elementHarmText: (n: number, min: number) => `所見${n}件、通話${min}分`, elementHarmNone: "問題となる発話は見つかっていません",
    live: "進行中", filterAll: "すべて", filterActs: "判定と対処", content_erased: "（消去済み）",
    events: {
      state: "状態", utterance: "発話", spotted: "聞き取り句", finding: "所見", assessment: "判定", proposal: "提案", action: "対処", refused: "対処できず", prompt: "音声再生", acknowledged: "確認",
      feedback: "判定への意見", note: "メモ", case: "案件", block: "着信拒否", unblock: "着信拒否の解除", read: "閲覧", erased: "消去", lag: "認識の遅れ", voice: "声", voiceprint_enrolled: "声紋の登録", voiceprint_erased: "声紋の消去", voiceprint_match: "声紋", voiceprint_compared: "声紋の照合", voiceprint_verified: "声紋の確認", engine: "認識の切替", second_pass: "聞き直し", second_opinion: opinionJa.event, ...historyJa.events,
    } as Record<string, string>,
    byRule: (rule: string) => `規則「${rule}」`, proposedBy: (rule: string, mode: string) => `規則「${rule}」による提案（${mode}）`, actionDone: "実行しました", actionFailed: (why: string) => `失敗：${why}`,
    promptState: { started: "再生を始めました", finished: "再生を終えました", interrupted: "再生を中断しました", missing: "音声ファイルがありません" } as Record<string, string>,
    readWhat: { contact: "記録を閲覧", recording: "録音を再生", second_opinion: opinionJa.read, history: historyJa.read } as Record<string, string>, ackAfter: (s: number) => `通知から${s}秒`, caseOpened: "案件にしました", dropped: (s: number) => `${s}秒分を認識できませんでした`,
    again: "通話後の聞き直し", againLead: "通話後に、録音を別のエンジンで文字にしたものです。判定には使っていません。", againFailed: (why: string) => `聞き直しはできませんでした：${why}`, againDone: (n: number) => `${n}件の発話`,
    engineChange: (before: string, now: string) => `${before} から ${now} へ`,
  },
  voice: {
    title: "声の調子", calm: "落ち着いた声", raised: "高ぶった声", shouting: "大声", never: "声だけで危険度が上がることはありません。耳の遠い方や地声の大きい方もいます。",
    short: "（声だけでは判定しません）", arousal: "高ぶり", curve: "声の高ぶりと大声の移り変わり", at: "時刻", list: "声が高ぶった区間", none: "声が高ぶった区間はありません。", span: (from: string, to: string) => `${from}〜${to}`, seek: (time: string) => `${time} から再生`,
    what: { loudness: "声が大きい", pitch: "声が高い", range: "抑揚が激しい", effort: "声を張っている", rate: "早口", roughness: "声が荒れている", dynamics: "強弱が激しい" },
    unit: { loudness: "dB", pitch: "半音", range: "半音", effort: "dB", rate: "音節/秒", roughness: "dB", dynamics: "dB" },
    own: "話し始めと比べて", general: "一般の落ち着いた声と比べて", broke: (n: number) => `話をさえぎり ${n}回`, both: (s: string) => `同時に話す ${s}秒`, silence: (s: string) => `沈黙 ${s}秒`, lastTen: "直近10秒", full: "最大", zero: "平常",
  },
  voiceprint: {
    title: "声紋", none: "なし", enrol: "声紋を登録", enrolTitle: (n: number) => `案件${n}の発信者の声紋を登録しますか`, enrolGo: "登録する", enrolled: "声紋を登録しました",
    enrolLead: "この案件の録音から発信者の声の特徴を作り、これからの着信と比べます。同じ人かもしれないときに、人への手がかりとして表示するだけで、自動の対処には使いません。",
    purpose: "目的", purposes: { repeat_caller: "繰り返しの電話かどうかの見きわめ", safety: "脅迫などからの安全の確保", police: "警察への相談・被害届" }, days: "保存期間（日）", daysHint: (most: number) => `期限が来ると自動で消去します。${most}日まで。`,
    law: "声紋は個人情報保護法の個人識別符号です。利用目的を公表し、必要がなくなったらすぐに消去してください。登録・照合・消去はすべて記録簿に残ります。",
    until: (time: string) => `${time} まで`, erase: "声紋を消去", eraseTitle: (n: number) => `案件${n}の声紋を消去しますか`, eraseLead: "声の特徴を消去し、これからは照合しません。元には戻せません。登録した目的と期間の記録は残ります。", eraseGo: "消去する", erased: "声紋を消去しました", expired: "期限による自動消去",
    mayBe: (n: number) => `案件${n}の発信者と同じ人かもしれません`, certainty: { weak: "声の手がかりは弱めです", moderate: "声の手がかりは中くらいです", strong: "声の手がかりは強めです" }, rests: (s: number) => `発話${s}秒分から`,
    hintOnly: "声が似ている別の人のこともあります。対応は、今回の言動で判断してください。", comparedWith: (n: number) => `登録された声紋${n}件と照合`,
  },
  words: {
    title: "語句の登録", lead: "施設名、商品名、職員の名前など、この組織で使う語を登録すると、音声認識がその表記で書き取ります。通話中でも、次の発話から使われます。",
    spelling: "表記", reading: "読み", readingHint: "ひらがなかカタカナで書いてください。", notKana: "ひらがなとカタカナだけで書いてください。", add: "登録する", added: (word: string) => `「${word}」を登録しました`,
    empty: "登録された語はまだありません", by: "登録者", at: "登録日時", drop: "削除", dropOne: (word: string) => `「${word}」を削除`, dropTitle: (word: string) => `「${word}」を削除しますか`, dropLead: "これからの通話では、この表記で書き取られないことがあります。", dropped: "削除しました",
  },
  prompts: {
    title: "案内の音声", lead: "警告や案内で発信者に聞こえる音声です。録音があれば録音を、なければ文を読み上げて流します。", noSpeech: "この機械では文を読み上げられません。録音の音声を使ってください。",
    sources: { recording: "録音", text: "文の読み上げ", shipped: "標準の音声" }, now: (name: string) => `いま流れる「${name}」`, changed: (time: string, who: string) => `${time} に${who}が文を変更`,
    recordingWins: "録音が使われています。下の文は、画面に示す録音の内容です。", text: "読み上げる文", textOfRecording: "録音の内容", english: "英語の説明（英語の画面に出ます）", preview: "試しに聞く", busy: "音声を作っています…", save: "この文に変える", saved: "変更しました",
    upload: "録音を選ぶ…", uploadLabel: (name: string) => `「${name}」の録音ファイル`, drop: "録音をやめる", reset: "標準に戻す", recorded: "録音に変えました",
    ask: {
      save: { title: "この文に変えますか", lead: "これからの通話では、次の内容が流れます。", go: "変える" },
      reset: { title: "標準の音声に戻しますか", lead: "これからの通話では、次の内容が流れます。録音があるときは録音が優先されます。", go: "戻す" },
      drop: { title: "録音をやめますか", lead: "録音ファイルを消し、文の読み上げ、または標準の音声に戻します。", go: "録音をやめる" },
    },
  },
  cases: {
    title: "案件", level: "起票時の危険度", lead: "危険度の高い応対から起こした案件です。", number: "番号", opened: "起票", by: "起票者", state: "状態", owner: "担当", noOwner: "未定", open: "対応中", contact: "応対",
    empty: "案件はありません", emptyLead: "現況または記録の画面で「案件にする」を押すと、ここに並びます。", rule: (id: string) => `自動（規則「${id}」）`, see: "記録を開く", kind: "種類",
  },
  blocks: {
    title: "着信拒否", lead: "ここにある番号の着信には応答しません。", party: "番号", since: "開始", by: "設定者", until: "期限", reason: "規則", noLimit: "期限なし", state: "状態", active: "拒否中", lifted: "解除済み", expired: "期限切れ",
    lift: "解除", liftTitle: "着信拒否を解除しますか", liftLead: (party: string) => `${party} からの着信を、再び受けるようにします。`, liftGo: "解除する", liftedNow: "解除しました", empty: "着信拒否にした番号はありません", contact: "元の応対", onlyActive: "拒否中のみ", all: "すべて",
  },
  rules: rulesJa,
  replay: replayJa,
  verdict: verdictJa, opinion: opinionJa, history: historyJa,
  keys: {
    title: "キー操作", next: "次の応対", previous: "前の応対", acknowledge: "確認しました", warn: "警告（確認画面が開きます）", case: "案件にする（確認画面が開きます）", reveal: "伏せ字を外す・戻す", help: "この一覧",
  },
};
export type Words = typeof ja;
