"""Real endpoints against the media role as a process. Run: MAMORI_MEDIA_PROBE=.../media_probe python3 -m unittest"""

import os
import resource
import shutil
import signal
import socket
import subprocess
import time
import unittest
import wave

from endpoints import HOST, PROBE, Media, Phone, amplitude_at, free_port, read_text, tone, wait_until

import torture


def channels(path):
    with wave.open(path) as w:
        assert w.getnchannels() == 2 and w.getframerate() == 8000
        data = memoryview(w.readframes(w.getnframes())).cast("h")
    return list(data[0::2]), list(data[1::2])


def write_wav(path, samples):
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(8000)
        w.writeframes(b"".join(s.to_bytes(2, "little", signed=True) for s in samples))


@unittest.skipUnless(PROBE, "MAMORI_MEDIA_PROBE names the program to test")
class Case(unittest.TestCase):
    def setUp(self):
        self.open = []

    def tearDown(self):
        for thing in reversed(self.open):
            thing.close()

    def keep(self, thing):
        self.open.append(thing)
        return thing

    def media(self, **options):
        self.agent = self.keep(Phone("agent", 700))
        media = self.keep(Media(f"sip:agent@{HOST}:{self.agent.port}", **options))
        return media, self.keep(media.hub())

    def bridged(self, media, hub):
        caller = self.keep(Phone("0312345678", 400))
        caller.dial(media.port)
        call = hub.wait(type="call", state="bridged")
        self.assertIsNotNone(call, media.said())
        self.assertTrue(caller.talking.wait(10))
        return caller, call["call"]


class Interventions(Case):
    def test_bridge_warn_and_cut(self):
        media, hub = self.media()
        prompt = media.folder + "/warning.wav"
        write_wav(prompt, tone(1000, 8000, 1.0))
        hub.send(type="prompts", warning=prompt)
        caller, call = self.bridged(media, hub)
        self.assertTrue(wait_until(lambda: self.agent.heard_at(400) > 4000))
        self.assertTrue(wait_until(lambda: caller.heard_at(700) > 4000))
        self.assertTrue(hub.command(call, "warn")["ok"])
        self.assertTrue(wait_until(lambda: caller.heard_at(1000, 0.2) > 4000, 5))
        self.assertIsNotNone(hub.wait(type="prompt", state="finished"))
        self.assertFalse(caller.ended.is_set())
        began = time.monotonic()
        result = hub.command(call, "cut")
        self.assertTrue(result["ok"])
        self.assertTrue(caller.ended.wait(5) and self.agent.ended.wait(5))
        slowest = max(caller.ended_at, self.agent.ended_at) - began
        print(f"cut: {result['elapsed_ms']:.2f} ms to the stack, {slowest * 1000:.1f} ms until both phones had the BYE")
        self.assertLessEqual(slowest, 0.1)
        recorded = hub.wait(type="recorded")
        left, right = channels(recorded["recording"])
        self.assertGreater(amplitude_at(left[4000:8000], 400), 6000)
        self.assertGreater(amplitude_at(right[4000:8000], 700), 6000)
        self.assertLess(amplitude_at(left[4000:8000], 700), 200)

    def test_a_hub_that_stalls_or_dies_does_not_touch_the_call(self):
        media, hub = self.media()
        caller, call = self.bridged(media, hub)
        hub.close()
        time.sleep(1)
        heard = len(caller.heard)
        time.sleep(0.5)
        self.assertGreater(len(caller.heard), heard + 3000)
        again = self.keep(media.hub())
        calls = again.wait(type="calls")
        self.assertEqual([c["call"] for c in calls["calls"]], [call])
        self.assertTrue(again.command(call, "cut")["ok"])
        self.assertGreater(again.wait(type="recorded")["seconds"], 1.4)


class Failures(Case):
    def test_kill_leaves_a_playable_recording(self):
        media, hub = self.media()
        _, call = self.bridged(media, hub)
        time.sleep(2.5)
        media.kill()
        path = f"{media.recordings}/{call}.wav"
        left, right = channels(path)
        self.assertGreater(len(left), 8000)
        media.start()  # repairs
        left, right = channels(path)
        self.assertEqual(os.path.getsize(path), 44 + 4 * len(left))
        self.assertGreater(len(left), 14000)
        self.assertGreater(amplitude_at(right[4000:8000], 700), 6000)

    def test_a_full_disk_stops_the_recording_not_the_call(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000))
        media, hub = self.media(before=limit)
        caller, call = self.bridged(media, hub)
        self.assertIsNotNone(hub.wait(type="health", recording="stopped: disk full"))
        heard = len(caller.heard)
        time.sleep(0.5)
        self.assertGreater(len(caller.heard), heard + 3000)
        self.assertTrue(hub.command(call, "cut")["ok"])
        self.assertFalse(hub.wait(type="recorded")["complete"])
        left, _ = channels(f"{media.recordings}/{call}.wav")
        self.assertGreater(len(left), 6000)

    def test_sigterm_drains(self):
        media, hub = self.media()
        caller, _ = self.bridged(media, hub)
        media.process.send_signal(signal.SIGTERM)
        self.assertIsNotNone(hub.wait(type="health", draining=True))
        late = self.keep(Phone("0900000000"))
        late.dial(media.port)
        self.assertTrue(wait_until(lambda: late.status == 503))
        self.assertIsNone(media.process.poll())
        caller.hang_up()
        self.assertEqual(media.process.wait(15), 0)

    def test_a_taken_port_is_named(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((HOST, 0))
            port = s.getsockname()[1]
            done = subprocess.run([PROBE, "/tmp/mamori-e2e-none", "/tmp/mamori-e2e-none", str(port), "22000", "22099",
                                   f"sip:{HOST}"], capture_output=True, text=True, timeout=20, check=False)
        shutil.rmtree("/tmp/mamori-e2e-none", ignore_errors=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(port), done.stderr)

    def test_torture_messages(self):
        media, hub = self.media()
        for message in torture.messages(media.port):
            torture.over_udp(media.port, message)
            torture.over_tcp(media.port, message)
        torture.rtp_flood(media.rtp)
        self.assertIsNone(media.process.poll(), media.said()[-2000:])
        self.assertTrue(media.answers())
        caller, call = self.bridged(media, hub)
        torture.rtp_flood(media.rtp)
        self.assertTrue(wait_until(lambda: caller.heard_at(700) > 4000))
        self.assertTrue(hub.command(call, "cut")["ok"])


class OtherMakers(Case):
    @unittest.skipUnless(shutil.which("sipp"), "sipp is not installed")
    def test_sipp_both_sides(self):
        agent_port, caller_port = free_port(), free_port()
        agent = subprocess.Popen(["sipp", "-sn", "uas", "-i", HOST, "-p", str(agent_port), "-mp", str(free_port()), "-nostdin"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            media = self.keep(Media(f"sip:agent@{HOST}:{agent_port}"))
            done = subprocess.run(["sipp", "-sn", "uac", "-i", HOST, "-p", str(caller_port), "-s", "0120000000", "-r", "20", "-m", "60",
                                   "-d", "1000", "-l", "40", "-nostdin", "-timeout", "40", f"{HOST}:{media.port}"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=False, cwd=media.folder)
            self.assertEqual(done.returncode, 0)
            hub = self.keep(media.hub())
            self.assertIsNotNone(hub.wait(type="health", calls=0))
            self.assertTrue(wait_until(lambda: len([f for f in os.listdir(media.recordings) if f.endswith(".wav")]) == 60))
        finally:
            agent.terminate()
            agent.wait()

    @unittest.skipUnless(shutil.which("baresip"), "baresip is not installed")
    def test_baresip_both_sides(self):
        port = free_port()
        media = self.keep(Media(f"sip:agent@{HOST}:{port}"))
        hub = self.keep(media.hub())
        agent = Baresip(media.folder + "/agent", port, "agent", 700)
        caller = None
        try:
            self.assertTrue(wait_until(agent.listens))
            caller = Baresip(media.folder + "/caller", free_port(), "0312345678", 400, f"/dial sip:0120000000@{HOST}:{media.port}")
            call = hub.wait(type="call", state="bridged")
            self.assertIsNotNone(call, caller.text() + agent.text())
            time.sleep(2.5)
            self.assertTrue(hub.command(call["call"], "cut")["ok"])
            recorded = hub.wait(type="recorded")
            left, right = channels(recorded["recording"])
            self.assertGreater(amplitude_at(left[8000:12000], 400), 3000)
            self.assertGreater(amplitude_at(right[8000:12000], 700), 3000)
            self.assertLess(amplitude_at(left[8000:12000], 700), 200)
        finally:
            agent.close()
            if caller:
                caller.close()


class Baresip:
    def __init__(self, folder, port, user, hz, command=None):
        os.makedirs(folder)
        write_wav(folder + "/in.wav", tone(hz, 8000, 20))
        self.port, self.log = port, folder + "/log"
        with open(folder + "/config", "w") as f:
            f.write(f"sip_listen {HOST}:{port}\naudio_source aufile,{folder}/in.wav\naudio_player aubridge,sink\n"
                    f"audio_alert aubridge,sink\nmodule_path /usr/lib/baresip/modules\nmodule g711.so\nmodule aufile.so\n"
                    f"module aubridge.so\nmodule_app account.so\nmodule_app menu.so\nmodule_app contact.so\n")
        with open(folder + "/accounts", "w") as f:
            f.write(f"<sip:{user}@{HOST}:{port}>;regint=0;answermode=auto;audio_codecs=PCMU/8000/1\n")
        with open(folder + "/contacts", "w"):
            pass
        more = ["-e", command] if command else []
        self.out = open(self.log, "wb")
        self.process = subprocess.Popen(["baresip", "-4", "-f", folder, "-t", "30", *more], stdout=self.out,
                                        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def listens(self):
        return f"{self.port:04X}" in read_text("/proc/net/udp")

    def text(self):
        return read_text(self.log)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.out.close()


if __name__ == "__main__":
    unittest.main()
