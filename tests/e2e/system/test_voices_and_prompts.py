"""Voiceprints off and on, enrolled, found again in another real call, erased; announcements written, heard, recorded over."""

import os
import shutil
import struct
import unittest

from mamori import Mamori, wait_until

VOICE = os.environ.get("MAMORI_TEST_VOICE", "/usr/share/hts-voice/nitech-jp-atr503-m001/nitech_jp_atr503_m001.htsvoice")
CAN_SPEAK = shutil.which("open_jtalk") and os.path.isfile(VOICE) and os.path.isdir("/var/lib/mecab/dic/open-jtalk/naist-jdic")


class Case(unittest.TestCase):
    EXTRA = ""

    def setUp(self):
        self.mamori = Mamori(extra=self.EXTRA).start().sign_in().wait_ready()

    def tearDown(self):
        self.mamori.stop()
        shutil.rmtree(self.mamori.folder, ignore_errors=True)

    def call(self, scene):
        known = {c["id"] for c in self.mamori.get("/api/v1/contacts")["contacts"]}
        player = self.mamori.play(scene)
        player.communicate(timeout=120)

        def ended():
            return next((c for c in self.mamori.get("/api/v1/contacts")["contacts"] if c["id"] not in known and c["state"] == "ended" and c["has_recording"]), None)
        contact = wait_until(ended, 20)
        self.assertTrue(contact)
        return contact["id"]

    def case_of(self, contact):
        status, answer, _ = self.mamori.act(contact, "open_case")
        self.assertEqual(status, 200, answer)
        return next(c for c in self.mamori.get("/api/v1/cases")["cases"] if c["contact"] == contact)

    def kinds(self, contact):
        return [e["kind"] for e in self.mamori.get("/api/v1/contacts/" + contact)["events"]]


class VoiceprintsOff(Case):
    def test_everything_is_forbidden_until_the_organisation_decides(self):
        for method, path, body in (("GET", "/api/v1/voiceprints", None), ("POST", "/api/v1/cases/x/voiceprint", {"purpose": "safety", "days": 30}),
                                   ("POST", "/api/v1/voiceprints/x/verify", {"contact": "x"})):
            status, answer, _ = self.mamori.request(method, path, body)
            self.assertEqual(status, 403, (path, answer))


class VoiceprintsOn(Case):
    EXTRA = "[voiceprint]\nenabled = true\nmost_days = 90\n"

    def test_a_caller_is_enrolled_found_again_and_forgotten(self):
        first = self.call("polite-threat")
        case = self.case_of(first)
        path = f'/api/v1/cases/{case["id"]}/voiceprint'
        self.assertEqual(self.mamori.request("POST", path, {"purpose": "curiosity", "days": 30})[0], 400)
        self.assertEqual(self.mamori.request("POST", path, {"purpose": "safety", "days": 91})[0], 400)
        self.assertEqual(self.mamori.request("POST", "/api/v1/cases/none/voiceprint", {"purpose": "safety", "days": 9})[0], 404)
        status, enrolled, _ = self.mamori.request("POST", path, {"purpose": "safety", "days": 30})
        self.assertEqual(status, 201, enrolled)
        self.assertNotIn("vector", enrolled)
        self.assertIn("voiceprint_enrolled", self.kinds(first))
        database = b"".join(p.read_bytes() for p in self.mamori.data.glob("mamori.db*"))
        self.assertIn(enrolled["id"].encode(), database)

        # The same scene again: the same voice. It is compared, shown and written down; nothing is done about it.
        second = self.call("polite-threat")
        self.assertIn("voiceprint_compared", self.kinds(second))
        page = self.mamori.get("/api/v1/contacts/" + second)
        match = [e for e in page["events"] if e["kind"] == "voiceprint_match"]
        self.assertEqual(len(match), 1, [e["facts"] for e in page["events"] if e["kind"].startswith("voiceprint")])
        self.assertEqual(match[0]["content"]["number"], case["number"])
        self.assertNotIn("number", match[0]["facts"])
        status, answer, _ = self.mamori.request("POST", f'/api/v1/voiceprints/{enrolled["id"]}/verify', {"contact": second})
        self.assertEqual(status, 200, answer)
        self.assertTrue(answer["may_be_same"], answer)
        self.assertIn("voiceprint_verified", self.kinds(second))

        self.assertEqual(self.mamori.request("DELETE", "/api/v1/voiceprints/" + enrolled["id"])[0], 200)
        self.assertEqual(self.mamori.get("/api/v1/voiceprints")["voiceprints"], [])
        self.assertEqual(self.mamori.request("POST", f'/api/v1/voiceprints/{enrolled["id"]}/verify', {"contact": second})[0], 404)
        self.assertIn("voiceprint_erased", self.kinds(first))
        self.assertEqual(self.mamori.get("/api/v1/journal/verification")["broken_at"], 0)


class Prompts(Case):
    EXTRA = f'[synthesis]\nvoice = "{VOICE}"\n'

    def prompt(self, name="warning"):
        return next(p for p in self.mamori.get("/api/v1/prompts")["prompts"] if p["name"] == name)

    @unittest.skipUnless(CAN_SPEAK, "open_jtalk, its dictionary or a voice is not on this machine (MAMORI_TEST_VOICE names one)")
    def test_own_words_are_spoken(self):
        status, sound, response = self.mamori.request("POST", "/api/v1/prompts/preview", {"text": "試しの文です。"})
        self.assertEqual((status, response.getheader("Content-Type")), (200, "audio/wav"))
        self.assertEqual(sound[:4], b"RIFF")
        self.assertEqual(self.prompt()["source"], "shipped")
        status, answer, _ = self.mamori.request("PUT", "/api/v1/prompts/warning", {"text": "お話をうかがえません。", "text_en": "We cannot listen."})
        self.assertEqual(status, 200, answer)
        self.assertEqual((self.prompt()["source"], self.prompt()["text"]), ("text", "お話をうかがえません。"))
        before = self.mamori.request("GET", "/api/v1/prompts/announcement/sound")[1]
        self.assertNotEqual(self.mamori.request("GET", "/api/v1/prompts/warning/sound")[1], before)
        self.assertEqual(self.mamori.request("DELETE", "/api/v1/prompts/warning")[0], 200)
        self.assertEqual(self.prompt()["source"], "shipped")

    def test_a_recording_wins_and_can_be_taken_back(self):
        pcm = b"\0\x10\0\xf0" * 4000
        wav = b"RIFF" + struct.pack("<I", 36 + len(pcm)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16) + b"data" + struct.pack("<I", len(pcm)) + pcm
        self.assertEqual(self.upload(b"not a sound at all" * 10), 400)
        self.assertEqual(self.upload(wav), 200)
        self.assertEqual(self.prompt()["source"], "recording")
        self.assertEqual(self.mamori.request("GET", "/api/v1/prompts/warning/sound")[1], wav)
        self.assertEqual(self.mamori.request("DELETE", "/api/v1/prompts/warning/recording")[0], 200)
        self.assertEqual(self.prompt()["source"], "shipped")
        self.assertEqual(self.mamori.request("PUT", "/api/v1/prompts/no-such", {"text": "あ", "text_en": ""})[0], 404)

    def upload(self, body):
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.mamori.web, timeout=20)
        connection.request("PUT", "/api/v1/prompts/warning/recording", body, {"X-Mamori-CSRF": self.mamori.csrf, "Cookie": self.mamori.cookie, "Content-Type": "audio/wav"})
        status = connection.getresponse().status
        connection.close()
        return status


class OwnWords(Case):
    def test_reach_the_recogniser_through_the_list(self):
        words = lambda: [(w["spelling"], w["reading"]) for w in self.mamori.get("/api/v1/words")["words"]]
        self.assertEqual(words(), [])
        status, answer, _ = self.mamori.request("POST", "/api/v1/words", {"spelling": "守里館", "reading": "mamori"})
        self.assertEqual(status, 400, answer)
        for spelling, reading in (("守里館", "まもりかん"), ("ゼイレン", "ぜいれん"), ("守里館", "まもりかん")):
            status, answer, _ = self.mamori.request("POST", "/api/v1/words", {"spelling": spelling, "reading": reading})
            self.assertEqual(status, 200, answer)
        self.assertEqual(words(), [("ゼイレン", "ぜいれん"), ("守里館", "まもりかん")])
        file = self.mamori.data / "own_words.tsv"
        with open(file, encoding="utf-8") as f:
            self.assertEqual(f.read(), "ゼイレン\tぜいれん\n守里館\tまもりかん\n")
        status, _, _ = self.mamori.request("DELETE", "/api/v1/words?spelling=%E3%82%BC%E3%82%A4%E3%83%AC%E3%83%B3&reading=%E3%81%9C%E3%81%84%E3%82%8C%E3%82%93")
        self.assertEqual(status, 200)
        status, _, _ = self.mamori.request("DELETE", "/api/v1/words?spelling=x&reading=y")
        self.assertEqual(status, 404)
        self.assertEqual(words(), [("守里館", "まもりかん")])
        self.assertEqual(self.mamori.get("/api/v1/journal/verification")["broken_at"], 0)
        # A call goes on as before while the words change under it.
        self.call("polite-threat")


class PromptsWithoutAVoice(Case):
    EXTRA = '[synthesis]\nvoice = "/nowhere/at-all.htsvoice"\n'

    def test_says_what_is_missing_and_nothing_else_breaks(self):
        answer = self.mamori.get("/api/v1/prompts")
        self.assertTrue(answer["speech_problem"])
        self.assertTrue(all(p["playable"] for p in answer["prompts"]))
        status, problem, _ = self.mamori.request("PUT", "/api/v1/prompts/warning", {"text": "あ", "text_en": ""})
        self.assertEqual(status, 503, problem)


if __name__ == "__main__":
    unittest.main(verbosity=2)
