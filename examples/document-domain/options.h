// options.h — the arguments of document-domain.
//
// Thread-safety: values.                                                 Start here: parse_options
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "document-domain/listen_socket.h"
#include "document-domain/service.h"

namespace document_domain {

struct Options {
  ServiceSettings service;
  ListenAddress listen;
  std::string data;  ///< the shared folder; empty: memory only
  std::chrono::milliseconds drain_limit{10'000};
  bool help = false;
};

examples::Parsed<Options> parse_options(std::span<const std::string> arguments);
std::string help_text();

}  // namespace document_domain
