// What a language model answers: whatever it is, an opinion that is taken keeps to the schema and quotes what was said.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/json.h"
#include "opinion/answer.h"

namespace {

void check(std::string_view body, const std::vector<mamori::contact::Utterance>& turns) {
  using namespace mamori::opinion;
  const auto read = read_reply(body, turns);
  if (!read) {
    if (read.error().message.size() > 200) std::abort();
    return;
  }
  const auto& label = read->label;
  if (label.level < 0 || label.level > 4 || (label.level >= 2) == label.categories.empty()) std::abort();
  if (read->reason.empty() || read->reason.size() > kMostReason || read->quote.size() > kMostQuote) std::abort();
  if (label.level >= 2 && read->quote.empty()) std::abort();
  if (!read->quote.empty() && turns.at(static_cast<std::size_t>(read->turn.value())).text.find(read->quote) == std::string::npos) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace json = mamori::base::json;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::vector<mamori::contact::Utterance> turns(2);
  turns[0].text = "今日中に来ないと、ただで済むと思うなよ";
  turns[1].turn = 1;
  turns[1].speaker = mamori::contact::Speaker::kAgent;
  turns[1].text = "申し訳ございません";
  check(text, turns);  // the envelope
  const json::object reply{{"choices", json::array{json::object{{"message", json::object{{"content", text}}}}}}};
  check(json::serialize(reply), turns);  // what stands in it
  return 0;
}
