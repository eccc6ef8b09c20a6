// The resources of /api/v1, one file each.
#pragma once

#include "api/context.h"
#include "api/session.h"

namespace mamori::api {

void add_contact_routes(net::Router& router, Context& context);         // contacts.cpp
void add_case_routes(net::Router& router, Context& context);            // cases.cpp
void add_block_routes(net::Router& router, Context& context);           // blocks.cpp
void add_prompt_routes(net::Router& router, Context& context);          // prompts.cpp
void add_voiceprint_routes(net::Router& router, Context& context);      // voiceprints.cpp
void add_word_routes(net::Router& router, Context& context);            // words.cpp
void add_rule_routes(net::Router& router, Context& context);            // rules.cpp
void add_replay_routes(net::Router& router, Context& context);          // replays.cpp
void add_feedback_routes(net::Router& router, Context& context);        // feedback.cpp
void add_customer_routes(net::Router& router, Context& context);        // customers.cpp
void add_second_opinion_routes(net::Router& router, Context& context);  // second_opinions.cpp
void add_system_routes(net::Router& router, Context& context);          // system.cpp

}  // namespace mamori::api
