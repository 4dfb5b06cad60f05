#include "cli/shared_options.h"

#include "praxiscope/error.h"
#include "praxiscope/preparation.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace praxiscope::cli {
namespace {

constexpr auto kValue = OptionKind::kValue;
constexpr auto kFlag = OptionKind::kFlag;

std::optional<bool> given_switch(const Options& options, std::string_view name) {
  if (!options.has(name)) return std::nullopt;
  static const std::array<std::string, 2> choices{"on", "off"};
  return options.choice(name, choices) == "on";
}

bool is_flow_algorithm(const std::string& how) { return how == "tvl1" || how == "dis"; }

}  // namespace

const OptionGroup kModelOptions{
    "Model",
    {{"model", 'm', kValue, "MODEL", "", "folder, model.json, .pt, .pt2 or bundled name"},
     {"labels", 0, kValue, "FILE", "", "class names, one a line"}}};

const OptionGroup kPreparationOptions{
    "How frames become the network's input (instead of the manifest's values)",
    {{"preset", 0, kValue, "NAME", "", "a known recipe (praxiscope list presets)"},
     {"frames", 0, kValue, "T", "", "frames in a clip"},
     {"stride", 0, kValue, "N", "", "source frames between two frames of a clip"},
     {"spacing", 0, kValue, "KIND", "", "even, spread (PySlowFast: first to last)"},
     {"fps", 0, kValue, "RATE", "", "resample first: 25, 30000/1001, source"},
     {"resize", 0, kValue, "SIZE", "", "px: 256 (shorter side), 128x171 (height x width), none"},
     {"crop", 0, kValue, "SIZE", "", "px, centre: 224, 112x112, none"},
     {"interpolation", 0, kValue, "KIND", "", "bilinear, bicubic"},
     {"antialias", 0, kValue, "on|off", "", "low-pass filter when shrinking"},
     {"range", 0, kValue, "LO,HI", "", "what bytes 0 and 255 become"},
     {"mean", 0, kValue, "A,B,C", "", "subtracted, per channel, after the range"},
     {"std", 0, kValue, "A,B,C", "", "divided by, per channel"},
     {"channel-order", 0, kValue, "ORDER", "", "rgb, bgr"},
     {"flow", 0, kValue, "HOW", "", "tvl1, dis, or files: x/y pictures, .flo, a video"},
     {"flow-cache", 0, kValue, "FOLDER", "", "keeps computed flow for the next run"},
     {"layout", 0, kValue, "AXES", "", "NCTHW, NTCHW, NTHWC"},
     {"call", 0, kValue, "FORM", "", "several inputs: separate, tuple, list, dict"},
     {"output-kind", 0, kValue, "KIND", "", "what the network gives: logits, probabilities"}}};

const OptionGroup kClipOptions{
    "Clips",
    {{"clips", 0, kValue, "WHICH", "sliding", "sliding, center, uniform:N"},
     {"hop", 0, kValue, "FRAMES", "", "between clip starts, sliding [half a clip]"}}};

const OptionGroup kRunOptions{"Run",
                              {{"device", 0, kValue, "DEVICE", "auto", "auto, cpu, cuda, cuda:1"},
                               {"threads", 0, kValue, "N", "auto", "CPU threads, auto: all cores"},
                               {"batch", 0, kValue, "N", "auto", "clips in one forward"},
                               {"precision", 0, kValue, "TYPE", "f32", "f32, bf16, f16"},
                               {"seed", 0, kValue, "N", "0", "of all random numbers"}}};

const OptionGroup kTalkOptions{"Messages",
                               {{"json", 0, kFlag, "", "", "results as JSON, one line an input"},
                                {"quiet", 'q', kFlag, "", "", "no progress, no warnings"}}};

ManifestOverrides manifest_overrides(const Options& options) {
  ManifestOverrides overrides;
  overrides.preset = options.given("preset");
  if (overrides.preset)
    find_preset(*overrides.preset);  // a wrong name is told before any file is read
  overrides.labels = options.given("labels");
  overrides.call = options.given("call");
  overrides.layer = options.given("layer");
  overrides.output_kind = options.given("output-kind");
  overrides.resize = options.given("resize");
  overrides.crop = options.given("crop");
  overrides.interpolation = options.given("interpolation");
  overrides.range = options.given("range");
  overrides.mean = options.given("mean");
  overrides.std = options.given("std");
  overrides.layout = options.given("layout");
  overrides.channel_order = options.given("channel-order");
  overrides.spacing = options.given("spacing");
  overrides.fps = options.given("fps");
  overrides.frames = options.given_integer("frames", 1, 100'000);
  overrides.stride = options.given_integer("stride", 1, 100'000);
  overrides.antialias = given_switch(options, "antialias");
  if (is_flow_algorithm(options.text("flow"))) overrides.flow = options.text("flow");
  return overrides;
}

SourceSettings source_settings(std::string_view command, const Options& options) {
  if (!options.has("model")) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: no model given; name one with -m MODEL, e.g. -m effnet3d (see: "
                            "praxiscope {} --help)",
                            command, command));
  }
  SourceSettings settings;
  settings.model = options.text("model");
  settings.overrides = manifest_overrides(options);
  settings.clips = options.text("clips");
  settings.hop = options.given_integer("hop", 1, 1'000'000);
  if (!is_flow_algorithm(options.text("flow"))) settings.flow_files = options.text("flow");
  settings.flow_cache = options.text("flow-cache");
  return settings;
}

int count_or_auto(const Options& options, std::string_view name, int most) {
  if (options.text(name) == "auto") return 0;
  return static_cast<int>(options.integer(name, 1, most, " or auto"));
}

RunSettings run_settings(const Options& options) {
  static const std::array<std::string, 3> precisions{"f32", "bf16", "f16"};
  RunSettings settings;
  settings.device = options.text("device");
  settings.threads = count_or_auto(options, "threads", 1024);
  settings.batch = count_or_auto(options, "batch", 4096);
  settings.precision = options.choice("precision", precisions);
  settings.seed = static_cast<std::uint64_t>(options.integer("seed", 0, INT64_MAX));
  return settings;
}

}  // namespace praxiscope::cli
