#include "engine/attestors.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/cosignature.h"
#include "audit/note.h"
#include "audit/tile_reader.h"
#include "audit/timestamp.h"

namespace stellwerk::engine {
namespace {

/// One lane for all: outsiders that hang take one thread, never those of traffic.
constexpr const char* kAttestLane = "attestors";
constexpr base::Duration kAttestPatience = base::seconds(10);
constexpr base::Duration kAskAgainMin = base::seconds(5);
constexpr base::Duration kAskAgainMax = base::minutes(5);
constexpr int kWitnessRoundsMax = 3;  ///< it says where it stands, and is asked from there

/// What is known of a witness's memory; its lane only.
struct WitnessMemory {
  std::uint64_t size = 0;
};

base::Result<std::vector<base::Digest>> proof_from(ports::LogStore& log, std::uint64_t old_size,
                                                   std::uint64_t size) {
  if (old_size == 0 || old_size == size) return std::vector<base::Digest>{};
  audit::TileReader tiles(size, [&log](const std::string& path) { return log.read(path); });
  return audit::consistency_proof({old_size, size}, tiles);
}

base::Error no_cosignature(const WitnessPort& witness, std::string why) {
  return base::error(base::Code::Rejected, "AUD-0044",
                     fmt::format("{} did not cosign", witness.client->name()))
      .because(std::move(why))
      .now("the checkpoint goes without it");
}

/// The witness's own line that fits this checkpoint, written by us; whatever else it sent is
/// dropped.
base::Result<std::string> fitting_line(const std::string& note, const std::string& lines,
                                       const WitnessPort& witness) {
  const auto key = audit::VerifierKey::parse(witness.key);
  if (!key) return base::fail(key.error());
  const auto text = audit::parse_note(note);
  if (!text) return base::fail(text.error());
  const auto signatures = audit::parse_signatures(lines);
  if (!signatures) return base::fail(no_cosignature(witness, signatures.error().one_line()));
  std::string why = fmt::format("its answer has no signature of the key {}", witness.key);
  for (const audit::NoteSignature& each : *signatures) {
    if (each.name != key->name || each.key_id != key->id()) continue;
    const auto fits = audit::verify_cosignature(*key, text->text, each.bytes);
    if (fits) return audit::cosignature_line(*key, *fits);
    why = fits.error().one_line();
  }
  return base::fail(no_cosignature(witness, std::move(why)));
}

/// Asks until it cosigned, from where it says that it stands.
base::Result<std::string> cosignature_of(const Published& checkpoint, ports::LogStore& tiles,
                                         const WitnessPort& witness, WitnessMemory& memory,
                                         const ports::Call& call) {
  for (int round = 0; round < kWitnessRoundsMax; ++round) {
    if (memory.size > checkpoint.head.size)
      return base::fail(
          base::error(base::Code::Corruption, "AUD-0045",
                      fmt::format("{} knows a longer log than ours", witness.client->name()))
              .because(fmt::format("it says it cosigned {} entries, this checkpoint has {}",
                                   std::exchange(memory.size, 0), checkpoint.head.size))
              .now("the checkpoint goes without it")
              .then("stellwerk explain AUD-0045", "what that can mean"));
    auto proof = proof_from(tiles, memory.size, checkpoint.head.size);
    if (!proof) return base::fail(std::move(proof.error()));
    auto answer =
        witness.client->add_checkpoint({memory.size, std::move(*proof), checkpoint.note}, call);
    if (!answer) return base::fail(std::move(answer.error()));
    if (const auto* lines = std::get_if<ports::CosignatureLines>(&*answer)) {
      memory.size = checkpoint.head.size;
      return lines->lines;
    }
    memory.size = std::get<ports::WitnessedSize>(*answer).size;
  }
  return base::fail(base::error(base::Code::Unavailable, "AUD-0044",
                                fmt::format("{} did not cosign", witness.client->name()))
                        .because("it says each time that it stands elsewhere")
                        .now("the checkpoint goes without it"));
}

}  // namespace

/// Somebody who is asked, and how that goes.
struct Attestors::Asked {
  WitnessPort witness;  ///< empty: the time stamping service
  std::shared_ptr<WitnessMemory> memory = std::make_shared<WitnessMemory>();
  std::uint64_t done = 0;  ///< size of the checkpoint that it confirmed last
  bool busy = false;
  base::Duration back_off = kAskAgainMin;
  std::optional<base::MonoTime> again_at;
};

Attestors::Attestors(EnginePorts& ports, std::shared_ptr<LogPublisher> publisher,
                     std::function<void(const base::Error&)> trouble)
    : ports_(ports), publisher_(std::move(publisher)), trouble_(std::move(trouble)) {
  for (const WitnessPort& each : ports_.witnesses) {
    witnesses_.push_back(std::make_unique<Asked>());
    witnesses_.back()->witness = each;
  }
  if (ports_.timestamps.client == nullptr) return;
  service_ = std::make_unique<Asked>();
}

Attestors::~Attestors() = default;

void Attestors::published(const Published& checkpoint, bool stamp_it) {
  latest_ = checkpoint;
  if (stamp_it) to_stamp_ = checkpoint;
  pump(ports_.clock.mono());
}

void Attestors::pump(base::MonoTime now) {
  const auto due = [now](const Asked& asked) {
    return !asked.busy && (!asked.again_at || *asked.again_at <= now);
  };
  for (const auto& witness : witnesses_)
    if (latest_ && witness->done < latest_->head.size && due(*witness)) ask(*witness);
  if (service_ && to_stamp_ && due(*service_)) stamp();
}

std::optional<base::MonoTime> Attestors::wake_at() const {
  std::optional<base::MonoTime> first;
  const auto look = [&](const Asked& asked) {
    if (asked.again_at && !asked.busy)
      first = first ? std::min(*first, *asked.again_at) : *asked.again_at;
  };
  for (const auto& witness : witnesses_) look(*witness);
  if (service_ && to_stamp_) look(*service_);
  return first;
}

bool Attestors::quiet() const {
  const bool asking = std::any_of(witnesses_.begin(), witnesses_.end(),
                                  [](const auto& each) { return each->busy; });
  return !asking && (!service_ || !service_->busy);
}

void Attestors::ask(Asked& asked) {
  asked.busy = true;
  asked.again_at.reset();
  ports_.lanes.submit({kAttestLane, {}, kAttestPatience, {}, false},
                      [this, &asked, checkpoint = *latest_, witness = asked.witness,
                       memory = asked.memory](const ports::Call& call) -> ports::Completion {
                        auto lines = cosignature_of(checkpoint, ports_.log, witness, *memory, call);
                        if (lines) lines = fitting_line(checkpoint.note, *lines, witness);
                        return [this, &asked, checkpoint, lines] {
                          if (lines) {
                            asked.done = std::max(asked.done, checkpoint.head.size);
                            keep(checkpoint.head, *lines);
                          }
                          answered(asked, lines);
                        };
                      });
}

void Attestors::keep(const ports::Head& head, const std::string& lines) {
  ports_.lanes.submit(
      {"log", {}, kAttestPatience, {}, false},
      [this, publisher = publisher_, head, lines](const ports::Call&) -> ports::Completion {
        auto kept = publisher->add_cosignature(head, lines);
        return [this, kept] {
          if (!kept) trouble_(kept.error());
        };
      });
}

void Attestors::answered(Asked& witness, const base::Result<std::string>& lines) {
  witness.busy = false;
  if (!lines) return put_off(witness, lines.error());
  witness.back_off = kAskAgainMin;
  pump(ports_.clock.mono());  // a later checkpoint may be there
}

void Attestors::put_off(Asked& asked, const base::Error& error) {
  const bool first = asked.back_off == kAskAgainMin;
  asked.again_at = ports_.clock.mono() + asked.back_off;
  asked.back_off = std::min(asked.back_off * 2, kAskAgainMax);
  if (first || error.code == base::Code::Corruption) trouble_(error);
}

void Attestors::stamp() {
  service_->busy = true;
  service_->again_at.reset();
  ports_.lanes.submit(
      {kAttestLane, {}, kAttestPatience, {}, false},
      [this, checkpoint = *to_stamp_](const ports::Call& call) -> ports::Completion {
        const auto token = [&]() -> base::Result<std::string> {
          auto note = audit::parse_note(checkpoint.note);
          if (!note) return base::fail(std::move(note.error()));
          audit::TimestampNonce nonce{};
          if (auto drawn = ports_.entropy.fill(nonce); !drawn) return base::fail(drawn.error());
          const base::Digest digest = base::sha256(note->text);
          auto request = audit::timestamp_request(digest, nonce);
          if (!request) return request;
          auto response = ports_.timestamps.client->stamp(*request, call);
          if (!response) return response;
          auto judged =
              audit::verify_timestamp(*response, {digest, nonce, ports_.timestamps.trusted});
          if (!judged) return base::fail(std::move(judged.error()));
          return response;
        }();
        return [this, token, checkpoint] { stamped(token, checkpoint); };
      });
}

void Attestors::stamped(const base::Result<std::string>& token, const Published& checkpoint) {
  if (!token) {
    service_->busy = false;
    return put_off(*service_, token.error());
  }
  ports_.lanes.submit({"log", {}, kAttestPatience, {}, false},
                      [this, publisher = publisher_, checkpoint,
                       token = *token](const ports::Call&) -> ports::Completion {
                        auto kept = publisher->keep_stamp(checkpoint, token);
                        return [this, kept, checkpoint] { stamp_kept(kept, checkpoint); };
                      });
}

/// Only what is kept needs no other one.
void Attestors::stamp_kept(const base::Result<void>& kept, const Published& checkpoint) {
  service_->busy = false;
  if (!kept) return put_off(*service_, kept.error());
  service_->back_off = kAskAgainMin;
  if (to_stamp_ && to_stamp_->head == checkpoint.head) to_stamp_.reset();
}

}  // namespace stellwerk::engine
