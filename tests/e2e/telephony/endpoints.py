"""Plain-socket endpoints for the telephony tests: a SIP telephone, a hub on the link, and the media process under test.

Nothing of Mamori's own SIP or RTP code is used here, so a mistake in it cannot hide itself.
"""

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
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from ports import free_port  # noqa: E402

PROBE = os.environ.get("MAMORI_MEDIA_PROBE", "")
HOST = "127.0.0.1"


def read_text(path):
    with open(path, errors="replace") as f:
        return f.read()


def wait_until(predicate, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if predicate():
            return True
        time.sleep(0.02)
    return False


# ---- sound

def linear_to_mulaw(sample):
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = max(magnitude.bit_length() - 8, 0)
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF


def mulaw_to_linear(octet):
    octet = ~octet & 0xFF
    magnitude = (((octet & 0x0F) << 3) + 132 << (octet >> 4 & 7)) - 132
    return -magnitude if octet & 0x80 else magnitude


def tone(hz, amplitude=8000, seconds=1.0):
    return [int(amplitude * math.sin(2 * math.pi * hz * i / 8000)) for i in range(int(8000 * seconds))]


def amplitude_at(samples, hz):
    w = 2 * math.pi * hz / 8000
    a = sum(s * math.cos(w * i) for i, s in enumerate(samples))
    b = sum(s * math.sin(w * i) for i, s in enumerate(samples))
    return 2 * math.hypot(a, b) / max(len(samples), 1)


# ---- a telephone

class Phone:
    """Answers or places one call over UDP, sends a tone, keeps the µ-law it hears."""

    def __init__(self, user="phone", hz=440, answer=True):
        self.user, self.answer = user, answer
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind((HOST, 0))
        self.sip.settimeout(0.2)
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind((HOST, 0))
        self.rtp.settimeout(0.2)
        self.port = self.sip.getsockname()[1]
        self.voice = bytes(linear_to_mulaw(s) for s in tone(hz))
        self.heard = bytearray()
        self.status = None          # final status of our INVITE
        self.talking = threading.Event()
        self.ended = threading.Event()
        self.ended_at = None
        self.closed = False
        self.dialog = {}
        self.threads = [threading.Thread(target=t, daemon=True) for t in (self._signal, self._speak, self._listen)]
        for t in self.threads:
            t.start()

    def close(self):
        self.closed = True
        for t in self.threads:
            t.join(2)
        self.sip.close()
        self.rtp.close()

    def sdp(self):
        return (f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
                f"m=audio {self.rtp.getsockname()[1]} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n")

    def request(self, method, cseq, body="", extra=""):
        d = self.dialog
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (f"{method} {d['uri']} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bK{uuid.uuid4().hex}\r\n"
                f"Max-Forwards: 70\r\nFrom: {d['from']}\r\nTo: {d['to']}\r\nCall-ID: {d['id']}\r\nCSeq: {cseq} {method}\r\n"
                f"Contact: <sip:{self.user}@{HOST}:{self.port}>\r\n{extra}{kind}Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def dial(self, port, user="0120000000", extra=""):
        self.peer = (HOST, port)
        self.dialog = {"uri": f"sip:{user}@{HOST}:{port}", "from": f"<sip:{self.user}@{HOST}>;tag={uuid.uuid4().hex[:8]}",
                       "to": f"<sip:{user}@{HOST}>", "id": uuid.uuid4().hex}
        self.sip.sendto(self.request("INVITE", 1, self.sdp(), extra), self.peer)

    def hang_up(self):
        self.sip.sendto(self.request("BYE", 2), self.peer)
        self._end()

    def _end(self):
        self.ended_at = time.monotonic()
        self.talking.clear()
        self.ended.set()

    @staticmethod
    def header(text, name):
        found = re.search(rf"(?im)^{name}\s*:\s*(.*?)\r?$", text)
        return found.group(1) if found else ""

    def _signal(self):
        while not self.closed:
            try:
                data, source = self.sip.recvfrom(65536)
            except socket.timeout:
                continue
            text = data.decode("utf-8", "replace")
            if text.startswith("SIP/2.0"):
                self._response(text)
            else:
                self._request(text, source)

    def _response(self, text):
        status = int(text.split()[1])
        if "INVITE" not in self.header(text, "CSeq") or status < 200:
            return
        self.dialog["to"] = self.header(text, "To")
        contact = re.search(r"<(.*?)>", self.header(text, "Contact"))
        if contact:
            self.dialog["uri"] = contact.group(1)
        self.sip.sendto(self.request("ACK", self.header(text, "CSeq").split()[0]), self.peer)
        if self.status is not None:
            return
        self.status = status
        if status == 200:
            self._media(text)

    def _request(self, text, source):
        method = text.split()[0]
        if method == "ACK":
            return
        reply = [f"{h}: {v}" for h in ("From", "Call-ID", "CSeq") for v in [self.header(text, h)]]
        vias = [f"Via: {v}" for v in re.findall(r"(?im)^Via\s*:\s*(.*?)\r?$", text)]
        to = self.header(text, "To")
        to += "" if "tag=" in to else ";tag=agent"
        ok = not (method == "INVITE" and not self.answer)
        body = self.sdp() if method == "INVITE" and ok else ""
        lines = ["SIP/2.0 200 OK" if ok else "SIP/2.0 486 Busy Here", *vias, *reply, f"To: {to}",
                 f"Contact: <sip:{self.user}@{HOST}:{self.port}>"]
        if body:
            lines.append("Content-Type: application/sdp")
        lines += [f"Content-Length: {len(body)}", "", body]
        self.sip.sendto("\r\n".join(lines).encode(), source)
        if method == "INVITE" and ok:
            self.peer = source
            contact = re.search(r"<(.*?)>", self.header(text, "Contact")).group(1)
            self.dialog = {"uri": contact, "from": to, "to": self.header(text, "From"), "id": self.header(text, "Call-ID")}
            self._media(text)
        if method in ("BYE", "CANCEL"):
            self._end()

    def _media(self, text):
        self.remote = (HOST, int(re.search(r"m=audio (\d+)", text).group(1)))
        self.talking.set()

    def _speak(self):
        sequence, at = 1, None
        while not self.closed:
            if not self.talking.wait(0.1):
                continue
            at = at or time.monotonic()
            offset = sequence * 160 % 8000
            head = struct.pack("!BBHII", 0x80, 0, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, 77)
            self.rtp.sendto(head + self.voice[offset:offset + 160], self.remote)
            sequence += 1
            at += 0.02
            time.sleep(max(0, at - time.monotonic()))

    def _listen(self):
        while not self.closed:
            try:
                data = self.rtp.recv(2048)
            except (socket.timeout, OSError):
                continue
            self.heard += data[12:]

    def heard_at(self, hz, seconds=0.5):
        return amplitude_at([mulaw_to_linear(o) for o in self.heard[-int(8000 * seconds):]], hz)


# ---- a hub

class Hub:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.messages, self.samples = [], {}
        self.send(type="hello", link=1, role="hub")
        threading.Thread(target=self._read, daemon=True).start()
        self.next = 0

    def send(self, **message):
        body = b"J" + json.dumps(message).encode()
        self.socket.sendall(struct.pack("!I", len(body)) + body)

    def _read(self):
        stream = self.socket.makefile("rb")
        try:
            while True:
                length = struct.unpack("!I", stream.read(4))[0]
                frame = stream.read(length)
                if frame[:1] == b"J":
                    self.messages.append(json.loads(frame[1:]))
                else:
                    name = frame[2:2 + frame[1]].decode()
                    self.samples[name] = self.samples.get(name, 0) + (length - 14 - frame[1]) // 2
        except (struct.error, OSError, ValueError):
            pass

    def wait(self, seconds=15, **members):
        def find():
            return next((m for m in list(self.messages) if all(m.get(k) == v for k, v in members.items())), None)
        wait_until(find, seconds)
        return find()

    def command(self, call, command, **more):
        self.next += 1
        self.send(type="command", id=self.next, call=call, command=command, **more)
        return self.wait(type="result", id=self.next) or {}

    def close(self):
        self.socket.close()


# ---- the process under test

class Media:
    def __init__(self, agent_uri, max_calls=100, before=None):
        self.folder = tempfile.mkdtemp(prefix="mamori-e2e-")
        self.run, self.recordings = self.folder + "/run", self.folder + "/rec"
        self.port = free_port()
        self.rtp = 21000 + os.getpid() % 10 * 1000
        self.agent_uri, self.max_calls = agent_uri, max_calls
        self.start(before)

    def start(self, before=None):
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen([PROBE, self.run, self.recordings, str(self.port), str(self.rtp), str(self.rtp + 899),
                                             self.agent_uri, str(self.max_calls)], stderr=log, stdout=log, preexec_fn=before)
        if not wait_until(lambda: os.path.exists(self.run + "/media.sock") and self.answers()):
            raise AssertionError("media did not come up: " + self.said())

    def said(self):
        return read_text(self.folder + "/log")

    def answers(self):
        """True when OPTIONS gets 200."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((HOST, 0))
            s.settimeout(1)
            s.sendto((f"OPTIONS sip:{HOST}:{self.port} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{s.getsockname()[1]};branch=z9hG4bK"
                      f"{uuid.uuid4().hex}\r\nMax-Forwards: 70\r\nFrom: <sip:t@{HOST}>;tag=1\r\nTo: <sip:{HOST}>\r\nCall-ID: "
                      f"{uuid.uuid4().hex}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n").encode(), (HOST, self.port))
            try:
                return b" 200 " in s.recv(65536)[:20]
            except OSError:
                return False

    def hub(self):
        return Hub(self.run + "/media.sock")

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        return self.process.wait(15)

    def close(self):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
