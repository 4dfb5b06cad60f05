#include "figure/canvas.h"

#include "figure/theme.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

namespace praxiscope::test {

using figure::Box;
using figure::CairoPen;
using figure::FilmFrame;
using figure::Ink;
using figure::Letter;

namespace {

void write(cairo_surface_t* surface, const std::string& name) {
  const char* folder = std::getenv("PRAXISCOPE_FIGURE_LOOK");
  if (folder == nullptr) return;
  std::filesystem::create_directories(folder);
  cairo_surface_write_to_png(surface, (std::filesystem::path(folder) / (name + ".png")).c_str());
}

}  // namespace

Box Drawn::Text::extent() const {
  const double wide = std::min(width, box.width), high = std::min(box.height, 1.1 * letter.size);
  if (letter.lines > 1 && width > box.width) return box;
  double left = box.x;
  if (letter.anchor == figure::Anchor::kRight) left += box.width - wide;
  if (letter.anchor == figure::Anchor::kCenter) left += (box.width - wide) / 2;
  return {left, box.y + (box.height - high) / 2, wide, high};
}

std::vector<std::string> Drawn::overlapping_texts() const {
  std::vector<std::string> pairs;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const Box a = texts[i].extent(), b = texts[k].extent();
      if (overlap(a, b))
        pairs.push_back(texts[k].words + " " + words_of(b) + " | " + texts[i].words + " " +
                        words_of(a));
    }
  }
  return pairs;
}

bool overlap(const Box& a, const Box& b) {
  constexpr double kTouch = 1e-6;
  return a.width > 0 && a.height > 0 && b.width > 0 && b.height > 0 && a.x < b.right() - kTouch &&
         b.x < a.right() - kTouch && a.y < b.bottom() - kTouch && b.y < a.bottom() - kTouch;
}

std::string words_of(const Box& box) {
  return fmt::format("[{:.1f} {:.1f} {:.1f} {:.1f}]", box.x, box.y, box.right(), box.bottom());
}

bool Drawn::has_text(const std::string& words) const {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const Text& text) { return text.words == words; });
}

Canvas::Canvas(const Figure& figure, double width, double height, double scale)
    : Canvas(
          cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(width * scale)),
                                     static_cast<int>(std::ceil(height * scale))),
          figure, scale) {}

Canvas::Canvas(cairo_surface_t* surface, const Figure& figure, double scale)
    : CairoPen(cairo_create(surface), figure), surface_(surface), scale_(scale) {
  cairo_scale(cairo(), scale, scale);
}

Canvas::~Canvas() {
  cairo_destroy(cairo());
  cairo_surface_destroy(surface_);
}

std::vector<int> Canvas::pixel(double x, double y) const {
  cairo_surface_flush(surface_);
  const unsigned char* data = cairo_image_surface_get_data(surface_);
  const auto column = static_cast<std::ptrdiff_t>(x * scale_),
             row = static_cast<std::ptrdiff_t>(y * scale_);
  const auto* pixels =
      reinterpret_cast<const std::uint32_t*>(data + row * cairo_image_surface_get_stride(surface_));
  const std::uint32_t value = pixels[column];
  return {static_cast<int>(value >> 16 & 255), static_cast<int>(value >> 8 & 255),
          static_cast<int>(value & 255)};
}

void Canvas::look(const std::string& name) const { write(surface_, name); }

void Canvas::fill(const Box& box, const Ink& ink, double radius) {
  drawn.fills.push_back({box, ink});
  CairoPen::fill(box, ink, radius);
}

void Canvas::line(const std::vector<figure::Point>& points, const Ink& ink, double width) {
  drawn.lines.push_back(points);
  CairoPen::line(points, ink, width);
}

void Canvas::dot(const figure::Point& center, double radius, const Ink& ink) {
  drawn.dots.push_back(center);
  CairoPen::dot(center, radius, ink);
}

void Canvas::ramp(const Box& box, const FigureScale& scale) {
  drawn.ramps.push_back(box);
  CairoPen::ramp(box, scale);
}

void Canvas::text(std::string_view text, const Box& box, const Letter& letter) {
  if (!text.empty())
    drawn.texts.push_back({std::string(text), box, letter, width_of(text, letter)});
  CairoPen::text(text, box, letter);
}

void Canvas::picture(PictureId picture, const Box& box) {
  drawn.pictures.push_back(box);
  CairoPen::picture(picture, box);
}

void Canvas::film_frame(const FilmFrame& frame, const Box& box) {
  drawn.frames.push_back(box);
  CairoPen::film_frame(frame, box);
}

void Canvas::player(const PlayerPanel& panel, const Box& box) {
  drawn.players.push_back(box);
  CairoPen::player(panel, box);
}

void Canvas::link(const Box& box, StateId state, std::string_view alt) {
  drawn.links.push_back({box, state, -1, std::string(alt)});
}

void Canvas::link(const Box& box, const FilmFrame& frame, std::string_view alt) {
  drawn.links.push_back({box, -1, frame.index, std::string(alt)});
}

std::unique_ptr<Canvas> draw_alone(const Figure& figure, const FigurePanel& panel, double width,
                                   double height, bool is_dark) {
  auto canvas = std::make_unique<Canvas>(figure, width + 16, height + 16, 2);
  canvas->CairoPen::fill({0, 0, width + 16, height + 16}, figure::theme(is_dark).paper);
  figure::draw_panel(panel, {8, 8, width, height}, {figure, is_dark}, *canvas);
  return canvas;
}

std::unique_ptr<Canvas> draw_tidy(const Figure& figure, const PanelContent& content, double width,
                                  double height, const std::string& name) {
  auto canvas = draw_alone(figure, {PanelPlace::kSide, 1, content, ""}, width, height);
  canvas->look("panel_" + name);
  EXPECT_THAT(canvas->drawn.overlapping_texts(), testing::IsEmpty()) << name;
  // Ticks may stand half a letter outside of an axis' ends.
  for (const Drawn::Text& text : canvas->drawn.texts) {
    const Box extent = text.extent();
    EXPECT_GE(extent.x, 8 - 8) << name << text.words << words_of(extent);
    EXPECT_LE(extent.right(), 8 + width + 8) << name << text.words << words_of(extent);
    EXPECT_GE(extent.y, 8 - 2) << name << text.words << words_of(extent);
    EXPECT_LE(extent.bottom(), 8 + height + 2) << name << text.words << words_of(extent);
  }
  for (const Drawn::Link& link : canvas->drawn.links) {
    EXPECT_GE(link.box.x, 8 - 6) << name << link.alt;
    EXPECT_LE(link.box.bottom(), 8 + height + 6) << name << link.alt;
  }
  return canvas;
}

double wanted_height(const Figure& figure, const PanelContent& content, double width) {
  Canvas canvas(figure, 1, 1);
  return figure::wanted_height({PanelPlace::kSide, 1, content, ""}, width, {figure}, canvas).height;
}

std::unique_ptr<Canvas> draw_page(const Figure& figure, StateId state, bool is_dark) {
  const figure::PanelContext context{figure, is_dark};
  Canvas probe(figure, 1, 1);
  const figure::PageLayout layout = figure::lay_out_page(context, probe);
  auto canvas = std::make_unique<Canvas>(figure, layout.width, layout.height);
  canvas->CairoPen::fill({0, 0, layout.width, layout.height}, figure::theme(is_dark).paper);
  figure::draw_page_frame(layout, state, context, *canvas);
  const std::vector<PanelId>& panels = figure.states.at(static_cast<std::size_t>(state)).panels;
  for (std::size_t k = 0; k < panels.size(); ++k)
    figure::draw_panel(figure.panels.at(static_cast<std::size_t>(panels[k])), layout.panels.at(k),
                       context, *canvas);
  return canvas;
}

void look_at(const Picture& picture, const std::string& name) {
  cairo_surface_t* surface =
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width, picture.height);
  unsigned char* data = cairo_image_surface_get_data(surface);
  for (int y = 0; y < picture.height; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(
        data + static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface));
    for (int x = 0; x < picture.width; ++x) {
      const std::uint8_t* p =
          &picture.rgb[3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
                            static_cast<std::size_t>(x))];
      row[x] = static_cast<std::uint32_t>(p[0] << 16 | p[1] << 8 | p[2]);
    }
  }
  cairo_surface_mark_dirty(surface);
  write(surface, name);
  cairo_surface_destroy(surface);
}

}  // namespace praxiscope::test
