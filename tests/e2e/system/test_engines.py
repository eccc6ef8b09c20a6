"""Engines of the operator in the middle of real calls: one that crashes, one that hangs, and one that hears the recording again."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest

from mamori import BIN, ROOT, answering, ended, serving, wait_until

FAULTY = os.environ.get("MAMORI_FAULTY_SHERPA", str(ROOT / "build/release/src/speech/libmamori_faulty_sherpa.so"))
TINY = ROOT / "src/speech/testdata/sherpa"


class Faulty(unittest.TestCase):
    """The library of tests/engines/faulty_sherpa.cpp: well until somebody has spoken for a moment."""

    def start(self, fault):
        self.folder = tempfile.mkdtemp(prefix="mamori-model-")
        for name in ("streaming-ctc.onnx", "tokens.txt"):
            shutil.copy(TINY / name, self.folder)
        subprocess.run([BIN, "models", "describe", self.folder, "--name", "tiny", "--version", "1", "--kind", "streaming-zipformer2-ctc", "--licence", "Apache-2.0",
                        "model=streaming-ctc.onnx", "tokens=tokens.txt"], check=True, capture_output=True)
        os.environ["MAMORI_FAULT"] = fault
        self.addCleanup(os.environ.pop, "MAMORI_FAULT", None)
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.mamori = serving(self, extra=f'[speech]\nengine = "sherpa-onnx"\nlibrary = "{FAULTY}"\nengine_model = "{self.folder}"\n')
        self.assertEqual(self.mamori.health()["speech"]["engine"], "sherpa-onnx:tiny", self.mamori.logs())
        self.player = self.mamori.play("polite-threat")
        self.addCleanup(self.player.communicate)
        self.addCleanup(lambda: self.player.poll() is None and self.player.kill())

    def fallen_back(self, seconds):
        health = wait_until(lambda: (h := self.mamori.health()) and h.get("speech", {}).get("up") and h["speech"].get("instead_of") and h, seconds, 0.02)
        self.assertTrue(health, self.mamori.logs())
        return health

    def whole_call(self):
        self.player.communicate(timeout=90)
        contact = ended(self.mamori)[0]
        time.sleep(3)  # the last words
        return self.mamori.get("/api/v1/contacts/" + contact["id"])

    def test_a_crash_brings_the_built_in_engine_within_two_seconds(self):
        self.start("abort")
        old = self.mamori.pids("speech")
        gone = wait_until(lambda: self.mamori.pids("speech") != old and time.monotonic(), 30, 0.02)
        health = self.fallen_back(10)
        took = time.monotonic() - gone
        print(f"crash to built-in: {took * 1000:.0f} ms", flush=True)
        self.assertLess(took, 2)
        self.assertEqual(health["speech"]["engine"], "mamori-ctc-ja-8k")
        self.assertIn("ended the speech process", health["speech"]["engine_problem"])
        self.assertEqual(health["status"], "degraded")
        page = self.whole_call()
        changes = [e for e in page["events"] if e["kind"] == "engine"]
        self.assertEqual([(e["facts"]["before"], e["facts"]["engine"]) for e in changes], [("sherpa-onnx:tiny", "mamori-ctc-ja-8k")])
        said = [e for e in page["events"] if e["kind"] == "utterance"]
        self.assertTrue([e for e in said if e["facts"]["engine"] == "mamori-ctc-ja-8k"], "words go on")
        self.assertEqual(page["end_reason"] in ("caller", "agent"), True, "the call noticed nothing")

    def test_a_hang_brings_the_built_in_engine_in_the_same_process(self):
        self.start("hang")
        pids = self.mamori.pids("speech")
        health = self.fallen_back(30)
        self.assertIn("did not answer for 1500 ms", health["speech"]["engine_problem"])
        page = self.whole_call()
        self.assertEqual(self.mamori.pids("speech"), pids, "the process went on")
        said = [e for e in page["events"] if e["kind"] == "utterance"]
        self.assertTrue([e for e in said if e["facts"]["engine"] == "mamori-ctc-ja-8k"])
        self.assertTrue([e for e in page["events"] if e["kind"] == "voice"], "voice cues came all along")
        seqs = [e["seq"] for e in page["events"]]
        self.assertEqual(seqs, sorted(seqs))


class SecondPass(unittest.TestCase):
    def test_the_recording_is_heard_again_after_the_call(self):
        got = []

        def transcribe(path, headers, body):  # as an OpenAI-compatible server does
            got.append((path, headers["Authorization"], body))
            return {"text": f"聞き直し{len(got)}"}

        address = answering(self, transcribe)
        folder = tempfile.mkdtemp(prefix="mamori-key-")
        self.addCleanup(shutil.rmtree, folder, True)
        key = os.path.join(folder, "key")
        with open(key, "w") as f:
            f.write("sk-test\n")
        os.chmod(key, 0o600)
        mamori = serving(self, extra=f'[second_pass]\nengine = "openai"\naddress = "{address}"\nremote_model = "better"\napi_key_file = "{key}"\n')
        player = mamori.play("polite-threat")
        player.communicate(timeout=90)
        contact = ended(mamori)[0]
        page = wait_until(lambda: (p := mamori.get("/api/v1/contacts/" + contact["id"])) and p["second_pass"] and p, 60, 0.5)
        self.assertTrue(page, mamori.logs())
        again = page["second_pass"]
        self.assertEqual(again["error"], "")
        self.assertEqual(again["engine"], "openai:better")
        self.assertGreaterEqual(len(again["utterances"]), 3)
        self.assertTrue(all(u["text"].startswith("聞き直し") for u in again["utterances"]))
        self.assertEqual({u["speaker"] for u in again["utterances"]}, {"customer", "agent"})
        first = [e for e in page["events"] if e["kind"] == "utterance"]
        self.assertTrue(first and all(e["facts"]["engine"] == "mamori-ctc-ja-8k" for e in first), "the first transcript stays as it was")
        path, authorization, body = got[0]
        self.assertEqual((path, authorization), ("/v1/audio/transcriptions", "Bearer sk-test"))
        self.assertIn(b"RIFF", body)
        # Erased, the second transcript goes with the first.
        status, _, _ = mamori.request("DELETE", f"/api/v1/contacts/{contact['id']}/content")
        self.assertEqual(status, 200)
        page = mamori.get("/api/v1/contacts/" + contact["id"])
        self.assertTrue(all(u["text"] == "" for u in page["second_pass"]["utterances"]))
        self.assertEqual(mamori.get("/api/v1/journal/verification")["broken_at"], 0)


if __name__ == "__main__":
    unittest.main()
