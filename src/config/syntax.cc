#include "config/syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"

namespace stellwerk::config::problem_in {
namespace {

constexpr std::size_t kLineCharactersMax = 1000;
constexpr std::size_t kBlockBytesMax = 65'536;
constexpr std::size_t kPathBytesMax = 4095;  // Linux's PATH_MAX without the end
constexpr std::size_t kUrlBytesMax = 2000;
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// Only ASCII letters, digits and the characters of `others`.
std::string wants_only(std::string_view text, std::string_view others, std::string_view letters) {
  const std::string allowed = fmt::format("{}{}{}", letters, kDigits, others);
  const auto bad = text.find_first_not_of(allowed);
  return bad == std::string_view::npos ? "" : base::unexpected_at(text, bad);
}

std::string length_within(std::string_view text, std::size_t size_max) {
  if (text.empty()) return "it is empty";
  if (text.size() <= size_max) return {};
  return fmt::format("it has {} characters, at most {} are allowed", text.size(), size_max);
}

std::string letters() { return fmt::format("{}{}", kLower, kUpper); }

/// Visible ASCII only: anything else must be percent-encoded.
std::string url_characters(std::string_view text) {
  if (text.size() > kUrlBytesMax) return length_within(text, kUrlBytesMax);
  const auto bad =
      std::find_if_not(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (bad == text.end()) return {};
  return base::unexpected_at(text, static_cast<std::size_t>(bad - text.begin())) +
         ": it must be percent-encoded";
}

std::string port_problem(std::string_view port) {
  unsigned number = 0;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool whole = read.ec == std::errc{} && read.ptr == port.data() + port.size();
  if (whole && number >= 1 && number <= 65535) return {};
  return fmt::format("the port must be a number from 1 to 65535, not {}", base::in_quotes(port));
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
std::string authority_problem(std::string_view authority) {
  if (authority.find('@') != std::string_view::npos)
    return "a user name or password in a URL would be shown and logged";
  const bool v6 = authority.starts_with('[');
  const auto host_end = v6 ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == std::string_view::npos) return "the ] of the address is missing";
  const auto host = v6 ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  if (host.empty()) return "the host is missing";
  if (auto bad = wants_only(host, v6 ? ":." : ".-_", letters()); !bad.empty())
    return "in the host: " + bad;
  const auto rest = authority.substr(v6 ? host_end + 1 : host_end);
  if (rest.empty()) return {};
  if (!rest.starts_with(':')) return "expected a : and the port after the ]";
  return port_problem(rest.substr(1));
}

}  // namespace

std::string name(std::string_view text) {
  const auto parsed = base::parse_name(text);
  return parsed ? std::string() : parsed.error().why;
}

std::string line(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text.find_first_of("\n\t") != std::string_view::npos) return "it must be a single line";
  const auto size = characters_of(text);
  if (size <= kLineCharactersMax) return {};
  return fmt::format("it has {} characters, at most {} are allowed", size, kLineCharactersMax);
}

std::string block(std::string_view text) {
  return text.empty() ? "" : length_within(text, kBlockBytesMax);
}

std::string path(std::string_view text) {
  if (text.find('\n') != std::string_view::npos) return "it must be a single line";
  if (text.starts_with('~')) return "~ is not replaced here; write the folder";
  return length_within(text, kPathBytesMax);
}

std::string artifact_path(std::string_view text) {
  std::string literal(text);
  for (const std::string_view name : {"{version}", "{component}"})
    for (auto at = literal.find(name); at != std::string::npos; at = literal.find(name))
      literal.erase(at, name.size());
  if (literal.find_first_of("{}") != std::string::npos)
    return "only {version} and {component} are replaced in it";
  return path(text);
}

std::string url_path(std::string_view text) {
  if (!text.starts_with('/')) return "it must begin with /";
  return url_characters(text);
}

std::string http_url(std::string_view text) {
  if (auto bad = url_characters(text); !bad.empty()) return bad;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto rest = text.substr(scheme.size());
    return authority_problem(rest.substr(0, rest.find_first_of("/?#")));
  }
  return "it must begin with http:// or https://";
}

std::string health_url(std::string_view text) {
  if (text.starts_with('/')) return url_path(text);
  if (text.starts_with("http://") || text.starts_with("https://")) return http_url(text);
  return "it must begin with /, http:// or https://";
}

std::string check_url(std::string_view text) {
  constexpr std::string_view kPrefixes[] = {"router:", "new:"};
  for (const std::string_view prefix : kPrefixes) {
    if (!text.starts_with(prefix)) continue;
    const auto rest = text.substr(prefix.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) return "after the component a path must follow";
    if (!base::parse_name(rest.substr(0, slash)))
      return fmt::format("after {} a component's name must follow", prefix);
    return url_characters(text);
  }
  const bool http = text.starts_with("http://") || text.starts_with("https://");
  return http ? http_url(text) : "it must begin with http://, https://, router: or new:";
}

std::string header_name(std::string_view text) {
  if (auto bad = length_within(text, 64); !bad.empty()) return bad;
  return wants_only(text, "-", letters());
}

std::string variable_name(std::string_view text) {
  if (auto bad = length_within(text, 200); !bad.empty()) return bad;
  if (text.front() >= '0' && text.front() <= '9') return "it must not begin with a digit";
  return wants_only(text, "_", letters());
}

std::string ssh_key(std::string_view text) {
  constexpr std::size_t kBytesMax = 8192;
  const std::size_t space = text.find(' ');
  const std::string_view kind = text.substr(0, space);
  const bool known =
      kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-");
  if (text.size() > kBytesMax) return "it is longer than 8,192 bytes";
  if (text.find('\n') != text.npos) return "it has more than one line";
  if (!known || space == text.npos) return "it does not begin with the type of a public key";
  const std::string_view rest = text.substr(space + 1);
  if (!rest.starts_with("AAAA")) return "its second word is not the base64 of a key";
  return {};
}

std::string os_user(std::string_view text) {
  if (auto bad = length_within(text, 32); !bad.empty()) return bad;
  if (text.front() == '-' || text.front() == '.') return "it must not begin with - or .";
  return wants_only(text, "._-", letters());
}

std::string os_user_or_me(std::string_view text) { return text == "@me" ? "" : os_user(text); }

std::string gauge_name(std::string_view text) {
  if (auto bad = length_within(text, 63); !bad.empty()) return bad;
  return wants_only(text, "_", kLower);
}

std::string requirement(std::string_view text) {
  if (auto bad = length_within(text, 100); !bad.empty()) return bad;
  if (std::string_view("._/-").find(text.front()) != std::string_view::npos)
    return "it must begin with a letter or a digit";
  return wants_only(text, "._/-", kLower);
}

std::string json_pointer(std::string_view text) {
  if (base::valid_pointer(text)) return {};
  return "each part begins with /, and ~ is written ~0 and / is written ~1";
}

}  // namespace stellwerk::config::problem_in
