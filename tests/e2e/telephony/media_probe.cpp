// The media role as a process of its own with options on the command line: what the end-to-end tests start and kill.
//
//   media_probe RUN_DIR RECORDINGS_DIR SIP_PORT RTP_MIN RTP_MAX TARGET [MAX_CALLS]
#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "telephony/media_role.h"

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr, "usage: media_probe RUN_DIR RECORDINGS_DIR SIP_PORT RTP_MIN RTP_MAX TARGET [MAX_CALLS]\n");
    return 2;
  }
  mamori::base::open_log("media", mamori::base::LogLevel::kInfo);
  mamori::telephony::MediaOptions options;
  options.run_dir = argv[1];
  options.recordings_dir = argv[2];
  options.sip_port = static_cast<std::uint16_t>(std::atoi(argv[3]));
  options.rtp_port_min = static_cast<std::uint16_t>(std::atoi(argv[4]));
  options.rtp_port_max = static_cast<std::uint16_t>(std::atoi(argv[5]));
  options.routes = {{"", argv[6]}};
  options.port_rest = std::chrono::milliseconds(500);
  if (argc > 7) options.max_calls = static_cast<std::size_t>(std::atoi(argv[7]));
  const auto done = mamori::telephony::run_media(options);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return 1;
}
