// See plan.h.
#include "studies/maximization/plan.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <tuple>

namespace praxiscope::studies {
namespace {

int whole(const OptionValues& options, std::string_view name, std::int64_t least,
          std::int64_t most) {
  const std::int64_t value = options.integer(name);
  if (value >= least && value <= most) return static_cast<int>(value);
  throw Error(ErrorKind::kUsage, fmt::format("maximize: option {}: found {}, expected {} to {}",
                                             name, value, least, most));
}

double within(const OptionValues& options, std::string_view name, double least, double most) {
  const double value = options.number(name);
  if (std::isfinite(value) && value >= least && value <= most) return value;
  throw Error(ErrorKind::kUsage, fmt::format("maximize: option {}: found {}, expected {:g} to {:g}",
                                             name, options.text(name), least, most));
}

/// What "auto" means, found by eye: a class is a thing that may lie anywhere and be of any size, a
/// unit has its place, which wide views would blur.
struct Auto {
  std::string_view option;
  double of_classes = 0, of_units = 0;
};
constexpr std::array<Auto, 6> kAuto{{{"kappa", 6, 0.5},
                                     {"energy", 0.5, 0.2},
                                     {"chi", 6, 0.5},
                                     {"jitter", 0.14, 0.07},
                                     {"scale", 0.2, 0.05},
                                     {"rotate", 10, 4}}};

std::optional<double> automatic(const OptionValues& options, std::string_view name) {
  if (trimmed(options.text(name)) != "auto") return std::nullopt;
  const bool has_classes = !trimmed(options.text("class")).empty();
  for (const Auto& one : kAuto)
    if (one.option == name) return has_classes ? one.of_classes : one.of_units;
  return std::nullopt;
}

/// The numbers of "A" or "A,B"; nothing where one is none or lies outside.
std::vector<double> numbers_of(const std::string& text, double least, double most) {
  std::vector<double> numbers;
  for (const std::string& part : split(text, ',')) {
    const std::string word = trimmed(part);
    double value = 0;
    const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (wrong != std::errc() || end != word.data() + word.size()) return {};
    if (!(value >= least && value <= most)) return {};
    numbers.push_back(value);
  }
  return numbers;
}

/// "A" for both or "A,B".
std::pair<double, double> two_within(const OptionValues& options, std::string_view name,
                                     double least, double most) {
  if (const auto chosen = automatic(options, name)) return {*chosen, *chosen};
  const std::vector<double> values = numbers_of(options.text(name), least, most);
  if (values.empty() || values.size() > 2)
    throw Error(ErrorKind::kUsage,
                fmt::format("maximize: option {}: found {}, expected a number or two with a comma, "
                            "each {:g} to {:g}",
                            name, in_quotes(options.text(name)), least, most));
  return {values.front(), values.back()};
}

double one_within(const OptionValues& options, std::string_view name, double least, double most) {
  if (const auto chosen = automatic(options, name)) return *chosen;
  const std::vector<double> values = numbers_of(options.text(name), least, most);
  if (values.size() != 1)
    throw Error(ErrorKind::kUsage,
                fmt::format("maximize: option {}: found {}, expected auto or {:g} to {:g}", name,
                            in_quotes(options.text(name)), least, most));
  return values.front();
}

std::vector<Speed> speeds_of(const std::string& text) {
  std::vector<Speed> speeds;
  std::vector<std::string> known;
  for (const Speed& speed : kSpeeds) known.emplace_back(speed.name);
  for (const std::string& part : split(text, ',')) {
    const auto* const found = std::find_if(kSpeeds.begin(), kSpeeds.end(), [&](const Speed& one) {
      return one.name == trimmed(part);
    });
    if (found == kSpeeds.end())
      throw Error(ErrorKind::kUsage,
                  fmt::format("maximize: option speed: found {}, expected slow, medium, fast or "
                              "free, several with commas{}",
                              in_quotes(trimmed(part)), did_you_mean(trimmed(part), known)));
    speeds.push_back(*found);
  }
  return speeds;
}

optima::Place place_of(const std::string& text) {
  if (text == "mean") return optima::Place::kMean;
  return text == "strongest" ? optima::Place::kStrongest : optima::Place::kCenter;
}

optima::MaximizeSettings settings_of(const OptionValues& options) {
  optima::MaximizeSettings settings;
  settings.steps = whole(options, "steps", 1, 100'000);
  settings.rate = within(options, "rate", 1e-6, 10);
  settings.ascent = options.text("optimizer") == "adam" ? optima::AscentKind::kAdam
                                                        : optima::AscentKind::kNormalized;
  settings.canvas.kind = options.text("canvas") == "pixels" ? optima::CanvasKind::kPixels
                                                            : optima::CanvasKind::kFourier;
  std::tie(settings.canvas.decay_space, settings.canvas.decay_time) =
      two_within(options, "decay", 0, 10);
  settings.views = {.shift = one_within(options, "jitter", 0, 1),
                    .shift_frames = whole(options, "time-jitter", 0, 1000),
                    .scale = one_within(options, "scale", 0, 1),
                    .turn = one_within(options, "rotate", 0, 180),
                    .mirror = options.text("mirror") == "on"};
  return settings;
}

/// What a named way of the literature fixes; all else stays as wished.
void follow(const std::string& recipe, MaximizationPlan& plan) {
  if (recipe == "mean_channel") plan.place = optima::Place::kMean;
  if (recipe != "class_model") return;
  // Simonyan et al. 2014, eq. 1: the class score less lambda |I|^2, of the picture itself.
  for (optima::Priors* priors : {&plan.rgb, &plan.flow}) {
    constexpr double kLambda = 1;
    if (priors->l2 == 0) priors->l2 = kLambda;
    priors->energy = priors->kappa = priors->chi = 0;
  }
  plan.speeds = speeds_of("free");
  plan.settings.canvas.kind = optima::CanvasKind::kPixels;
  plan.settings.ascent = optima::AscentKind::kNormalized;
  plan.settings.views = {};
}

}  // namespace

MaximizationPlan plan_maximization(const OptionValues& options) {
  MaximizationPlan plan;
  plan.units = trimmed(options.text("unit"));
  plan.classes = trimmed(options.text("class"));
  plan.directions = trimmed(options.text("direction"));
  if (plan.units.empty() && plan.classes.empty() && plan.directions.empty())
    throw Error(ErrorKind::kUsage,
                "maximize: found nothing to look for, expected --class LABEL, --unit "
                "LAYER:CHANNEL or --direction LAYER:FILE");
  plan.place = place_of(options.text("place"));
  plan.is_rectified = options.text("rectified") == "on";
  plan.has_start_clip = options.text("from") == "clip";
  plan.has_alone = options.text("alone") == "on";
  plan.transfer = trimmed(options.text("transfer"));
  plan.free_stream = trimmed(options.text("stream"));
  plan.speeds = speeds_of(options.text("speed"));
  plan.count = static_cast<std::size_t>(whole(options, "count", 1, 100));
  plan.clips = static_cast<std::size_t>(whole(options, "clips-shown", 0, 20));
  constexpr double kMost = 1e9;
  std::tie(plan.rgb.energy, plan.flow.energy) = two_within(options, "energy", 0, kMost);
  std::tie(plan.rgb.alpha, plan.flow.alpha) = two_within(options, "alpha", 1, 20);
  std::tie(plan.rgb.l2, plan.flow.l2) = two_within(options, "l2", 0, kMost);
  std::tie(plan.rgb.kappa, plan.flow.kappa) = two_within(options, "kappa", 0, kMost);
  std::tie(plan.rgb.chi, plan.flow.chi) = two_within(options, "chi", 0, kMost);
  plan.rgb.bound = 1;
  plan.flow.bound = within(options, "flow-bound", 1e-3, 1);
  plan.settings = settings_of(options);
  plan.reference = trimmed(options.text("reference"));
  follow(options.text("recipe"), plan);
  plan.settings.diversity = within(options, "diversity", 0, kMost);
  return plan;
}

}  // namespace praxiscope::studies
