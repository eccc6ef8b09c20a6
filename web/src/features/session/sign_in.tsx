import { useId, useState, type FormEvent } from "react";
import { post, setSession } from "../../api/client";
import type { Session } from "../../api/types";
import { useI18n, useWords } from "../../i18n";
import { messageOf } from "../../ui/parts";
import { Mark } from "../../ui/mark";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "password";
  autoComplete: string;
  error?: string;
  hint?: string;
  autoFocus?: boolean;
}

function Field({ label, value, onChange, type = "text", autoComplete, error, hint, autoFocus }: FieldProps) {
  const id = useId();
  const t = useWords();
  const [shown, setShown] = useState(false);
  const notes = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && <p id={`${id}-hint`} className="hint">{hint}</p>}
      <div className="field-box">
        <input id={id} type={type === "password" && shown ? "text" : type} value={value} autoComplete={autoComplete} autoCapitalize="none" spellCheck={false}
          aria-invalid={error ? true : undefined} aria-describedby={notes || undefined} autoFocus={autoFocus} onChange={(e) => onChange(e.target.value)} />
        {type === "password" && <button type="button" className="button small" aria-pressed={shown} onClick={() => setShown(!shown)}>{shown ? t.sign.hide : t.sign.show}</button>}
      </div>
      {error && <p id={`${id}-error`} className="field-error">{error}</p>}
    </div>
  );
}

function Door({ title, lead, children }: { title: string; lead: string; children: React.ReactNode }) {
  const { t, language, choose } = useI18n();
  return (
    <main className="door" id="main">
      <div className="door-box">
        <p className="door-brand"><Mark size={36} /> {t.product}</p>
        <h1>{title}</h1>
        <p className="lead">{lead}</p>
        {children}
        <button type="button" className="button quiet door-language" lang={language === "ja" ? "en" : "ja"} onClick={() => choose(language === "ja" ? "en" : "ja")}>{t.menu.language}</button>
      </div>
    </main>
  );
}

export function SignIn({ ended, onSession }: { ended: boolean; onSession: (session: Session) => void }) {
  const t = useWords();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [errors, setErrors] = useState<{ name?: string; password?: string; all?: string }>({});
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = { name: name ? undefined : t.sign.needName, password: password ? undefined : t.sign.needPassword };
    setErrors(wrong);
    if (wrong.name || wrong.password) return;
    setBusy(true);
    try {
      const session = await post<Session>("/api/v1/session", { name, password });
      setSession(session);
      onSession(session);
    } catch (error) {
      setErrors({ all: messageOf(error, t) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Door title={t.sign.title} lead={t.sign.lead}>
      {ended && <p className="notice" role="status">{t.sign.ended}</p>}
      <form onSubmit={(e) => void submit(e)} noValidate>
        <Field label={t.sign.name} value={name} onChange={setName} autoComplete="username" error={errors.name} autoFocus />
        <Field label={t.sign.password} value={password} onChange={setPassword} type="password" autoComplete="current-password" error={errors.password} hint={t.sign.firstTime} />
        {errors.all && <p className="notice bad" role="alert">{errors.all}</p>}
        <button type="submit" className="button primary wide" disabled={busy}>{busy ? t.sign.busy : t.sign.submit}</button>
      </form>
    </Door>
  );
}

const LEAST = 12;

export function ChangePassword({ onSession }: { onSession: (session: Session) => void }) {
  const t = useWords();
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const [errors, setErrors] = useState<{ current?: string; fresh?: string; again?: string; all?: string }>({});
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const length = [...fresh].length;
    const wrong = {
      current: current ? undefined : t.change.needCurrent,
      fresh: length < LEAST ? t.change.tooShort(LEAST - length) : fresh === current ? t.change.same : undefined,
      again: fresh === again ? undefined : t.change.differs,
    };
    setErrors(wrong);
    if (wrong.current || wrong.fresh || wrong.again) return;
    setBusy(true);
    try {
      const session = await post<Session>("/api/v1/session/password", { password: current, new_password: fresh });
      setSession(session);
      onSession(session);
    } catch (error) {
      setErrors({ all: messageOf(error, t) });
      setBusy(false);
    }
  };
  return (
    <Door title={t.change.title} lead={t.change.lead}>
      <form onSubmit={(e) => void submit(e)} noValidate>
        <Field label={t.change.current} value={current} onChange={setCurrent} type="password" autoComplete="current-password" error={errors.current} autoFocus />
        <Field label={t.change.fresh} value={fresh} onChange={setFresh} type="password" autoComplete="new-password" error={errors.fresh} hint={t.change.rule} />
        <Field label={t.change.again} value={again} onChange={setAgain} type="password" autoComplete="new-password" error={errors.again} />
        {errors.all && <p className="notice bad" role="alert">{errors.all}</p>}
        <button type="submit" className="button primary wide" disabled={busy}>{t.change.submit}</button>
      </form>
    </Door>
  );
}
