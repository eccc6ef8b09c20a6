// A whole `mamori serve` in a folder of its own, on free ports; with its own media and speech, or with ours (roles.mjs).
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const binary = process.env.MAMORI_BIN ?? path.join(root, "build/release/mamori");

const OWN = { first: 12000, count: 8000 }; // below what the system gives to whoever asks for any port, so that nobody gets it in between
const tcpIsFree = (port) => new Promise((done) => {
  const server = net.createServer().once("error", () => done(false));
  server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
});
const udpIsFree = (port) => new Promise((done) => {
  const socket = dgram.createSocket("udp4").once("error", () => done(false));
  socket.bind(port, "127.0.0.1", () => socket.close(() => done(true)));
});

/** A port of this machine that is free for UDP and TCP: SIP is heard on both. */
async function freePort() {
  for (let tries = 0; tries < 200; tries++) {
    const port = OWN.first + Math.floor(Math.random() * OWN.count);
    if (await udpIsFree(port) && await tcpIsFree(port)) return port;
  }
  throw new Error(`no free port from ${OWN.first} to ${OWN.first + OWN.count - 1}`);
}

export async function until(what, condition, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`did not happen within ${seconds} s: ${what}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}

// However the test ends, no server outlives it.
const running = new Set();
process.on("exit", () => running.forEach((p) => p.kill("SIGTERM")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

export class Server {
  static async start({ children = true, policy = "default.toml", extra = "" } = {}) {
    const server = new Server();
    server.children = children;
    server.folder = await mkdtemp(path.join(os.tmpdir(), "mamori-web-"));
    server.data = path.join(server.folder, "var");
    [server.web, server.sip, server.agent] = [await freePort(), await freePort(), await freePort()];
    const rtp = 20000 + ((process.pid * 7 + server.web) % 120) * 100;
    server.config = path.join(server.folder, "mamori.toml");
    await writeFile(server.config, [
      "[data]", `dir = "${server.data}"`, "[web]", `port = ${server.web}`, "[sip]", `port = ${server.sip}`,
      `rtp_port_first = ${rtp}`, `rtp_port_last = ${rtp + 99}`, "max_calls = 20",
      "[policy]", `file = "${root}/data/policy/${policy}"`,
      "[[route]]", 'called = "*"', `target = "sip:agent@127.0.0.1:${server.agent}"`, extra, "",
    ].join("\n"));
    await server.up();
    return server;
  }

  get url() { return `http://127.0.0.1:${this.web}`; }
  get runDir() { return path.join(this.data, "run"); }
  get recordings() { return path.join(this.data, "recordings"); }

  async up() {
    this.printed = "";
    this.process = spawn(binary, ["serve", "--config", this.config, ...(this.children ? [] : ["--no-children"])], { cwd: root });
    running.add(this.process);
    const own = this.process;
    own.once("exit", () => running.delete(own));
    this.process.stdout.on("data", (d) => { this.printed += d; });
    this.process.stderr.on("data", (d) => { this.printed += d; });
    await until("serve answers", async () => {
      if (this.process.exitCode !== null) throw new Error("serve ended:\n" + this.printed);
      return fetch(this.url + "/api/v1/health").then((r) => r.ok, () => false);
    });
    this.password ??= await until("the one-time password is printed", () => /password: (\S+)/.exec(this.printed)?.[1]);
  }

  /** Like a power cut for the hub. */
  async kill() {
    this.process.kill("SIGKILL");
    await new Promise((r) => this.process.once("exit", r));
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGTERM");
      await Promise.race([new Promise((r) => this.process.once("exit", r)), new Promise((r) => setTimeout(r, 15_000))]);
      if (this.process.exitCode === null) this.process.kill("SIGKILL");
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
