// See figure.h.
#include "studies/activations/figure.h"

#include "studies/support/add_panel.h"
#include "studies/support/pictures.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr std::size_t kMostTiles = 96;  ///< of a page; more channels take further ones
constexpr std::size_t kMostLines = 6, kMostRows = 10;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double number(const json& value) { return value.is_number() ? value.get<double>() : kNaN; }

std::string percent(double share) {
  if (!std::isfinite(share)) return "\u2013";
  return share > 0 && share < 0.1 ? fmt::format("{:.1f} %", 100 * share)
                                  : fmt::format("{:.0f} %", 100 * share);
}

/// Rectifiers as layers of their own: blocks that end in one would count it again.
bool is_shown_as_rectified(const json& layer) { return layer["is_rectifier"].get<bool>(); }

/// Positions of the channels with the largest mean |activation| in this clip, best first.
std::vector<std::int64_t> strongest(const ChannelVolumes& channels, std::size_t count) {
  const at::Tensor means = channels.values.abs().mean({1, 2, 3});
  const at::Tensor order = std::get<1>(means.sort(/*stable=*/true, 0, /*descending=*/true));
  std::vector<std::int64_t> best;
  for (std::int64_t i = 0; i < order.size(0) && best.size() < count; ++i)
    best.push_back(order[i].item<std::int64_t>());
  return best;
}

class Pages {
 public:
  Pages(const json& summary, const std::vector<WatchedLayer>& layers,
        const std::vector<ShownClip>& clips, const StudyContext& context)
      : summary_(summary), layers_(layers), clips_(clips), context_(context) {}

  Figure make() {
    const std::size_t inputs = context_.inputs.names().size();
    figure_.title = "Activations";
    figure_.subtitle = fmt::format("{} clip{} of {} input{}, {}", summary_["clips"].get<int>(),
                                   summary_["clips"] == 1 ? "" : "s", inputs,
                                   inputs == 1 ? "" : "s", context_.model.manifest().name);
    name_axes();
    for (std::size_t c = 0; c < clips_.size(); ++c) {
      for (std::size_t l = 0; l < layers_.size(); ++l) add_layer(c, l);
    }
    add_about();
    return std::move(figure_);
  }

 private:
  PanelId add(PanelPlace place, PanelContent content, std::string alt) {
    return add_panel(figure_, place, std::move(content), std::move(alt));
  }

  std::size_t pages_of(std::size_t layer) const {
    const std::size_t channels = clips_.front().channels[layer].numbers.size();
    return (channels + kMostTiles - 1) / kMostTiles;
  }

  void name_axes() {
    FigureAxis clips{"clip", "clip", {}}, layers{"layer", "layer", {}}, pages{"page", "part", {}};
    for (const ShownClip& clip : clips_) clips.values.push_back(clip.name);
    std::size_t most = 1;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      layers.values.push_back(layers_[l].name);
      most = std::max(most, pages_of(l));
    }
    for (std::size_t i = 0; i < most; ++i) pages.values.push_back(fmt::format("{}", i + 1));
    figure_.axes = {clips, layers, {"view", "view", {"channels", "on the clip"}}};
    has_parts_ = most > 1;
    if (has_parts_) figure_.axes.push_back(pages);
  }

  void add_layer(std::size_t c, std::size_t l) {
    const ShownClip& clip = clips_[c];
    const ClipInput& input = clip.clip.inputs.at(layers_[l].input);
    const InputSpec& spec = context_.model.manifest().inputs.at(layers_[l].input);
    const std::vector<Picture> frames = seen_frames(input, spec);
    // What stands beside the tiles is the same on all pages of a clip and layer.
    const std::vector<PanelId> beside{
        add(PanelPlace::kSide, curves(clip, l), "mean activation over time, strongest channels"),
        add(PanelPlace::kSide, depth(l), "share of zeros by depth"),
        add(PanelPlace::kSide, numbers(clip, l), "numbers of the strongest channels")};
    const std::size_t channels = clip.channels[l].numbers.size();
    for (std::size_t page = 0; page < pages_of(l); ++page) {
      const std::size_t first = page * kMostTiles;
      for (const ChannelView view : {ChannelView::kMaps, ChannelView::kOnClip}) {
        FigureFilm film =
            make_channel_film(input, frames, clip.channels[l], first,
                              std::min(kMostTiles, channels - first), view, figure_.pictures);
        film.name = fmt::format("{}, {}", clip.name, layers_[l].name);
        figure_.films.push_back(std::move(film));
        std::vector<int> choice{static_cast<int>(c), static_cast<int>(l),
                                view == ChannelView::kMaps ? 0 : 1};
        if (has_parts_) choice.push_back(static_cast<int>(page));
        add_state(std::move(choice), beside);
      }
    }
  }

  void add_state(std::vector<int> choice, const std::vector<PanelId>& beside) {
    const auto film = static_cast<FilmId>(figure_.films.size()) - 1;
    FigureState state;
    state.caption = caption(static_cast<std::size_t>(choice[1]), choice[2] == 1);
    state.choice = std::move(choice);
    state.panels = {add(PanelPlace::kMain, PlayerPanel{film, -1, FilmView::kFrame},
                        "the clip and what channels of the layer answer, frame by frame"),
                    add(PanelPlace::kUnder, StripPanel{film, -1, FilmView::kFrame},
                        "the same frames side by side")};
    state.panels.insert(state.panels.end(), beside.begin(), beside.end());
    figure_.states.push_back(std::move(state));
  }

  std::string caption(std::size_t l, bool is_on_clip) const {
    const json& layer = summary_["layers"][l];
    const std::size_t channels = layer["channels"].size(), dead = layer["dead"].size();
    std::string text = fmt::format("{}: {} channels of {}x{}x{} cells. ", layers_[l].name, channels,
                                   layer["cells"][0].get<int>(), layer["cells"][1].get<int>(),
                                   layer["cells"][2].get<int>());
    if (layer["is_rectified"].get<bool>()) {
      text += fmt::format("{} of the values are 0; ", percent(number(layer["zero_share"])));
      text += dead == 0
                  ? "no channel is 0 in all clips. "
                  : fmt::format("{} channel{} 0 in all clips. ", dead, dead == 1 ? " is" : "s are");
    } else {
      text += fmt::format(
          "No rectifier ends it: {} of the values are exactly 0, {} are 0 or less. ",
          percent(number(layer["zero_share"])), percent(number(layer["not_positive_share"])));
    }
    return text + (is_on_clip ? "Colours: where the channel is active."
                              : "Under a tile: channel, mean over time, largest value.");
  }

  /// Mean over space, of the channels that are strongest in this clip.
  LinesPanel curves(const ShownClip& clip, std::size_t l) const {
    const ChannelVolumes& channels = clip.channels[l];
    LinesPanel panel;
    panel.title = "activation over time, mean over space";
    panel.x_label = "time (s)";
    panel.follows_player = true;
    const ClipInput& input = clip.clip.inputs.at(layers_[l].input);
    std::vector<double> times = cell_times(input, channels.values.size(1));
    const bool has_time = times.front() != times.back();
    if (!has_time) times.resize(1);
    panel.x_begin = input.frames.front().pts.to_double();
    panel.x_end = input.frames.back().pts.to_double();
    int color = 0;
    for (const std::int64_t k : strongest(channels, kMostLines)) {
      LinesPanel::Line line;
      line.label = fmt::format("channel {}", channels.numbers[static_cast<std::size_t>(k)]);
      line.color = color++;
      line.x = times;
      const at::Tensor means = channels.values[k].mean({1, 2});
      for (std::int64_t i = 0; has_time && i < means.size(0); ++i)
        line.y.push_back(means[i].item<double>());
      if (!has_time) line.y = {means.mean().item<double>()};
      panel.lines.push_back(std::move(line));
    }
    return panel;
  }

  /// Of all layers with 5 dimensions; the one that is shown as a dot.
  LinesPanel depth(std::size_t l) const {
    LinesPanel panel;
    panel.title = "zeros and dead channels by depth, all clips";
    panel.x_label = "layers in order of execution";
    panel.is_percent = true;
    panel.y_begin = 0;
    const auto new_line = [](const char* label, int color, bool is_strong) {
      LinesPanel::Line made;
      made.label = label, made.color = color, made.is_strong = is_strong;
      return made;
    };
    LinesPanel::Line zeros = new_line("values 0 behind rectifiers", 0, true);
    LinesPanel::Line dead = new_line("dead channels", 1, false);
    LinesPanel::Line below = new_line("values \u2264 0", -1, false);
    LinesPanel::Line here = new_line("this layer", 3, true);
    const json& layers = summary_["depth"];
    const bool has_rectifiers = std::any_of(layers.begin(), layers.end(), is_shown_as_rectified);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const json& layer = layers[i];
      const bool is_rectified = is_shown_as_rectified(layer);
      const double x = static_cast<double>(i + 1);
      const double y = number(layer[is_rectified ? "zero_share" : "not_positive_share"]);
      if (is_rectified || !has_rectifiers) {
        LinesPanel::Line& line = is_rectified ? zeros : below;
        line.x.push_back(x), line.y.push_back(y);
        dead.x.push_back(x);
        dead.y.push_back(layer["dead"].get<double>() / layer["channels"].get<double>());
      }
      if (layer["layer"] == layers_[l].name)
        here.x = {x},
        here.y = {number(layer[layer["is_rectified"] ? "zero_share" : "not_positive_share"])};
    }
    for (LinesPanel::Line* line : {&zeros, &dead, &below, &here})
      if (!line->x.empty()) panel.lines.push_back(std::move(*line));
    panel.x_begin = 1, panel.x_end = static_cast<double>(std::max<std::size_t>(2, layers.size()));
    return panel;
  }

  TablePanel numbers(const ShownClip& clip, std::size_t l) const {
    TablePanel table{
        .title = "strongest channels of this clip",
        .columns = {"channel", "mean", "least", "largest", "= 0, all clips", "dead clips"},
        .rows = {},
        .is_number = {true, true, true, true, true, true}};
    const ChannelVolumes& channels = clip.channels[l];
    const json& all = summary_["layers"][l]["channels"];
    for (const std::int64_t k : strongest(channels, kMostRows)) {
      const at::Tensor values = channels.values[k];
      const std::int64_t channel = channels.numbers[static_cast<std::size_t>(k)];
      const json& known = all[static_cast<std::size_t>(channel)];
      table.rows.push_back(
          {fmt::format("{}", channel), short_number(values.mean().item<double>()),
           short_number(values.min().item<double>()), short_number(values.max().item<double>()),
           percent(number(known["zero_share"])), percent(number(known["dead_rate"]))});
    }
    return table;
  }

  void add_about() {
    TextPanel how{.title = "How to read this figure", .paragraphs = {}};
    how.paragraphs.push_back(
        "Every tile is one channel of the layer, in motion beside the clip that the network saw. "
        "Cells are shown as the layer has them, without smoothing: a layer of few cells in time "
        "stands still for several frames. Under a tile stand the channel's number, its mean over "
        "space as a curve over the clip with the moment that is shown, and its largest raw value "
        "in this clip.");
    const bool common = clips_.front().channels.front().has_common_scale;
    how.paragraphs.push_back(
        common ? "All tiles of a clip share one scale: black (white in layers with negative "
                 "values) is 0, the last colour the largest value of all tiles."
               : "Each tile has its own scale: black (white in layers with negative values) is 0, "
                 "the last colour the value under the tile. Tiles cannot be compared in strength; "
                 "--scale common makes them comparable.");
    how.paragraphs.push_back(
        "Channels are ranked by the mean of |activation| over all clips and cells.");
    figure_.about.push_back(std::move(how));
    figure_.about.push_back(
        {.title = "Sparsity",
         .paragraphs = {
             "Sparsity is the share of values that are exactly 0. After a rectifier it says how "
             "selective the layer is; usually it grows with depth. Layers that no rectifier ends "
             "(convolutions, normalisations, SiLU, GELU) have hardly any exact zeros: for them the "
             "share of values of 0 or less is given, which is what a rectifier would make 0.",
             "A channel is dead when it is 0 everywhere in every clip of all inputs. Few clips say "
             "little: a channel may wait for something that none of them shows."}});
  }

  const json& summary_;
  const std::vector<WatchedLayer>& layers_;
  const std::vector<ShownClip>& clips_;
  const StudyContext& context_;
  bool has_parts_ = false;  ///< some layer shows more channels than a page has tiles
  Figure figure_;
};

}  // namespace

Figure activation_figure(const json& summary, const std::vector<WatchedLayer>& layers,
                         const std::vector<ShownClip>& clips, const StudyContext& context) {
  Figure figure = Pages(summary, layers, clips, context).make();
  check_figure(figure);
  return figure;
}

}  // namespace praxiscope::studies
