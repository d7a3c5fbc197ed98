#include "faults/image.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

namespace stellwerk::faults {

namespace fs = std::filesystem;

std::size_t Image::fingerprint() const {
  std::string all;
  for (const auto& folder : folders) all += folder + '\1';
  for (const auto& [path, bytes] : files) all += path + '\2' + bytes + '\3';
  return std::hash<std::string>{}(all);
}

void Image::write_to(const std::string& folder) const {
  for (const auto& found : fs::directory_iterator(folder)) fs::remove_all(found.path());
  const auto own = [](const std::string& path, fs::perms mode) { fs::permissions(path, mode); };
  for (const auto& name : folders) {
    fs::create_directory(fs::path(folder) / name);
    own(fs::path(folder) / name, fs::perms::owner_all);
  }
  for (const auto& [path, bytes] : files) {
    const fs::path whole = fs::path(folder) / path;
    std::ofstream(whole, std::ios::binary) << bytes;
    own(whole, fs::perms::owner_read | fs::perms::owner_write);
  }
}

Image Image::of(const std::string& folder) {
  Image image;
  for (const auto& found : fs::recursive_directory_iterator(folder)) {
    const std::string name = found.path().lexically_relative(folder);
    if (found.is_directory()) {
      image.folders.push_back(name);
      continue;
    }
    std::string& bytes = image.files[name];
    bytes.resize(fs::file_size(found.path()));
    std::ifstream(found.path(), std::ios::binary)
        .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  std::sort(image.folders.begin(), image.folders.end());
  return image;
}

}  // namespace stellwerk::faults
