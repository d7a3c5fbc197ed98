#include "adapters/http/curl_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "adapters/http/transfer.h"
#include "base/text.h"

namespace stellwerk::adapters::http {
namespace {

constexpr base::Duration kIdle = base::seconds(1);

bool prepare_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  return code == CURLE_OK;
}

base::Failure cannot_begin(std::string why) {
  return base::fail(
      base::error(base::Code::Unavailable, "GAU-0001", "requests to services cannot be sent")
          .because(std::move(why)));
}

}  // namespace

base::Result<std::unique_ptr<CurlLoop>> CurlLoop::make(const ports::Clock& clock) {
  CURLM* multi = prepare_curl() ? curl_multi_init() : nullptr;
  if (multi == nullptr) return cannot_begin("libcurl could not be initialised");
  std::unique_ptr<CurlLoop> loop(new CurlLoop(clock, multi));
  try {
    loop->thread_ = std::thread([raw = loop.get()] { raw->run(); });
  } catch (const std::system_error& problem) {
    return cannot_begin(problem.what());
  }
  return loop;
}

CurlLoop::CurlLoop(const ports::Clock& clock, CURLM* multi) : clock_(clock), multi_(multi) {}

CurlLoop::~CurlLoop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  curl_multi_wakeup(multi_);
  if (thread_.joinable()) thread_.join();
  while (!running_.empty()) drop(running_.begin()->first);
  curl_multi_cleanup(multi_);
}

TransferId CurlLoop::submit(const ports::HttpRequest& request, base::Duration timeout,
                            TransferDone done) {
  if (auto problem = problem_with(request); !problem.empty()) {
    TransferResult result;
    result.problem = std::move(problem);
    after(clock_.mono(), [done = std::move(done), result] { done(result); });
    return 0;
  }
  auto transfer = std::make_unique<Transfer>(TransferId{0}, request, timeout, std::move(done));
  TransferId id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = ++last_id_;
    transfer->id = id;
    new_.push_back(std::move(transfer));
  }
  curl_multi_wakeup(multi_);
  return id;
}

void CurlLoop::cancel(TransferId id) {
  {
    const std::lock_guard lock(mutex_);
    cancelled_.push_back(id);
  }
  curl_multi_wakeup(multi_);
}

void CurlLoop::after(base::MonoTime at, std::function<void()> action) {
  {
    const std::lock_guard lock(mutex_);
    timers_.push_back({at, std::move(action)});
  }
  curl_multi_wakeup(multi_);
}

CurlLoop::Wishes CurlLoop::take_wishes() {
  Wishes wishes;
  const std::lock_guard lock(mutex_);
  const auto now = clock_.mono();
  wishes.ending = ending_;
  wishes.transfers.swap(new_);
  wishes.cancelled.swap(cancelled_);
  const auto first_due = std::stable_partition(timers_.begin(), timers_.end(),
                                               [&](const Timer& timer) { return timer.at > now; });
  std::move(first_due, timers_.end(), std::back_inserter(wishes.due));
  timers_.erase(first_due, timers_.end());
  return wishes;
}

void CurlLoop::carry_out(Wishes wishes) {
  for (auto& transfer : wishes.transfers) {
    curl_multi_add_handle(multi_, transfer->easy);
    const auto id = transfer->id;
    running_[id] = std::move(transfer);
  }
  for (const auto id : wishes.cancelled) drop(id);
  for (const auto& timer : wishes.due) timer.action();
}

void CurlLoop::drop(TransferId id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  curl_multi_remove_handle(multi_, found->second->easy);
  running_.erase(found);
}

void CurlLoop::collect_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    auto result = transfer->result(code);
    auto done = std::move(transfer->done);
    drop(transfer->id);
    done(std::move(result));
  }
}

int CurlLoop::wait_ms() {
  const std::lock_guard lock(mutex_);
  auto wait = kIdle;
  for (const auto& timer : timers_) wait = std::min(wait, timer.at - clock_.mono());
  // Rounded up: a timer that is almost due would otherwise be waited for in a busy loop.
  return static_cast<int>((std::max(wait.us, std::int64_t{0}) + 999) / 1000);
}

void CurlLoop::run() {
  for (;;) {
    auto wishes = take_wishes();
    if (wishes.ending) return;
    carry_out(std::move(wishes));
    int running = 0;
    curl_multi_perform(multi_, &running);
    collect_finished();
    curl_multi_poll(multi_, nullptr, 0, wait_ms(), nullptr);
  }
}

}  // namespace stellwerk::adapters::http
