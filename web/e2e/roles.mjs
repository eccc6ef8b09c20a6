// Media and speech played by the test, over the link (docs/format/link.md): what is "heard" is exactly what the test says, so
// the wall can be filled with many calls at once. Hub, judge, policy, journal, API and screens are the real ones.
import { mkdir, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { until } from "./server.mjs";

function frame(message) {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length + 1);
  head[4] = 0x4a;
  return Buffer.concat([head, body]);
}

class Role {
  constructor(name, hear) {
    this.name = name;
    this.hear = hear;
    this.socket = null;
  }
  async listen(folder) {
    await mkdir(folder, { recursive: true });
    this.server = net.createServer((socket) => {
      this.socket = socket;
      let bytes = Buffer.alloc(0);
      socket.on("error", () => undefined);
      socket.on("close", () => { if (this.socket === socket) this.socket = null; });
      socket.on("data", (more) => {
        bytes = Buffer.concat([bytes, more]);
        while (bytes.length >= 5 && bytes.length >= 4 + bytes.readUInt32BE()) {
          const length = bytes.readUInt32BE();
          if (bytes[4] === 0x4a) {
            const message = JSON.parse(bytes.subarray(5, 4 + length).toString());
            if (message.type === "ping") this.send({ type: "pong", id: message.id });
            else this.hear(message);
          }
          bytes = bytes.subarray(4 + length);
        }
      });
      socket.write(frame({ type: "hello", link: 1, role: this.name, version: "0.1.0" }));
    });
    await new Promise((r) => this.server.listen(path.join(folder, `${this.name}.sock`), r));
  }
  send(message) { this.socket?.write(frame(message)); }
  close() {
    this.socket?.destroy();
    this.server?.close();
  }
}

export class Roles {
  constructor() {
    this.calls = new Map();
    this.opened = new Set();
    this.commands = [];
    this.media = new Role("media", (m) => this.hearMedia(m));
    this.speech = new Role("speech", (m) => {
      if (m.type === "open") this.opened.add(m.stream);
      if (m.type === "hello") this.speech.send({ type: "engine", name: "built-in", tier: 1, model: "ctc-ja-8k", licence: "Apache-2.0" });
    });
    this.recording = "ok";
  }
  async start(server) {
    this.folder = server.recordings;
    await this.media.listen(server.runDir);
    await this.speech.listen(server.runDir);
    await until("the hub connects", () => this.media.socket && this.speech.socket);
    this.timer = setInterval(() => this.health(), 1000);
    this.health();
  }
  stop() {
    clearInterval(this.timer);
    this.media.close();
    this.speech.close();
  }
  health() { this.media.send({ type: "health", calls: this.calls.size, recording: this.recording, dropped_audio_ms: 0, recording_lost_ms: 0, cpu_percent: 3, draining: false }); }

  hearMedia(m) {
    if (m.type === "hello") this.media.send({ type: "calls", calls: [...this.calls.values()] });
    if (m.type !== "command") return;
    this.commands.push(m);
    this.media.send({ type: "result", id: m.id, ok: true, elapsed_ms: 12 });
    if (m.command === "warn") {
      this.media.send({ type: "prompt", call: m.call, prompt: "warning", state: "started" });
      setTimeout(() => this.media.send({ type: "prompt", call: m.call, prompt: "warning", state: "finished" }), 1500);
    } else if (m.command === "announce") {
      this.state(m.call, "announcing");
      this.media.send({ type: "prompt", call: m.call, prompt: "announcement", state: "started" });
    } else if (m.command === "cut") {
      this.state(m.call, "ended", { reason: "cut" });
    }
  }

  state(call, state, more = {}) {
    const now = { ...this.calls.get(call), type: "call", call, state, at: Date.now(), ...more };
    if (state === "ended") this.calls.delete(call);
    else this.calls.set(call, now);
    this.media.send(now);
  }

  /** A call that was answered `ago` seconds before now, with its recording of `seconds`. */
  async call(call, { caller, callee, agent, ago = 0, seconds = 0, loud = [] }) {
    const at = Date.now() - ago * 1000;
    const recording = path.join(this.folder, `${call}.wav`);
    if (seconds > 0) await record(recording, seconds, loud);
    this.calls.set(call, { caller, callee, agent, recording });
    this.state(call, "inbound", { at: at - 4000, recording: "" });
    this.state(call, "bridged", { at, recording });
    // Words about a call the hub has not heard of yet would be nobody's.
    await until(`the hub listens to ${call}`, () => this.opened.has(`${call}/agent`));
  }

  say(call, customer, start, text, end = start + 1 + [...text].length * 0.14) {
    this.speech.send({ type: "final", stream: `${call}/${customer ? "caller" : "agent"}`, segment: Math.round(start * 10), start, end, text, phonemes: "", confidence: 0.93, engine: "built-in" });
    return end;
  }
  partial(call, customer, start, text) {
    this.speech.send({ type: "partial", stream: `${call}/${customer ? "caller" : "agent"}`, segment: 9999, start, end: start + 1, text });
  }
  cue(call, at, shouting) {
    this.speech.send({ type: "cue", stream: `${call}/caller`, at, loudness_db: 12 * shouting, f0_hz: 180 + 60 * shouting, arousal: shouting, shouting, pitch_st: 7 * shouting, effort_db: 5 * shouting, rate: 6,
      speech: 0x1ffffff, rises: shouting > 0.5 ? [{ what: "pitch", by: 7 * shouting, own: true }, { what: "loudness", by: 12 * shouting, own: true }, { what: "effort", by: 6.1, own: false }] : [] });
  }
}

/** A WAV of hums where somebody speaks, and its peaks file (docs/format/recording.md). */
async function record(file, seconds, loud) {
  const rate = 8000;
  const frames = rate * seconds;
  const pcm = Buffer.alloc(44 + frames * 4);
  pcm.write("RIFF", 0);
  pcm.writeUInt32LE(36 + frames * 4, 4);
  pcm.write("WAVEfmt ", 8);
  pcm.writeUInt32LE(16, 16);
  pcm.writeUInt16LE(1, 20);
  pcm.writeUInt16LE(2, 22);
  pcm.writeUInt32LE(rate, 24);
  pcm.writeUInt32LE(rate * 4, 28);
  pcm.writeUInt16LE(4, 32);
  pcm.writeUInt16LE(16, 34);
  pcm.write("data", 36);
  pcm.writeUInt32LE(frames * 4, 40);
  const buckets = Math.ceil(frames / 800);
  const peaks = Buffer.alloc(16 + buckets * 4);
  peaks.write("MPK1", 0);
  [rate, 800, 2].forEach((n, i) => peaks.writeUInt32LE(n, 4 + 4 * i));
  for (let b = 0; b < buckets; ++b) {
    const extremes = [0, 0, 0, 0];
    const s = b / 10;
    const part = loud.find((p) => s >= p.start && s < p.end);
    for (let i = 0; i < 800 && b * 800 + i < frames; ++i) {
      const n = b * 800 + i;
      const syllable = 0.35 + 0.65 * Math.abs(Math.sin(s * 9 + Math.sin(s * 3.7) * 2));
      const value = part ? Math.round(Math.sin((2 * Math.PI * (part.customer ? 170 : 230) * n) / rate) * syllable * 14000 * part.gain) : 0;
      const left = part?.customer ? value : 0;
      const right = part && !part.customer ? value : 0;
      pcm.writeInt16LE(left, 44 + n * 4);
      pcm.writeInt16LE(right, 46 + n * 4);
      extremes[0] = Math.min(extremes[0], left);
      extremes[1] = Math.max(extremes[1], left);
      extremes[2] = Math.min(extremes[2], right);
      extremes[3] = Math.max(extremes[3], right);
    }
    extremes.forEach((v, k) => peaks.writeInt8(Math.max(-128, Math.min(127, Math.trunc(v / 256))), 16 + b * 4 + k));
  }
  await writeFile(file, pcm);
  await writeFile(file.replace(/wav$/, "peaks"), peaks);
}
