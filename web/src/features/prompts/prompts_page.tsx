import { useId, useRef, useState } from "react";
import { getBytesBy, put, putBytes, remove } from "../../api/client";
import { usePrompts } from "../../api/queries";
import type { Prompts } from "../../api/types";
import { useI18n, useWords } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { Ask, Failed, Loading, messageOf } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import "./prompts.css";

type Prompt = Prompts["prompts"][number];

/** What callers hear: hear it, write it anew, hear the new words, put them in place. */
export function PromptsPage() {
  const t = useWords();
  const prompts = usePrompts();
  return (
    <div className="page">
      <header className="page-head"><h1>{t.prompts.title}</h1><p className="lead">{t.prompts.lead}</p></header>
      {prompts.isError ? <Failed error={prompts.error} retry={() => void prompts.refetch()} /> : prompts.isPending ? <Loading /> : (
        <>
          {prompts.data.speech_problem && <p className="notice">{t.prompts.noSpeech}<span className="basis" lang="ja">{prompts.data.speech_problem}</span></p>}
          <div className="prompt-cards">
            {prompts.data.prompts.map((p) => <Editor key={`${p.name}|${p.text}|${p.source}`} prompt={p} canSpeak={!prompts.data.speech_problem} reload={() => void prompts.refetch()} />)}
          </div>
        </>
      )}
    </div>
  );
}

function Editor({ prompt: p, canSpeak, reload }: { prompt: Prompt; canSpeak: boolean; reload: () => void }) {
  const { t, language } = useI18n();
  const toast = useToast();
  const field = useId();
  const [text, setText] = useState(p.text);
  const [english, setEnglish] = useState(p.text_en);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [asked, setAsked] = useState<"save" | "reset" | "drop" | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const sound = useRef<AudioContext | null>(null);
  const url = `/api/v1/prompts/${encodeURIComponent(p.name)}`;
  const changed = text.trim() !== p.text || english.trim() !== p.text_en;
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setError("");
    try {
      await work();
    } catch (e) {
      setError(messageOf(e, t));
    } finally {
      setBusy(false);
    }
  };
  // Decoded in the page: the content policy allows no blob: addresses.
  const preview = () => run(async () => {
    const bytes = await getBytesBy("POST", "/api/v1/prompts/preview", { text: text.trim() });
    await sound.current?.close();
    const context = new AudioContext();
    sound.current = context;
    const source = context.createBufferSource();
    source.buffer = await context.decodeAudioData(bytes);
    source.connect(context.destination);
    source.start();
  });
  const upload = (file: File | undefined) => file && run(async () => {
    await putBytes(`${url}/recording`, file, "audio/wav");
    toast(t.prompts.recorded);
    reload();
  });
  const name = t.live.promptNames[p.name] ?? p.name;
  return (
    <section className="card prompt-card" aria-labelledby={`${field}-t`}>
      <h2 id={`${field}-t`}>{name} <span className="tag">{t.prompts.sources[p.source]}</span></h2>
      {p.playable ? <audio controls preload="none" src={`${url}/sound?v=${p.changed_at}-${p.source}`} aria-label={t.prompts.now(name)} /> : <p className="field-error">{t.confirm.noSound}</p>}
      {p.changed_at > 0 && <p className="basis">{t.prompts.changed(dateTimeOf(p.changed_at, language), p.changed_by)}</p>}
      {p.source === "recording" && <p className="hint">{t.prompts.recordingWins}</p>}
      <label htmlFor={field}>{p.source === "recording" ? t.prompts.textOfRecording : t.prompts.text}</label>
      <textarea id={field} rows={4} lang="ja" maxLength={2000} value={text} onChange={(e) => setText(e.target.value)} />
      <label htmlFor={`${field}-e`}>{t.prompts.english}</label>
      <textarea id={`${field}-e`} rows={2} lang="en" maxLength={2000} value={english} onChange={(e) => setEnglish(e.target.value)} />
      {error && <p className="field-error" role="alert">{error}</p>}
      <div className="prompt-buttons">
        <button type="button" className="button" disabled={busy || !canSpeak || !text.trim()} onClick={() => void preview()}>{busy ? t.prompts.busy : t.prompts.preview}</button>
        <button type="button" className="button primary" disabled={busy || !changed || !text.trim() || (!canSpeak && p.source !== "recording")} onClick={() => setAsked("save")}>{t.prompts.save}</button>
        <span className="action-gap" />
        <button type="button" className="button small" disabled={busy} onClick={() => chooser.current?.click()}>{t.prompts.upload}</button>
        <input ref={chooser} type="file" accept="audio/wav,.wav" className="visually-hidden" tabIndex={-1} aria-label={t.prompts.uploadLabel(name)} onChange={(e) => { void upload(e.target.files?.[0]); e.target.value = ""; }} />
        {p.source === "recording" && <button type="button" className="button small" disabled={busy} onClick={() => setAsked("drop")}>{t.prompts.drop}</button>}
        {p.changed_at > 0 && <button type="button" className="button small" disabled={busy} onClick={() => setAsked("reset")}>{t.prompts.reset}</button>}
      </div>
      {asked && (
        <Ask title={t.prompts.ask[asked].title} go={t.prompts.ask[asked].go} onClose={() => setAsked(null)} onGo={async () => {
          if (asked === "save") await put(url, { text: text.trim(), text_en: english.trim() });
          else await remove(asked === "drop" ? `${url}/recording` : url);
          toast(t.prompts.saved);
          reload();
        }}>
          <p>{t.prompts.ask[asked].lead}</p>
          {asked !== "drop" && <blockquote className="prompt-words" lang="ja">{asked === "save" ? text.trim() : p.shipped_text}</blockquote>}
        </Ask>
      )}
    </section>
  );
}
