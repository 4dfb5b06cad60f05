#include "cli/info_text.h"
#include "cli/table.h"

#include "praxiscope/media.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace praxiscope::cli {
namespace {

using nlohmann::json;

std::string size_text(const MediaInfo& info) {
  std::string text = fmt::format("{} x {} px", info.width, info.height);
  if (info.width != info.coded_width || info.height != info.coded_height) {
    text += fmt::format(" (stored {} x {})", info.coded_width, info.coded_height);
  }
  if (info.rotation_deg != 0) text += fmt::format(", turned {} degrees", info.rotation_deg);
  if (info.is_mirrored) text += ", mirrored";
  if (info.sample_aspect != Rational(1, 1)) {
    text += fmt::format(", pixels {}", info.sample_aspect.to_string());
  }
  return text;
}

json rational_or_null(const std::optional<Rational>& value) {
  return value ? json(value->to_string()) : json();
}

}  // namespace

std::string media_as_text(const std::string& path) {
  const MediaInfo info = open_source(path)->info();
  Table table("<<");
  table.add({"file", without_controls(info.path)});
  table.add({"kind", info.is_still ? "one picture" : "video"});
  table.add({"container", info.container});
  table.add({"codec", fmt::format("{}, {}", info.codec, info.pixel_format)});
  table.add({"size", size_text(info)});
  table.add({"colour", info.color});
  if (info.frame_rate) {
    table.add({"rate", fmt::format("{} frames per second ({:.3f})", info.frame_rate->to_string(),
                                   info.frame_rate->to_double())});
  }
  if (!info.is_still) {
    table.add({"time base", fmt::format("{} s", info.time_base.to_string())});
    table.add({"duration", info.duration ? fmt::format("{:.3f} s", info.duration->to_double())
                                         : "not known before decoding"});
    table.add({"frames", info.frame_count_from_header
                             ? fmt::format("{} (the header's word)", *info.frame_count_from_header)
                             : "not known before decoding"});
    table.add({"sound", info.has_audio ? "yes" : "no"});
  }
  return table.text();
}

std::string media_as_json(const std::string& path) {
  const MediaInfo info = open_source(path)->info();
  const json out{{"schema", "praxiscope.info.media/1"},
                 {"path", info.path},
                 {"is_still", info.is_still},
                 {"container", info.container},
                 {"codec", info.codec},
                 {"pixel_format", info.pixel_format},
                 {"width", info.width},
                 {"height", info.height},
                 {"coded_width", info.coded_width},
                 {"coded_height", info.coded_height},
                 {"rotation_deg", info.rotation_deg},
                 {"is_mirrored", info.is_mirrored},
                 {"sample_aspect", info.sample_aspect.to_string()},
                 {"color", info.color},
                 {"frame_rate", rational_or_null(info.frame_rate)},
                 {"time_base", info.time_base.to_string()},
                 {"duration", rational_or_null(info.duration)},
                 {"duration_s", info.duration ? json(info.duration->to_double()) : json()},
                 {"frame_count_from_header",
                  info.frame_count_from_header ? json(*info.frame_count_from_header) : json()},
                 {"has_audio", info.has_audio}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace praxiscope::cli
