#!/bin/sh
# Load on the media role: N calls of 20 s, µ-law both ways, every call recorded and sent to a hub.
#   load.sh MEDIA_PROBE [N]       needs sipp (Debian: sip-tester) and python3
# Prints what the role's health says every 2 s: calls, CPU in percent of one core, recording, lost and dropped milliseconds.
set -eu
probe=$(realpath "$1"); calls=${2:-100}
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d); cd "$work"
head -c 160000 /dev/urandom > load.ul
sipp -sn uas -i 127.0.0.1 -p 15080 -mp 26000 -rtp_echo -nostdin > agent.log 2>&1 & agent=$!
"$probe" run rec 15060 30000 39999 sip:agent@127.0.0.1:15080 1000 2> media.log & media=$!
trap 'kill $agent $media 2>/dev/null || true; wait; cd /; rm -rf "$work"' EXIT
sleep 1
python3 - "$here/../../tests/e2e/telephony" "$calls" <<'P' & hub=$!
import sys, time
sys.path.insert(0, sys.argv[1])
from endpoints import Hub
hub = Hub("run/media.sock")
for _ in range(12 + int(sys.argv[2]) // 80):
    time.sleep(2)
    health = [m for m in hub.messages if m["type"] == "health"]
    if health:
        m = health[-1]
        print(m["calls"], round(m["cpu_percent"], 1), m["recording"], m["recording_lost_ms"], m["dropped_audio_ms"], flush=True)
P
sipp -sf "$here/caller.xml" -i 127.0.0.1 -p 15070 -mp 40000 -s 0120 -r 40 -m "$calls" -l "$calls" -nostdin 127.0.0.1:15060 > caller.log 2>&1 \
  && echo "all calls ended well" || echo "calls failed"
wait $hub
grep VmRSS "/proc/$media/status"
echo "recordings: $(ls rec/*.wav | wc -l)"
