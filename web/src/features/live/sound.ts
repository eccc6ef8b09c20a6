// Two short notes for a new alert; three for a severe one. Off and on per person and machine.
import { remembered } from "../../app/remembered";

export const soundChoice = remembered<"on" | "off">("sound", "on", (v) => v === "on" || v === "off");

let context: AudioContext | null = null;

/** Browsers let a page sound only after a click or key: take the first one. */
export function unlockSound(): void {
  const open = () => {
    context ??= new AudioContext();
    void context.resume();
  };
  addEventListener("pointerdown", open, { once: true });
  addEventListener("keydown", open, { once: true });
}

export function alertSound(level: number): void {
  if (soundChoice.get() === "off" || !context || context.state !== "running") return;
  const notes = level >= 4 ? [880, 660, 880] : level >= 3 ? [660, 880] : [520];
  const begin = context.currentTime;
  notes.forEach((hz, i) => {
    const tone = context!.createOscillator();
    const gain = context!.createGain();
    tone.frequency.value = hz;
    const at = begin + i * 0.17;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.18, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
    tone.connect(gain).connect(context!.destination);
    tone.start(at);
    tone.stop(at + 0.17);
  });
}
