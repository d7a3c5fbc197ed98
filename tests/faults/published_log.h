// published_log.h — the published log below a data folder, as the engine writes it there.
//
// Role: one of the stores (store_life.h). The key is one that everybody knows.
// Start here: PublishedLog::publish, check_published           Thread-safety: one thread.
#pragma once

#include <string>

#include "adapters/file/log_folder.h"
#include "adapters/memory/memory_signer.h"
#include "engine/log_publisher.h"

namespace stellwerk::faults {

struct Promise;

class PublishedLog {
 public:
  /// As a process that has just begun. Touches nothing.
  explicit PublishedLog(const std::string& data_folder);
  PublishedLog(const PublishedLog&) = delete;
  PublishedLog& operator=(const PublishedLog&) = delete;

  base::Result<engine::Published> publish(const ports::Head& head) {
    return publisher_.publish(head);
  }

 private:
  adapters::LogFolder files_;
  adapters::MemorySigner signer_;
  engine::LogPublisher publisher_;
};

/// Whether what lies in the log is as promised: a checkpoint, if there is one, is signed by the
/// key, covers what it must and nothing that was not written, and all files that it needs are
/// there. Reads past the fault disk: nothing is counted and nothing fails. @return what is wrong
std::string check_published(const std::string& data_folder, const Promise& promise);

}  // namespace stellwerk::faults
