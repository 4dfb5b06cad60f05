// Annotations as a folder whose files are named as the inputs: masks, and boxes frame by frame.
#include "core/text.h"
#include "studies/annotations/readers.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace praxiscope::studies {
namespace {

namespace fs = std::filesystem;

/// What a folder holds, hidden files apart, in natural order.
struct Listing {
  std::vector<fs::path> folders, texts, others;
};

Listing list_folder(const fs::path& folder) {
  Listing out;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const fs::path& path = entry.path();
    if (path.filename().string().starts_with(".")) continue;
    std::error_code ignored;
    if (entry.is_directory(ignored)) {
      out.folders.push_back(path);
    } else {
      (path.extension() == ".txt" ? out.texts : out.others).push_back(path);
    }
  }
  if (failed) {
    throw Error(ErrorKind::kInput, "cannot read annotations " + in_quotes(folder.string()) +
                                       ": found a folder that cannot be opened (" +
                                       failed.message() + "), expected masks or boxes");
  }
  for (auto* const paths : {&out.folders, &out.texts, &out.others}) {
    std::sort(paths->begin(), paths->end(), [](const fs::path& a, const fs::path& b) {
      return natural_less(a.string(), b.string());
    });
  }
  return out;
}

/// "00012.txt" -> 11. @throws Error kInput.
std::int64_t frame_of(const fs::path& path) {
  const std::string stem = path.stem().string();
  std::int64_t number = 0;
  const auto [rest, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  if (error != std::errc() || rest != stem.data() + stem.size() || number < 1) {
    throw annotation_error(in_quotes(path.string()), "the name " + in_quotes(stem),
                           "the frame's number from 1 on");
  }
  return number - 1;
}

class Reader {
 public:
  Reader(const std::string& root, Collection& into) : root_(root), into_(into) {}

  void read(Progress& progress) {
    visit(root_, progress);
    if (found_ == 0 && unmatched_.is_empty()) {
      throw Error(ErrorKind::kInput, "cannot read annotations " + in_quotes(root_.string()) +
                                         ": found an empty folder, expected masks or boxes");
    }
    if (!unmatched_.is_empty()) progress.warn(unmatched_.warning(root_.string()));
  }

 private:
  /// The annotations of the input that a file or folder is named as; null where it is none.
  Annotations::Entry* find_entry(const fs::path& name) {
    const fs::path below = name.lexically_relative(root_);
    if (below.empty() || below == ".") return nullptr;  // the folder itself: any name
    const auto input = into_.names.find(below.string(), in_quotes(root_.string()));
    if (!input) return nullptr;
    ++found_;
    return &into_.entries[*input];
  }

  void visit(const fs::path& folder, Progress& progress) {
    progress.check_cancelled();
    const Listing listing = list_folder(folder);
    if (Annotations::Entry* const entry = find_entry(folder)) {
      if (!listing.others.empty()) entry->masks.push_back(folder.string());
      for (const fs::path& text : listing.texts) {
        std::vector<Shape>& frame = entry->truth.frames[frame_of(text)];
        const std::vector<Shape> boxes = read_frame_boxes(text.string());
        frame.insert(frame.end(), boxes.begin(), boxes.end());
      }
      return;
    }
    for (const fs::path& file : listing.others) {
      if (Annotations::Entry* const entry = find_entry(fs::path(file).replace_extension())) {
        entry->masks.push_back(file.string());
      } else {
        unmatched_.add(file.lexically_relative(root_).string());
      }
    }
    if (!listing.texts.empty())  // a video's boxes: one name, not one for each of its frames
      unmatched_.add(folder == root_ ? listing.texts.front().filename().string()
                                     : folder.lexically_relative(root_).string());
    for (const fs::path& below : listing.folders) visit(below, progress);
  }

  fs::path root_;
  Collection& into_;
  Unmatched unmatched_;
  int found_ = 0;
};

}  // namespace

void read_annotation_folder(const std::string& path, Collection& into, Progress& progress) {
  fs::path root = fs::path(path).lexically_normal();
  if (!root.has_filename()) root = root.parent_path();
  Reader(root.empty() ? "." : root.string(), into).read(progress);
}

}  // namespace praxiscope::studies
