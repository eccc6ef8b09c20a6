"""People act on a live call, and things break: cut in time, blocked next time, kill -9 of every role, full disk, taken ports."""

import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.request

from mamori import BIN, HOST, ROOT, Mamori, read_wav, wait_until


class Running(unittest.TestCase):
    def setUp(self):
        self.mamori = Mamori().start().sign_in().wait_ready()
        self.feed = self.mamori.feed()
        self.players = []

    def tearDown(self):
        for p in self.players:
            if p.poll() is None:
                p.kill()
            p.communicate()
        self.feed.close()
        self.mamori.stop()
        shutil.rmtree(self.mamori.folder, ignore_errors=True)

    def play(self, name):
        p = self.mamori.play(name)
        self.players.append(p)
        return p

    def live(self, state="bridged", seconds=15):
        def find():
            try:
                return next((c for c in self.mamori.get("/api/v1/live-contacts")["contacts"] if c["state"] == state), None)
            except (OSError, AssertionError):
                return None
        contact = wait_until(find, seconds)
        self.assertTrue(contact, self.mamori.logs())
        return contact

    def contact(self, id):
        return self.mamori.get("/api/v1/contacts/" + id)


class Actions(Running):
    def test_cut_block_and_lift(self):
        player = self.play("polite-threat")
        contact = self.live()
        time.sleep(1)
        clicked = time.monotonic()
        status, answer, _ = self.mamori.act(contact["id"], "disconnect")
        self.assertEqual(status, 200, answer)
        out, _ = player.communicate(timeout=20)
        after = time.monotonic() - clicked
        self.assertEqual(json.loads(out)["ended_by"], "server")
        self.assertLess(answer["elapsed_ms"], 100, "from click to BYE, as media measured it")
        print(f"\ncut: {answer['elapsed_ms']:.2f} ms in media, scene over after {after * 1000:.0f} ms")
        # the same person again, blocked after the call
        status, answer, _ = self.mamori.act(contact["id"], "block_number")
        self.assertEqual(status, 200, answer)
        time.sleep(0.3)
        out, _ = self.play("polite-threat").communicate(timeout=20)
        self.assertEqual(json.loads(out)["ended_by"], "refused:603", out)
        blocks = self.mamori.get("/api/v1/blocks")["blocks"]
        self.assertEqual([b["party"] for b in blocks], ["0312345604"])
        status, _, _ = self.mamori.request("DELETE", "/api/v1/blocks/" + blocks[0]["id"])
        self.assertEqual(status, 200)
        time.sleep(0.3)
        again = self.play("polite-threat")
        self.live()
        again.kill()

    def test_warn_and_announce_by_a_person_and_the_words_for_what_cannot_be_done(self):
        player = self.play("fair-complaint")
        contact = self.live()
        status, answer, _ = self.mamori.act(contact["id"], "handover_to_voicebot")
        self.assertEqual((status, answer["title"]), (503, "ボイスボットはまだ使えません"))
        status, answer, _ = self.mamori.request("POST", f'/api/v1/contacts/{contact["id"]}/actions', {"kind": "handover_to_voicebot"}, {"Accept-Language": "en"})
        self.assertIn("not available", answer["title"])
        self.assertEqual(self.mamori.act(contact["id"], "warn_caller")[0], 200)
        self.assertEqual(self.mamori.act(contact["id"], "switch_to_announcement")[0], 200)
        out, _ = player.communicate(timeout=40)
        played = json.loads(out)
        self.assertEqual(played["ended_by"], "server")
        self.assertLess(played["agent_seconds"], played["seconds"] - 5, "the agent was released, the caller heard the announcement")
        self.assertEqual(self.mamori.act(contact["id"], "disconnect")[0], 409)
        self.assertEqual(self.mamori.act(contact["id"], "open_case")[0], 200)
        self.assertEqual(self.mamori.act("nobody", "open_case")[0], 404)
        self.assertEqual(self.mamori.act(contact["id"], "fly")[0], 400)

    def test_nothing_without_signing_in_or_csrf_and_reads_are_in_the_record(self):
        player = self.play("fair-complaint")
        contact = self.live()
        player.kill()
        cookie, csrf = self.mamori.cookie, self.mamori.csrf
        self.mamori.csrf = "wrong"
        self.assertEqual(self.mamori.act(contact["id"], "disconnect")[0], 403)
        self.mamori.cookie = ""
        for path in ("/api/v1/contacts", "/api/v1/contacts/" + contact["id"], f'/api/v1/contacts/{contact["id"]}/recording', "/api/v1/cases", "/api/v1/blocks", "/api/v1/live-contacts"):
            self.assertEqual(self.mamori.request("GET", path)[0], 401, path)
        self.mamori.cookie, self.mamori.csrf = cookie, csrf
        self.contact(contact["id"])
        wait_until(lambda: any(e["kind"] == "read" for e in self.contact(contact["id"])["events"]), 5)
        self.assertTrue(any(e["kind"] == "read" and e["facts"]["by"] == "admin" for e in self.contact(contact["id"])["events"]))

    def test_erasing_leaves_facts_and_no_words(self):
        player = self.play("fair-complaint")
        contact = self.live()
        wait_until(lambda: self.live()["transcript"], 15)
        self.assertEqual(self.mamori.request("DELETE", f'/api/v1/contacts/{contact["id"]}/content')[0], 409, "not while it goes on")
        player.kill()
        self.mamori.act(contact["id"], "disconnect")
        wait_until(lambda: self.contact(contact["id"])["state"] == "ended", 15)
        time.sleep(1)
        self.assertEqual(self.mamori.request("DELETE", f'/api/v1/contacts/{contact["id"]}/content')[0], 200)
        page = self.contact(contact["id"])
        self.assertEqual(page["party"], "")
        self.assertFalse(page["has_recording"])
        self.assertTrue(all(not e["content"] for e in page["events"]))
        self.assertEqual(list((self.mamori.data / "recordings").glob("*.wav")), [])
        self.assertEqual(self.mamori.get("/api/v1/journal/verification")["broken_at"], 0)


class Failures(Running):
    def test_kill_9_of_the_hub_in_mid_call(self):
        player = self.play("fair-complaint")
        contact = self.live()
        self.assertTrue(wait_until(lambda: len(self.live()["transcript"]) >= 1, 30))
        time.sleep(0.5)  # what is on the wall is on the disk a few milliseconds later
        self.mamori.kill(signal.SIGKILL)
        self.assertTrue(self.feed.closed.wait(5))
        time.sleep(2)
        self.assertIsNone(player.poll(), "the call goes on")
        self.mamori.start().wait_ready()
        back = self.live()
        self.assertEqual(back["id"], contact["id"], "the wall comes back with the same call, the session still holds")
        self.assertGreaterEqual(len(back["transcript"]), 1)
        out, _ = player.communicate(timeout=60)
        self.assertEqual(json.loads(out)["ended_by"], "scene", "nobody cut it")
        page = wait_until(lambda: (p := self.contact(contact["id"])) and p["state"] == "ended" and p, 20)
        self.assertGreaterEqual(len([e for e in page["events"] if e["kind"] == "utterance"]), 4)
        turns = [e["facts"]["turn"] for e in page["events"] if e["kind"] == "utterance"]
        self.assertEqual(turns, sorted(set(turns)), "no turn twice, none out of order")
        self.assertEqual(self.mamori.get("/api/v1/journal/verification")["broken_at"], 0)
        caller, _ = read_wav(self.mamori.data / "recordings" / (contact["id"] + ".wav"))
        self.assertGreater(len(caller) / 8000, json.loads(out)["seconds"] - 2, "the recording has the whole call")
        loud = [max((abs(v) for v in caller[s * 8000:(s + 1) * 8000]), default=0) for s in range(int(len(caller) / 8000))]
        self.assertGreater(sum(v > 0.05 for v in loud), 8)

    def test_kill_9_of_media_leaves_a_playable_recording_and_media_comes_back(self):
        self.play("fair-complaint")
        contact = self.live()
        time.sleep(6)
        for pid in self.mamori.pids("media"):
            os.kill(pid, signal.SIGKILL)
        self.assertTrue(wait_until(lambda: self.mamori.health().get("media", {}).get("restarts", 0) >= 1 and self.mamori.health()["media"]["up"], 20))
        page = wait_until(lambda: (p := self.contact(contact["id"])) and p["state"] == "ended" and p, 20)
        self.assertEqual(page["end_reason"], "lost")
        caller, agent = read_wav(self.mamori.data / "recordings" / (contact["id"] + ".wav"))
        self.assertGreater(len(caller) / 8000, 3)
        self.assertGreater(max(map(abs, agent)), 0.05)

    def test_kill_9_of_speech_costs_words_not_the_call(self):
        player = self.play("fair-complaint")
        contact = self.live()
        time.sleep(4)
        for pid in self.mamori.pids("speech"):
            os.kill(pid, signal.SIGKILL)
        self.assertTrue(wait_until(lambda: self.mamori.health().get("speech", {}).get("restarts", 0) >= 1 and self.mamori.health()["speech"]["up"], 20))
        out, _ = player.communicate(timeout=60)
        self.assertEqual(json.loads(out)["ended_by"], "scene")
        page = wait_until(lambda: (p := self.contact(contact["id"])) and p["state"] == "ended" and p, 20)
        self.assertGreaterEqual(len([e for e in page["events"] if e["kind"] == "utterance"]), 3, "words come again")


class Starting(unittest.TestCase):
    def serve(self, mamori, seconds=20):
        out = subprocess.run([BIN, "serve", "--config", str(mamori.config)], capture_output=True, text=True, timeout=seconds)
        return out.returncode, out.stdout + out.stderr

    def test_a_corrupt_configuration_is_refused_with_line_and_reason(self):
        mamori = Mamori()
        for broken, words in (("[web]\nprot = 8080\n", ["line 2", "prot"]), ("[web\n", ["line 1"]), ("[sip]\nport = \"x\"\n", ["line 2", "port"]),
                              ("[web]\naddress = \"0.0.0.0\"\n", ["certificate"]), ("[policy]\nfile = \"/nowhere.toml\"\n", ["/nowhere.toml"])):
            mamori.config.write_text(broken + f'[data]\ndir = "{mamori.data}"\n')
            status, out = self.serve(mamori)
            self.assertEqual(status, 1, out)
            for word in words:
                self.assertIn(word, out)

    def test_a_taken_web_port_is_named(self):
        mamori = Mamori().start()
        try:
            other = Mamori()
            other.config.write_text(other.config.read_text().replace(f"port = {other.web}", f"port = {mamori.web}"))
            status, out = self.serve(other)
            self.assertEqual(status, 1)
            self.assertIn(str(mamori.web), out)
            # and a second hub on the same data
            status, out = self.serve(mamori)
            self.assertEqual(status, 1)
            self.assertIn("another mamori serve", out)
        finally:
            mamori.stop()

    def test_a_taken_sip_port_degrades_and_says_so(self):
        first = Mamori().start().sign_in().wait_ready()
        try:
            other = Mamori()
            other.config.write_text(other.config.read_text().replace(f"port = {other.sip}\n", f"port = {first.sip}\n"))
            other.start().sign_in()
            problem = wait_until(lambda: other.health().get("media", {}).get("problem"), 15)
            self.assertTrue(problem)
            self.assertFalse(other.health()["media"]["up"])
            self.assertIn(str(first.sip), other.logs())
            other.stop()
        finally:
            first.stop()

    def test_a_damaged_database_and_a_lost_key_are_refused(self):
        mamori = Mamori()
        mamori.data.mkdir(parents=True)
        (mamori.data / "mamori.db").write_bytes(b"x" * 5000)
        status, out = self.serve(mamori)
        self.assertEqual(status, 1)
        self.assertIn("damaged", out)
        (mamori.data / "mamori.db").unlink()
        (mamori.data / "master.key").write_bytes(b"short")
        os.chmod(mamori.data / "master.key", 0o600)
        status, out = self.serve(mamori)
        self.assertEqual(status, 1)
        self.assertIn("master key", out)


    @unittest.skipUnless(os.geteuid() == 0, "needs root to become an ordinary user")
    def test_a_read_only_database_is_refused_clearly(self):
        mamori = Mamori()
        os.chmod(mamori.folder, 0o755)
        mamori.start().stop()
        subprocess.run(["chown", "-R", "nobody", str(mamori.data)], check=True)
        for file in mamori.data.glob("mamori.db*"):
            os.chown(file, 0, 0)
            os.chmod(file, 0o444)
        as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        if subprocess.run(as_nobody + ["test", "-r", str(ROOT / "data/policy/default.toml")]).returncode != 0:
            self.skipTest("an ordinary user cannot read this source tree")
        out = subprocess.run(["setpriv", "--reuid=nobody", "--clear-groups", BIN, "serve", "--config", str(mamori.config)], capture_output=True, text=True, timeout=20)
        self.assertEqual(out.returncode, 1)
        self.assertIn("read-only", out.stdout + out.stderr)

    def test_tls_and_only_tls_beyond_this_machine(self):
        mamori = Mamori()
        key, certificate = mamori.folder / "key.pem", mamori.folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        mamori.config.write_text(mamori.config.read_text().replace("[web]\n", f'[web]\naddress = "0.0.0.0"\ncertificate = "{certificate}"\nprivate_key = "{key}"\n'))
        mamori.start(wait=False)
        try:
            context = ssl.create_default_context(cafile=str(certificate))
            def up():
                try:
                    with urllib.request.urlopen(f"https://{HOST}:{mamori.web}/api/v1/health", context=context, timeout=5) as answer:
                        return answer.headers["Strict-Transport-Security"]
                except OSError:
                    return None
            self.assertTrue(wait_until(up, 20), mamori.printed())
            self.assertIn("https://", mamori.printed())
        finally:
            mamori.stop()


@unittest.skipUnless(os.environ.get("MAMORI_TEST_POSTGRES"), "MAMORI_TEST_POSTGRES is not set: run through scripts/with-postgres")
class OnPostgres(Running):
    def setUp(self):
        server = os.environ["MAMORI_TEST_POSTGRES"]
        name = "mamori_e2e_%d" % os.getpid()
        subprocess.run(["psql", server, "-c", "CREATE DATABASE " + name], check=True, capture_output=True)
        self.mamori = Mamori(database="postgresql:" + server.replace("dbname=postgres", "dbname=" + name)).start().sign_in().wait_ready()
        self.feed = self.mamori.feed()
        self.players = []

    def test_a_call_is_kept_and_survives_kill_9_of_the_hub(self):
        player = self.play("forced-apology")
        contact = self.live()
        wait_until(lambda: self.live()["level"] >= 3, 40)
        self.mamori.kill(signal.SIGKILL)
        self.mamori.start().wait_ready()
        self.assertGreaterEqual(self.live()["level"], 3)
        player.communicate(timeout=60)
        page = wait_until(lambda: (p := self.contact(contact["id"])) and p["state"] == "ended" and p, 20)
        self.assertIn("forced_apology", page["categories"])
        self.assertEqual(len(self.mamori.get("/api/v1/cases")["cases"]), 1)
        self.assertEqual(self.mamori.get("/api/v1/journal/verification")["broken_at"], 0)


@unittest.skipUnless(os.geteuid() == 0, "needs root for a small file system of its own")
class FullDisk(Running):
    def setUp(self):
        self.mount = pathlib.Path(tempfile.mkdtemp(prefix="mamori-disk-"))
        self.mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(self.mount)], capture_output=True).returncode == 0
        if not self.mounted:
            self.skipTest("no right to mount a small file system here")
        self.mamori = Mamori(folder=self.mount).start().sign_in().wait_ready()
        self.feed = self.mamori.feed()
        self.players = []

    def tearDown(self):
        super().tearDown()
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.mount)], capture_output=True)

    def test_a_file_system_that_became_read_only_is_refused_at_the_start(self):
        self.mamori.stop()
        self.assertEqual(subprocess.run(["mount", "-o", "remount,ro", str(self.mount)]).returncode, 0)
        out = subprocess.run([BIN, "serve", "--config", str(self.mamori.config)], capture_output=True, text=True, timeout=20)
        subprocess.run(["mount", "-o", "remount,rw", str(self.mount)])
        self.assertEqual(out.returncode, 1)
        self.assertRegex(out.stdout + out.stderr, "(?i)read-only")

    def test_the_call_goes_on_the_wall_says_so_and_nothing_heard_is_lost(self):
        player = self.play("fair-complaint")
        contact = self.live()
        wait_until(lambda: self.live()["transcript"], 15)
        filler = self.mount / "filler"
        try:
            with open(filler, "wb", buffering=0) as f:
                while f.write(b"\0" * 65536):
                    pass
        except OSError:
            pass
        self.assertTrue(wait_until(lambda: self.mamori.health().get("journal", {}).get("writable") is False, 20), self.mamori.health())
        self.assertIn("full", self.mamori.health()["journal"]["problem"])
        self.assertEqual(self.mamori.health()["status"], "degraded")
        self.assertIsNone(player.poll(), "the call goes on")
        words = len(self.live()["transcript"])
        filler.unlink()
        self.assertTrue(wait_until(lambda: self.mamori.health().get("journal", {}).get("writable"), 20), self.mamori.health())
        out, _ = player.communicate(timeout=60)
        self.assertEqual(json.loads(out)["ended_by"], "scene")
        page = wait_until(lambda: (p := self.contact(contact["id"])) and p["state"] == "ended" and p, 20)
        self.assertGreaterEqual(len([e for e in page["events"] if e["kind"] == "utterance"]), words, "what waited was written")
        self.assertEqual(self.mamori.get("/api/v1/journal/verification")["broken_at"], 0)


if __name__ == "__main__":
    unittest.main()
