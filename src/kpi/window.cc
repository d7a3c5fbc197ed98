#include "kpi/window.h"

#include <algorithm>

namespace stellwerk::kpi {
namespace {

constexpr std::int64_t kSecondUs = 1000000;
constexpr std::int64_t kSecondMax = (std::int64_t{1} << 53) / kSecondUs;  // 285 years

template <std::size_t N>
void add_to(std::array<std::uint64_t, N>& sum, const std::array<std::uint64_t, N>& counts) {
  for (std::size_t i = 0; i < N; ++i) sum[i] += counts[i];
}

}  // namespace

std::int64_t second_of(base::MonoTime time) {
  const std::int64_t second = time.us / kSecondUs;
  return time.us % kSecondUs < 0 ? second - 1 : second;
}

bool is_second(std::int64_t number) { return number >= -kSecondMax && number <= kSecondMax; }

base::MonoTime start_of_second(std::int64_t second) { return base::MonoTime{second * kSecondUs}; }

template <std::size_t N>
SecondsWindow<N>::SecondsWindow(base::Duration span)
    : span_seconds_(std::max<std::int64_t>(1, (span.us + kSecondUs - 1) / kSecondUs)) {}

template <std::size_t N>
void SecondsWindow<N>::begin(base::MonoTime start) {
  first_ = second_of(start);
  total_ = {};
  seconds_.clear();
}

template <std::size_t N>
void SecondsWindow<N>::add(base::MonoTime when, const Counts& counts) {
  const std::int64_t number = second_of(when);
  if (number < first_) return;
  add_to(total_, counts);
  auto place = std::find_if(seconds_.rbegin(), seconds_.rend(), [&](const Second& s) {
                 return s.number <= number;
               }).base();
  const bool known = place != seconds_.begin() && std::prev(place)->number == number;
  place = known ? std::prev(place) : seconds_.insert(place, Second{number, {}});
  add_to(place->counts, counts);
  if (seconds_.size() > static_cast<std::size_t>(span_seconds_ + kSpareSeconds))
    seconds_.erase(seconds_.begin());
}

template <std::size_t N>
base::MonoTime SecondsWindow<N>::from(base::MonoTime now) const {
  return start_of_second(std::max(first_, second_of(now) - span_seconds_ + 1));
}

template <std::size_t N>
typename SecondsWindow<N>::Counts SecondsWindow<N>::counts(base::MonoTime now) const {
  const std::int64_t low = second_of(from(now));
  const std::int64_t high = second_of(now);
  Counts sum{};
  for (const Second& second : seconds_)
    if (second.number >= low && second.number <= high) add_to(sum, second.counts);
  return sum;
}

template <std::size_t N>
std::vector<std::int64_t> SecondsWindow<N>::save() const {
  std::vector<std::int64_t> saved;
  saved.reserve((seconds_.size() + 1) * (N + 1));
  const auto put = [&](std::int64_t number, const Counts& counts) {
    saved.push_back(number);
    for (const std::uint64_t count : counts) saved.push_back(static_cast<std::int64_t>(count));
  };
  put(first_, total_);
  for (const Second& second : seconds_) put(second.number, second.counts);
  return saved;
}

template <std::size_t N>
bool SecondsWindow<N>::restore(const std::vector<std::int64_t>& saved) {
  if (saved.empty() || saved.size() % (N + 1) != 0) return false;
  std::vector<Second> rows;
  for (std::size_t row = 0; row < saved.size(); row += N + 1) {
    if (!is_second(saved[row])) return false;
    Second second{saved[row], {}};
    for (std::size_t i = 0; i < N; ++i) {
      if (saved[row + 1 + i] < 0) return false;
      second.counts[i] = static_cast<std::uint64_t>(saved[row + 1 + i]);
    }
    const bool in_order = rows.empty() || (rows.size() == 1 ? second.number >= rows[0].number
                                                            : second.number > rows.back().number);
    if (!in_order) return false;
    rows.push_back(second);
  }
  if (rows.size() - 1 > static_cast<std::size_t>(span_seconds_ + kSpareSeconds)) return false;
  first_ = rows[0].number;
  total_ = rows[0].counts;
  seconds_.assign(rows.begin() + 1, rows.end());
  return true;
}

template class SecondsWindow<4>;
template class SecondsWindow<2>;

}  // namespace stellwerk::kpi
