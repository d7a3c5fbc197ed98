#include "config/section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/document.h"

namespace stellwerk::config {
namespace {

/// What every adapter's section has; the rest is the adapter's.
struct SectionHead {
  std::string adapter;
};
constexpr std::array kHeadFields = {
    field<&SectionHead::adapter>({.key = "adapter",
                                  .text = "Which adapter does this; its other keys stand in "
                                          "docs/adapters.md.",
                                  .required = true,
                                  .syntax = &kName})};
constexpr Table<SectionHead> kHead{
    .name = "section", .text = "The settings of one adapter.", .fields = kHeadFields};

void finish_secret(Reading& reading, base::SecretReference& reference) {
  if (reading.sound("") && reference.file.empty() == reference.environment.empty())
    reading.report_at("", problem("CFG-0007", "a secret is either in a file or in the environment",
                                  "write {file: PATH} or {env: NAME}"));
}

constexpr std::array kSecretFields = {
    field<&base::SecretReference::file>(
        {.key = "file",
         .text = "The file that holds the secret; only its owner may read it.",
         .syntax = &kFile}),
    field<&base::SecretReference::environment>(
        {.key = "env",
         .text = "The environment variable that holds the secret.",
         .syntax = &kVariableName})};
constexpr Table<base::SecretReference> kSecret{
    .name = "secret",
    .text = "Where a secret is kept; it never stands in the file itself.",
    .fields = kSecretFields,
    .finish = finish_secret};

}  // namespace

template <>
const Table<base::SecretReference>& table_of<base::SecretReference>() {
  return kSecret;
}

base::Error unknown_adapter(const Section& section, std::span<const std::string> known) {
  const auto meant = base::nearest(section.adapter, known);
  const auto hint = meant ? fmt::format("did you mean {}? ", *meant) : "";
  return problem("CFG-0010",
                 fmt::format("{}: there is no adapter {}", section.path,
                             base::in_quotes(section.adapter)),
                 fmt::format("{}the adapters here are {}", hint, base::and_list(known)))
      .now("nothing of this file is used")
      .then("edit " + section.source.file, "then give the same command again")
      .at(section.where());
}

Loaded<Section> parse_section(std::string_view yaml, Source source) {
  Problems problems(std::move(source));
  const Node node = parse_document(yaml, problems);
  Loaded<Section> loaded;
  if (problems.count() == 0) {
    Reading reading(problems);
    Section section;
    if (Codec<Section>::read(reading, {}, node, section)) loaded.value = std::move(section);
  }
  loaded.problems = std::move(problems).take();
  return loaded;
}

bool Codec<Section>::read(Reading& reading, const FieldSpec&, const Node& node, Section& target) {
  if (!reading.usable(node)) return false;
  Node head = node;
  std::erase_if(head.entries, [](const Entry& entry) { return entry.key != "adapter"; });
  SectionHead name;
  if (!read_object(reading, kHead, head, name)) return false;
  target = {.adapter = name.adapter,
            .path = reading.path(),
            .settings = node,
            .source = reading.source()};
  std::erase_if(target.settings.entries, [](const Entry& entry) { return entry.key == "adapter"; });
  return true;
}

OrderedJson Codec<Section>::write(const FieldSpec&, const Section& value) {
  if (value.adapter.empty()) return {};
  return {{"adapter", value.adapter}};
}

ValueInfo Codec<Section>::describe(const FieldSpec&) {
  return detail::object_info(describe_object(kHead));
}

}  // namespace stellwerk::config
