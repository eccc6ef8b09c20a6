import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";

const Context = createContext<(text: string) => void>(() => undefined);
export const useToast = () => useContext(Context);

/** One short line about what was done, spoken politely, gone after six seconds. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = useCallback((next: string) => {
    clearTimeout(timer.current);
    setText(next);
    timer.current = setTimeout(() => setText(""), 6000);
  }, []);
  return (
    <Context value={show}>
      {children}
      <div className="toast-place" role="status" aria-live="polite">{text && <div className="toast">{text}</div>}</div>
    </Context>
  );
}
