// The one place for status codes and for the reader's language of errors (RFC 9457 problem+json).
#pragma once

#include <string>

#include "base/result.h"
#include "net/http.h"

namespace mamori::api {

enum class Language { kJapanese,
                      kEnglish };

// From Accept-Language; Japanese unless English is asked for.
Language language_of(const net::Request& request);

net::Response problem(const base::Error& error, Language language);
net::Response problem(int status, const std::string& ja, const std::string& en, Language language);

// Taken, but the journal cannot be written now (503): it is kept in memory and written when the journal can be again.
net::Response not_yet_kept(Language language);

// The English of a Japanese message of ours, or the message itself when it is not in the table.
std::string english(const std::string& ja);

}  // namespace mamori::api
