// Options of a command line: declared once in groups, from which parsing, help and did-you-mean
// follow. Boost.Program_options lives behind this header.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::cli {

enum class OptionKind { kValue, kRepeatable, kFlag };

struct OptionText {
  std::string_view name;  ///< "method"
  char letter = 0;        ///< 'm' for "-m"; 0 for none
  OptionKind kind = OptionKind::kValue;
  std::string_view value;          ///< what stands for the value in the help: "LIST"
  std::string_view default_value;  ///< printed and given back when absent; "" for none
  std::string_view help;           ///< with the unit; starts in lower case
};

struct OptionGroup {
  std::string_view title;
  std::vector<OptionText> options;
};

/// What the user gave, as text; converted where it is used, with messages that name the option.
class Options {
 public:
  bool has(std::string_view name) const;  ///< given by the user
  bool flag(std::string_view name) const;
  /// The value, else the declared default.
  const std::string& text(std::string_view name) const;
  /// The value as given; nothing when absent.
  std::optional<std::string> given(std::string_view name) const;
  const std::vector<std::string>& list(std::string_view name) const;
  /// Whole number in [least, most]. `or_else`: what the caller takes as well, for the message.
  /// @throws Error kUsage.
  std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most,
                       std::string_view or_else = "") const;
  std::optional<int> given_integer(std::string_view name, int least, int most) const;
  /// @throws Error kUsage outside [least, most] or for what is no number.
  double number(std::string_view name, double least, double most) const;
  /// One of `choices`. @throws Error kUsage with a did-you-mean.
  const std::string& choice(std::string_view name, std::span<const std::string> choices) const;

  const std::vector<std::string>& arguments() const { return arguments_; }

 private:
  friend Options parse_options(std::string_view, std::span<const OptionGroup* const>,
                               const std::vector<std::string>&);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;  ///< what was given
  std::map<std::string, std::string, std::less<>> defaults_;
  std::vector<std::string> arguments_;
};

/// @param command for messages. @throws Error kUsage: unknown option (with a did-you-mean), missing
/// value, given twice.
Options parse_options(std::string_view command, std::span<const OptionGroup* const> groups,
                      const std::vector<std::string>& words);

/// The groups as aligned text of at most 80 columns.
std::string format_options(std::span<const OptionGroup* const> groups);

}  // namespace praxiscope::cli
