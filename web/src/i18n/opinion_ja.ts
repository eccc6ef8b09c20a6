// The words of the second opinion. opinion_en.ts has to say the same.
export const opinionJa = {
  title: "別の見立て（言語モデル）", lead: "参考です。判定は変えません。", agrees: "判定と同じ見方です", differs: "判定と食い違っています。見直してください",
  quoted: (turn: number) => `${turn + 1}番目の発言から`, why: (percent: number) => `分類器が迷った応対（${percent}%）について、終わった後に尋ねました`,
  refused: "答えが決まった形でなかったため、使いませんでした。", failed: "答えがありませんでした。",
  list: "見直したい応対", listLead: "言語モデルの見立てが、判定と食い違った応対です。どちらが合っているかは、人が決めます。", judged: "判定", opinion: "別の見立て", reviewed: "見直しました", open: "未確認", hideReviewed: "見直したものも表示",
  event: "別の見立て", read: "言語モデルに見立てを尋ねる",
};
