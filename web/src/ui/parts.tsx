// Small pieces every screen uses.
import { useId, useState, type ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { ApiError, UNREACHABLE } from "../api/client";
import type { Flag } from "../api/types";
import { useWords } from "../i18n";

export function FlagTags({ flags }: { flags: readonly Flag[] }) {
  const t = useWords();
  return <>{flags.map((f) => <span key={f} className={`tag flag-${f}`}>{t.flags[f]}</span>)}</>;
}

export function Loading() {
  const t = useWords();
  return <p className="state-note" role="status">{t.loading}</p>;
}

export function Empty({ title, lead }: { title: string; lead?: string }) {
  return (
    <div className="state-note">
      <p className="state-title">{title}</p>
      {lead && <p>{lead}</p>}
    </div>
  );
}

export function messageOf(error: unknown, t: ReturnType<typeof useWords>): string {
  if (!(error instanceof ApiError)) return t.error.unknown;
  if (error.status === UNREACHABLE) return t.error.unreachable;
  return error.message || (error.status === 403 ? t.error.forbidden : error.status === 404 ? t.error.notFound : t.error.unknown);
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useWords();
  return (
    <div className="state-note" role="alert">
      <p className="state-title">{t.error.title}</p>
      <p>{error instanceof ApiError && error.status === 403 ? t.error.forbidden : error instanceof ApiError && error.status === 404 ? t.error.notFound : messageOf(error, t)}</p>
      {retry && !(error instanceof ApiError && (error.status === 403 || error.status === 404)) && <button type="button" className="button" onClick={retry}>{t.retry}</button>}
    </div>
  );
}

/** A dialog that asks before something happens. The first focus is on "cancel": Enter alone does nothing. */
export function Ask({ title, go, danger = false, onGo, onClose, children }: {
  title: string; go: string; danger?: boolean; onGo: () => Promise<void>; onClose: () => void; children: ReactNode;
}) {
  const t = useWords();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const errorId = useId();
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await onGo();
      onClose();
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <ModalOverlay isOpen isDismissable={!busy} onOpenChange={(open) => { if (!open) onClose(); }} className="overlay">
      <Modal className="modal">
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title" className="dialog-title">{title}</Heading>
          {children}
          {error !== null && <p id={errorId} className="field-error" role="alert">{messageOf(error, t)}</p>}
          <div className="dialog-actions">
            <button type="button" className="button" onClick={onClose} disabled={busy} autoFocus>{t.cancel}</button>
            <button type="button" className={danger ? "button danger" : "button primary"} onClick={() => void run()} disabled={busy}>{go}</button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
