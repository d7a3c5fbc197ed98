// syntax.h — how single values are written: one description each for reader, schema and pages.
//
// Role: fields name one where their C++ type alone does not say it (a std::string may be a URL).
// Thread-safety: constants.                                              Start here: Syntax
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stellwerk::config {

enum class Scalar : std::uint8_t {
  Text,      ///< a string for YAML; what YAML takes for a number or boolean must be in quotes
  Anything,  ///< any single value, taken as it is written
  Integer,
  Boolean
};

struct Syntax {
  std::string_view name;     ///< with its article: `a duration`
  std::string_view how;      ///< how to write it, after "write"
  std::string_view pattern;  ///< regular expression (ECMA 262) of the schema; empty: none
  Scalar scalar = Scalar::Text;
  /// What is wrong with a text, empty when nothing is; nullptr: its C++ type's own parser decides.
  std::string (*problem)(std::string_view) = nullptr;
  bool is_path = false;  ///< made absolute, relative to the file's folder
};

namespace problem_in {
std::string name(std::string_view);
std::string line(std::string_view);
std::string block(std::string_view);
std::string path(std::string_view);
std::string artifact_path(std::string_view);
std::string url_path(std::string_view);
std::string http_url(std::string_view);
std::string health_url(std::string_view);
std::string check_url(std::string_view);
std::string header_name(std::string_view);
std::string variable_name(std::string_view);
std::string ssh_key(std::string_view);
std::string os_user(std::string_view);
std::string os_user_or_me(std::string_view);
std::string gauge_name(std::string_view);
std::string requirement(std::string_view);
std::string json_pointer(std::string_view);
}  // namespace problem_in

inline constexpr Syntax kLine{"a line of text", "1 to 1000 characters on one line",
                              "^[^\\n\\t]{1,1000}$", Scalar::Text, problem_in::line};
inline constexpr Syntax kBlock{"a text", "text of any number of lines", "", Scalar::Text,
                               problem_in::block};
inline constexpr Syntax kArgument{"an argument", "any single value; it is passed as it is written",
                                  "", Scalar::Anything, problem_in::block};
inline constexpr Syntax kInteger{"a whole number", "digits, without quotes", "", Scalar::Integer};
inline constexpr Syntax kBoolean{"a boolean", "true or false", "", Scalar::Boolean};
inline constexpr Syntax kWord{"a word", "one of the words that the key allows", ""};
inline constexpr Syntax kName{"a name",
                              "1 to 63 of a-z 0-9 . _ - , with a letter or digit at both ends",
                              "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$"};
inline constexpr Syntax kNameText{kName.name, kName.how, kName.pattern, Scalar::Text,
                                  problem_in::name};
inline constexpr Syntax kVersion{
    "a version", "a SemVer 2.0.0 version such as 1.3.0, without a v",
    "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$"};
inline constexpr Syntax kDuration{
    "a duration", "whole numbers with units, largest first: 90s, 15m, 1h30m, 24h, 500ms, 2d",
    "^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?$"};
inline constexpr Syntax kOffset{
    "an offset from T+0", "T+ or T- and a duration: T-24h, T+0, T+15m",
    "^T[+-](0|(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+(m|min))?([0-9]+s)?([0-9]+ms)?([0-9]+us)?)$"};
inline constexpr Syntax kPercent{
    "a percentage", "a number with a percent sign and at most four decimals: 10%, 0.5%",
    "^[0-9]{1,3}(\\.[0-9]{1,4})? ?%$"};
inline constexpr Syntax kTime{"a point in time", "RFC 3339 with a zone: 2025-10-15T20:00:00Z",
                              "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{"
                              "1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"};
inline constexpr Syntax kDigest{"a digest", "sha256: and 64 digits of 0-9 a-f",
                                "^sha256:[0-9a-f]{64}$"};
inline constexpr Syntax kSshKey{
    "an OpenSSH public key", "the line of a .pub file: ssh-ed25519 AAAA… comment",
    "^(ssh|ecdsa|sk)-[A-Za-z0-9@.-]+ [A-Za-z0-9+/]{40,6000}={0,2}( .*)?$", Scalar::Text,
    problem_in::ssh_key};
inline constexpr Syntax kPorts{"a range of ports",
                               "first and last port from 1 to 65535: 20000-20100",
                               "^[0-9]{1,5}-[0-9]{1,5}$"};
inline constexpr Syntax kFolder{"a folder",
                                "a path; a relative one is relative to the folder of this file",
                                "",
                                Scalar::Text,
                                problem_in::path,
                                true};
inline constexpr Syntax kFile{"a file",
                              "a path; a relative one is relative to the folder of this file",
                              "",
                              Scalar::Text,
                              problem_in::path,
                              true};
inline constexpr Syntax kArtifactFile{
    "an artifact file",
    "a path, in which {version} and {component} are replaced; a relative one is relative to the "
    "folder of this file",
    "",
    Scalar::Text,
    problem_in::artifact_path,
    true};
inline constexpr Syntax kUrlPath{"a path of a URL", "a / and no spaces: /metrics", "^/[!-~]*$",
                                 Scalar::Text, problem_in::url_path};
inline constexpr Syntax kHttpUrl{"an http URL", "an absolute URL: http://127.0.0.1:3080/health",
                                 "^https?://[!-~]+$", Scalar::Text, problem_in::http_url};
inline constexpr Syntax kHealthUrl{
    "a health URL", "a path on each instance (/health) or an absolute http or https URL",
    "^(/|https?://)[!-~]*$", Scalar::Text, problem_in::health_url};
inline constexpr Syntax kCheckUrl{
    "the URL of a check",
    "an absolute http or https URL, router:<component>/path to go through the router, or "
    "new:<component>/path to ask each instance of the new version",
    "^((router|new):[a-z0-9._-]+/|https?://)[!-~]*$", Scalar::Text, problem_in::check_url};
inline constexpr Syntax kHeaderName{"the name of a header", "letters, digits and -",
                                    "^[A-Za-z0-9-]{1,64}$", Scalar::Text, problem_in::header_name};
inline constexpr Syntax kVariableName{
    "the name of an environment variable", "letters, digits and _, not beginning with a digit",
    "^[A-Za-z_][A-Za-z0-9_]*$", Scalar::Text, problem_in::variable_name};
inline constexpr Syntax kOsUser{
    "an operating-system user", "the user's exact name, as `id -un` says",
    "^[A-Za-z0-9_][A-Za-z0-9._-]{0,31}$", Scalar::Text, problem_in::os_user};
inline constexpr Syntax kOsUserOrMe{
    "a person's operating-system user",
    "the user's exact name, as `id -un` says; \"@me\" (in quotes) is whoever runs this process",
    "^(@me|[A-Za-z0-9_][A-Za-z0-9._-]{0,31})$", Scalar::Text, problem_in::os_user_or_me};
inline constexpr Syntax kGaugeName{"the name of a gauge", "1 to 63 of a-z 0-9 _",
                                   "^[a-z0-9_]{1,63}$", Scalar::Text, problem_in::gauge_name};
inline constexpr Syntax kRequirement{"the id of a requirement", "a-z 0-9 and . _ - /",
                                     "^[a-z0-9][a-z0-9._/-]{0,99}$", Scalar::Text,
                                     problem_in::requirement};
inline constexpr Syntax kPointer{"a JSON pointer", "RFC 6901: /status or /checks/0/name",
                                 "^(/([^~]|~[01])*)?$", Scalar::Text, problem_in::json_pointer};

}  // namespace stellwerk::config
