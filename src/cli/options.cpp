#include "cli/options.h"

#include "cli/table.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace praxiscope::cli {
namespace po = boost::program_options;
namespace {

const std::string kArguments = " arguments";  // the space keeps users from naming it

po::options_description describe(std::span<const OptionGroup* const> groups) {
  po::options_description all;
  for (const OptionGroup* group : groups) {
    for (const OptionText& option : group->options) {
      std::string names(option.name);
      if (option.letter != 0) names += std::string(",") + option.letter;
      if (option.kind == OptionKind::kFlag) {
        all.add_options()(names.c_str(), "");
      } else {
        all.add_options()(names.c_str(), po::value<std::vector<std::string>>());
      }
    }
  }
  return all;
}

std::string see_help(std::string_view command) {
  return fmt::format(" (see: praxiscope {} --help)", command);
}

[[noreturn]] void throw_unknown(std::string_view command, const po::unknown_option& error,
                                std::span<const OptionGroup* const> groups) {
  std::string given = error.get_option_name();
  given = given.substr(0, given.find('='));
  std::vector<std::string> names{"--help"};
  for (const OptionGroup* group : groups) {
    for (const OptionText& option : group->options)
      names.push_back(fmt::format("--{}", option.name));
  }
  throw Error(ErrorKind::kUsage, fmt::format("{}: no option {}{}{}", command, in_quotes(given),
                                             did_you_mean(given, names), see_help(command)));
}

/// Boost's words for a syntax error, as our sentence.
[[noreturn]] void throw_syntax(std::string_view command, const po::error_with_option_name& error) {
  const std::string given = error.get_option_name();
  const auto* syntax = dynamic_cast<const po::invalid_syntax*>(&error);
  const bool has_extra =
      syntax != nullptr && (syntax->kind() == po::invalid_syntax::extra_parameter ||
                            syntax->kind() == po::invalid_syntax::long_adjacent_not_allowed);
  const bool is_repeated = dynamic_cast<const po::multiple_occurrences*>(&error) != nullptr;
  throw Error(ErrorKind::kUsage, fmt::format("{}: option {} {}{}", command, in_quotes(given),
                                             is_repeated ? "is given more than once"
                                             : has_extra ? "takes no value"
                                                         : "needs a value",
                                             see_help(command)));
}

[[noreturn]] void throw_value(std::string_view name, const std::string& found,
                              const std::string& expected) {
  throw Error(ErrorKind::kUsage, fmt::format("option \"--{}\": found {}, expected {}", name,
                                             in_quotes(found), expected));
}

std::int64_t to_integer(std::string_view name, const std::string& text, std::int64_t least,
                        std::int64_t most, std::string_view or_else) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || stop != end || value < least || value > most) {
    throw_value(name, text,
                most == INT64_MAX
                    ? fmt::format("a whole number, {} or more{}", least, or_else)
                    : fmt::format("a whole number from {} to {}{}", least, most, or_else));
  }
  return value;
}

}  // namespace

Options parse_options(std::string_view command, std::span<const OptionGroup* const> groups,
                      const std::vector<std::string>& words) {
  po::options_description description = describe(groups);
  description.add_options()(kArguments.c_str(), po::value<std::vector<std::string>>());
  po::positional_options_description positions;
  positions.add(kArguments.c_str(), -1);
  // Without guessing: a shortened name works today and means something else once an option is
  // added.
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::variables_map found;
  try {
    po::store(po::command_line_parser(words)
                  .options(description)
                  .positional(positions)
                  .style(style)
                  .run(),
              found);
  } catch (const po::unknown_option& error) {
    throw_unknown(command, error, groups);
  } catch (const po::error_with_option_name& error) {
    throw_syntax(command, error);
  } catch (const po::error& error) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: {}{}", command, error.what(), see_help(command)));
  }

  Options options;
  if (found.count(kArguments) > 0) {
    options.arguments_ = found[kArguments].as<std::vector<std::string>>();
  }
  for (const OptionGroup* group : groups) {
    for (const OptionText& option : group->options) {
      const std::string name(option.name);
      options.defaults_[name] = option.default_value;
      if (found.count(name) == 0) continue;
      std::vector<std::string>& values = options.values_[name];
      if (option.kind == OptionKind::kFlag) {
        values.emplace_back();
        continue;
      }
      values = found[name].as<std::vector<std::string>>();
      if (option.kind == OptionKind::kValue && values.size() > 1) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("{}: option \"--{}\" is given {} times, expected once", command,
                                name, values.size()));
      }
    }
  }
  return options;
}

bool Options::has(std::string_view name) const { return values_.find(name) != values_.end(); }

bool Options::flag(std::string_view name) const { return has(name); }

const std::string& Options::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() ? found->second.front() : defaults_.find(name)->second;
}

std::optional<std::string> Options::given(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return text(name);
}

const std::vector<std::string>& Options::list(std::string_view name) const {
  static const std::vector<std::string> empty;
  const auto found = values_.find(name);
  return found != values_.end() ? found->second : empty;
}

std::int64_t Options::integer(std::string_view name, std::int64_t least, std::int64_t most,
                              std::string_view or_else) const {
  return to_integer(name, text(name), least, most, or_else);
}

std::optional<int> Options::given_integer(std::string_view name, int least, int most) const {
  if (!has(name)) return std::nullopt;
  return static_cast<int>(integer(name, least, most));
}

double Options::number(std::string_view name, double least, double most) const {
  const std::string& value = text(name);
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || !(number >= least && number <= most)) {
    throw_value(name, value, fmt::format("a number from {:g} to {:g}", least, most));
  }
  return number;
}

const std::string& Options::choice(std::string_view name,
                                   std::span<const std::string> choices) const {
  const std::string& value = text(name);
  for (const std::string& choice : choices) {
    if (choice == value) return value;
  }
  throw_value(name, value,
              fmt::format("one of {}{}", fmt::join(choices, ", "), did_you_mean(value, choices)));
}

std::string format_options(std::span<const OptionGroup* const> groups) {
  constexpr std::size_t kHelpColumn = 27, kWidth = 80;
  std::string text;
  for (const OptionGroup* group : groups) {
    text += fmt::format("{}:\n", group->title);
    for (const OptionText& option : group->options) {
      std::string left = option.letter != 0 ? fmt::format("  -{}, --{}", option.letter, option.name)
                                            : fmt::format("  --{}", option.name);
      if (!option.value.empty()) left += fmt::format(" {}", option.value);
      std::string right(option.help);
      if (!option.default_value.empty()) right += fmt::format(" [{}]", option.default_value);
      if (left.size() + 1 > kHelpColumn) {
        text += left + "\n";
        left.clear();
      }
      text += hanging(fmt::format("{:<{}}", left, kHelpColumn), right, kHelpColumn, kWidth);
    }
  }
  return text;
}

}  // namespace praxiscope::cli
