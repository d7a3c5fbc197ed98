#include "adapters/haproxy/maintenance_page.h"

#include <fmt/format.h>

#include <string_view>

#include "adapters/haproxy/names.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

/// An answer must fit into one of HAProxy's buffers, of 16 KiB, with its headers.
constexpr std::size_t kPageBytesMax = 14000;

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="de">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wartung / Maintenance</title>
<style>
body{font-family:system-ui,sans-serif;margin:12vh auto;max-width:34rem;padding:0 1.5rem;color:#222;
background:#fff;line-height:1.5}
h1{font-size:1.4rem}p[lang=en]{color:#555}
@media (prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}p[lang=en]{color:#999}}
</style>
</head>
<body>
<h1>Wartungsarbeiten</h1>
<p>Diese Anwendung wird gerade aktualisiert und ist in Kürze wieder da. Ihre Daten sind sicher.
Bitte versuchen Sie es in ein paar Minuten noch einmal.</p>
<p lang="en">This application is being updated and will be back shortly. Your data is safe. Please
try again in a few minutes.</p>
</body>
</html>
)";

base::Result<std::string> page_text(const std::string& file) {
  if (file.empty()) return std::string(kPage);
  auto text = base::read_file(file, kPageBytesMax);
  if (text) return text;
  return base::fail(
      base::error(base::Code::InvalidArgument, "HAP-0001",
                  fmt::format("the page of maintenance {} cannot be used", base::printable(file)))
          .because(text.error().one_line())
          .now("HAProxy's configuration is unchanged")
          .then(fmt::format("maintenance_page must name a file of at most {} bytes", kPageBytesMax),
                "HAProxy answers with it as a whole"));
}

}  // namespace

base::Result<std::string> install_page(const std::string& folder, const std::string& file) {
  auto text = page_text(file);
  if (!text) return base::fail(std::move(text.error()));
  const std::string path = folder + "/" + kPageFile;
  const auto there = base::read_file(path, kPageBytesMax);
  if (!there || *there != *text)
    if (auto written = base::replace_file(path, *text); !written)
      return base::fail(std::move(written.error()));
  return base::sha256(*text).hex();
}

}  // namespace stellwerk::adapters::haproxy
