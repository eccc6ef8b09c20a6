// One small choice of this person on this machine. Storage may be refused (private windows): then it lasts as long as the page.
export interface Remembered<T extends string> {
  get: () => T;
  set: (value: T) => void;
}

export function remembered<T extends string>(name: string, fallback: T, valid: (value: string) => boolean): Remembered<T> {
  const key = `mamori.${name}`;
  let memory: T = fallback;
  try {
    const value = localStorage.getItem(key);
    if (value !== null && valid(value)) memory = value as T;
  } catch { /* not allowed here */ }
  return {
    get: () => memory,
    set: (value) => {
      memory = value;
      try {
        localStorage.setItem(key, value);
      } catch { /* not allowed here */ }
    },
  };
}
