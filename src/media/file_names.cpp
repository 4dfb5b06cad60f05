#include "media/file_names.h"

#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <utility>

namespace praxiscope {
namespace fs = std::filesystem;
namespace {

bool ends_with_one_of(std::string_view path, std::initializer_list<std::string_view> endings) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(path.substr(dot + 1));
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

void sort_naturally(std::vector<std::string>* names) {
  std::sort(names->begin(), names->end(),
            [](const std::string& a, const std::string& b) { return natural_less(a, b); });
}

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return !name.empty() && name.front() == '.';
}

/// Splits "img_%05d.jpg" into "img_", 5, ".jpg".
struct NumberPattern {
  std::string before, after;
  std::size_t width = 0;
};

std::optional<NumberPattern> parse_pattern(const std::string& name) {
  const std::size_t percent = name.find('%');
  if (percent == std::string::npos) return std::nullopt;
  std::size_t end = percent + 1;
  while (end < name.size() && std::isdigit(static_cast<unsigned char>(name[end])) != 0) ++end;
  if (end >= name.size() || name[end] != 'd' || end - percent > 4) return std::nullopt;
  NumberPattern pattern{name.substr(0, percent), name.substr(end + 1), 0};
  if (end > percent + 1) pattern.width = std::stoul(name.substr(percent + 1, end - percent - 1));
  if (pattern.after.find('%') != std::string::npos) return std::nullopt;
  return pattern;
}

std::optional<std::int64_t> number_in(const std::string& name, const NumberPattern& pattern) {
  const std::size_t around = pattern.before.size() + pattern.after.size();
  if (name.size() <= around || !name.starts_with(pattern.before) ||
      !name.ends_with(pattern.after)) {
    return std::nullopt;
  }
  const std::string digits = name.substr(pattern.before.size(), name.size() - around);
  const bool is_padded = digits.size() > 1 && digits.front() == '0';
  if (digits.size() < pattern.width || (is_padded && digits.size() != pattern.width)) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 0) {
    return std::nullopt;
  }
  return number;
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// A picture that is one frame of a sequence; .gif and .apng are mostly animations.
bool has_still_ending(std::string_view path) {
  return has_picture_ending(path) && !ends_with_one_of(path, {"gif", "apng"});
}

struct FolderContent {
  std::vector<std::string> media, folders;
};

/// Hidden files and links to folders left out, the latter because they may run in a circle.
/// @throws Error kInput.
FolderContent list_folder(const std::string& folder,
                          fs::directory_options how = fs::directory_options::none) {
  FolderContent content;
  std::error_code error, ignored;
  for (const auto& entry : fs::directory_iterator(folder, how, error)) {
    const std::string path = entry.path().string();
    if (is_hidden(entry.path())) continue;
    if (entry.is_directory(ignored)) {
      if (!entry.is_symlink(ignored)) content.folders.push_back(path);
    } else if (entry.is_regular_file(ignored) && has_media_ending(path)) {
      content.media.push_back(path);
    }
  }
  if (error) {
    throw Error(ErrorKind::kInput,
                fmt::format("cannot read folder {}: {}", in_quotes(folder), error.message()));
  }
  return content;
}

/// See find_media(). Folders below that may not be read are passed over.
void add_folder(const std::string& folder, std::vector<std::string>* inputs,
                fs::directory_options how = fs::directory_options::none) {
  FolderContent content = list_folder(folder, how);
  const bool is_sequence = content.media.size() > 1 &&
                           std::all_of(content.media.begin(), content.media.end(),
                                       [](const auto& path) { return has_still_ending(path); });
  if (is_sequence) content.media = {folder};
  inputs->insert(inputs->end(), content.media.begin(), content.media.end());
  for (const std::string& below : content.folders) {
    add_folder(below, inputs, fs::directory_options::skip_permission_denied);
  }
}

/// The name at the begin of a list's line as it stands there; the words behind it are a label. A
/// name that is there wins, the longest one first, so names with spaces work; of those that are
/// not, the longest with the ending of a medium.
std::string name_in_line(const std::string& line, const fs::path& folder) {
  if (line.find("://") != std::string::npos) return line.substr(0, line.find_first_of(" \t"));
  std::vector<std::string> begins{line};
  for (std::size_t space = line.find_last_of(" \t"); space != std::string::npos;
       space = begins.back().find_last_of(" \t")) {
    begins.push_back(trimmed(line.substr(0, space)));
  }
  // An absolute name replaces the folder.
  const auto is_there = [&](const std::string& name) {
    std::error_code ignored;
    return fs::exists(folder / name, ignored);
  };
  auto found = std::find_if(begins.begin(), begins.end(), is_there);
  if (found == begins.end()) {
    found = std::find_if(begins.begin(), begins.end(), has_media_ending);
  }
  return found == begins.end() ? begins.back() : *found;
}

/// @throws Error kInput.
std::vector<ListedMedium> read_list(const std::string& list) {
  std::ifstream stream(list);
  const auto fail = [&](const std::string& rest) {
    throw Error(ErrorKind::kInput, fmt::format("cannot read list {}: {}", in_quotes(list), rest));
  };
  if (!stream) fail(std::strerror(errno));
  std::vector<ListedMedium> inputs;
  const fs::path folder = fs::path(list).parent_path();
  for (std::string line; std::getline(stream, line);) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    const std::string name = name_in_line(line, folder);
    const bool is_whole = name.find("://") != std::string::npos || fs::path(name).is_absolute();
    inputs.push_back(
        {is_whole ? name : (folder / name).string(), trimmed(line.substr(name.size()))});
  }
  if (inputs.empty()) fail("found no names, expected `path label` on each line");
  return inputs;
}

/// @throws Error kInput.
std::vector<std::string> media_of_glob(const std::string& glob) {
  const std::vector<std::string> found = files_of_glob(glob);
  if (found.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("cannot read {}: no file matches", in_quotes(glob)));
  }
  std::vector<std::string> inputs;
  std::error_code ignored;
  for (const std::string& path : found) {
    if (fs::is_directory(path, ignored)) {
      add_folder(path, &inputs);
    } else if (has_media_ending(path)) {
      inputs.push_back(path);
    }
  }
  return inputs;
}

}  // namespace

bool has_picture_ending(std::string_view path) {
  return ends_with_one_of(path,
                          {"jpg",  "jpeg", "jpe",  "png",  "apng", "gif", "webp", "bmp", "tif",
                           "tiff", "avif", "heic", "heif", "ppm",  "pgm", "pnm",  "pbm", "pam",
                           "jp2",  "j2k",  "tga",  "exr",  "dpx",  "hdr", "qoi",  "jxl"});
}

bool has_media_ending(std::string_view path) {
  return has_picture_ending(path) ||
         ends_with_one_of(
             path, {"mp4", "m4v",  "mov",  "qt",  "mkv",  "webm", "avi",   "mpg",  "mpeg", "mpe",
                    "m2v", "ts",   "m2ts", "mts", "vob",  "wmv",  "asf",   "flv",  "f4v",  "3gp",
                    "3g2", "ogv",  "ogg",  "mxf", "nut",  "y4m",  "ivf",   "h264", "264",  "h265",
                    "265", "hevc", "dv",   "rm",  "rmvb", "divx", "mjpeg", "mjpg"});
}

bool is_number_pattern(const std::string& input) {
  return parse_pattern(fs::path(input).filename().string()).has_value();
}

std::vector<std::string> files_of_pattern(const std::string& input,
                                          std::vector<std::string>* warnings) {
  const auto pattern = parse_pattern(fs::path(input).filename().string());
  std::vector<std::pair<std::int64_t, std::string>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_of(input), error)) {
    const auto number = number_in(entry.path().filename().string(), *pattern);
    if (number) found.emplace_back(*number, entry.path().string());
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> files;
  std::int64_t missing = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) missing += std::max<std::int64_t>(0, found[i].first - found[i - 1].first - 1);
    files.push_back(found[i].second);
  }
  if (missing > 0) {
    warnings->push_back(
        fmt::format("{}: {} numbers are missing between {} and {}; the pictures "
                    "follow each other without a gap",
                    in_quotes(input), missing, found.front().first, found.back().first));
  }
  return files;
}

bool is_glob(const std::string& input) { return input.find_first_of("*?[") != std::string::npos; }

std::vector<std::string> files_of_glob(const std::string& pattern) {
  std::vector<std::string> files;
  glob_t found{};
  if (::glob(pattern.c_str(), GLOB_TILDE, nullptr, &found) == 0) {
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  sort_naturally(&files);
  return files;
}

std::vector<std::string> pictures_of_folder(const std::string& folder) {
  std::vector<std::string> files = list_folder(folder).media;
  std::erase_if(files, [](const std::string& path) { return !has_still_ending(path); });
  sort_naturally(&files);
  return files;
}

std::string similar_files(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_of(path), error)) {
    names.push_back(entry.path().filename().string());
  }
  return did_you_mean(fs::path(path).filename().string(), names);
}

std::vector<ListedMedium> find_listed_media(const std::string& input) {
  std::error_code ignored;
  const bool is_there = fs::exists(input, ignored);
  std::vector<std::string> inputs;
  if (fs::is_directory(input, ignored)) {
    add_folder(input, &inputs);
    sort_naturally(&inputs);
  } else if (fs::is_regular_file(input, ignored) && ends_with_one_of(input, {"txt"})) {
    return read_list(input);
  } else if (!is_there && is_glob(input) && input.find("://") == std::string::npos) {
    inputs = media_of_glob(input);
  } else {
    inputs = {input};
  }
  if (inputs.empty()) {
    throw Error(ErrorKind::kInput,
                fmt::format("no media in {}; expected videos or pictures", in_quotes(input)));
  }
  std::vector<ListedMedium> media;
  for (std::string& name : inputs) media.push_back({std::move(name), ""});
  return media;
}

std::vector<std::string> find_media(const std::string& input) {
  std::vector<std::string> names;
  for (ListedMedium& medium : find_listed_media(input)) names.push_back(std::move(medium.name));
  return names;
}

}  // namespace praxiscope
