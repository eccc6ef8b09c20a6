"""A whole Mamori for the tests: serve in a folder of its own, its API, its live feed, and the sound of its recordings.

Standard library only; nothing of Mamori's own code is used, so a mistake in it cannot hide itself.
"""

import base64
import http.client
import http.server
import json
import math
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from ports import free_port  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = os.environ.get("MAMORI_BIN", str(ROOT / "build/release/mamori"))
HOST = "127.0.0.1"


def wait_until(predicate, seconds=20, every=0.05):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = predicate()
        if value:
            return value
        time.sleep(every)
    return predicate()


class LiveFeed(threading.Thread):
    """A WebSocket listener (RFC 6455, text frames only) that keeps every message with the time it came."""

    def __init__(self, port, cookie):
        super().__init__(daemon=True)
        self.messages = []
        self.closed = threading.Event()
        self.sock = socket.create_connection((HOST, port), timeout=10)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((f"GET /api/v1/live HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nCookie: {cookie}\r\n\r\n").encode())
        self.file = self.sock.makefile("rb")
        status = self.file.readline().decode()
        if " 101 " not in status:
            raise AssertionError("the live feed answered " + status)
        while self.file.readline().strip():
            pass
        self.sock.settimeout(None)
        self.start()

    def run(self):
        whole = b""
        try:
            while True:
                head = self.file.read(2)
                if len(head) < 2:
                    break
                size = head[1] & 127
                if size == 126:
                    size = struct.unpack(">H", self.file.read(2))[0]
                elif size == 127:
                    size = struct.unpack(">Q", self.file.read(8))[0]
                body = self.file.read(size)
                if head[0] & 15 in (0, 1):  # text, whole or in fragments
                    whole = whole + body if head[0] & 15 == 0 else body
                    if head[0] & 0x80:
                        self.messages.append((time.time(), json.loads(whole)))
                elif head[0] & 15 == 9:
                    self.sock.sendall(bytes([0x8A, 0x80 | len(body)]) + b"\0\0\0\0" + body)
                elif head[0] & 15 == 8:
                    break
        except (OSError, ValueError):
            pass
        self.closed.set()

    def of(self, kind):
        return [(at, m) for at, m in list(self.messages) if m["type"] == kind]

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


class Mamori:
    def __init__(self, policy="default.toml", database=None, folder=None, extra=""):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="mamori-e2e-"))
        self.web, self.sip, self.agent = free_port(), free_port(), free_port()
        rtp = 20000 + (os.getpid() * 7 + self.web) % 120 * 100
        self.data = self.folder / "var"
        self.config = self.folder / "mamori.toml"
        database_line = f'database = "{database}"\n' if database else ""
        self.config.write_text(
            f'[data]\ndir = "{self.data}"\n{database_line}[web]\nport = {self.web}\n[sip]\nport = {self.sip}\nrtp_port_first = {rtp}\n'
            f'rtp_port_last = {rtp + 99}\nmax_calls = 20\n[policy]\nfile = "{ROOT}/data/policy/{policy}"\n'
            f'[[route]]\ncalled = "*"\ntarget = "sip:agent@{HOST}:{self.agent}"\n{extra}', encoding="utf-8")
        self.cookie = self.csrf = ""
        self.password = None
        self.process = None

    def start(self, wait=True):
        self.out = open(self.folder / "out.txt", "ab")
        self.process = subprocess.Popen([BIN, "serve", "--config", str(self.config)], stdout=self.out, stderr=subprocess.STDOUT, cwd=self.folder)
        if wait:
            ready = wait_until(lambda: self.health().get("status") in ("ok", "degraded") or self.process.poll() is not None, 30)
            if not ready or self.process.poll() is not None:
                raise AssertionError("serve did not come up:\n" + self.printed())
        return self

    def printed(self):
        return (self.folder / "out.txt").read_text(errors="replace")

    def logs(self):
        return "".join(p.read_text(errors="replace") for p in sorted((self.data / "log").glob("*.log")))

    def health(self):
        try:
            status, body, _ = self.request("GET", "/api/v1/health")
            return body if status == 200 else {}
        except OSError:
            return {}

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(HOST, self.web, timeout=20)
        try:
            all_headers = {"X-Mamori-CSRF": self.csrf, "Cookie": self.cookie, **(headers or {})}
            payload = None
            if body is not None:
                payload = json.dumps(body)
                all_headers["Content-Type"] = "application/json"
            connection.request(method, path, payload, all_headers)
            response = connection.getresponse()
            raw = response.read()
            if response.getheader("Content-Type", "").split(";")[0] in ("application/json", "application/problem+json"):
                return response.status, json.loads(raw), response
            return response.status, raw, response
        finally:
            connection.close()

    def sign_in(self):
        if self.password is None:
            first = wait_until(lambda: re.search(r"password: (\S+)", self.printed()))[1]
            self._session({"name": "admin", "password": first})
            self.password = "correct horse battery"
            self._session({"password": first, "new_password": self.password}, "/password")
        else:
            self._session({"name": "admin", "password": self.password})
        return self

    def _session(self, body, tail=""):
        status, answer, response = self.request("POST", "/api/v1/session" + tail, body)
        assert status == 200, answer
        self.cookie = response.getheader("Set-Cookie").split(";")[0]
        self.csrf = answer["csrf"]

    def wait_ready(self):
        ok = wait_until(lambda: (h := self.health()) and h.get("media", {}).get("up") and h.get("speech", {}).get("up"), 30)
        if not ok:
            raise AssertionError(f"not ready: {self.health()}\n{self.logs()}")
        return self

    def feed(self):
        return LiveFeed(self.web, self.cookie)

    def get(self, path):
        status, body, _ = self.request("GET", path)
        assert status == 200, (path, status, body)
        return body

    def act(self, contact, kind):
        return self.request("POST", f"/api/v1/contacts/{contact}/actions", {"kind": kind})

    def play(self, scene, save=None):
        command = [BIN, "scene", "play", scene, "--server", f"{HOST}:{self.sip}", "--agent", f"{HOST}:{self.agent}", "--json"]
        if save:
            command += ["--save", str(save)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def pids(self, role):
        out = subprocess.run(["pgrep", "-f", f"{BIN} {role} --data {self.data}"], capture_output=True, text=True).stdout
        return [int(p) for p in out.split()]

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait(20)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for role in ("media", "speech"):
            for pid in self.pids(role):
                os.kill(pid, signal.SIGKILL)
        if getattr(self, "out", None):
            self.out.close()


# ---- set up

def serving(test, **how):
    """A Mamori that is ready and signed in to, until the test is over."""
    mamori = Mamori(**how)
    test.addCleanup(shutil.rmtree, mamori.folder, True)
    test.addCleanup(mamori.stop)
    return mamori.start().sign_in().wait_ready()


def ended(mamori, how_many=1, seconds=20):
    """The contacts of this Mamori, newest first, once so many are there and all are over."""
    def all_over():
        rows = mamori.get("/api/v1/contacts")["contacts"]
        return len(rows) == how_many and all(c["state"] == "ended" for c in rows) and rows
    rows = wait_until(all_over, seconds)
    if not rows:
        raise AssertionError(f"not {how_many} contacts that are over: {mamori.get('/api/v1/contacts')['contacts']}\n{mamori.logs()}")
    return rows


def answering(test, answer):
    """An HTTP server of somebody else's, until the test is over: `answer(path, headers, body)` gives what it answers as JSON. Its address up to /v1."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = json.dumps(answer(self.path, self.headers, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    return f"http://{HOST}:{server.server_port}/v1"


# ---- sound

def read_wav(path):
    """Samples of every channel of a WAV (16-bit PCM or G.711 mu-law), as lists of floats in -1..1."""
    raw = pathlib.Path(path).read_bytes()
    assert raw[:4] == b"RIFF" and raw[8:12] == b"WAVE", "not a WAV: " + str(path)
    at, fmt, data = 12, None, b""
    while at + 8 <= len(raw):
        name, size = raw[at:at + 4], struct.unpack("<I", raw[at + 4:at + 8])[0]
        if name == b"fmt ":
            fmt = struct.unpack("<HHIIHH", raw[at + 8:at + 24])
        elif name == b"data":
            data = raw[at + 8:at + 8 + size]
            break
        at += 8 + size + size % 2
    kind, channels, rate = fmt[0], fmt[1], fmt[2]
    assert rate == 8000
    if kind == 7:
        values = [ULAW[b] for b in data]
    else:
        values = [v / 32768 for v in struct.unpack(f"<{len(data) // 2}h", data[:len(data) // 2 * 2])]
    return [values[c::channels] for c in range(channels)]


def _ulaw(octet):
    octet = ~octet & 0xFF
    magnitude = (((octet & 0x0F) << 3) + 132 << (octet >> 4 & 7)) - 132
    return (-magnitude if octet & 0x80 else magnitude) / 32768


ULAW = [_ulaw(i) for i in range(256)]


def snr_db(sent, heard, around, search=4000):
    """Signal-to-noise ratio of `sent` as it stands in `heard` near sample `around`, at the best alignment."""
    coarse = range(max(0, around - search), max(1, min(len(heard) - len(sent), around + search)))
    # the loudest tenth of a second finds the place
    shift = max(range(0, max(1, len(sent) - 800), 400), key=lambda i: sum(v * v for v in sent[i:i + 800]))
    probe = sent[shift:shift + 800]

    def score(start):
        window = heard[start + shift:start + shift + 800]
        return sum(a * b for a, b in zip(probe, window))

    best = max(coarse, key=score, default=0)
    window = heard[best:best + len(sent)]
    energy = sum(v * v for v in sent[:len(window)])
    noise = sum((a - b) ** 2 for a, b in zip(sent, window))

    return 10 * math.log10(energy / max(noise, 1e-12)), best


def scene(name):
    folder = ROOT / "data/scenes" / name
    loaded = tomllib.loads((folder / "scene.toml").read_text(encoding="utf-8"))
    at = 0.0
    for line in loaded["line"]:
        line["samples"] = read_wav(folder / line["sound"])[0]
        line["at"] = at + line["after"]
        at = line["at"] + len(line["samples"]) / 8000
        line["end"] = at
    return loaded
