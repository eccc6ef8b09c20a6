// The words of the customer's history. history_en.ts has to say the same.
export const historyJa = {
  title: "これまでの応対", thisWeek: "今週", eightWeeks: "8週間", count: (n: number, minutes: number) => `${n}回・${Math.round(minutes)}分`,
  before: (refusals: number, finals: number) => `ほかの応対でお断り${refusals}回、うち最終の回答${finals}回`, none: "ほかの応対に、お断りの記録はありません", weeks: "週ごとの回数", week: "週", contacts: "回数", minutes: "通話（分）", channels: "経路",
  list: "応対の一覧", here: "この応対", minutesOf: (m: number) => `${Math.round(m)}分`, finalHere: "最終の回答あり", refusedHere: "お断りあり",
  name: "名のった名前", nameHint: "同じ名前の応対を探す手がかりにします。名前だけで結びつけることはありません。", saveName: "名前を残す", nameSaved: "名前を残しました",
  maybe: "同じ人かもしれない応対", maybeLead: "同じ名前が残っています。同じ名前の別の人かもしれません。",
  link: "同じ人として結びつける", linkLead: "結びつけると、回数や最終の回答をまとめて数え、続く応対の判定に使います。理由は記録簿に残ります。あとで解けます。", linked: "結びつけました", 
  find: "結びつける応対を探す", findText: "番号・メールアドレス・名前・応対者", findHint: "一部だけでも探せます。空のままなら、新しい順に出します。探したことは記録簿に残ります。", findFrom: "この日から", findTo: "この日まで", findGo: "探す", finding: "探しています",
  found: (n: number) => `${n}件見つかりました。一つ選んでください。`, foundNone: "見つかりませんでした。言葉や日付を変えて探してください。すでに同じ人として扱っている応対と、内容を消去した応対は出ません。", foundMore: "ほかにもあります。言葉や日付で絞り込んでください。", foundList: "見つかった応対", nobody: "番号なし", wrongDates: "終わりの日が、始まりの日より前です。",
  basis: "もとにしたこと", bases: { number: "電話番号", mail: "メールアドレス", name: "名前と話の内容", voiceprint: "声紋（確かめたもの）" }, reason: "理由", needsReason: "理由を書いてください。", needsOther: "結びつける応対を探して、一つ選んでください。",
  links: "結びつき", linkedBy: (by: string, at: string, basis: string) => `${at} ${by}（${basis}）`, unlink: "解く", unlinkTitle: "結びつきを解きますか", unlinkLead: "回数は別々に数えるようになります。すでに終わった応対の判定は変わりません。", unlinked: "結びつきを解きました",
  events: { party_linked: "同じ人と結びつけ", party_unlinked: "結びつきを解除", customer_named: "名前の記入", answered: "お断り" }, final: "最終の回答", read: "これまでの応対を閲覧",
};
