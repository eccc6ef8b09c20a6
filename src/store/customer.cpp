// Store: one customer over several numbers and channels.
#include <algorithm>
#include <map>
#include <set>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include "store/contact_columns.h"
#include "store/lease.h"

namespace mamori::store {
namespace {

using base::UnixMillis;

constexpr std::string_view kByContact = "contact:";
constexpr std::size_t kMostNodes = 100;      // of one customer
constexpr int kMostContacts = 500;           // of one number or address
constexpr std::size_t kMostLookedInto = 60;  // earlier contacts whose answers are counted when a new one begins, the newest
constexpr int kMostSearched = 5000;          // contacts that one search opens: some tens of milliseconds
constexpr UnixMillis kMonth = 30LL * 24 * 3600 * 1000;
constexpr const char* kLinkColumns = "SELECT id, a, b, contact_a, contact_b, basis, linked_by, linked_at FROM party_link ";

PartyLink read_link(const soci::row& row) {
  return {row.get<std::string>(0), row.get<std::string>(3), row.get<std::string>(4), row.get<std::string>(5), row.get<std::string>(6), row.get<long long>(7)};
}

// What a contact is found by.
std::string node_of(const Keyring& keys, const std::string& contact, const std::string& party) { return contact::names_a_party(party) ? keys.party_key(party) : std::string(kByContact) + contact; }

// Everything that is reached over links in force, `from` first.
std::vector<std::string> linked(soci::session& sql, const std::string& from, std::vector<PartyLink>* links = nullptr) {
  std::vector<std::string> nodes{from};
  std::set<std::string> seen_links;
  for (std::size_t i = 0; i < nodes.size() && nodes.size() < kMostNodes; ++i) {
    const auto node = nodes[i];
    const soci::rowset<soci::row> rows = (sql.prepare << std::string(kLinkColumns) + "WHERE unlinked_at = 0 AND (a = :a OR b = :b) ORDER BY linked_at, id", soci::use(node), soci::use(node));
    for (const auto& row : rows) {
      if (links != nullptr && seen_links.insert(row.get<std::string>(0)).second) links->push_back(read_link(row));
      for (const std::size_t column : {1U, 2U}) {
        auto other = row.get<std::string>(column);
        if (std::ranges::find(nodes, other) == nodes.end()) nodes.push_back(std::move(other));
      }
    }
  }
  return nodes;
}

// Contacts of these nodes that began within [since, to], newest first.
std::vector<ContactRow> contacts_of(soci::session& sql, const Keyring* keys, const std::vector<std::string>& nodes, UnixMillis since, UnixMillis to) {
  std::vector<ContactRow> out;
  const long long from = since;
  const long long until = to;
  for (const auto& node : nodes) {
    const bool by_contact = node.starts_with(kByContact);
    const auto key = by_contact ? node.substr(kByContact.size()) : node;
    const soci::rowset<soci::row> rows =
        (sql.prepare << std::string(kContactColumns) + (by_contact ? "WHERE id = :k" : "WHERE party_key = :k") + " AND started_at >= :s AND started_at <= :t ORDER BY started_at DESC, id DESC LIMIT :n",
         soci::use(key), soci::use(from), soci::use(until), soci::use(kMostContacts));
    for (const auto& row : rows) out.push_back(read_contact(row, keys));
  }
  std::ranges::sort(out, [](const auto& x, const auto& y) { return std::pair(x.started_at, x.id) > std::pair(y.started_at, y.id); });
  return out;
}

Answers answers_of(soci::session& sql, const std::string& contact) {
  Answers out;
  const soci::rowset<soci::row> rows = (sql.prepare << "SELECT facts FROM journal WHERE contact = :c AND kind = 'answered'", soci::use(contact));
  for (const auto& row : rows) {
    const auto facts = base::parse_json(row.get<std::string>(0));
    if (!facts || !facts->is_object()) continue;
    ++out.refusals;
    out.final_answers += base::get_bool(facts->get_object(), "final");
  }
  return out;
}

// `node` is what the contact is found by.
Matter matter_of(soci::session& sql, const std::string& contact, const std::string& node, UnixMillis at) {
  Matter out;
  std::size_t looked = 0;
  for (const auto& row : contacts_of(sql, nullptr, linked(sql, node), at - kMonth, at)) {
    if (row.id == contact) continue;
    ++out.contacts;
    if (looked++ >= kMostLookedInto) continue;
    const auto answers = answers_of(sql, row.id);
    out.before.refusals += answers.refusals;
    out.before.final_answers += answers.final_answers;
  }
  return out;
}

// Letters as they are compared in a search: without width and case (Unicode NFKC_Casefold), spaces, hyphens and brackets.
std::string plain_letters(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const auto* fold = icu::Normalizer2::getNFKCCasefoldInstance(error);
  if (U_FAILURE(error)) return std::string(text);
  const auto folded = fold->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))), error);
  icu::UnicodeString kept;
  for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const auto c = folded.char32At(i);
    if (!u_isUWhiteSpace(c) && !u_hasBinaryProperty(c, UCHAR_DASH) && c != '(' && c != ')') kept.append(c);
  }
  std::string out;
  return kept.toUTF8String(out);
}

}  // namespace

base::Result<FoundContacts> Store::search(const ContactSearch& wanted) {
  Lease lease(*this);
  return guard([&] {
    FoundContacts out;
    auto& sql = lease.sql();
    std::vector<std::string> left_out;
    if (!wanted.not_of.empty()) {
      std::string key;
      sql << "SELECT party_key FROM contact WHERE id = :id", soci::into(key), soci::use(wanted.not_of);
      left_out = linked(sql, key.empty() ? std::string(kByContact) + wanted.not_of : key);
    }
    const long long from = wanted.from;
    const long long before = wanted.before > 0 ? wanted.before : INT64_MAX;
    std::map<std::string, std::string> names;  // sealed
    {
      const soci::rowset<soci::row> rows =
          (sql.prepare << "SELECT n.contact, n.name_sealed FROM customer_name n JOIN contact c ON c.id = n.contact WHERE c.started_at >= :f AND c.started_at < :b ORDER BY c.started_at DESC, c.id DESC LIMIT :n",
           soci::use(from), soci::use(before), soci::use(kMostSearched));
      for (const auto& row : rows) names.emplace(row.get<std::string>(0), row.get<std::string>(1));
    }
    const auto text = plain_letters(wanted.text);
    const auto has = [&](const std::string& where) { return plain_letters(where).find(text) != std::string::npos; };
    const soci::rowset<soci::row> rows =
        (sql.prepare << std::string(kContactColumns) + "WHERE started_at >= :f AND started_at < :b AND erased_at = 0 ORDER BY started_at DESC, id DESC LIMIT :n", soci::use(from), soci::use(before), soci::use(kMostSearched));
    int looked = 0;
    for (const auto& row : rows) {
      ++looked;
      FoundContact found{read_contact(row, &keys_), {}};
      if (const auto it = names.find(found.row.id); it != names.end()) found.name = keys_.open_sealed(it->second, found.row.id).value_or("");
      if (!text.empty() && !has(found.row.party) && !has(found.name) && !has(found.row.agent)) continue;
      if (!left_out.empty() && std::ranges::find(left_out, node_of(keys_, found.row.id, found.row.party)) != left_out.end()) continue;
      if (out.contacts.size() >= wanted.most) {
        out.whole = false;
        return out;
      }
      out.contacts.push_back(std::move(found));
    }
    out.whole = looked < kMostSearched;
    return out;
  });
}

base::Result<Matter> Store::matter(const std::string& contact, const std::string& party, UnixMillis at) {
  Lease lease(*this);
  return guard([&] { return matter_of(lease.sql(), contact, node_of(keys_, contact, party), at); });
}

base::Result<Matter> Store::matter_of_past(const ContactRow& row) {
  Lease lease(*this);
  return guard([&] {
    std::string key;
    lease.sql() << "SELECT party_key FROM contact WHERE id = :id", soci::into(key), soci::use(row.id);
    return matter_of(lease.sql(), row.id, key.empty() ? std::string(kByContact) + row.id : key, row.started_at);
  });
}

base::Result<Customer> Store::customer(const ContactRow& row, UnixMillis since) {
  Lease lease(*this);
  return guard([&] {
    Customer out;
    auto& sql = lease.sql();
    const auto nodes = linked(sql, node_of(keys_, row.id, row.party), &out.links);
    out.contacts = contacts_of(sql, &keys_, nodes, since, INT64_MAX);
    for (const auto& c : out.contacts) out.answers.push_back(answers_of(sql, c.id));
    std::string key;
    std::string sealed;
    sql << "SELECT name_key, name_sealed FROM customer_name WHERE contact = :c", soci::into(key), soci::into(sealed), soci::use(row.id);
    if (!sql.got_data()) return out;
    out.name = keys_.open_sealed(sealed, row.id).value_or("");
    const soci::rowset<soci::row> same =
        (sql.prepare << std::string(kContactColumns) + "WHERE id IN (SELECT contact FROM customer_name WHERE name_key = :k) AND erased_at = 0 ORDER BY started_at DESC, id DESC LIMIT :n", soci::use(key), soci::use(kMostContacts));
    for (const auto& found : same) {
      auto c = read_contact(found, &keys_);
      if (std::ranges::find(nodes, node_of(keys_, c.id, c.party)) == nodes.end()) out.same_name.push_back(std::move(c));
    }
    return out;
  });
}

base::Result<bool> Store::are_one_customer(const ContactRow& a, const ContactRow& b) {
  Lease lease(*this);
  return guard([&] {
    const auto nodes = linked(lease.sql(), node_of(keys_, a.id, a.party));
    return std::ranges::find(nodes, node_of(keys_, b.id, b.party)) != nodes.end();
  });
}

Projection Store::link_parties(const Keyring& keys, PartyLink link, const ContactRow& a, const ContactRow& b) {
  return [link = std::move(link), x = node_of(keys, a.id, a.party), y = node_of(keys, b.id, b.party)](soci::session& sql) {
    const long long at = link.linked_at;
    sql << "INSERT INTO party_link (id, a, b, contact_a, contact_b, basis, linked_by, linked_at, unlinked_by, unlinked_at) VALUES (:id, :a, :b, :ca, :cb, :basis, :by, :at, '', 0)",
        soci::use(link.id), soci::use(x), soci::use(y), soci::use(link.contact_a), soci::use(link.contact_b), soci::use(link.basis), soci::use(link.linked_by), soci::use(at);
  };
}

Projection Store::unlink_parties(std::string id, std::string by, UnixMillis at) {
  return [id = std::move(id), by = std::move(by), at](soci::session& sql) {
    const long long when = at;
    sql << "UPDATE party_link SET unlinked_by = :by, unlinked_at = :at WHERE id = :id AND unlinked_at = 0", soci::use(by), soci::use(when), soci::use(id);
  };
}

Projection Store::put_customer_name(const Keyring& keys, std::string contact, const std::string& name, std::string by, UnixMillis at) {
  // Spaces between family and given name are written by some and not by others.
  std::string bare;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.compare(i, 3, "\u3000") == 0)
      i += 2;
    else if (name[i] != ' ')
      bare += name[i];
  }
  return [contact, key = keys.party_key("name:" + bare), sealed = keys.seal(name, contact), by = std::move(by), at, none = name.empty()](soci::session& sql) {
    const long long when = at;
    sql << "DELETE FROM customer_name WHERE contact = :c", soci::use(contact);
    if (none) return;
    // Not of a contact that was erased meanwhile.
    sql << "INSERT INTO customer_name (contact, name_key, name_sealed, given_by, given_at) SELECT id, :k, :s, :by, :at FROM contact WHERE id = :c AND erased_at = 0",
        soci::use(key), soci::use(sealed), soci::use(by), soci::use(when), soci::use(contact);
  };
}

}  // namespace mamori::store
