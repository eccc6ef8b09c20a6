import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { setLanguage } from "../api/client";
import { remembered } from "../app/remembered";
import { en } from "./en";
import { ja, type Words } from "./ja";

export type Language = "ja" | "en";

interface I18n {
  language: Language;
  t: Words;
  choose: (language: Language) => void;
}

const Context = createContext<I18n>({ language: "ja", t: ja, choose: () => undefined });

const store = remembered<Language>("language", "ja", (value) => value === "ja" || value === "en");
setLanguage(store.get());

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setState] = useState(store.get);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo<I18n>(() => ({
    language,
    t: language === "ja" ? ja : en,
    choose: (next) => {
      store.set(next);
      setLanguage(next);
      setState(next);
    },
  }), [language]);
  return <Context value={value}>{children}</Context>;
}

export const useI18n = (): I18n => useContext(Context);
export const useWords = (): Words => useContext(Context).t;
