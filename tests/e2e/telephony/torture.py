"""Messages a SIP server must survive, after RFC 4475 and what is seen in the wild. Any answer or none will do; falling over will not."""

import random
import socket
import uuid

HOST = "127.0.0.1"

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"


def invite(port, body=SDP, length=None, **replace):
    headers = {
        "Via": f"SIP/2.0/UDP {HOST}:9;branch=z9hG4bK{uuid.uuid4().hex}",
        "Max-Forwards": "70",
        "From": f"<sip:t@{HOST}>;tag=1",
        "To": f"<sip:0120@{HOST}>",
        "Call-ID": uuid.uuid4().hex,
        "CSeq": "1 INVITE",
        "Contact": f"<sip:t@{HOST}:9>",
        "Content-Type": "application/sdp",
        "Content-Length": str(len(body) if length is None else length),
    }
    line = replace.pop("line", f"INVITE sip:0120@{HOST}:{port} SIP/2.0")
    headers.update({k.replace("_", "-"): v for k, v in replace.items()})
    return (line + "\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items() if v is not None) + "\r\n" + body).encode("latin-1", "replace")


def messages(port):
    def one(**k):
        return invite(port, **k)

    yield b""
    yield b"\r\n\r\n"
    yield b"\x00" * 100
    yield b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    yield one(line="INVITE sip:0120 SIP/7.0")                                   # unknown version
    yield one(line=f"INVITE <sip:0120@{HOST}> SIP/2.0")                          # URI in brackets
    yield one(line=f"INVITE  sip:0120@{HOST}  SIP/2.0 ")                         # too much white space
    yield one(line=f"INVITE mailto:0120@{HOST} SIP/2.0")                         # another scheme
    yield one(line=f"INVITE sip:{'%' * 50}@{HOST} SIP/2.0")                       # broken escapes
    yield one(line=f"INVITE sip:{'9' * 5000}@{HOST} SIP/2.0")
    yield one(line="NEWMETHOD!'*+`~ sip:a@b SIP/2.0", CSeq="1 NEWMETHOD!'*+`~")
    yield one(line=f"ACK sip:0120@{HOST} SIP/2.0", CSeq="1 ACK")
    yield one(line=f"BYE sip:0120@{HOST} SIP/2.0", CSeq="1 BYE")
    yield one(line=f"CANCEL sip:0120@{HOST} SIP/2.0", CSeq="1 CANCEL")
    yield one(line=f"REFER sip:0120@{HOST} SIP/2.0", CSeq="1 REFER", Refer_To="<sip:evil@192.0.2.1>")
    yield one(line=f"REGISTER sip:{HOST} SIP/2.0", CSeq="1 REGISTER")
    yield one(line=f"SUBSCRIBE sip:0120@{HOST} SIP/2.0", CSeq="1 SUBSCRIBE", Event="presence")
    yield one(length=-999)                                                       # negative Content-Length
    yield one(length=99999)                                                      # longer than the datagram
    yield one(length=5)                                                          # cuts the SDP
    yield one(length="12;34")
    yield one(CSeq="36893488147419103232 REGISTER")                               # does not fit, wrong method
    yield one(CSeq="INVITE")
    yield one(Max_Forwards="0")
    yield one(Max_Forwards="8888888888888888888")
    yield one(Max_Forwards="-1")
    yield one(Via=None)
    yield one(Via="SIP/2.0/UDP ;branch=")
    yield one(Via="SIP/7.0/UDP " + HOST)
    yield one(From=None)
    yield one(To=None)
    yield one(Call_ID=None)
    yield one(Contact=None)
    yield one(Contact="*")
    yield one(From='"unclosed <sip:t@' + HOST + ">;tag=1")
    yield one(From="<sip:t@[::1>;tag=1")
    yield one(From="<tel:+81-3-1234-5678>;tag=1", P_Asserted_Identity="<tel:+81312345678>, \"x\" <sip:y@z>")
    yield one(P_Asserted_Identity="<<>>;;;")
    yield one(From='"' + "あ" * 20 + f'" <sip:t@{HOST}>;tag=1')
    yield one(Content_Type="text/plain")
    yield one(Content_Type="multipart/mixed;boundary=x", body="--x\r\n\r\n--x--")
    yield one(Content_Type="///")
    yield one(Require="nothing-we-know")
    yield one(Session_Expires="-5;refresher=nobody", Supported="timer")
    yield one(Replaces="x;to-tag=1;from-tag=2")
    yield one(Route="<sip:nowhere.invalid;lr>")
    yield one(Unknown_Header="x" * 60000)                                         # near the limit
    yield one(Unknown_Header="x" * 64900)
    yield one(**{f"X{i}": "y" for i in range(500)})
    yield one(body="v=0\r\n")
    yield one(body="\xff" * 300)
    yield one(body="v=0\r\n" + "a=" + "x" * 20000 + "\r\n")
    yield one(body=SDP.replace("m=audio 9", "m=audio 99999999999"))
    yield one(body=SDP.replace("127.0.0.1", "nowhere.invalid"))
    yield one(body=SDP + "a=rtpmap:0 PCMU/0\r\n")
    yield b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKstray\r\nCSeq: 1 INVITE\r\nCall-ID: x\r\nFrom: <sip:a@b>\r\nTo: <sip:a@b>\r\n\r\n"
    yield b"SIP/2.0 4294967301 better not\r\n\r\n"
    rng = random.Random(4475)
    good = bytearray(one())
    for _ in range(150):
        bad = bytearray(good)
        for _ in range(rng.randrange(1, 12)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        yield bytes(bad[:rng.randrange(1, len(bad) + 1)])


def over_udp(port, message):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.sendto(message, (HOST, port))
        except OSError:
            pass  # longer than a datagram can be


def over_tcp(port, message):
    try:
        with socket.create_connection((HOST, port), 2) as s:
            s.sendall(message)
    except OSError:
        pass


def rtp_flood(first_port):
    rng = random.Random(3550)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for port in range(first_port, first_port + 40):
            for _ in range(20):
                try:
                    s.sendto(rng.randbytes(rng.randrange(0, 300)), (HOST, port))
                except OSError:
                    pass
