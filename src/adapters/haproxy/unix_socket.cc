#include "adapters/haproxy/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace stellwerk::adapters::haproxy {
namespace {

struct Address {
  base::UniqueFd folder;  ///< open as long as the address is used
  sockaddr_un data{};

  [[nodiscard]] const sockaddr* get() const {
    return static_cast<const sockaddr*>(static_cast<const void*>(&data));
  }
};

tl::expected<Address, int> address_of(const std::string& folder, const std::string& name) {
  Address address;
  address.folder.reset(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!address.folder.valid()) return tl::unexpected(errno);
  const std::string path = fmt::format("/proc/self/fd/{}/{}", address.folder.get(), name);
  if (path.size() >= sizeof address.data.sun_path) return tl::unexpected(ENAMETOOLONG);
  address.data.sun_family = AF_UNIX;
  std::memcpy(address.data.sun_path, path.c_str(), path.size() + 1);
  return address;
}

base::UniqueFd new_socket() {
  return base::UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

tl::expected<base::UniqueFd, int> connect_unix(const std::string& folder, const std::string& name) {
  const auto address = address_of(folder, name);
  if (!address) return tl::unexpected(address.error());
  base::UniqueFd socket = new_socket();
  if (!socket.valid()) return tl::unexpected(errno);
  if (::connect(socket.get(), address->get(), sizeof address->data) != 0)
    return tl::unexpected(errno);
  return socket;
}

}  // namespace stellwerk::adapters::haproxy
