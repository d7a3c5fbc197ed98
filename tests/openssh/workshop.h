// workshop.h — a folder in which a test calls ssh-keygen, as a person or an auditor would.
//
// Thread-safety: one thread.                                             Start here: Workshop
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/testing/temporary_folder.h"

namespace stellwerk::openssh {

struct Answer {
  int exit_code = -1;
  std::string out;
  std::string err;
  [[nodiscard]] bool good() const { return exit_code == 0; }
};

class Workshop {
 public:
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, std::string_view text) const;
  [[nodiscard]] std::string read(const std::string& name) const;

  /// Runs ssh-keygen in the folder. @param input  the file it reads
  [[nodiscard]] Answer ssh_keygen(const std::vector<std::string>& arguments,
                                  const std::string& input = "/dev/null") const;
  /// Runs a script in the folder, which is the home, too; the first command that fails ends it.
  [[nodiscard]] Answer shell(const std::string& script) const;

  /// `ssh-keygen -t TYPE -b BITS` into the file, without a passphrase. @param bits  "" as it comes
  void make_key(const std::string& file, const std::string& type, const std::string& bits) const;

 private:
  base::testing::TemporaryFolder folder_;
};

/// The whole file; the test fails when there is none.
std::string text_of_file(const std::string& path);

}  // namespace stellwerk::openssh
