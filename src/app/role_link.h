// The hub's end of the link to one role (media or speech): starts the child when nobody answers on its socket, connects,
// reconnects, and restarts a child that died. A child left over from a hub that was killed is taken over, not restarted:
// its calls are still up.
//
// Lives on one io_context with one thread; the handlers run there. send() only from that thread.
#pragma once

#include <boost/asio.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "link/frame.h"

namespace mamori::app {

class RoleLink {
 public:
  struct Options {
    std::string role;                  // "media", "speech"
    std::string socket;                // its Unix socket
    std::vector<std::string> command;  // how to start it; empty: somebody else does
    std::string log_path;              // where the child's standard error goes
  };
  struct Handlers {
    std::function<void()> connected;  // greeted
    std::function<void()> disconnected;
    std::function<void(const base::json::object&)> message;
    std::function<void(const link::Audio&)> audio;
  };

  RoleLink(boost::asio::io_context& io, Options options, Handlers handlers);
  ~RoleLink();
  RoleLink(const RoleLink&) = delete;
  RoleLink& operator=(const RoleLink&) = delete;

  void start();
  // Ends the child: SIGTERM (it drains), after `seconds` SIGTERM again (it ends what is left in order), after 3 s SIGKILL.
  void stop(int seconds);

  void send(const base::json::object& message);
  void send(const link::Audio& audio);

  [[nodiscard]] bool connected() const;
  [[nodiscard]] int restarts() const;
  [[nodiscard]] std::string problem() const;  // for people; empty when all is well
  [[nodiscard]] int pid() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mamori::app
