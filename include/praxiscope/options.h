// Options of methods and studies: declared once, read by the command line, validation, help and
// docs.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace praxiscope {

/// One option of a room.
struct OptionSpec {
  std::string_view name;           ///< "weights"
  std::string_view default_value;  ///< "volume"
  /// "volume|per_frame"; "int", "float", "layer", "text", "paths" (comma separated) for free
  /// values.
  std::string_view choices;
  std::string_view help;  ///< one line, with the unit
};

/// Validated values of one room's options; holds a value for every declared option.
class OptionValues {
 public:
  OptionValues() = default;
  /// @throws Error kUsage naming `owner` and the wrong option, with a did-you-mean.
  OptionValues(std::string_view owner, std::span<const OptionSpec> specs,
               const std::map<std::string, std::string>& given);

  const std::string& text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  /// "a=1,b=x" of those that differ from their default, in order of declaration.
  std::string differences() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::string differences_;
};

}  // namespace praxiscope
