"""After the call: a language model's second opinion, and one customer over two calls."""

import json
import os
import sqlite3
import unittest
import unittest.mock

from mamori import answering, ended, serving, wait_until


class Model:
    """Speaks /v1/chat/completions. The first question gets an answer that quotes the customer, the second an invented quote."""

    def __init__(self):
        self.asked = []

    def __call__(self, path, _headers, body):
        body = json.loads(body)
        self.asked.append((path, body))
        turns = [json.loads(line) for line in body["messages"][1]["content"].split("\n") if line.startswith('{"turn"')]
        said = next(t for t in turns if t["speaker"] == "お客様" and t["text"])
        opinion = {"level": 3, "categories": ["discrimination"], "flags": [], "reason": "試験の見立てです。", "quote": said["text"] if len(self.asked) == 1 else "言っていない言葉", "turn": said["turn"]}
        return {"choices": [{"message": {"role": "assistant", "content": json.dumps(opinion, ensure_ascii=False)}, "finish_reason": "stop"}]}


class AfterTheCall(unittest.TestCase):
    def test_a_second_opinion_changes_nothing_and_people_link_a_customer(self):
        self.enterContext(unittest.mock.patch.dict(os.environ, TZ="UTC"))
        model = Model()
        mamori = serving(self, extra=f'[second_opinion]\naddress = "{answering(self, model)}"\nmodel = "local"\nsuspicion_from = 0.0\nsuspicion_to = 1.0\n')
        for scene in ("fair-complaint", "bring-me-your-boss"):
            mamori.play(scene).communicate(timeout=120)
        rows = ended(mamori, 2)
        second, first = rows
        before = {c["id"]: (c["level"], c["categories"]) for c in rows}

        def opinion(contact):
            return wait_until(lambda: mamori.get("/api/v1/contacts/" + contact)["second_opinion"], 60, 0.5)

        one, two = opinion(first["id"]), opinion(second["id"])
        self.assertTrue(one and two, mamori.logs())
        self.assertEqual((one["state"], one["level"], one["agrees"]), ("answered", 3, False))
        self.assertEqual((two["state"], two["reason"]), ("refused", ""))
        self.assertIn("does not stand in the turn", two["error"])
        path, body = model.asked[0]
        self.assertEqual((path, body["model"], body["temperature"]), ("/v1/chat/completions", "local", 0))
        sent = json.dumps(body, ensure_ascii=False)
        self.assertNotIn(first["party"] or "?", sent, "no number leaves the hub")
        # Nothing follows from it but a line in a list.
        after = {c["id"]: (c["level"], c["categories"]) for c in mamori.get("/api/v1/contacts")["contacts"]}
        self.assertEqual(after, before)
        page = mamori.get("/api/v1/contacts/" + first["id"])
        kinds = [e["kind"] for e in page["events"]]
        self.assertEqual([k for k in kinds[kinds.index("second_opinion") + 1:] if k in ("assessment", "proposal", "action", "finding")], [])
        self.assertIn(("mamori", "second_opinion"), [(e["facts"].get("by"), e["facts"].get("what")) for e in page["events"] if e["kind"] == "read"])
        listed = mamori.get("/api/v1/second_opinions")["contacts"]
        self.assertEqual([(c["contact"], c["opinion_level"], c["reviewed"]) for c in listed], [(first["id"], 3, False)])

        # One customer.
        history = f"/api/v1/contacts/{second['id']}/history"
        alone = mamori.get(history)
        self.assertEqual(len(alone["weeks"]), 8)
        self.assertEqual({w["from"] % 86_400_000 for w in alone["weeks"]}, {15 * 3_600_000}, "midnight in Tokyo, on a server in UTC")
        self.assertEqual(mamori.get("/api/v1/rules/policy")["time_zone"], "Asia/Tokyo")
        linked_already = first["party"] == second["party"]
        self.assertEqual(alone["in_all"]["contacts"], 2 if linked_already else 1)
        if not linked_already:
            links = f"/api/v1/contacts/{second['id']}/links"
            self.assertEqual(mamori.request("POST", links, {"contact": first["id"], "basis": "number", "reason": " "})[0], 400)
            self.assertEqual(mamori.request("POST", links, {"contact": first["id"], "basis": "voiceprint", "reason": "声が似ている"})[0], 409)
            self.assertEqual(mamori.request("POST", links, {"contact": first["id"], "basis": "number", "reason": "本人が二つの番号を名のった"})[0], 201)
            self.assertEqual(mamori.request("POST", links, {"contact": first["id"], "basis": "number", "reason": "もう一度"})[0], 409)
            together = mamori.get(history)
            self.assertEqual([c["id"] for c in together["contacts"]], [second["id"], first["id"]])
            self.assertEqual(together["weeks"][-1]["contacts"], 2)
            link = together["links"][0]["id"]
            self.assertEqual(mamori.request("DELETE", f"{links}/{link}", {"reason": "思い違いでした"})[0], 200)
            self.assertEqual(mamori.get(history)["in_all"]["contacts"], 1)
            self.assertEqual(mamori.request("DELETE", f"{links}/{link}", {"reason": "思い違いでした"})[0], 404)
        for contact in (first, second):
            self.assertEqual(mamori.request("PUT", f"/api/v1/contacts/{contact['id']}/customer_name", {"name": "山田 太郎"})[0], 200)
        if not linked_already:
            self.assertEqual([c["id"] for c in mamori.get(history)["same_name"]], [first["id"]])
        # Found again by the name, for who may look; what was looked for is in no log.
        status, found, _ = mamori.request("POST", "/api/v1/contacts/search", {"text": "山田太", "not_of": second["id"]})
        self.assertEqual((status, [(c["id"], c["name"]) for c in found["contacts"]], found["whole"]), (200, [] if linked_already else [(first["id"], "山田 太郎")], True))
        self.assertEqual(mamori.request("POST", "/api/v1/contacts/search", {"text": "あ" * 70})[0], 400)
        self.assertEqual(mamori.request("POST", "/api/v1/contacts/search", {"not_of": "nobody"})[0], 404)
        self.assertEqual(mamori.request("POST", "/api/v1/contacts/search", {}, {"X-Mamori-CSRF": "wrong"})[0], 403)
        self.assertNotIn("山田", mamori.logs() + mamori.printed())
        with sqlite3.connect(f"file:{mamori.data}/mamori.db?mode=ro", uri=True) as database:
            searched = [json.loads(facts) for facts, in database.execute("SELECT facts FROM journal WHERE kind = 'read_list'") if "search" in facts]
        self.assertEqual(searched, [{"by": "admin", "what": "search", "rows": len(found["contacts"])}])
        reads = [e for e in mamori.get("/api/v1/contacts/" + second["id"])["events"] if e["kind"] == "read" and e["facts"]["what"] == "history"]
        self.assertGreaterEqual(len(reads), 2)

        # Erased, all of it goes.
        self.assertEqual(mamori.request("DELETE", f"/api/v1/contacts/{first['id']}/content")[0], 200)
        erased = mamori.get("/api/v1/contacts/" + first["id"])["second_opinion"]
        self.assertEqual((erased["reason"], erased["quote"], erased["content_erased"]), ("", "", True))
        self.assertEqual(mamori.get("/api/v1/second_opinions")["contacts"], [])
        self.assertEqual(mamori.get(history)["same_name"], [])
        self.assertEqual(mamori.get("/api/v1/journal/verification")["broken_at"], 0)


if __name__ == "__main__":
    unittest.main()
