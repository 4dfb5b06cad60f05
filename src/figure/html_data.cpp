#include "figure/html_data.h"

#include "figure/html_encode.h"
#include "figure/map_shades.h"
#include "figure/whole_text.h"
#include "render/colormaps.h"
#include "render/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace praxiscope::figure {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kColors = 256;  ///< of each table: as many as a screen tells apart

const char* name_of(PanelPlace place) {
  switch (place) {
    case PanelPlace::kMain:
      return "main";
    case PanelPlace::kUnder:
      return "under";
    case PanelPlace::kSide:
      return "side";
    case PanelPlace::kWide:
      return "wide";
  }
  return "side";
}

Json list_of(const std::vector<std::string>& texts) {
  Json out = Json::array();
  for (const std::string& text : texts) out.push_back(printable(text));
  return out;
}

Json json_of(const TextPanel& panel) {
  return {{"kind", "text"}, {"title", printable(panel.title)}, {"paragraphs", panel.paragraphs}};
}

/// The part of a panel that its kind decides.
struct ContentJson {
  const Figure& figure;

  Json operator()(const PlayerPanel& panel) const {
    return {{"kind", "player"},
            {"film", panel.film},
            {"map", panel.map},
            {"view", view_name(panel.view)},
            {"telling", telling_frame(figure, panel.film, panel.map)}};
  }
  Json operator()(const StripPanel& panel) const {
    return {{"kind", "strip"},
            {"film", panel.film},
            {"map", panel.map},
            {"view", view_name(panel.view)}};
  }
  Json operator()(const TablePanel& panel) const {
    Json rows = Json::array();
    for (const auto& row : panel.rows) rows.push_back(list_of(row));
    return {{"kind", "table"},
            {"title", printable(panel.title)},
            {"columns", list_of(panel.columns)},
            {"rows", rows},
            {"numbers", panel.is_number}};
  }
  Json operator()(const TextPanel& panel) const { return json_of(panel); }
  /// Its colours follow the reader's choice, as those of the maps do.
  Json operator()(const ScalePanel&) const { return {{"kind", "drawing"}, {"isLive", true}}; }
  template <typename Panel>
  Json operator()(const Panel&) const {
    return {{"kind", "drawing"}, {"isLive", false}};
  }
};

Json json_of(const FigureScale& scale) {
  return {{"colormap", scale.colormap},
          {"lo", scale.lo},
          {"hi", scale.hi},
          {"signed", scale.is_signed}};
}

Json json_of(const FigureMap& map, bool is_exact) {
  const int exponent = is_exact ? 0 : common_exponent(map.values);
  return {
      {"frames", map.frames},
      {"height", map.height},
      {"width", map.width},
      {"x", map.x},
      {"y", map.y},
      {"fractionWidth", map.fraction_width},
      {"fractionHeight", map.fraction_height},
      {"scale", json_of(map.scale)},
      {"opacity", map.opacity},
      {"format", is_exact ? "float32" : "float16"},
      {"exponent", exponent},
      {"values", base64(is_exact ? float_bytes(map.values) : half_bytes(map.values, exponent))}};
}

Json json_of(const FigureFilm& film) {
  return {{"name", printable(film.name)},
          {"pictures", film.pictures},
          {"times", film.times_s},
          {"sourceFrames", film.source_frames},
          {"padding", film.is_padding}};
}

/// All tables that can be chosen in the page.
Json json_of_colormaps() {
  Json out = Json::array();
  for (const std::string& name : colormaps()) {
    const ColorTable table = make_color_table(name);
    std::string bytes;
    for (int i = 0; i < kColors; ++i) {
      for (const std::uint8_t c : table.at(static_cast<double>(i) / (kColors - 1)))
        bytes += static_cast<char>(c);
    }
    out.push_back({{"name", name}, {"diverging", table.is_diverging}, {"colors", base64(bytes)}});
  }
  return out;
}

bool can_be_exact(const Figure& figure) {
  std::size_t values = 0;
  for (const FigureMap& map : figure.maps) values += map.values.size();
  return values <= kMostExactValues;
}

void add_states(Json& out, const Figure& figure) {
  out["axes"] = Json::array();
  for (const FigureAxis& axis : figure.axes) {
    out["axes"].push_back({{"id", printable(axis.id)},
                           {"title", printable(axis.title)},
                           {"values", list_of(axis.values)}});
  }
  out["states"] = Json::array();
  for (const FigureState& state : figure.states) {
    out["states"].push_back(
        {{"choice", state.choice}, {"caption", state.caption}, {"panels", state.panels}});
  }
}

void add_panels(Json& out, const Figure& figure,
                const std::vector<std::vector<Drawing>>& drawings) {
  out["panels"] = Json::array();
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    Json entry = std::visit(ContentJson{figure}, figure.panels[i].content);
    entry["place"] = name_of(figure.panels[i].place);
    entry["alt"] = printable_whole(figure.panels[i].alt);
    for (const Drawing& drawing : drawings[i])
      entry["drawings"].push_back({{"width", drawing.width}, {"id", drawing.id}});
    out["panels"].push_back(std::move(entry));
  }
}

}  // namespace

std::string figure_json(const Figure& figure, const std::vector<std::vector<Drawing>>& drawings) {
  Json out;
  out["framesPerSecond"] = figure.frames_per_second;
  add_states(out, figure);
  add_panels(out, figure, drawings);
  out["films"] = Json::array();
  for (const FigureFilm& film : figure.films) out["films"].push_back(json_of(film));
  out["maps"] = Json::array();
  const bool is_exact = can_be_exact(figure);
  for (const FigureMap& map : figure.maps) out["maps"].push_back(json_of(map, is_exact));
  out["pictures"] = Json::array();
  for (const FigurePicture& picture : figure.pictures) {
    out["pictures"].push_back(
        {{"width", picture.width}, {"height", picture.height}, {"jpeg", base64(picture.jpeg)}});
  }
  out["colormaps"] = json_of_colormaps();
  out["about"] = Json::array();
  for (const TextPanel& text : figure.about) out["about"].push_back(json_of(text));
  out["provenance"] = figure.provenance;
  const std::string text = out.dump(-1, ' ', false, Json::error_handler_t::replace);
  // "<" stands only in strings, where its escape says the same and cannot end the element.
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace praxiscope::figure
