// The words of 判断基準 and 自動対処ルール. rules_en.ts has to say the same.
import type { RuleKind, RuleState } from "../api/types";

const states: Record<RuleState, string> = { draft: "下書き", submitted: "確認待ち", approved: "承認済み", in_force: "使用中", superseded: "過去の版", withdrawn: "取り下げ" };
const kinds: Record<RuleKind, { title: string; lead: string; shipped: string; emptyLead: string }> = {
  criteria: {
    title: "判断基準", lead: "何をカスハラの疑いとして扱うか、この組織の決まりです。版として残り、判定には使われた版の番号が付きます。",
    shipped: "最初から入っている基準（標準）", emptyLead: "いまは、最初から入っている基準で判定しています。",
  },
  policy: {
    title: "自動対処ルール", lead: "どの危険度のときに何をするか、自動で行うか、人が確かめてから行うかの決まりです。対処の記録には、使われた版の番号が付きます。",
    shipped: "最初から入っているルール", emptyLead: "いまは、最初から入っているルールで対処しています。",
  },
};

export const rulesJa = {
  states, kinds,
  version: (n: number) => `第${n}版`,
  inForce: "いま使われている版", since: (time: string) => `${time} から`, approvedBy: (who: string) => `承認 ${who}`, alone: "ほかに管理者がいないため、書いた人自身が承認しました。別の人の確認は受けていません。",
  refused: (n: number) => `第${n}版は読めないため、使われていません`,
  create: "新しい版を作る", all: "すべての版", empty: "版はまだありません",
  columns: { number: "版", name: "名前", state: "状態", author: "書いた人", reviewer: "確認した人", applies: "使用開始", changed: "更新" },
  noName: "（名前なし）", notYet: "—", waiting: (time: string) => `${time} から使われます`,
  actions: { edit: "編集する", submit: "確認を依頼する", approve: "承認する…", sendBack: "差し戻す…", withdraw: "取り下げる…", copy: "写して新しい版を作る", replay: "過去の応対で試す", back: "一覧へ戻る" },
  waitingForReview: "管理者の確認を待っています。", reviewHint: "変更点を確かめて、承認するか差し戻してください。", ownWaiting: "ほかの管理者の確認を待っています。自分が書いた版は承認できません。", onlyAdmin: "承認できる管理者がほかにいないため、自分で承認できます。その記録が残ります。",
  ask: {
    submit: { title: "確認を依頼しますか", lead: "依頼した後は編集できません。直すときは、依頼を取り戻して下書きに戻します。", go: "依頼する", done: "確認を依頼しました" },
    approve: { title: "この版を承認しますか", lead: "次の時から、すべての新しい発話がこの版で判定されます。進行中の応対にも使われます。", leadPolicy: "次の時から、この版のとおりに対処します。進行中の応対にも使われます。", go: "承認する", done: "承認しました", now: "すぐに使う", later: "日時を決める", at: "使い始める日時", needAt: "使い始める日時を入れてください。", note: "ひとこと（任意）" },
    sendBack: { title: "差し戻しますか", lead: "下書きに戻ります。書いた人が直して、もう一度依頼できます。", reason: "理由", go: "差し戻す", done: "差し戻しました" },
    takeBack: { title: "依頼を取り戻しますか", lead: "下書きに戻り、編集できるようになります。", go: "下書きに戻す", action: "下書きに戻す…" },
    withdraw: { title: "取り下げますか", lead: "この版は使われなくなります。記録は残ります。", reason: "理由（任意）", go: "取り下げる", done: "取り下げました" },
  },
  changes: { title: "変更点", against: "比べる相手", now: "いま使われている版", nowHint: "いま使われている版と比べて", none: "違いはありません", what: "項目", before: "いま", beforeOther: "比べる相手", after: "この版", added: "追加", removed: "削除", count: (n: number) => `変更 ${n} 件` },
  text: "内容（テキスト）", life: "経緯", note: "書いた人のメモ",
  steps: { created: "作成", edited: "編集", submitted: "確認を依頼", sent_back: "差し戻し", approved: "承認", in_force: "使用を開始", superseded: "次の版に交代", withdrawn: "取り下げ" } as Record<string, string>,
  byItself: "自動",
  unreadable: (why: string) => `この版は、いまのプログラムでは読めません。${why}`,
  editor: {
    newTitle: (kind: string) => `${kind}の新しい版`, editTitle: (kind: string, n: number) => `${kind} 第${n}版を編集`, from: "何から始めますか", fromNow: "いま使われている版", fromPreset: (name: string) => `ひな型：${name}`,
    name: "版の名前", namePlaceholder: "例：秋からの基準", note: "変える理由（確認する人に伝わります）", form: "項目で書く", text: "テキストで書く", textLabel: "TOML テキスト", formLabel: "書き方",
    save: "下書きを保存", saveSubmit: "保存して確認を依頼", saved: "下書きを保存しました", checking: "確かめています…", fine: "書き方に間違いはありません", wrong: "直すところがあります", unsaved: "保存されていない変更があります",
  },
  criteria: {
    sector: "業種", sectors: { "": "決めない", town_hall: "市区町村", mail_order: "通信販売", hospital: "病院・診療所", saas: "ソフトウェアの窓口" } as Record<string, string>, sectorHint: "自動対処ルールを業種で分けるときに使います。", ownSector: "そのほか",
    thresholds: "時間と回数", thresholdsLead: "公的に決まった数はありません。それぞれの出どころを横に示します。", value: "値", standard: (n: string) => `標準 ${n}`, basis: "出どころ",
    categories: "種類", categoriesLead: "数えない種類も、見つかったことは記録に残ります。要配慮のしるしは、どの設定でも消えません。", counts: "数える", category: "種類と公的な根拠", ownName: "この組織での呼び名", ownNameEn: "英語の呼び名", threshold: "確からしさの下限", thresholdHint: "空欄は Mamori の値。0.05〜0.99", categoryNote: "説明",
    phrases: "この組織だけの言い方", phrasesLead: "見つかれば、選んだ種類と危険度で数えます。かな・全角半角の違いは同じものとみなします。", phrase: "言い方", reading: "読み（かな）", kind: "種類", level: "危険度", why: "理由", addPhrase: "言い方を足す", noPhrases: "まだありません",
    exceptions: "数えない言葉", exceptionsLead: "商品名や地名など、ここではふつうの言葉です。これに重なる所見は数えません。", exception: "言葉", anyKind: "すべての種類", addException: "言葉を足す",
    remove: "削除", removeOne: (text: string) => `「${text || "空の行"}」を削除`, more: (n: number) => `残り ${n} 件を表示`,
  },
  policy: {
    fixed: "どのルールでも変えられないこと", fixedItems: ["要配慮の方には、警告・切断・着信拒否・案内音声・ボットを、自動でも手動でも行いません。", "人命に関わる通話や、警察に伝える情報が必要な通話は、終了しません。", "危険度3以上では、ルールがなくても上席者に知らせます。"],
    limits: "自動で行う回数の上限", limitsLead: "1時間に自動で行うのはこの回数までです。超えた分は、人の確認を待ちます。空欄は上限なし、0は自動では行いません。", perHour: "件／時間", noLimit: "上限なし",
    rules: "ルール", rulesLead: "条件がすべて当てはまると、その対処を行うか提案します。同じ対処が重なったときは、より自動のほうが優先されます。", add: "ルールを足す", id: "識別名", idHint: "英数字とハイフン。記録に残ります。", why: "理由", level: "危険度", levelFrom: (n: number) => (n === 0 ? "問わない" : `${n}以上`),
    categories: "種類（選ばなければすべて）", flag: "しるし", anyFlag: "問わない", warnings: "警告の回数", warningsFrom: (n: number) => (n === 0 ? "問わない" : `${n}回以上`), media: "経路（選ばなければすべて）", lines: "回線（番号・窓口）", linesHint: "1行に1つ。「0312*」のように前だけでも書けます。空欄はすべて。",
    hours: "時間帯", hoursHint: "1行に1つ。例：17:15-08:30。空欄は終日。", zoneHint: (zone: string) => `時刻と曜日は、組織のタイムゾーン（${zone}）で見ます。`, days: "曜日（選ばなければ毎日）", dayNames: { mon: "月", tue: "火", wed: "水", thu: "木", fri: "金", sat: "土", sun: "日" } as Record<string, string>, sectors: "業種（選ばなければすべて）",
    action: "対処", mode: "行い方", modes: { automatic: "自動で行う", confirm: "人が確認してから", advise: "助言だけ" }, up: "上へ", down: "下へ", remove: "削除", when: "条件", always: "いつでも", then: "→",
    summary: { level: (n: number) => `危険度${n}以上`, warnings: (n: number) => `警告${n}回以上` }, moveOne: (id: string, where: string) => `ルール「${id}」を${where}`, removeOne: (id: string) => `ルール「${id}」を削除`, problem: "上限を超えた分は確認待ちになります",
  },
};
