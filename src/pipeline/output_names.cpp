#include "pipeline/output_names.h"

#include "core/atomic_file.h"
#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>

namespace praxiscope {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kStem = "{stem}";
constexpr std::string_view kVideoOrStill = "{mp4|png}";

constexpr std::array<std::pair<const char*, OutputForm>, 10> kEndings{
    {{".mp4", OutputForm::kVideo},
     {".mkv", OutputForm::kVideo},
     {".webm", OutputForm::kVideo},
     {".mov", OutputForm::kVideo},
     {".gif", OutputForm::kVideo},
     {".pdf", OutputForm::kPdf},
     {".html", OutputForm::kHtml},
     {".png", OutputForm::kPng},
     {".npz", OutputForm::kNpz},
     {".json", OutputForm::kJson}}};

bool is_url(const std::string& input) { return input.find("://") != std::string::npos; }

bool has(const std::string& pattern, std::string_view hole) {
  return pattern.find(hole) != std::string::npos;
}

std::string filled(std::string pattern, std::string_view hole, const std::string& with) {
  for (std::size_t at = pattern.find(hole); at != std::string::npos;
       at = pattern.find(hole, at + with.size())) {
    pattern.replace(at, hole.size(), with);
  }
  return pattern;
}

std::string stem_of(const std::string& input) {
  if (input == "-") return "stdin";
  std::error_code ignored;
  const bool is_folder = fs::is_directory(input, ignored);
  // "." and "folder/" have a name only when written out.
  fs::path path = is_url(input) ? fs::path(input.substr(0, input.find_first_of("?#")))
                                : fs::absolute(input, ignored).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  std::string stem = (is_folder ? path.filename() : path.stem()).string();
  // What stands for numbers and letters in "img_%05d.jpg" and "*.jpg".
  const auto is_sign = [](char c) { return c == '%' || c == '*' || c == '?' || c == '['; };
  if (!fs::exists(input, ignored)) std::replace_if(stem.begin(), stem.end(), is_sign, '_');
  return stem;
}

/// The same text for all names of one file that is to be written: its folder is resolved, its own
/// name is not, because renaming replaces a link and not what it points to.
std::string place_of(const std::string& path) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(path, ignored);
  return (fs::weakly_canonical(whole.parent_path(), ignored) / whole.filename()).string();
}

/// Whether a file is a picture; asked only where two names depend on it, because it opens the file.
bool is_still_file(const std::string& input) {
  std::error_code ignored;
  // Pipes and streams pass once and are not opened here.
  if (!fs::is_regular_file(input, ignored) && !fs::is_directory(input, ignored)) return false;
  try {
    return open_source(input)->info().is_still;
  } catch (const Error&) {
    return false;  // explain() says what is wrong with it
  }
}

/// What a set of runs reads and writes.
class OutputPlan {
 public:
  explicit OutputPlan(const std::vector<std::string>& inputs) : inputs_(inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] == "-" || is_url(inputs[i])) continue;
      std::error_code problem;
      read_.try_emplace(place_of(inputs[i]), i);
      const fs::path real = fs::canonical(inputs[i], problem);
      if (!problem) read_.try_emplace(real.string(), i);
    }
  }

  bool is_read(const std::string& path) const { return read_.count(place_of(path)) > 0; }

  /// @throws Error kUsage when `path`, made from `pattern` for inputs[i], is read or written
  /// already.
  void add(const std::string& path, const std::string& pattern, std::size_t i) {
    const std::string place = place_of(path);
    check_not_read(path, place, i);
    const auto [other, is_new] = written_.try_emplace(place, i);
    if (is_new) return;
    if (other->second == i) fail("output {}: named twice", in_quotes(path));
    const std::string &first = inputs_[other->second], &second = inputs_[i];
    if (first == second) fail("input {}: named twice", in_quotes(first));
    fail("inputs {} and {} would both write {}; {}", in_quotes(first), in_quotes(second),
         in_quotes(path), advice(pattern));
  }

 private:
  template <typename... Parts>
  [[noreturn]] static void fail(fmt::format_string<Parts...> text, Parts&&... parts) {
    throw Error(ErrorKind::kUsage, fmt::format(text, std::forward<Parts>(parts)...));
  }

  void check_not_read(const std::string& path, const std::string& place, std::size_t i) const {
    std::error_code ignored;
    auto found = read_.find(place);
    // A picture of a sequence that is read as a folder.
    if (found == read_.end() && fs::exists(path, ignored))
      found = read_.find(fs::path(place).parent_path().string());
    if (found == read_.end()) return;
    if (found->second == i) {
      fail("output {} would replace its own input; choose another name with -o", in_quotes(path));
    }
    fail("output {} of {} would replace the input {}; choose another name with -o", in_quotes(path),
         in_quotes(inputs_[i]), in_quotes(inputs_[found->second]));
  }

  static std::string advice(const std::string& pattern) {
    if (has(pattern, kStem)) return "explain them one by one with different -o";
    const fs::path path(pattern);
    const std::string name = std::string(kStem) + path.extension().string();
    return "use -o " + in_quotes((path.parent_path() / name).string());
  }

  const std::vector<std::string>& inputs_;
  std::map<std::string, std::size_t> read_, written_;  ///< place -> index of the input
};

}  // namespace

OutputForm output_form(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("output {}: it is a folder, expected a file, as in {}", in_quotes(path),
                            in_quotes((fs::path(path) / "{stem}.mp4").string())));
  }
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::vector<std::string> known;
  for (const auto& [name, form] : kEndings) {
    if (ending == name) return form;
    known.emplace_back(name);
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("output {}: found ending {}, expected {}{}", in_quotes(path),
                          in_quotes(ending), fmt::join(known, " "), did_you_mean(ending, known)));
}

OutputForm output_form(const std::string& path, bool is_still) {
  const OutputForm form = output_form(path);
  if (form != OutputForm::kPng) return form;
  std::string name = fs::path(path).stem().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool is_sheet = !is_still || name == "sheet" || name.ends_with(".sheet");
  return is_sheet ? OutputForm::kSheet : OutputForm::kPng;
}

std::string with_stem(const std::string& pattern, const std::string& input) {
  return filled(pattern, kStem, stem_of(input));
}

std::string expand_output(const std::string& pattern, const std::string& input, bool is_still) {
  return with_stem(filled(pattern, kVideoOrStill, is_still ? "png" : "mp4"), input);
}

void check_outputs(const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs) {
  OutputPlan plan(inputs);
  std::map<std::string, int> uses;  // of a name, as a video or a still
  for (const std::string& pattern : outputs) {
    output_form(filled(pattern, kVideoOrStill, "mp4"));
    for (const std::string& input : inputs) ++uses[place_of(expand_output(pattern, input, false))];
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (const std::string& pattern : outputs) {
      const std::string video = expand_output(pattern, inputs[i], false);
      const std::string still = expand_output(pattern, inputs[i], true);
      const bool matters = video != still && (uses[place_of(video)] > 1 || plan.is_read(video) ||
                                              plan.is_read(still));
      plan.add(matters && is_still_file(inputs[i]) ? still : video, pattern, i);
    }
  }
}

std::vector<std::string> plan_outputs(const std::string& input, const ExplainOptions& options,
                                      bool is_still) {
  const std::vector<std::string> inputs{input};
  OutputPlan plan(inputs);
  std::vector<std::string> paths;
  for (const std::string& pattern : options.outputs) {
    paths.push_back(expand_output(pattern, input, is_still));
    output_form(paths.back());
    plan.add(paths.back(), pattern, 0);
  }
  for (const std::string& path : paths) check_can_appear(path, options.overwrite);
  return paths;
}

void check_common_outputs(const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs, bool overwrite) {
  std::set<std::string> seen;
  for (const std::string& input : inputs) {
    if (!seen.insert(input).second)
      throw Error(ErrorKind::kUsage, fmt::format("input {}: named twice", in_quotes(input)));
  }
  OutputPlan plan(inputs);
  for (const std::string& path : outputs) {
    output_form(path);
    plan.add(path, path, 0);
  }
  for (const std::string& path : outputs) check_can_appear(path, overwrite);
}

}  // namespace praxiscope
