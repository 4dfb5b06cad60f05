// Annotations as COCO-like JSON.
#include "core/text.h"
#include "studies/annotations/readers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

/// A short look at a value for messages.
std::string look(const json& value) {
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

json parse(const std::string& path) {
  check_annotation_file(path);
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    const auto line = 1 + std::count(text.begin(), end, '\n');
    throw annotation_error(in_quotes(path) + ":" + std::to_string(line), "text that is not JSON",
                           "COCO-like JSON");
  }
}

/// One object of a list: its members, and where it stands.
class Item {
 public:
  Item(const json& value, std::string where) : value_(value), where_(std::move(where)) {
    if (!value.is_object()) throw annotation_error(where_, look(value), "an object");
  }

  const std::string& where() const { return where_; }

  const json* find(const char* member) const {
    const auto found = value_.find(member);
    return found == value_.end() || found->is_null() ? nullptr : &*found;
  }

  const json& at(const char* member, const char* expected) const {
    if (const json* const value = find(member)) return *value;
    throw annotation_error(where_, "no " + in_quotes(member), expected);
  }

  /// An id, number or text, as text.
  std::string id(const char* member) const {
    const json& value = at(member, "a number or text");
    if (!value.is_number_integer() && !value.is_string()) refuse(member, value, "a number or text");
    return value.dump(-1, ' ', true, json::error_handler_t::replace);
  }

  std::string text(const char* member) const {
    const json& value = at(member, "text");
    if (!value.is_string()) refuse(member, value, "text");
    return value.get<std::string>();
  }

  double number(const char* member) const {
    const json& value = at(member, "a number");
    if (!value.is_number()) refuse(member, value, "a number");
    return value.get<double>();
  }

  /// Width and height, where both are given.
  Size size() const {
    const json *const width = find("width"), *const height = find("height");
    if (width == nullptr || height == nullptr) return {};
    constexpr std::int64_t kMostSide = 1000000;
    for (const auto& [member, value] : {std::pair{"width", width}, std::pair{"height", height}}) {
      if (!value->is_number_integer() || value->get<std::int64_t>() < 1 ||
          value->get<std::int64_t>() > kMostSide) {
        refuse(member, *value, "px from 1 on");
      }
    }
    return {height->get<int>(), width->get<int>()};
  }

  [[noreturn]] void refuse(const char* member, const json& value, const char* expected) const {
    throw annotation_error(where_ + ": " + in_quotes(member), look(value), expected);
  }

 private:
  const json& value_;
  std::string where_;
};

/// A picture that annotations name: where it is, if its input is asked for.
struct Place {
  InputTruth* truth = nullptr;  ///< null: of no input
  std::int64_t frame = 0;
  Size size;
};

class Reader {
 public:
  Reader(const std::string& path, Collection& into) : path_(path), into_(into), root_(parse(path)) {
    if (!root_.is_object()) throw annotation_error(in_quotes(path), look(root_), "an object");
  }

  void read(Progress& progress) {
    for_items("videos", [this](const Item& item) { add_video(item); });
    for_items("images", [this](const Item& item) { add_image(item); });
    for_items("annotations", [this](const Item& item) { add_annotation(item); });
    for_items("intervals", [this](const Item& item) { add_interval(item); });
    if (videos_.empty() && images_.empty()) {
      throw annotation_error(in_quotes(path_), "neither \"videos\" nor \"images\"",
                             "COCO-like JSON with one of them");
    }
    if (!unmatched_.is_empty()) progress.warn(unmatched_.warning(path_));
    if (not_polygons_ > 0) {
      progress.warn("annotations " + in_quotes(path_) + ": found " + std::to_string(not_polygons_) +
                    " segmentations that are not polygons; their boxes count");
    }
  }

 private:
  template <typename Visit>
  void for_items(const char* list, const Visit& visit) {
    const auto found = root_.find(list);
    if (found == root_.end() || found->is_null()) return;
    const std::string where = in_quotes(path_) + ": " + list;
    if (!found->is_array()) throw annotation_error(where, look(*found), "a list");
    for (std::size_t k = 0; k < found->size(); ++k)
      visit(Item((*found)[k], where + "[" + std::to_string(k) + "]"));
  }

  InputTruth* find_truth(const std::string& file_name, const Item& item) {
    if (const auto name = into_.names.find(file_name, item.where()))
      return &into_.entries[*name].truth;
    unmatched_.add(file_name);
    return nullptr;
  }

  void add_video(const Item& item) {
    videos_[item.id("id")] = {find_truth(item.text("file_name"), item), 0, item.size()};
  }

  void add_image(const Item& item) {
    Place place;
    if (item.find("video_id") != nullptr) {
      place = video_of(item);
      const json& frame = item.at("frame_index", "the frame's number from 0 on");
      if (!frame.is_number_integer() || frame.get<std::int64_t>() < 0)
        item.refuse("frame_index", frame, "a whole number from 0 on");
      place.frame = frame.get<std::int64_t>();
    } else {
      place.truth = find_truth(item.text("file_name"), item);
    }
    if (const Size size = item.size(); size.width > 0) place.size = size;
    if (place.truth != nullptr) place.truth->frames[place.frame];  // known, even without shapes
    images_[item.id("id")] = place;
  }

  Place video_of(const Item& item) const {
    const std::string id = item.id("video_id");
    const auto found = videos_.find(id);
    if (found == videos_.end())
      throw annotation_error(item.where(), "video_id " + id, "the id of one of \"videos\"");
    return found->second;
  }

  void add_annotation(const Item& item) {
    const std::string id = item.id("image_id");
    const auto found = images_.find(id);
    if (found == images_.end())
      throw annotation_error(item.where(), "image_id " + id, "the id of one of \"images\"");
    std::vector<Shape> shapes = shapes_of(item, found->second.size);
    if (found->second.truth == nullptr) return;
    std::vector<Shape>& frame = found->second.truth->frames[found->second.frame];
    std::move(shapes.begin(), shapes.end(), std::back_inserter(frame));
  }

  std::vector<Shape> shapes_of(const Item& item, Size size) {
    const json* const segmentation = item.find("segmentation");
    const json* const bbox = item.find("bbox");
    if (segmentation != nullptr && segmentation->is_array() && !segmentation->empty()) {
      std::vector<Shape> shapes;
      for (const json& ring : *segmentation) shapes.push_back({size, polygon(ring, item)});
      return shapes;
    }
    if (bbox == nullptr) {
      if (segmentation != nullptr) item.refuse("segmentation", *segmentation, "polygons or a bbox");
      throw annotation_error(item.where(), "no \"bbox\"", "[x, y, width, height] in px");
    }
    if (segmentation != nullptr && !segmentation->is_array()) ++not_polygons_;
    return {{size, box(*bbox, item)}};
  }

  static std::vector<double> numbers(const char* member, const json& value, const Item& item,
                                     const char* expected) {
    if (!value.is_array()) item.refuse(member, value, expected);
    std::vector<double> out;
    for (const json& each : value) {
      if (!each.is_number()) item.refuse(member, value, expected);
      out.push_back(each.get<double>());
    }
    return out;
  }

  static Polygon polygon(const json& ring, const Item& item) {
    constexpr const char* kExpected = "polygons [[x1, y1, x2, y2, x3, y3, ...], ...]";
    const std::vector<double> flat = numbers("segmentation", ring, item, kExpected);
    if (flat.size() < 6 || flat.size() % 2 != 0) item.refuse("segmentation", ring, kExpected);
    Polygon corners;
    for (std::size_t k = 0; k < flat.size(); k += 2) corners.push_back({flat[k], flat[k + 1]});
    return corners;
  }

  static Box box(const json& value, const Item& item) {
    constexpr const char* kExpected = "[x, y, width, height] with sides above 0 px";
    const std::vector<double> flat = numbers("bbox", value, item, kExpected);
    if (flat.size() != 4 || !(flat[2] > 0 && flat[3] > 0)) item.refuse("bbox", value, kExpected);
    return {{flat[0], flat[1]}, {flat[0] + flat[2], flat[1] + flat[3]}};
  }

  void add_interval(const Item& item) {
    const Place video = video_of(item);
    const Interval interval =
        make_interval(item.number("begin_s"), item.number("end_s"), item.where());
    if (video.truth != nullptr) video.truth->intervals.push_back(interval);
  }

  std::string path_;
  Collection& into_;
  json root_;
  std::map<std::string, Place> videos_, images_;  // by id
  Unmatched unmatched_;
  int not_polygons_ = 0;
};

}  // namespace

void read_json_annotations(const std::string& path, Collection& into, Progress& progress) {
  Reader(path, into).read(progress);
}

}  // namespace praxiscope::studies
