#include "figure/pdf_images.h"

#include "figure/map_edges.h"

#include <fmt/format.h>
#include <qpdf/Pipeline.hh>

namespace praxiscope::figure {
namespace {

/// Packed bytes that are made when the file is written.
template <typename Make>
void provide(QPDFObjectHandle& stream, Packer& packer, Make make) {
  stream.replaceStreamData(
      [&packer, make = std::move(make)](Pipeline* out) {
        out->writeString(packer.pack(make()));
        out->finish();
      },
      QPDFObjectHandle::newName("/FlateDecode"), QPDFObjectHandle());
  stream.setFilterOnWrite(false);  // it is packed, as well as it can be
}

QPDFObjectHandle image_dictionary(int width, int height) {
  return QPDFObjectHandle::newDictionary({
      {"/Type", QPDFObjectHandle::newName("/XObject")},
      {"/Subtype", QPDFObjectHandle::newName("/Image")},
      {"/Width", QPDFObjectHandle::newInteger(width)},
      {"/Height", QPDFObjectHandle::newInteger(height)},
      {"/BitsPerComponent", QPDFObjectHandle::newInteger(8)},
      {"/Interpolate", QPDFObjectHandle::newBool(true)},
  });
}

/// The same picture or map with the fewest different keys: what does not show does not count.
FilmFrame simplified(FilmFrame frame) {
  if (frame.view == FilmView::kFrame) frame.map = -1;
  if (frame.view == FilmView::kOverlay && frame.map < 0) frame.view = FilmView::kFrame;
  return frame;
}

/// Where a map lies in the unit square, whose y axis points up.
std::string place_map(const FigureMap& map) {
  return fmt::format("q {:.5f} 0 0 {:.5f} {:.5f} {:.5f} cm /M Do Q\n", map.fraction_width,
                     map.fraction_height, map.x, 1 - map.y - map.fraction_height);
}

std::string draw_edges(const FigureMap& map, const FigurePicture& below) {
  std::string drawing;
  const auto gray = [&](const Box& place, double value) {
    drawing += fmt::format("{:.2f} g {:.5f} {:.5f} {:.5f} {:.5f} re f\n", value, place.x,
                           1 - place.bottom(), place.width, place.height);
  };
  for (const MapEdge& edge : map_edges(map, static_cast<double>(below.width) / below.height)) {
    gray(edge.light, kEdgeLight);
    gray(edge.dark, kEdgeDark);
  }
  return drawing;
}

}  // namespace

PdfImages::PdfImages(QPDF& file, const Figure& figure) : file_(file), figure_(figure) {
  for (const FigureMap& map : figure.maps) map_frames_ += map.frames;
}

QPDFObjectHandle PdfImages::find(const PdfPicture& shown) {
  if (const auto* frame_shown = std::get_if<FilmFrame>(&shown)) return frame(*frame_shown);
  if (const auto* ramp_shown = std::get_if<PdfRamp>(&shown)) return ramp(ramp_shown->colormap);
  return picture(std::get<PictureId>(shown));
}

QPDFObjectHandle PdfImages::picture(PictureId id) {
  const FigurePicture& stored = figure_.pictures.at(static_cast<std::size_t>(id));
  QPDFObjectHandle& image = pictures_[stored.jpeg];
  if (image.isInitialized()) return image;
  image = file_.newStream();
  QPDFObjectHandle dictionary = image_dictionary(stored.width, stored.height);
  dictionary.replaceKey("/ColorSpace", QPDFObjectHandle::newName("/DeviceRGB"));
  image.replaceDict(dictionary);
  image.replaceStreamData(
      [&stored](Pipeline* out) {
        out->writeString(stored.jpeg);
        out->finish();
      },
      QPDFObjectHandle::newName("/DCTDecode"), QPDFObjectHandle::newNull());
  image.setFilterOnWrite(false);
  return image;
}

const PdfImages::MapLook& PdfImages::look_of(MapId id, FilmView view) {
  MapLook& look = looks_[{id, view}];
  if (look.shades == nullptr) {
    const FigureMap& map = figure_.maps.at(static_cast<std::size_t>(id));
    look = {choose_map_grid(map, map_frames_),
            std::make_unique<const MapShades>(map.scale, map.opacity, view, tables_),
            "",
            {}};
    look.opacities = opacities_of(*look.shades);
    look.palette = palette(*look.shades);
  }
  return look;
}

QPDFObjectHandle PdfImages::palette(const MapShades& shades) {
  const std::string colors = palette_of(shades);
  QPDFObjectHandle& space = palettes_[colors];
  if (!space.isInitialized()) {
    space = file_.makeIndirectObject(QPDFObjectHandle::newArray(
        {QPDFObjectHandle::newName("/Indexed"), QPDFObjectHandle::newName("/DeviceRGB"),
         QPDFObjectHandle::newInteger(255), file_.newStream(colors)}));
  }
  return space;
}

QPDFObjectHandle PdfImages::map_stream(const MapKey& key, bool is_opacity) {
  const auto& [id, t, view] = key;
  const MapLook& look = look_of(id, view);
  QPDFObjectHandle image = file_.newStream();
  QPDFObjectHandle dictionary = image_dictionary(look.grid.width, look.grid.height);
  dictionary.replaceKey("/ColorSpace",
                        is_opacity ? QPDFObjectHandle::newName("/DeviceGray") : look.palette);
  dictionary.replaceKey("/DecodeParms",
                        QPDFObjectHandle::newDictionary(
                            {{"/Predictor", QPDFObjectHandle::newInteger(15)},
                             {"/Columns", QPDFObjectHandle::newInteger(look.grid.width)}}));
  image.replaceDict(dictionary);
  const FigureMap& map = figure_.maps.at(static_cast<std::size_t>(id));
  provide(image, packer_, [&map, t = t, &look, is_opacity] {
    const std::string samples = color_samples(resize_map(map, t, look.grid), *look.shades);
    return predict_rows(is_opacity ? opacity_samples(samples, look.opacities) : samples,
                        look.grid.width);
  });
  return image;
}

/// A row of all samples in order: its colours are the scale.
QPDFObjectHandle PdfImages::ramp(const std::string& colormap) {
  QPDFObjectHandle& image = ramps_[colormap];
  if (image.isInitialized()) return image;
  std::string samples;
  for (int i = 0; i < kColorSamples; ++i) samples += static_cast<char>(i);
  image = file_.newStream(samples);
  QPDFObjectHandle dictionary = image_dictionary(kColorSamples, 1);
  const MapShades shades({.colormap = colormap}, 1, FilmView::kMap, tables_);
  dictionary.replaceKey("/ColorSpace", palette(shades));
  image.replaceDict(dictionary);
  return image;
}

QPDFObjectHandle PdfImages::map_image(const MapKey& key) {
  QPDFObjectHandle& image = maps_[key];
  if (!image.isInitialized()) {
    image = map_stream(key, false);
    if (std::get<FilmView>(key) == FilmView::kOverlay)
      image.getDict().replaceKey("/SMask", map_stream(key, true));
  }
  return image;
}

QPDFObjectHandle PdfImages::frame(const FilmFrame& shown) {
  const FilmFrame key = simplified(shown);
  const FigureFilm& film = figure_.films.at(static_cast<std::size_t>(key.film));
  const PictureId id = film.pictures.at(static_cast<std::size_t>(key.index));
  const QPDFObjectHandle below = picture(id);
  QPDFObjectHandle& form =
      frames_[{below.getObjGen(), key.map, key.map < 0 ? 0 : key.index, key.view}];
  if (form.isInitialized()) return form;

  QPDFObjectHandle parts = QPDFObjectHandle::newDictionary();
  std::string drawing = "/R Do\n";
  if (key.view == FilmView::kMap) {
    drawing = "0.88 0.89 0.91 rg 0 0 1 1 re f\n";  // as kNoneColor of the palette
  } else {
    parts.replaceKey("/R", below);
  }
  if (key.map >= 0) {
    parts.replaceKey("/M", map_image({key.map, key.index, key.view}));
    const FigureMap& map = figure_.maps.at(static_cast<std::size_t>(key.map));
    drawing += place_map(map);
    if (key.view == FilmView::kOverlay)
      drawing += draw_edges(map, figure_.pictures.at(static_cast<std::size_t>(id)));
  }
  form = file_.newStream(drawing);
  form.setFilterOnWrite(false);  // too short to be packed
  form.replaceDict(QPDFObjectHandle::newDictionary({
      {"/Type", QPDFObjectHandle::newName("/XObject")},
      {"/Subtype", QPDFObjectHandle::newName("/Form")},
      {"/BBox", QPDFObjectHandle::parse("[0 0 1 1]")},
      {"/Resources", QPDFObjectHandle::newDictionary({{"/XObject", parts}})},
  }));
  return form;
}

}  // namespace praxiscope::figure
