#include "base/change.h"

namespace mamori::base {

Words sentence(const Change& c) {
  switch (c.kind) {
    case Change::Kind::kAdded: return {c.what.ja + ": 追加 " + c.after.ja, c.what.en + ": added " + c.after.en};
    case Change::Kind::kRemoved: return {c.what.ja + ": 削除 " + c.before.ja, c.what.en + ": removed " + c.before.en};
    case Change::Kind::kChanged: return {c.what.ja + ": " + c.before.ja + " → " + c.after.ja, c.what.en + ": " + c.before.en + " → " + c.after.en};
  }
  return {};
}

}  // namespace mamori::base
