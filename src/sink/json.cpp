// The .json writer: one clip a line, streamed.
#include "core/atomic_file.h"
#include "core/text.h"
#include "sink/array_names.h"
#include "sink/json_values.h"
#include "sink/sink.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <set>

namespace praxiscope {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "praxiscope.explain/1";

/// Floats of a header or summary made elsewhere stay as they are; only the text is made safe.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string label_of(const std::vector<std::string>& labels, std::int64_t index) {
  const auto i = static_cast<std::size_t>(index);
  return index >= 0 && i < labels.size() ? labels[i] : fmt::format("class {}", index);
}

json frames_json(const std::vector<ClipFrame>& frames) {
  json list = json::array();
  for (const ClipFrame& frame : frames) {
    list.push_back({{"source_index", frame.source_index},
                    {"pts", frame.pts.to_string()},
                    {"pts_s", frame.pts.to_double()},
                    {"padding", frame.is_padding}});
  }
  return list;
}

json input_json(const ClipInput& input) {
  const PixelMap& map = input.source_from_clip;
  return {{"name", input.name},
          {"shape", input.tensor.defined() ? json(input.tensor.sizes().vec()) : json(nullptr)},
          {"source_from_clip",
           {{"scale_x", map.scale_x},
            {"offset_x", map.offset_x},
            {"scale_y", map.scale_y},
            {"offset_y", map.offset_y}}},
          {"frames", frames_json(input.frames)}};
}

json optional_json(const std::optional<std::int64_t>& value) {
  return value ? json(*value) : json(nullptr);
}

json target_json(const Target& target, const std::vector<std::string>& labels,
                 const at::Tensor& logits) {
  const auto logit = [&](std::int64_t k) {
    return k >= 0 && k < logits.numel() ? logits[k].item<float>()
                                        : std::numeric_limits<float>::quiet_NaN();
  };
  const std::int64_t a = target.class_index, b = target.other_class_index;
  switch (target.kind) {
    case Target::Kind::kClass:
      return {{"kind", "class"},
              {"index", a},
              {"label", label_of(labels, a)},
              {"value", float_json(logit(a))}};
    case Target::Kind::kContrast:
      return {{"kind", "contrast"},
              {"index", a},
              {"label", label_of(labels, a)},
              {"other_index", b},
              {"other_label", label_of(labels, b)},
              {"value", float_json(logit(a) - logit(b))}};
    case Target::Kind::kUnit:
      return {{"kind", "unit"},
              {"layer", target.layer},
              {"channel", target.channel},
              {"t", optional_json(target.t)},
              {"y", optional_json(target.y)},
              {"x", optional_json(target.x)}};
  }
  return nullptr;
}

json motion_json(const MotionSplit& split) {
  const auto values = [](const MotionSplit::Values& v) -> json {
    return {{"whole", float_json(v.whole)},
            {"frozen", float_json(v.frozen)},
            {"shuffled", float_json(v.shuffled)},
            {"reversed", float_json(v.reversed)}};
  };
  return {{"score", values(split.score)}, {"probability", values(split.probability)}};
}

/// Range and mean over the finite values; what a reader must know before trusting the map.
struct Summary {
  float lo = std::numeric_limits<float>::infinity();
  float hi = -std::numeric_limits<float>::infinity();
  double sum = 0;
  std::int64_t finite = 0, all = 0;
};

Summary summarize(const at::Tensor& volume) {
  const at::Tensor values = volume.detach().to(at::kCPU, at::kFloat).contiguous();
  const float* data = values.const_data_ptr<float>();
  Summary out{.all = values.numel()};
  for (std::int64_t i = 0; i < out.all; ++i) {
    if (!std::isfinite(data[i])) continue;
    out.lo = std::min(out.lo, data[i]);
    out.hi = std::max(out.hi, data[i]);
    out.sum += data[i];
    ++out.finite;
  }
  return out;
}

json note_on(const Summary& s) {
  if (s.finite == 0) return "no finite value";
  if (s.finite < s.all)
    return fmt::format("{} of {} values are not finite", s.all - s.finite, s.all);
  if (s.lo == 0 && s.hi == 0) return "zero";
  if (s.hi - s.lo <= 1e-6F * std::max(std::abs(s.lo), std::abs(s.hi))) return "constant";
  return nullptr;
}

/// Mean over the pixels of each frame: when the map is strong. [T,H,W] -> T numbers.
json profile_json(const at::Tensor& volume) {
  const at::Tensor means = volume.detach().to(at::kCPU, at::kFloat).flatten(1).mean(1).contiguous();
  json out = json::array();
  for (std::int64_t t = 0; t < means.numel(); ++t)
    out.push_back(float_json(means.const_data_ptr<float>()[t]));
  return out;
}

json map_json(const Attribution& map, const MapNames& names) {
  const Summary s = summarize(map.volume);
  const bool has_any = s.finite > 0;
  return {
      {"method", map.method},
      {"variant", map.variant},
      {"layer", map.layer.empty() ? json(nullptr) : json(map.layer)},
      {"input", map.input},
      {"target", names.target},
      {"array", names.volume},
      {"range",
       {has_any ? float_json(s.lo) : json(nullptr), has_any ? float_json(s.hi) : json(nullptr)}},
      {"mean", has_any ? float_json(static_cast<float>(s.sum / static_cast<double>(s.finite)))
                       : json(nullptr)},
      {"shape", map.volume.sizes().vec()},
      {"coarse_shape", map.coarse.defined() ? json(map.coarse.sizes().vec()) : json(nullptr)},
      {"signed", map.is_signed},
      {"when", profile_json(map.volume)},
      {"when_absolute", profile_json(map.volume.abs())},
      {"measures", map.measures},
      {"note", note_on(s)}};
}

class JsonSink : public ResultSink {
 public:
  JsonSink(const std::string& path, const json& header, std::vector<std::string> labels,
           bool overwrite)
      : file_(path, overwrite), labels_(std::move(labels)) {
    out_.reset(std::fopen(file_.temporary_path().c_str(), "wb"));
    if (!out_) fail();
    put(fmt::format("{{\n\"schema\": \"{}\"", kSchema));
    keys_ = {"schema", "clips"};
    put_members(header);
    put(",\n\"clips\": [");
  }

  void write(const ClipResult& result) override {
    json clip{{"index", result.clip.index},
              {"source_begin", result.clip.source_begin},
              {"source_end", result.clip.source_end}};
    for (const ClipInput& input : result.clip.inputs) clip["inputs"].push_back(input_json(input));
    clip["top"] = top_json(result.top);
    const at::Tensor logits = result.logits.detach().to(at::kCPU, at::kFloat);
    clip["targets"] = json::array();
    for (const Target& target : result.targets) {
      clip["targets"].push_back(target_json(target, labels_, logits));
    }
    for (std::size_t k = 0; k < result.motion.size(); ++k)
      clip["targets"][k]["motion"] = motion_json(result.motion[k]);
    const std::vector<MapNames> names = name_maps(result);
    clip["maps"] = json::array();
    for (std::size_t i = 0; i < names.size(); ++i) {
      clip["maps"].push_back(map_json(result.attributions[i], names[i]));
    }
    put((is_first_ ? "\n" : ",\n") + text_of(clip));
    is_first_ = false;
  }

  void finish(const json& summary) override {
    put("\n]");
    put_members(summary);
    put("\n}\n");
    if (std::fclose(out_.release()) != 0) fail();
  }

  void publish() override { file_.publish(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  [[noreturn]] void fail() const {
    throw Error(ErrorKind::kOutput,
                fmt::format("cannot write {}: {}", in_quotes(file_.path()), std::strerror(errno)));
  }

  void put(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), out_.get()) != text.size()) fail();
  }

  /// The members of an object, each once; "schema" and "clips" are ours.
  void put_members(const json& object) {
    for (const auto& [key, value] : object.items()) {
      if (key == "schema") continue;
      if (!keys_.insert(key).second) {
        throw Error(ErrorKind::kInternal,
                    fmt::format("json: the member {} comes twice", in_quotes(key)));
      }
      put(",\n" + text_of(key) + ": " + text_of(value));
    }
  }

  AtomicFile file_;
  std::vector<std::string> labels_;
  std::unique_ptr<std::FILE, Close> out_;
  std::set<std::string> keys_;
  bool is_first_ = true;
};

}  // namespace

std::unique_ptr<ResultSink> open_json(const std::string& path, const json& header,
                                      const std::vector<std::string>& labels, bool overwrite) {
  return std::make_unique<JsonSink>(path, header, labels, overwrite);
}

}  // namespace praxiscope
