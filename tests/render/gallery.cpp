// Draws many cases to PNG files for the eye: render_gallery OUTDIR [FRAME.ppm...]
// Frames: ffmpeg -ss 3 -i clip.mp4 -frames:v 1 frame.ppm. Without any, a painted scene is used.
#include "render/layout.h"

#include "praxiscope/render.h"

#include <cairo.h>

#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace praxiscope {
namespace {

Picture read_ppm(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  int depth = 0;
  Picture picture;
  file >> magic >> picture.width >> picture.height >> depth;
  file.get();
  picture.rgb.resize(static_cast<std::size_t>(3) * picture.width * picture.height);
  file.read(reinterpret_cast<char*>(picture.rgb.data()),
            static_cast<std::streamsize>(picture.rgb.size()));
  return picture;
}

Picture paint_scene() {
  Picture picture{640, 360, std::vector<std::uint8_t>(640 * 360 * 3)};
  for (int y = 0; y < 360; ++y) {
    for (int x = 0; x < 640; ++x) {
      std::uint8_t* p = picture.rgb.data() + 3 * (y * 640 + x);
      const bool ground = y > 220;
      p[0] = static_cast<std::uint8_t>(ground ? 90 + x % 40 : 150 + y / 3);
      p[1] = static_cast<std::uint8_t>(ground ? 110 + y % 30 : 180 + y / 4);
      p[2] = static_cast<std::uint8_t>(ground ? 60 : 235);
    }
  }
  return picture;
}

/// Cut to the aspect and scaled, bilinear.
Picture fitted(const Picture& from, int width, int height) {
  Picture out{width, height,
              std::vector<std::uint8_t>(static_cast<std::size_t>(3) * width * height)};
  const double scale =
      std::min(static_cast<double>(from.width) / width, static_cast<double>(from.height) / height);
  const double x0 = (from.width - scale * width) / 2, y0 = (from.height - scale * height) / 2;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = std::clamp(x0 + (x + 0.5) * scale - 0.5, 0.0, from.width - 1.001);
      const double v = std::clamp(y0 + (y + 0.5) * scale - 0.5, 0.0, from.height - 1.001);
      const int i = static_cast<int>(u), j = static_cast<int>(v);
      for (int c = 0; c < 3; ++c) {
        const auto at = [&](int a, int b) {
          return static_cast<double>(
              from.rgb[3 * (static_cast<std::size_t>(b) * from.width + a) + c]);
        };
        const double top = std::lerp(at(i, j), at(std::min(i + 1, from.width - 1), j), u - i);
        const int below = std::min(j + 1, from.height - 1);
        const double bottom =
            std::lerp(at(i, below), at(std::min(i + 1, from.width - 1), below), u - i);
        out.rgb[3 * (static_cast<std::size_t>(y) * width + x) + c] =
            static_cast<std::uint8_t>(std::lround(std::lerp(top, bottom, v - j)));
      }
    }
  }
  return out;
}

void write_png(const std::string& path, const Picture& picture) {
  cairo_surface_t* surface =
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width, picture.height);
  unsigned char* data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const std::uint8_t* p =
          picture.rgb.data() + 3 * (static_cast<std::size_t>(y) * picture.width + x);
      const std::uint32_t pixel =
          static_cast<std::uint32_t>(p[0]) << 16 | static_cast<std::uint32_t>(p[1]) << 8 | p[2];
      reinterpret_cast<std::uint32_t*>(data + static_cast<std::ptrdiff_t>(y) * stride)[x] = pixel;
    }
  }
  cairo_surface_mark_dirty(surface);
  cairo_surface_write_to_png(surface, path.c_str());
  cairo_surface_destroy(surface);
}

at::Tensor blobs(bool is_signed) {
  const at::Tensor y = at::arange(112, at::kFloat).unsqueeze(1),
                   x = at::arange(112, at::kFloat).unsqueeze(0);
  const auto blob = [&](double cy, double cx, double s) {
    return at::exp(-((y - cy) * (y - cy) + (x - cx) * (x - cx)) / (2 * s * s));
  };
  at::Tensor map = 0.0153 * (blob(62, 50, 12) + 0.55 * blob(40, 85, 8) + 0.15 * blob(90, 20, 16));
  return is_signed ? map - 0.011 * blob(30, 30, 14) : map;
}

struct Case {
  std::string name;
  int width = 640, height = 360, tiles = 1;
  bool is_signed = false;
  std::vector<std::string> labels{"playing violin", "playing cello", "tuning a string instrument"};
  std::string title = "Grad-CAM++ | layer4.1.conv2 | playing violin";
  std::optional<double> duration = 12.0;
  int bars = 3;
  std::string special = "";  ///< constant, zero, saturated, still, plain-first
};

FrameMap map_for(const Case& c) {
  FrameMap map;
  map.values = blobs(c.is_signed);
  if (c.special == "constant") map.values = at::full({112, 112}, 0.0012F);
  if (c.special == "zero") map.values = at::zeros({112, 112});
  if (c.special == "saturated") map.values = map.values * 40;
  const double side = std::min(c.width, c.height) * 0.875;
  map.source_from_clip = {side / 112, (c.width - side) / 2, side / 112, (c.height - side) / 2};
  map.clip_range = {map.values.min().item<float>(), map.values.max().item<float>()};
  return map;
}

void draw(const Case& c, const Picture& frame, const std::string& folder) {
  const Picture picture = fitted(frame, c.width, c.height);
  ScoreTimeline timeline(0, c.duration, c.labels);
  for (int i = 0; i < 60; ++i) {
    std::vector<float> p;
    for (std::size_t k = 0; k < c.labels.size(); ++k) {
      const double wave = 0.5 + 0.5 * std::sin(0.16 * i + 1.9 * static_cast<double>(k));
      p.push_back(static_cast<float>(wave * std::pow(0.6, static_cast<double>(k))));
    }
    timeline.add(0.4 + 0.2 * i, 0.4 + 0.2 * i, p);
  }
  FrameState state;
  state.picture = &picture;
  state.time_s = 7.48;
  for (int i = 0; i < c.tiles; ++i) {
    TileState tile;
    tile.title = c.title;
    tile.is_signed = c.is_signed;
    tile.range = c.is_signed ? ValueRange{-0.0113F, 0.0142F} : ValueRange{0, 0.0148F};
    if (c.special == "plain-first" && i == 0) {
      tile.title = "input";
    } else {
      tile.map = map_for(c);
    }
    state.tiles.push_back(tile);
  }
  for (std::size_t k = 0; k < c.labels.size(); ++k) {
    state.bars.push_back({c.labels[k], static_cast<std::int64_t>(k),
                          static_cast<float>(0.873 * std::pow(0.13, static_cast<double>(k))),
                          k == 0});
  }
  state.timeline = c.special == "still" ? nullptr : &timeline;
  const auto renderer = make_renderer({c.height, c.width}, c.tiles, {.bars = c.bars});
  renderer->draw(state);  // fonts are loaded by the first
  const int rounds = c.width >= 3000 ? 3 : 10;
  const std::clock_t begin = std::clock();  // processor time: the machine may be busy
  Picture out;
  for (int i = 0; i < rounds; ++i) out = renderer->draw(state);
  const double ms = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / rounds;
  write_png(folder + "/" + c.name + ".png", out);
  std::printf("%-24s %5d x %-5d %7.2f ms\n", c.name.c_str(), out.width, out.height, ms);
}

std::vector<Case> all_cases() {
  const std::vector<std::string> long_labels{
      "tying a bow tie while riding a unicycle across a very long suspension bridge",
      "presenting weather forecast (studio, with an animated map of the whole country)", "x"};
  const std::vector<std::string> world{
      "\xE3\x83\x90\xE3\x82\xA4\xE3\x82\xAA\xE3\x83\xAA\xE3\x83\xB3\xE6\xBC\x94\xE5\xA5\x8F",
      "\xD8\xA7\xD9\x84\xD8\xB9\xD8\xB2\xD9\x81 \xD8\xB9\xD9\x84\xD9\x89 "
      "\xD8\xA7\xD9\x84\xD9\x83\xD9\x85\xD8\xA7\xD9\x86",
      "\xF0\x9F\x8E\xBB <b>&amp;</b>\nbroken \xFF\xFE"};
  std::vector<std::string> twenty;
  for (int i = 0; i < 20; ++i) twenty.push_back("class number " + std::to_string(i));
  return {
      {.name = "112", .width = 112, .height = 112},
      {.name = "112_two", .width = 112, .height = 112, .tiles = 2, .special = "plain-first"},
      {.name = "176x144", .width = 176, .height = 144},
      {.name = "320x240", .width = 320, .height = 240},
      {.name = "320x240_signed", .width = 320, .height = 240, .is_signed = true},
      {.name = "640x272", .width = 640, .height = 272},
      {.name = "640x272_two", .width = 640, .height = 272, .tiles = 2, .special = "plain-first"},
      {.name = "640x360_signed", .is_signed = true},
      {.name = "640x360_four", .tiles = 4},
      {.name = "640x360_six", .tiles = 6},
      {.name = "640x360_long",
       .labels = long_labels,
       .title = "Grad-CAM (weights=per_frame) | "
                "backbone/blocks/4/multipathway_blocks/0/res_blocks/2/branch2/conv_b | "
                "tying a bow tie while riding a unicycle across a very long suspension bridge"},
      {.name = "640x360_world",
       .labels = world,
       .title = "Grad-CAM | layer4 | " + world[0] + " - " + world[1]},
      {.name = "640x360_still", .special = "still"},
      {.name = "640x360_constant", .special = "constant"},
      {.name = "640x360_zero", .special = "zero"},
      {.name = "640x360_saturated", .special = "saturated"},
      {.name = "640x360_pipe", .duration = std::nullopt},
      {.name = "640x360_one_bar", .labels = {"archery"}, .bars = 1},
      {.name = "1080", .width = 1920, .height = 1080},
      {.name = "1080_two", .width = 1920, .height = 1080, .tiles = 2, .special = "plain-first"},
      {.name = "1080_twenty", .width = 1920, .height = 1080, .labels = twenty, .bars = 20},
      {.name = "2160", .width = 3840, .height = 2160, .is_signed = true},
      {.name = "portrait_1_3", .width = 360, .height = 1080},
      {.name = "phone_9_16", .width = 540, .height = 960},
      {.name = "wide_3_1", .width = 960, .height = 320}};
}

}  // namespace
}  // namespace praxiscope

int main(int argc, char** argv) {
  using namespace praxiscope;
  if (argc < 2) {
    std::cerr << "usage: render_gallery OUTDIR [FRAME.ppm...]\n";
    return 2;
  }
  std::filesystem::create_directories(argv[1]);
  std::vector<Picture> frames;
  for (int i = 2; i < argc; ++i) frames.push_back(read_ppm(argv[i]));
  if (frames.empty()) frames.push_back(paint_scene());
  std::size_t next = 0;
  for (const Case& c : all_cases()) draw(c, frames[next++ % frames.size()], argv[1]);
  return 0;
}
