"""What phones and trunks do besides calling and hanging up."""

import os
import re
import time
import unittest

from endpoints import HOST, Phone, free_port, wait_until
from test_media import Case, Media


class Dialogs(Case):
    def answer_to(self, phone, request, seconds=5):
        """Sends an in-dialog request by hand and returns the final answer to it."""
        phone.last = None
        seen = []
        original = phone._response

        def spy(text):
            original(text)  # first: the ACK has to be on its way before the next request, or that is told to wait
            seen.append(text)

        phone._response = spy
        phone.sip.sendto(request, phone.peer)
        method = request.split()[0].decode()
        found = []

        def final():
            found[:] = [t for t in seen if method in phone.header(t, "CSeq") and int(t.split()[1]) >= 200]
            return bool(found)

        wait_until(final, seconds)
        phone._response = original
        return found[0] if found else ""

    def test_an_agent_that_is_off_is_said_at_once(self):
        media = self.keep(Media(f"sip:agent@{HOST}:{free_port()}"))
        caller = self.keep(Phone("0312345678"))
        began = time.monotonic()
        caller.dial(media.port)
        self.assertTrue(wait_until(lambda: caller.status is not None, 10))
        print(f"agent off: {caller.status} after {time.monotonic() - began:.2f} s")
        self.assertEqual(caller.status, 480)
        self.assertLess(time.monotonic() - began, 5)

    def test_offer_in_the_200(self):
        media, hub = self.media()
        caller = self.keep(Phone("0312345678", 400))
        sdp, caller.sdp = caller.sdp, lambda: ""
        original = caller.request
        caller.request = lambda method, cseq, body="", extra="": original(method, cseq, sdp() if method == "ACK" else body, extra)
        caller.dial(media.port)
        self.assertTrue(caller.talking.wait(10))
        self.assertTrue(wait_until(lambda: caller.heard_at(700) > 4000, 5))
        self.assertTrue(wait_until(lambda: self.agent.heard_at(400) > 4000, 5))

    def test_session_timer_refreshes(self):
        media, hub = self.media()
        caller = self.keep(Phone("0312345678"))
        caller.dial(media.port, extra="Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n")
        call = hub.wait(type="call", state="bridged")
        self.assertTrue(caller.talking.wait(10))
        answer = self.answer_to(caller, caller.request("UPDATE", 2, extra="Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n"))
        self.assertIn("200", answer.split("\r\n")[0])
        self.assertIn("90", caller.header(answer, "Session-Expires"))
        answer = self.answer_to(caller, caller.request("INVITE", 3, caller.sdp()))
        self.assertIn("200", answer.split("\r\n")[0])
        self.assertIn("m=audio", answer)
        answer = self.answer_to(caller, caller.request("INVITE", 4))
        self.assertIn("200", answer.split("\r\n")[0])
        self.assertIn("m=audio", answer)
        heard = len(caller.heard)
        self.assertTrue(wait_until(lambda: len(caller.heard) > heard + 3000, 5))
        self.assertTrue(hub.command(call["call"], "cut")["ok"])

    def test_hold_is_answered_recvonly(self):
        media, hub = self.media()
        caller, _ = self.bridged(media, hub)
        answer = self.answer_to(caller, caller.request("INVITE", 2, caller.sdp() + "a=sendonly\r\n"))
        self.assertIn("a=recvonly", answer)
        answer = self.answer_to(caller, caller.request("INVITE", 3, caller.sdp() + "a=inactive\r\n"))
        self.assertIn("a=inactive", answer)
        answer = self.answer_to(caller, caller.request("INVITE", 4, caller.sdp()))
        self.assertIn("a=sendrecv", answer)
        answer = self.answer_to(caller, caller.request("INVITE", 5, caller.sdp().replace("PCMU", "G729").replace("AVP 0", "AVP 18").replace("rtpmap:0", "rtpmap:18")))
        self.assertIn("488", answer.split("\r\n")[0])
        heard = len(caller.heard)
        self.assertTrue(wait_until(lambda: len(caller.heard) > heard + 3000, 5))

    def test_small_requests(self):
        media, hub = self.media()
        caller, call = self.bridged(media, hub)
        self.assertIn("200", self.answer_to(caller, caller.request("OPTIONS", 2)).split("\r\n")[0])
        self.assertIn("200", self.answer_to(caller, caller.request("INFO", 3)).split("\r\n")[0])
        self.assertRegex(self.answer_to(caller, caller.request("REFER", 4, extra="Refer-To: <sip:x@192.0.2.1>\r\n")).split("\r\n")[0], "405|501|403")
        stranger = self.keep(Phone("x"))
        stranger.peer = (HOST, media.port)
        stranger.dialog = {"uri": f"sip:{HOST}:{media.port}", "from": f"<sip:x@{HOST}>;tag=a", "to": f"<sip:y@{HOST}>;tag=b", "id": "none"}
        self.assertIn("481", self.answer_to(stranger, stranger.request("BYE", 1)).split("\r\n")[0])
        self.assertFalse(caller.ended.is_set())

    def test_reliable_ringing_is_possible(self):
        media, hub = self.media()
        caller = self.keep(Phone("0312345678"))
        caller.dial(media.port, extra="Supported: 100rel\r\n")
        self.assertTrue(caller.talking.wait(10))

    def test_numbers_from_the_network(self):
        media, hub = self.media()
        caller = self.keep(Phone("anonymous"))
        caller.dial(media.port, user="+81120000000", extra="P-Asserted-Identity: <sip:+81-90-1234-5678@carrier.example>\r\nPrivacy: id\r\n")
        call = hub.wait(type="call", state="bridged")
        self.assertEqual((call["caller"], call["callee"], call["agent"]), ("09012345678", "0120000000", "agent"))

    def test_nothing_is_left_behind(self):
        media, hub = self.media()
        folder = f"/proc/{media.process.pid}/fd"
        count = lambda: len(os.listdir(folder))
        before = count()
        for i in range(12):
            self.agent.answer = i % 3 != 0
            caller = Phone("0312345678")
            caller.dial(media.port)
            self.assertTrue(wait_until(lambda: caller.status is not None))
            if caller.status == 200:
                caller.hang_up()
            caller.close()
        # A call holds at least four sockets: twelve that leaked would be 48. A library may open one of its own late.
        self.assertTrue(wait_until(lambda: count() <= before + 3, 10), f"{before} descriptors before, {count()} after")


if __name__ == "__main__":
    unittest.main()
