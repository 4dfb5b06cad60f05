// See journal.h.
#include "studies/support/journal.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

std::string line_of(const std::string& key, const json& record) {
  return json{{"key", key}, {"record", record}}.dump(-1, ' ', false,
                                                     json::error_handler_t::replace) +
         "\n";
}

}  // namespace

Journal::Journal(const std::string& path) : path_(path) {
  if (path_.empty()) return;
  read();
  file_.open(path_, std::ios::binary | std::ios::app);
  if (!file_)
    throw Error(ErrorKind::kOutput,
                fmt::format("cannot write {}: {}; it notes what is done, beside "
                            "the first output",
                            in_quotes(path_), std::strerror(errno)));
}

void Journal::read() {
  std::uintmax_t whole = 0;  // bytes up to the end of the last good line
  {
    std::ifstream file(path_, std::ios::binary);
    for (std::string line; std::getline(file, line) && !file.eof();) {
      const json entry = json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (!entry.is_object() || !entry.contains("key") || !entry.contains("record")) break;
      records_[entry["key"].get<std::string>()] = entry["record"];
      whole += line.size() + 1;
    }
  }
  for (const auto& [key, record] : records_) found_.insert(key);
  std::error_code ignored;
  if (std::filesystem::exists(path_, ignored)) std::filesystem::resize_file(path_, whole, ignored);
}

const json* Journal::find(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

const json& Journal::add(const std::string& key, const json& record) {
  const std::string line = line_of(key, record);
  if (!path_.empty()) {
    file_ << line << std::flush;
    if (!file_)
      throw Error(ErrorKind::kOutput,
                  fmt::format("cannot write {}: {}", in_quotes(path_), std::strerror(errno)));
  }
  // Through the text, so that what is used now is what a restart would read.
  return records_[key] = json::parse(line)["record"];
}

}  // namespace praxiscope::studies
