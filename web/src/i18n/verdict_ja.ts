// The words of the verdict card. verdict_en.ts has to say the same.
export const verdictJa = {
  law: "法律の三つの要素", element1: "① 顧客等の言動：", element1Yes: "あり", element2: "② 社会通念上許容される範囲を超えたもの：", element2Yes: "超えている疑い", element2No: "超えていない",
  element3: "③ 労働者の就業環境が害される：", element3Presumed: "害されたと推定（確認してください）", element3Ask: "応対者に確認してください", element3No: "見つかっていない",
  lawHint: "三つすべてに当たるものがカスタマーハラスメントです（労働施策総合推進法第33条）。最後の判断は人が行います。",
  axes: "東京都の三つの軸", axis: { manner: "要求態様", content: "要求内容", time: "時間・回数・頻度" }, axisClear: "問題は見つかっていません",
  explain: "判断の材料を見る", hidden: "発話の言葉を伏せているため、材料も伏せています。「伏せ字をすべて外す」を押すと見られます。", lower: "こうであれば下がりました：", influences: "分類器を動かした言葉",
  // In other languages: what is no word of the speaker's but of the whole.
  notWords: {} as Record<string, string>,
  towards: "強める", away: "弱める",
  off: (kinds: string) => `この組織の判断基準では数えない種類も見つかっています：${kinds}`, customerSide: "お客様の側の事情：",
  grounds: { defect: "不具合・不備", our_fault: "当方の落ち度", facts: "日付・金額・記録", rule: "契約・規定・法令", legal_way: "正当な手段", unanswered: "回答待ち・たらい回し", accommodation: "合理的配慮の申し出", confusion: "行き違い・思い違い", language: "日本語が母語でない" } as Record<string, string>,
  question: "この判定は合っていますか", right: "合っている", wrong: "違う", level: "正しい危険度", kinds: "当てはまる種類", because: "どこが違いますか", becauseHint: "理由は記録簿に残り、判定の見直しに使われます。", needsKind: "危険度2以上のときは、種類を一つ以上選んでください。", send: "送る", thanks: "ご意見を残しました",
  said: (by: string, at: string, right: boolean) => `${at} ${by}：${right ? "合っている" : "違う"}`,
};
