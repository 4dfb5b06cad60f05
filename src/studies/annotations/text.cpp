// Annotations as lines of text: UCF101-24's boxes, actions, and a frame's boxes in a file of their
// own.
#include "core/text.h"

#include "studies/annotations/readers.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>

namespace praxiscope::studies {
namespace {

constexpr const char* kForms = "\"path frame x y dx dy\" or \"path begin_s end_s\"";
constexpr double kMostFrames = 1e12;

/// A line's words, and where it stands.
struct Line {
  std::string where;  ///< "\"labels.txt\":3"
  std::string text;
  std::vector<std::string> words;
};

std::optional<double> find_number(const std::string& word) {
  double value = 0;
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc() || rest != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// The words at the end that are numbers.
std::vector<double> last_numbers(const std::vector<std::string>& words) {
  std::vector<double> numbers;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    const auto number = find_number(*word);
    if (!number) break;
    numbers.insert(numbers.begin(), *number);
  }
  return numbers;
}

/// "# size 320x240" -> the size; nothing for other comments. @throws Error kInput for a bad size.
std::optional<Size> find_size(const Line& line) {
  std::istringstream words(line.text.substr(1));
  std::string word, value;
  if (!(words >> word) || word != "size") return std::nullopt;
  words >> value;
  const std::vector<std::string> sides = split(value, 'x');
  if (sides.size() == 2) {
    const auto width = find_number(sides[0]), height = find_number(sides[1]);
    constexpr double kMostSide = 1e6;
    const auto is_side = [](const std::optional<double>& side) {
      return side && *side >= 1 && *side <= kMostSide && *side == std::floor(*side);
    };
    if (is_side(width) && is_side(height))
      return Size{static_cast<int>(*height), static_cast<int>(*width)};
  }
  throw annotation_error(line.where, in_quotes(line.text), "\"# size WIDTHxHEIGHT\" in px");
}

/// Calls `visit` with every line that says something and the size that held when it came.
void for_lines(const std::string& path, const std::function<void(const Line&, Size)>& visit) {
  check_annotation_file(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Error(ErrorKind::kInput, "cannot read annotations " + in_quotes(path) +
                                       ": found a file that cannot be opened, expected text");
  }
  Size size;
  std::int64_t number = 0;
  for (std::string text; std::getline(file, text);) {
    ++number;
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    Line line{in_quotes(path) + ":" + std::to_string(number), trimmed(text), {}};
    if (line.text.empty()) continue;
    if (line.text[0] == '#') {
      size = find_size(line).value_or(size);
      continue;
    }
    std::istringstream words(line.text);
    for (std::string word; words >> word;) line.words.push_back(word);
    visit(line, size);
  }
}

/// What a line of text annotations says: a path and the numbers behind it.
struct Fact {
  std::string path;
  std::vector<double> numbers;
};

Fact parse_fact(const Line& line) {
  Fact fact;
  fact.numbers = last_numbers(line.words);
  // A path that is itself a number: "0001 5 10 20 30 40".
  if (fact.numbers.size() == line.words.size() && !fact.numbers.empty())
    fact.numbers.erase(fact.numbers.begin());
  if (fact.numbers.size() != 5 && fact.numbers.size() != 2)
    throw annotation_error(line.where, in_quotes(line.text), kForms);
  // As it is written: a path may hold several spaces.
  std::string rest = line.text;
  for (std::size_t k = 0; k < fact.numbers.size(); ++k) {
    rest = trimmed(rest);
    rest.erase(rest.find_last_of(" \t") + 1);
  }
  fact.path = trimmed(rest);
  return fact;
}

void add_box(const Fact& fact, const Line& line, Size size, InputTruth& truth) {
  const double frame = fact.numbers[0], x = fact.numbers[1], y = fact.numbers[2];
  const double width = fact.numbers[3], height = fact.numbers[4];
  if (!(frame >= 1 && frame <= kMostFrames && frame == std::floor(frame)))
    throw annotation_error(line.where, "frame " + number_text(frame), "a whole number from 1 on");
  std::vector<Shape>& shapes = truth.frames[static_cast<std::int64_t>(frame) - 1];
  if (width == 0 && height == 0) return;
  if (!(width > 0 && height > 0)) {
    throw annotation_error(line.where,
                           "a box of " + number_text(width) + " x " + number_text(height) + " px",
                           "both above 0, or 0 0 for a frame that shows nothing");
  }
  shapes.push_back({size, Box{{x, y}, {x + width, y + height}}});
}

}  // namespace

void read_text_annotations(const std::string& path, Collection& into, Progress& progress) {
  Unmatched unmatched;
  for_lines(path, [&](const Line& line, Size size) {
    const Fact fact = parse_fact(line);
    InputTruth scratch;  // a wrong line is wrong also where its input is not asked for
    const auto name = into.names.find(fact.path, line.where);
    if (!name) unmatched.add(fact.path);
    InputTruth& truth = name ? into.entries[*name].truth : scratch;
    if (fact.numbers.size() == 5) {
      add_box(fact, line, size, truth);
    } else {
      truth.intervals.push_back(make_interval(fact.numbers[0], fact.numbers[1], line.where));
    }
  });
  if (!unmatched.is_empty()) progress.warn(unmatched.warning(path));
}

std::vector<Shape> read_frame_boxes(const std::string& path) {
  std::vector<Shape> shapes;
  for_lines(path, [&](const Line& line, Size size) {
    const std::vector<double> numbers = last_numbers(line.words);
    if (line.words.size() != 5 || numbers.size() < 4)
      throw annotation_error(line.where, in_quotes(line.text), "\"class x1 y1 x2 y2\"");
    const double* const corner = numbers.data() + numbers.size() - 4;
    if (!(corner[2] > corner[0] && corner[3] > corner[1])) {
      throw annotation_error(line.where,
                             "corners " + number_text(corner[0]) + " " + number_text(corner[1]) +
                                 " and " + number_text(corner[2]) + " " + number_text(corner[3]),
                             "x1 < x2 and y1 < y2");
    }
    shapes.push_back({size, Box{{corner[0], corner[1]}, {corner[2], corner[3]}}});
  });
  return shapes;
}

}  // namespace praxiscope::studies
