#include "load/http_engine.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace load {
namespace {

constexpr std::size_t kBodyKeptBytes = std::size_t{64} << 10;

sigset_t stop_signal_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

/// The last word on where a connection goes: after every name was resolved.
curl_socket_t open_loopback_only(void* allow_remote, curlsocktype, curl_sockaddr* address) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  std::memcpy(&v4, &address->addr, std::min<std::size_t>(sizeof v4, address->addrlen));
  if (address->family == AF_INET6)
    std::memcpy(&v6, &address->addr, std::min<std::size_t>(sizeof v6, address->addrlen));
  const bool loopback = address->family == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr)
                                                    : (ntohl(v4.sin_addr.s_addr) >> 24U) == 127;
  if (!loopback && !*static_cast<const bool*>(allow_remote)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<std::string*>(target);
  body.append(data, std::min(size * count, kBodyKeptBytes - std::min(body.size(), kBodyKeptBytes)));
  return size * count;
}

[[noreturn]] void die(const char* what) {
  std::perror(what);  // no epoll, timer or memory at start: nothing can be measured
  std::_Exit(70);
}

}  // namespace

struct HttpEngine::Transfer {
  ~Transfer() { curl_easy_cleanup(easy); }
  CURL* easy = nullptr;
  Outgoing request;
  std::string url;
  std::string body;
};

void block_stop_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = stop_signal_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

HttpEngine::HttpEngine(const Options& options, std::function<void(const Outcome&)> on_outcome)
    : url_(options.url),
      timeout_(options.timeout),
      in_flight_max_(options.in_flight_max),
      allow_remote_(options.allow_remote),
      on_outcome_(std::move(on_outcome)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      multi_(curl_multi_init()) {
  const sigset_t set = stop_signal_set();
  signals_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!epoll_.valid() || !timer_.valid() || !signals_.valid() || multi_ == nullptr)
    die("stellwerk-load");
  watch(timer_.get());
  watch(signals_.get());
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &HttpEngine::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &HttpEngine::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(in_flight_max_));
  for (const std::string& tenant : options.tenants) {
    curl_slist* list = curl_slist_append(nullptr, ("x-tenant-id: " + tenant).c_str());
    list = curl_slist_append(list, "Content-Type: application/json");
    headers_.push_back(curl_slist_append(list, "Expect:"));
  }
}

HttpEngine::~HttpEngine() {
  for (const auto& transfer : transfers_) curl_multi_remove_handle(multi_, transfer->easy);
  transfers_.clear();
  curl_multi_cleanup(multi_);
  for (curl_slist* list : headers_) curl_slist_free_all(list);
}

void HttpEngine::watch(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) die("stellwerk-load: epoll");
}

std::unique_ptr<HttpEngine::Transfer> HttpEngine::make_transfer() const {
  auto transfer = std::make_unique<Transfer>();
  CURL* easy = transfer->easy = curl_easy_init();
  if (easy == nullptr) die("stellwerk-load: curl");
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_.count()));
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_loopback_only);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &allow_remote_);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer->body);
  return transfer;
}

HttpEngine::Transfer& HttpEngine::idle_transfer() {
  if (idle_.empty()) {
    transfers_.push_back(make_transfer());
    return *transfers_.back();
  }
  Transfer& transfer = *idle_.back();
  idle_.pop_back();
  return transfer;
}

void HttpEngine::send(Outgoing request) {
  Transfer& transfer = idle_transfer();
  transfer.request = std::move(request);
  transfer.url = url_ + transfer.request.path;
  transfer.body.clear();
  const std::string& body = transfer.request.body;
  CURL* easy = transfer.easy;
  curl_easy_setopt(easy, CURLOPT_URL, transfer.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_[transfer.request.arrival.tenant]);
  curl_easy_setopt(easy, body.empty() ? CURLOPT_HTTPGET : CURLOPT_POST, 1L);
  if (!body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  }
  curl_multi_add_handle(multi_, easy);
}

void HttpEngine::wait(Clock::time_point until) {
  if (curl_due_ <= Clock::now()) {
    curl_due_ = Clock::time_point::max();
    int running = 0;
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  } else {
    wait_for_events(std::min(until, curl_due_));
  }
  collect();
}

void HttpEngine::wait_for_events(Clock::time_point until) {
  // A timer descriptor, because epoll's own timeout is whole milliseconds and would spoil the
  // sending times.
  constexpr std::chrono::nanoseconds kAtOnce{1};
  const auto time = std::max<std::chrono::nanoseconds>(until.time_since_epoch(), kAtOnce);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  itimerspec alarm{};
  alarm.it_value.tv_sec = seconds.count();
  alarm.it_value.tv_nsec = (time - seconds).count();
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &alarm, nullptr);
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    on_event(event.data.fd, event.events);
  }
}

void HttpEngine::on_event(int fd, unsigned events) {
  if (fd == timer_.get()) {
    std::uint64_t expirations = 0;
    [[maybe_unused]] const ssize_t taken = ::read(fd, &expirations, sizeof expirations);
    return;
  }
  if (fd == signals_.get()) {
    signalfd_siginfo info{};
    while (::read(fd, &info, sizeof info) == ssize_t{sizeof info}) ++stop_signals_;
    return;
  }
  int bits = 0;
  if ((events & EPOLLIN) != 0) bits |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) bits |= CURL_CSELECT_OUT;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) bits |= CURL_CSELECT_ERR;
  int running = 0;
  curl_multi_socket_action(multi_, fd, bits, &running);
}

void HttpEngine::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode result = message->data.result;  // the message dies with remove_handle
    Transfer* transfer = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_header* version = nullptr;
    curl_easy_header(easy, "x-version", 0, CURLH_HEADER, -1, &version);
    on_outcome_({transfer->request, result, result == CURLE_OK ? status : 0,
                 version != nullptr ? std::string_view(version->value) : std::string_view{},
                 transfer->body});
    curl_multi_remove_handle(multi_, easy);
    idle_.push_back(transfer);
  }
}

void HttpEngine::for_each_in_flight(const std::function<void(const Outgoing&)>& visit) const {
  for (const auto& transfer : transfers_)
    if (std::find(idle_.begin(), idle_.end(), transfer.get()) == idle_.end())
      visit(transfer->request);
}

int HttpEngine::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto* engine = static_cast<HttpEngine*>(self);
  const int epoll = engine->epoll_.get();
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{};
  event.data.fd = socket;
  if (what != CURL_POLL_OUT) event.events |= EPOLLIN;
  if (what != CURL_POLL_IN) event.events |= EPOLLOUT;
  const int change = known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (::epoll_ctl(epoll, change, socket, &event) != 0) return -1;
  curl_multi_assign(engine->multi_, socket, engine);  // not null: known from now on
  return 0;
}

int HttpEngine::on_timer(CURLM*, long timeout_ms, void* self) {
  static_cast<HttpEngine*>(self)->curl_due_ =
      timeout_ms < 0 ? Clock::time_point::max()
                     : Clock::now() + std::chrono::milliseconds(timeout_ms);
  return 0;
}

}  // namespace load
