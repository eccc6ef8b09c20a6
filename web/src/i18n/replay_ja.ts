// The words of 過去の応対で試す. replay_en.ts has to say the same.
export const replayJa = {
  title: "過去の応対で試す", lead: "別の版だったら、過去の応対の判定と対処がどう変わっていたかを数えます。いまの判定も記録も変わりません。",
  before: "比べるもと", after: "試す版", criteria: "判断基準", policy: "自動対処ルール", now: "いま使われている版", recorded: "当時の判定と提案", preset: (name: string) => `ひな型：${name}`, version: (n: number, name: string, state: string) => `第${n}版 ${name}（${state}）`,
  from: "最初の日", to: "最後の日", go: "試す", period: "期間", stop: "途中でやめる", needDates: "期間を入れてください。",
  privacy: "保存された発話を読み、判定し直します。だれがどの期間を読んだかは、記録簿に残ります。", warnings: "警告は、当時実際に流れたものだけを数えます。警告していたら相手がどう答えたかは、だれにも分かりません。",
  running: (done: string, total: string) => `${total} 件のうち ${done} 件を判定しました`, failed: "試せませんでした", cancelled: "途中でやめました", by: (who: string, time: string) => `${who}が ${time} に開始`,
  result: "結果", contacts: "判定した応対", changed: "変わる応対", unreadable: (n: string) => `ほかに ${n} 件は、消去されたか発話がないため判定していません。`, truncated: "変わる応対が多いため、一覧には新しい 20,000 件までを示します。数は全部を数えています。", none: "この期間に、判定できる応対はありません", noneLead: "期間を広げてください。", nothing: "どの応対も、判定と対処は変わりません",
  alerts: "上席者を呼ぶ応対", kinds: "種類", actions: "対処", flags: "しるし", levels: "危険度", levelsLead: "縦が比べるもと、横が試す版です。数を押すと、その応対を示します。", levelFrom: "もと", level: (n: number, word: string) => `${n} ${word}`,
  columns: { what: "項目", before: "もと", after: "試す版", gained: "新たに", lost: "なくなる", automatic: "うち自動", more: "より自動に", less: "人の確認に", over: "上限超え" }, overHint: "上限超え：1時間の上限に達し、人の確認を待つことになる数", arrow: (a: string, b: string) => `${a} → ${b}`,
  show: (what: string, n: string) => `${what} ${n} 件を表示`, listed: (what: string, n: string) => `${what}（${n} 件）`, first: (n: string) => `新しい ${n} 件を示しています。`, open: "記録を開く", started: "開始", line: "回線・応対者", change: "判定の変化", actionChange: "対処の変化", same: "同じ", close: "一覧を閉じる", back: "判断基準",
  gainedOf: (what: string) => `新たに：${what}`, lostOf: (what: string) => `なくなる：${what}`, moreOf: (what: string) => `より自動に：${what}`, lessOf: (what: string) => `人の確認に：${what}`, levelOf: (a: string, b: string) => `危険度 ${a} → ${b}`, allChanged: "変わる応対",
};
