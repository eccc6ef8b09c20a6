// Thirteen calls of one morning at a town hall: enough to fill the wall the way a real one is filled.
const LONG = [
  [true, "先週届いた国民健康保険料の通知のことで電話したんですけど"],
  [false, "お電話ありがとうございます。保険年金課でございます。通知書の番号はお分かりになりますか"],
  [true, "番号なんてどこに書いてあるの。こっちは仕事の合間にかけてるんだから早くしてほしいんだけど"],
  [false, "申し訳ございません。封筒の右上、宛名の下の十桁の数字でございます"],
  [true, "ああこれか。去年より四万円も高くなってるのは納得いかない"],
  [false, "前年の所得と、今年度の料率改定の両方が影響しております。内訳をご説明いたします"],
  [true, "説明はもういいよ。三回目だよこの電話。前の人は折り返すと言って来なかった"],
  [false, "折り返しができておらず、誠に申し訳ございません。記録を確認いたします"],
  [true, "お前みたいなばかと話しても無駄なんだよ"],
  [false, "恐れ入ります。ご不満はもっともでございますが、お調べしますので少しお時間をください"],
  [true, "いいから責任者を出せ。何度言わせるんだ"],
  [false, "責任者は席を外しております。私が承ります"],
  [true, "責任者を出せと言ってるだろ。お前じゃ話にならない"],
  [false, "申し訳ございません。本日中に責任者からご連絡いたします"],
  [true, "土下座して謝れ。今すぐここに来て土下座しろ"],
  [false, "そのようなご要望にはお応えできません"],
  [true, "お前の名前と顔をネットに晒してやるからな"],
  [false, "個人に関わることはお控えください。このまま続きますと、お電話を終了させていただきます"],
  [true, "今からそっちに行ってぶっ殺してやる。待ってろ"],
];
const talk = (...lines) => lines.map((text, i) => [i % 2 === 0, text]);

export const CALLS = [
  { id: "0a01", caller: "09012345678", callee: "0312340001", agent: "佐藤", ago: 492, lines: LONG, shout: 0.9 },
  { id: "0a02", caller: "08087654321", callee: "0312340002", agent: "鈴木", ago: 1310, shout: 0.7,
    lines: talk("ごみの収集が三週間も来ていない。どうなっているんですか", "ご迷惑をおかけしております", "この役立たず。税金泥棒のくずが、死ね", "恐れ入りますが、そのようなお言葉はお控えください") },
  { id: "0a03", caller: "0452223333", callee: "0312340001", agent: "高橋", ago: 634, shout: 0.5,
    lines: talk("返金してください。領収書もあります", "確認いたします", "慰謝料として百万円払え。払わないなら口コミに悪い評価を書くぞ", "ご要望には添いかねます") },
  { id: "0a04", caller: "09055556666", callee: "0312340005", agent: "田中", ago: 201, shout: 0.2,
    lines: talk("もう疲れました。生きていても仕方がないんです。死にたい", "お話を聞かせていただけますか。今はお一人ですか", "一人です。薬がたくさんあります", "そばにおります。電話を切らずにいてください") },
  { id: "0a05", caller: "0312349999", callee: "0312340003", agent: "伊藤", ago: 845, shout: 0.4,
    lines: talk("上の人を出してください。さっきから同じ説明ばかりで", "担当の者が戻り次第ご連絡いたします", "何度も言っているだろう。上司を出せ、上司を。お前じゃ話にならない", "申し訳ございません") },
  { id: "0a06", caller: "07011112222", callee: "0312340002", agent: "渡辺", ago: 388, shout: 0.6,
    lines: talk("いいかげんにしてください。もう二時間も待っているんですよ", "お待たせして申し訳ございません", "工事の音で眠れないと先週も伝えました。対応してもらわないと困ります", "工事事業者に確認いたします") },
  { id: "0a07", caller: "0665551234", callee: "0312340001", agent: "山本", ago: 95, shout: 0.1,
    lines: talk("住民票の写しを郵送で取りたいのですが", "請求書と本人確認書類の写し、手数料分の定額小為替をお送りください") },
  { id: "0a08", caller: "09077778888", callee: "0312340004", agent: "中村", ago: 312, shout: 0.1, lines: talk("保育園の入園の申し込みはいつまででしょうか", "十二月十日までに窓口かオンラインでお願いいたします", "ありがとうございます。必要な書類を教えてください") },
  { id: "0a09", caller: "0422334455", callee: "0312340003", agent: "小林", ago: 47, shout: 0.05, lines: talk("粗大ごみの予約をしたいのですが") },
  { id: "0a10", caller: "08011113333", callee: "0312340005", agent: "加藤", ago: 720, shout: 0.15, lines: talk("介護認定の結果がまだ届きません", "いつ頃申請されましたか", "先月の五日です", "お調べいたしますので、このままお待ちください") },
  { id: "0a11", caller: "0312347777", callee: "0312340002", agent: "吉田", ago: 158, shout: 0.1, lines: talk("選挙の入場券が届かないのですが", "お住まいの地区をお聞かせください") },
  { id: "0a12", caller: "09099990000", callee: "0312340004", agent: "山田", ago: 266, shout: 0.1, lines: talk("転入の手続きに必要なものを教えてください", "転出証明書と本人確認書類をお持ちください") },
  { id: "0a13", caller: "", callee: "0312340001", agent: "佐々木", ago: 22, shout: 0.05, lines: talk("もしもし、聞こえますか") },
];

/** Puts all calls on the wall. Returns their ids. */
export async function fill(roles, calls = CALLS) {
  for (const c of calls) {
    let at = 2;
    const timed = c.lines.map(([customer, text]) => {
      const start = at;
      const end = start + 1 + [...text].length * 0.14;
      at = end + 0.8;
      return { customer, text, start, end, gain: customer ? 0.5 + 0.9 * c.shout : 0.6 };
    });
    await roles.call(c.id, { ...c, seconds: Math.ceil(at + 2), loud: timed });
    for (const l of timed) roles.say(c.id, l.customer, l.start, l.text, l.end);
    // A voice that rises, or stays as it is.
    for (let i = 0; i < 44; ++i) roles.cue(c.id, at + i / 2, Math.max(0, Math.min(1, c.shout * (0.25 + 0.75 * (i / 43)) + 0.12 * Math.sin(i * 1.7))));
  }
  return calls.map((c) => c.id);
}
