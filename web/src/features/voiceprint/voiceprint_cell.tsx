import { useId, useState } from "react";
import { post, remove } from "../../api/client";
import type { Case, Voiceprint, VoiceprintPurpose, Voiceprints } from "../../api/types";
import { useI18n, useWords } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { Ask } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import "./voiceprint.css";

const PURPOSES: readonly VoiceprintPurpose[] = ["repeat_caller", "safety", "police"];

/** A case's enrolled voice: nothing, or for what and until when; with the step that changes it. */
export function VoiceprintCell({ file, all, onChanged }: { file: Case; all: Voiceprints; onChanged: () => void }) {
  const { t, language } = useI18n();
  const [asked, setAsked] = useState<"enrol" | "erase" | null>(null);
  const print = all.voiceprints.find((v) => v.case === file.id);
  return (
    <>
      {print ? (
        <span className="voiceprint-facts">
          <span>{t.voiceprint.purposes[print.purpose]}</span>
          <span className="basis">{t.voiceprint.until(dateTimeOf(print.expires_at, language))}・{print.enrolled_by}</span>
          <button type="button" className="button small" onClick={() => setAsked("erase")}>{t.voiceprint.erase}<span className="visually-hidden"> {t.cases.number} {file.number}</span></button>
        </span>
      ) : all.enabled ? (
        <button type="button" className="button small" disabled={all.problem !== ""} title={all.problem || undefined} onClick={() => setAsked("enrol")}>{t.voiceprint.enrol}<span className="visually-hidden"> {t.cases.number} {file.number}</span></button>
      ) : <span className="basis">{t.voiceprint.none}</span>}
      {asked === "enrol" && <Enrol file={file} most={all.most_days} onClose={() => setAsked(null)} onDone={onChanged} />}
      {asked === "erase" && print && <Erase print={print} onClose={() => setAsked(null)} onDone={onChanged} />}
    </>
  );
}

function Enrol({ file, most, onClose, onDone }: { file: Case; most: number; onClose: () => void; onDone: () => void }) {
  const t = useWords();
  const toast = useToast();
  const field = useId();
  const [purpose, setPurpose] = useState<VoiceprintPurpose>("repeat_caller");
  const [days, setDays] = useState(String(Math.min(90, most)));
  return (
    <Ask title={t.voiceprint.enrolTitle(file.number)} go={t.voiceprint.enrolGo} onClose={onClose} onGo={async () => {
      await post(`/api/v1/cases/${encodeURIComponent(file.id)}/voiceprint`, { purpose, days: Number.parseInt(days, 10) || 0 });
      toast(t.voiceprint.enrolled);
      onDone();
    }}>
      <p>{t.voiceprint.enrolLead}</p>
      <fieldset className="voiceprint-purposes">
        <legend>{t.voiceprint.purpose}</legend>
        {PURPOSES.map((p) => <label key={p}><input type="radio" name={`${field}-p`} checked={purpose === p} onChange={() => setPurpose(p)} /> {t.voiceprint.purposes[p]}</label>)}
      </fieldset>
      <p className="voiceprint-days"><label htmlFor={`${field}-d`}>{t.voiceprint.days}</label> <input id={`${field}-d`} type="number" inputMode="numeric" min={1} max={most} value={days} onChange={(e) => setDays(e.target.value)} aria-describedby={`${field}-h`} /> <span id={`${field}-h`} className="hint">{t.voiceprint.daysHint(most)}</span></p>
      <p className="hint">{t.voiceprint.law}</p>
    </Ask>
  );
}

function Erase({ print, onClose, onDone }: { print: Voiceprint; onClose: () => void; onDone: () => void }) {
  const t = useWords();
  const toast = useToast();
  return (
    <Ask title={t.voiceprint.eraseTitle(print.number)} go={t.voiceprint.eraseGo} danger onClose={onClose} onGo={async () => {
      await remove(`/api/v1/voiceprints/${encodeURIComponent(print.id)}`);
      toast(t.voiceprint.erased);
      onDone();
    }}><p>{t.voiceprint.eraseLead}</p></Ask>
  );
}
