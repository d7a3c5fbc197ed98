// file_signer.h — signs checkpoints with an Ed25519 key in a file: as their log, or as a witness.
//
// Role: ports::Signer of the embedded installation, ports::Cosigner of a witness. The file holds
// one line in the form of Go's sumdb/note, `PRIVATE+KEY+<name>+<id>+<base64>`, so that other tools
// can use it too. Start here: FileSigner::open. Thread-safety: any thread. Invariants: the key is
// readable by its owner only; it is made once and never replaced. Spec: c2sp.org/signed-note,
// c2sp.org/tlog-cosignature
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "audit/note_key.h"
#include "ports/cosigner.h"
#include "ports/signer.h"

namespace stellwerk::adapters {

class FileSigner final : public ports::Signer, public ports::Cosigner {
 public:
  /// Reads the key; makes one of this name (mode 0600, durable) when there is no such file.
  /// @param name  the log's origin, such as `erp.example/stellwerk`
  /// @errors Unavailable AUD-0001: it cannot be read, written or used, or has another name;
  /// Forbidden AUD-0002: others than its owner may read or write it.
  static base::Result<std::unique_ptr<FileSigner>> open(const std::filesystem::path& path,
                                                        const std::string& name);
  ~FileSigner() override;
  FileSigner(const FileSigner&) = delete;
  FileSigner& operator=(const FileSigner&) = delete;

  base::Result<std::string> sign_note(std::string_view text) override;
  [[nodiscard]] std::string verifier_key() const override;
  [[nodiscard]] std::string name() const override;

  base::Result<std::string> cosign(std::string_view note_text, base::WallTime at) override;
  [[nodiscard]] std::string cosigner_key() const override;

 private:
  struct PrivateKey;
  explicit FileSigner(std::unique_ptr<PrivateKey> key);
  static base::Result<std::unique_ptr<FileSigner>> from_text(std::string_view text,
                                                             const std::string& name);
  [[nodiscard]] audit::VerifierKey cosigner() const;
  static base::Result<std::string> make_key_file(const std::filesystem::path& path,
                                                 const std::string& name);

  std::unique_ptr<PrivateKey> key_;
};

}  // namespace stellwerk::adapters
