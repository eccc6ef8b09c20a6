// Versions as a town hall would have after its first months: superseded, in force, waiting for its day, in review, draft.
export async function versions(page) {
  await page.evaluate(async () => {
    const csrf = (await (await fetch("/api/v1/session")).json()).csrf;
    const send = async (path, body) => {
      const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", "X-Mamori-CSRF": csrf }, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(path + ": " + (await answer.text()));
      return answer.json();
    };
    const add = async (kind, name, note, text, steps, appliesFrom = 0) => {
      const { number } = await send(`/api/v1/rules/${kind}`, { name, note, text });
      for (const what of steps) await send(`/api/v1/rules/${kind}/${number}/steps`, { what, applies_from: appliesFrom, note: what === "approved" ? "窓口の担当者と確かめました" : "" });
    };
    const { presets } = await (await fetch("/api/v1/rules/criteria")).json();
    const hall = presets.find((p) => p.id === "town_hall").text;
    await add("criteria", "施行に合わせた最初の基準", "法律の施行に合わせ、市区町村のひな型から始めます。", hall, ["submitted", "approved"]);
    await add("criteria", "秋の見直し", "「税金泥棒」は重く扱い、長い通話は早めに知らせます。", hall.replace("notice_minutes = 30", "notice_minutes = 20").replace('category = "verbal_abuse"\nlevel = 2', 'category = "verbal_abuse"\nlevel = 3'), ["submitted", "approved"]);
    await add("criteria", "年度替わりの基準", "", hall.replace("notice_minutes = 30", "notice_minutes = 25"), ["submitted", "approved"], Date.now() + 40 * 86400000);
    await add("criteria", "権威型を数えない案", "責任者への取り次ぎを求める方が多く、通知が多すぎるため。", hall.replace('[category.authority_demand]\nenabled = true', '[category.authority_demand]\nenabled = false').replace("contacts_on_matter = 5 ", "contacts_on_matter = 8 "), ["submitted"]);
    await add("criteria", "", "", "", []);
    const { text } = await (await fetch("/api/v1/rules/policy")).json();
    const night = '\n[[rule]]\nid = "night-announcement"\nwhy = "夜間は応対者が一人のため、警告の後は案内音声へ自動で切り替える"\nlevel = 3\nwarnings = 1\nmedia = ["phone"]\nlines = ["0312340001", "03123400*"]\nhours = ["17:15-08:30"]\ndays = ["mon", "tue", "wed", "thu", "fri"]\naction = "switch_to_announcement"\nmode = "automatic"\n';
    const limited = text.replace(/^version.*\n/, "").replace(/^\n?/, "\n[limits]\ndisconnect = 3\nswitch_to_announcement = 10\n") + night;
    await add("policy", "夜間の一人勤務に合わせて", "警備室への転送をやめたため。", limited, ["submitted", "approved"]);
    await add("policy", "警告を自動にする案", "", limited.replace(/(id = "warn"[\s\S]*?mode = )"confirm"/, '$1"automatic"'), ["submitted"]);
  });
}
