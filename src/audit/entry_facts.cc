#include "audit/entry_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace stellwerk::audit {
namespace {

constexpr std::array<std::string_view, 11> kContentKeys = {
    "comparison", "content", "document", "evidence", "lines",   "listed_in",
    "note",       "plan",    "reason",   "text",     "windows",
};

/// Reads the fields of one entry's data; the first that is missing or of another form is kept.
class DataReader {
 public:
  explicit DataReader(const Entry& entry, std::string& problem)
      : entry_(entry), problem_(problem) {}

  std::string text(const char* key) {
    const auto found = entry_.data.find(key);
    if (found != entry_.data.end() && found->is_string()) return found->get<std::string>();
    return wrong<std::string>(key, "text");
  }
  std::uint64_t number(const char* key) {
    const auto found = entry_.data.find(key);
    const bool is_number = found != entry_.data.end() && found->is_number_integer() && *found >= 0;
    return is_number ? found->get<std::uint64_t>() : wrong<std::uint64_t>(key, "number");
  }
  base::Digest digest(const char* key) {
    const auto found = entry_.data.find(key);
    if (found == entry_.data.end() || !found->is_string())
      return wrong<base::Digest>(key, "digest");
    const auto digest = base::Digest::parse(found->get_ref<const std::string&>());
    return digest ? *digest : wrong<base::Digest>(key, "digest");
  }
  bool flag(const char* key) {
    const auto found = entry_.data.find(key);
    if (found != entry_.data.end() && found->is_boolean()) return found->get<bool>();
    return wrong<bool>(key, "yes or no");
  }
  [[nodiscard]] bool has(const char* key) const { return entry_.data.contains(key); }

 private:
  template <class T>
  T wrong(const char* key, std::string_view wanted) {
    if (problem_.empty())
      problem_ = fmt::format("data.{} of {} is no {}", key, entry_.type, wanted);
    return {};
  }

  const Entry& entry_;
  std::string& problem_;
};

bool signs_checkpoint(std::string_view type) {
  return type == "audit.checkpoint.signed" || type == "audit.release.logged" ||
         type == "audit.rollback.logged";
}

ReleaseMark mark_of(std::string_view type) {
  if (type == "audit.release.planned") return ReleaseMark::Planned;
  if (type == "scheduler.release.started") return ReleaseMark::Began;
  const bool ends = type == "audit.release.logged" || type == "audit.rollback.logged" ||
                    type == "scheduler.release.cancelled" || type == "scheduler.release.failed";
  return ends ? ReleaseMark::Ended : ReleaseMark::None;
}

NamedApproval approval_of(const Entry& entry, DataReader& data) {
  NamedApproval named;
  named.granted = entry.type == "audit.approval.granted";
  named.person = data.text("person");
  named.plan = data.digest("plan");
  if (data.has("key")) named.key = data.text("key");
  if (data.has("reason")) named.reason = data.digest("reason");
  if (data.has("document")) named.document = data.digest("document");
  if (!named.granted) {
    named.decision = "reject";
    named.is_signed = named.document.has_value();
    return named;
  }
  named.role = data.text("role");
  named.is_signed = data.flag("signed");
  named.decision = data.has("decision") ? data.text("decision") : "approve";
  return named;
}

/// What people ask for: the inputs, and how they are called.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kVerbs{{
    {"approved", "approve"},
    {"attested", "attest"},
    {"pause-requested", "pause"},
    {"promote-requested", "promote"},
    {"rejected", "reject"},
    {"resume-requested", "resume"},
    {"rollback-requested", "rollback"},
    {"run-requested", "run"},
}};

std::string text_in(const base::Json& fields, const char* key) {
  const auto found = fields.is_object() ? fields.find(key) : fields.end();
  return found != fields.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<NamedSignature> signature_in(const base::Json& input, std::string& problem) {
  const auto how = input.find("signed");
  if (how == input.end()) return std::nullopt;
  const auto document = base::Digest::parse(text_in(*how, "document"));
  NamedSignature named;
  named.key = text_in(*how, "key");
  named.nonce = text_in(*how, "nonce");
  named.role = text_in(*how, "role");
  if (document) named.document = *document;
  if (!document || named.key.empty() || named.nonce.empty() || named.role.empty())
    problem = "data.input.signed does not say document, key, nonce and role";
  return named;
}

/// The input of a decision that a person asked for; nothing of any other.
std::optional<NamedCommand> command_of(const Entry& entry, std::string& problem) {
  const auto input = entry.data.is_object() ? entry.data.find("input") : entry.data.end();
  if (input == entry.data.end() || !input->is_object()) return std::nullopt;
  const std::string kind = text_in(*input, "kind");
  const auto* verb = std::find_if(kVerbs.begin(), kVerbs.end(),
                                  [&](const auto& each) { return each.first == kind; });
  if (verb == kVerbs.end()) return std::nullopt;
  NamedCommand named;
  named.verb = verb->second;
  named.person = text_in(*input, "by");
  named.known_by = text_in(*input, "known_by");
  named.signature = signature_in(*input, problem);
  const base::Json says = input->value("says", base::Json::object());
  const char* reason_key = kind == "attested" ? "note" : "reason";
  if (const auto reason = base::Digest::parse(text_in(says, reason_key))) named.reason = *reason;
  if (kind == "attested") named.steps.push_back(text_in(says, "step"));
  if (const auto again = says.find("again"); again != says.end() && again->is_array())
    for (const base::Json& step : *again)
      if (step.is_string()) named.steps.push_back(step.get<std::string>());
  return named;
}

void add_content(std::string key, const base::Digest& digest, EntryFacts& facts) {
  const bool is_there =
      std::any_of(facts.contents.begin(), facts.contents.end(),
                  [&](const NamedContent& each) { return each.digest == digest; });
  if (!is_there) facts.contents.push_back({std::move(key), digest});
}

void add_contents(const Entry& entry, EntryFacts& facts) {
  for (const auto& [key, value] : entry.data.items()) {
    if (!names_content(key) || !value.is_string()) continue;
    const auto digest = base::Digest::parse(value.get_ref<const std::string&>());
    if (digest) add_content(key, *digest, facts);  // else a word that happens to stand there
  }
  if (facts.command && facts.command->signature)
    add_content("document", facts.command->signature->document, facts);
}

}  // namespace

bool EntryFacts::empty() const {
  return contents.empty() && !checkpoint && !key_change && !approval && !command && !erased &&
         mark == ReleaseMark::None && problem.empty();
}

bool names_content(std::string_view key) {
  return std::find(kContentKeys.begin(), kContentKeys.end(), key) != kContentKeys.end();
}

EntryFacts facts_of(const Entry& entry) {
  EntryFacts facts;
  facts.index = entry.index;
  facts.time = entry.time;
  facts.release = entry.release;
  facts.command = command_of(entry, facts.problem);
  add_contents(entry, facts);
  facts.mark = mark_of(entry.type);
  if (facts.mark != ReleaseMark::None || facts.command) facts.actor = entry.actor;
  const bool approves =
      entry.type == "audit.approval.granted" || entry.type == "audit.approval.rejected";
  DataReader data(entry, facts.problem);
  // Data that was too large stands in the content store as a whole; what it names is not seen here.
  if (data.has("content")) {
    if (approves) facts.problem = "an approval never is so large that its data stands apart";
    return facts;
  }
  if (signs_checkpoint(entry.type)) {
    facts.checkpoint = NamedCheckpoint{
        .size = data.number("tree_size"), .root = data.digest("root"), .note = data.digest("note")};
  } else if (entry.type == "audit.key.rotated") {
    facts.key_change = NamedKeyChange{
        .old_key = data.text("old"), .new_key = data.text("new"), .note = data.digest("note")};
  } else if (approves) {
    facts.approval = approval_of(entry, data);
  } else if (facts.mark == ReleaseMark::Planned) {
    facts.planned = data.digest("plan");
  } else if (entry.type == "audit.content.erased") {
    facts.erased = data.digest("digest");
  }
  return facts;
}

}  // namespace stellwerk::audit
