"""A port for a process under test."""

import random
import socket

HOST = "127.0.0.1"
OWN = range(12000, 20000)  # below what the system gives to whoever asks for any port, so that nobody gets it in between


def free_port():
    """Free for UDP and TCP: SIP is heard on both."""
    for port in random.sample(OWN, 200):
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as s:
                    s.bind((HOST, port))
        except OSError:
            continue
        return port
    raise AssertionError(f"no free port in {OWN}")
