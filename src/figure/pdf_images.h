// The pictures of a PDF file: each JPEG stored once, maps as small images over them, and forms that
// show a frame with its map. A form fills the unit square, so that one serves a panel, a strip, a
// page and a button.
#pragma once

#include "figure/pdf_draft.h"
#include "figure/pdf_maps.h"
#include "figure/pdf_pack.h"

#include <qpdf/QPDF.hh>

#include <map>
#include <memory>
#include <string_view>
#include <tuple>

namespace praxiscope::figure {

/// Makes an object when it is first asked for. Bytes are made while the file is written, so only
/// what is being written is in memory. The figure must outlive the file's writing. Not thread-safe.
class PdfImages {
 public:
  PdfImages(QPDF& file, const Figure& figure);

  /// An image, or a form: whatever the unit square is to show.
  QPDFObjectHandle find(const PdfPicture& picture);
  /// Always a form.
  QPDFObjectHandle frame(const FilmFrame& frame);

 private:
  struct MapLook {
    MapGrid grid;
    std::unique_ptr<const MapShades> shades;
    std::string opacities;
    QPDFObjectHandle palette;
  };
  /// Of a map's frame: the colours over a picture, or alone and opaque.
  using MapKey = std::tuple<MapId, int, FilmView>;

  QPDFObjectHandle picture(PictureId picture);
  QPDFObjectHandle map_image(const MapKey& key);
  QPDFObjectHandle map_stream(const MapKey& key, bool is_opacity);
  QPDFObjectHandle palette(const MapShades& shades);
  QPDFObjectHandle ramp(const std::string& colormap);
  const MapLook& look_of(MapId map, FilmView view);

  QPDF& file_;
  const Figure& figure_;
  ColorTables tables_;
  Packer packer_;
  int map_frames_ = 0;
  std::map<std::string_view, QPDFObjectHandle> pictures_;  // by their bytes
  std::map<std::string, QPDFObjectHandle> palettes_;       // by their colours
  std::map<std::string, QPDFObjectHandle> ramps_;          // by their colormaps
  std::map<std::pair<MapId, FilmView>, MapLook> looks_;
  std::map<MapKey, QPDFObjectHandle> maps_;
  std::map<std::tuple<QPDFObjGen, MapId, int, FilmView>, QPDFObjectHandle> frames_;
};

}  // namespace praxiscope::figure
