// Which input a name in an annotation means.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::studies {

/// The one name under which an input is kept: its absolute path, without "." and "..".
std::string absolute_name(const std::string& input);

/// The inputs by the ends of their paths.
class InputNames {
 public:
  explicit InputNames(const std::vector<std::string>& inputs);

  /// The absolute name of the input whose path ends with `name`: the same file name, with or
  /// without its ending, after the same folders. A whole file name goes before one without ending.
  /// Nothing when there is none. Fast, whatever the number of inputs.
  /// @param where  for the message: "labels.txt:3".
  /// @throws Error kInput when several inputs fit.
  std::optional<std::string> find(const std::string& name, std::string_view where) const;

 private:
  std::multimap<std::string, std::string> by_file_name_, by_stem_;
};

/// Names of one annotation path that fit no input.
class Unmatched {
 public:
  void add(const std::string& name);
  bool is_empty() const { return count_ == 0; }
  /// One line for all of them. Names that fit no input are common: annotations of a whole data set
  /// serve for a part of it.
  std::string warning(const std::string& path) const;

 private:
  std::string first_, last_;
  std::size_t count_ = 0;
};

}  // namespace praxiscope::studies
