// Journal: what a study has done, line by line in a file, so that a killed run can go on.
#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <set>
#include <string>

namespace praxiscope::studies {

/// Records by key. Each is on disk when add() returns; a last line that was cut off is dropped.
/// Not thread-safe.
class Journal {
 public:
  /// @param path  "": records are kept in memory only.
  /// @throws Error kOutput when the file cannot be written.
  explicit Journal(const std::string& path);

  /// Null when there is none.
  const nlohmann::json* find(const std::string& key) const;
  /// Keeps a record. Numbers that are not finite come back as null after a restart, so they are
  /// null at once. @throws Error kOutput.
  const nlohmann::json& add(const std::string& key, const nlohmann::json& record);
  /// Keys that were there at the start.
  const std::set<std::string>& found() const { return found_; }

 private:
  void read();

  std::string path_;
  std::map<std::string, nlohmann::json> records_;
  std::ofstream file_;
  std::set<std::string> found_;
};

}  // namespace praxiscope::studies
