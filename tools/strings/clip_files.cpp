#include "strings/clip_files.h"

#include "core/atomic_file.h"
#include "strings/part.h"
#include "strings/renderer.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>

namespace praxiscope::strings {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<Mask, const char*>, 6> kThings{{{Mask::kDistractor, "distractor"},
                                                               {Mask::kChair, "chair"},
                                                               {Mask::kPerson, "person"},
                                                               {Mask::kInstrument, "instrument"},
                                                               {Mask::kBow, "bow"},
                                                               {Mask::kHand, "hand"}}};

/// Bytes to a file that is there whole or not at all.
void write_bytes(const std::string& path, const std::string& bytes, bool overwrite) {
  AtomicFile file(path, overwrite);
  std::ofstream out(file.temporary_path(), std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw Error(ErrorKind::kOutput, fmt::format("cannot write {}: disk full?", path));
  file.publish();
}

/// A video of 25 frames/s.
class Film {
 public:
  Film(std::string path, bool overwrite) {
    FrameSinkOptions options;
    options.width = options.height = kSide;
    options.frame_rate = Rational(kRate, 1);
    options.time_base = Rational(1, kRate);
    options.overwrite = overwrite;
    sink_ = open_sink(path, options);
  }
  void add(std::vector<std::uint8_t> rgb) {
    sink_->write({kSide, kSide, std::move(rgb)}, Rational(frames_, kRate), Rational(1, kRate));
    ++frames_;
  }
  void finish() {
    sink_->finish();
    sink_->publish();
  }

 private:
  std::unique_ptr<FrameSink> sink_;
  int frames_ = 0;
};

std::vector<std::uint8_t> white_where(const std::vector<std::uint8_t>& masks, Mask mask) {
  std::vector<std::uint8_t> rgb(masks.size() * 3);
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (masks[i] == static_cast<std::uint8_t>(mask))
      rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = 255;
  }
  return rgb;
}

/// The format of numpy.lib.format, version 1.0: a header of a multiple of 64 bytes, then values.
std::string npy_of(const std::vector<float>& values, const std::string& shape) {
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", shape);
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return bytes;
}

class Folder {
 public:
  explicit Folder(const FolderWish& wish) : wish_(wish) {
    fs::create_directories(path("clips"));
    for (const auto& [mask, thing] : kThings)
      fs::create_directories(path(std::string("masks/") + thing));
    if (wish.flow) fs::create_directories(path("flow"));
  }

  void add(const std::string& name, const ClipSpec& spec, const nlohmann::json& origin) {
    const Renderer clip(spec);
    write_films(name, clip);
    if (wish_.flow) write_flow(name, clip);
    const double begin_s = static_cast<double>(clip.begin()) / kRate,
                 end_s = static_cast<double>(clip.end()) / kRate;
    const std::string& label = class_names()[static_cast<std::size_t>(class_of(spec))];
    list_ += fmt::format("clips/{}.mp4 {}\n", name, label);
    intervals_ += fmt::format("{}.mp4 {:.2f} {:.2f}\n", name, begin_s, end_s);
    nlohmann::json about = {
        {"name", name},
        {"label", label},
        {"class", class_of(spec)},
        {"seed", fmt::format("{:016x}", spec.seed)},
        {"instrument", spec.instrument == Instrument::kCello ? "cello" : "violin"},
        {"motion", label.substr(0, label.find(' '))},
        {"chair", spec.has_chair},
        {"reversed", spec.is_reversed},
        {"begin_s", begin_s},
        {"end_s", end_s}};
    about.update(origin);
    about_.push_back(std::move(about));
  }

  void finish() {
    write_bytes(path("list.txt"), list_, wish_.overwrite);
    write_bytes(path("intervals.txt"), intervals_, wish_.overwrite);
    write_bytes(path("clips.json"), about_.dump(1) + "\n", wish_.overwrite);
  }

 private:
  std::string path(const std::string& name) const { return wish_.folder + "/" + name; }

  void write_films(const std::string& name, const Renderer& clip) {
    Film pictures(path("clips/" + name + ".mp4"), wish_.overwrite);
    std::vector<Film> things;
    for (const auto& [mask, thing] : kThings)
      things.emplace_back(path(fmt::format("masks/{}/{}.mp4", thing, name)), wish_.overwrite);
    for (int t = 0; t < kFrames; ++t) {
      pictures.add(clip.rgb(t));
      const std::vector<std::uint8_t> masks = clip.masks(t);
      for (std::size_t i = 0; i < kThings.size(); ++i)
        things[i].add(white_where(masks, kThings[i].first));
    }
    for (Film& thing : things) thing.finish();
    pictures.finish();
  }

  void write_flow(const std::string& name, const Renderer& clip) {
    std::vector<float> all;
    for (int t = 0; t + 1 < kFrames; ++t) {
      const std::vector<float> one = clip.flow(t);
      all.insert(all.end(), one.begin(), one.end());
    }
    write_bytes(path("flow/" + name + ".npy"),
                npy_of(all, fmt::format("({}, {}, {}, 2)", kFrames - 1, kSide, kSide)),
                wish_.overwrite);
  }

  FolderWish wish_;
  std::string list_ = "# rendered clips and their classes\n",
              intervals_ = "# when the action happens, seconds\n";
  nlohmann::json about_ = nlohmann::json::array();
};

}  // namespace

void write_folder(const FolderWish& wish) {
  for (const char* name : {"list.txt", "intervals.txt", "clips.json"}) {
    const std::string path = wish.folder + "/" + name;
    if (fs::exists(path)) check_can_appear(path, wish.overwrite);
  }
  Folder folder(wish);
  for (std::int64_t index = wish.first; index < wish.first + wish.count; ++index) {
    const ClipSpec spec = clip_of(wish.split, index);
    const std::string name = fmt::format("{}_{:06}", wish.split.name, index);
    folder.add(name, spec, nlohmann::json::object());
    if (!wish.twins) continue;
    for (const Twin& twin : twins_of(spec))
      folder.add(fmt::format("{}_{}", name, twin.change), twin.spec,
                 {{"twin_of", name}, {"changed", std::string(twin.change)}});
  }
  folder.finish();
}

}  // namespace praxiscope::strings
