// Figure: states that all have one layout, the panels they show and the links between them. What
// `explain` and the studies fill and the writers of src/figure turn into .pdf, .html and .png.
#pragma once

#include "praxiscope/frame.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace praxiscope {

/// Positions in Figure's lists; -1: none.
using PictureId = int;
using MapId = int;
using FilmId = int;
using PanelId = int;
using StateId = int;

/// A picture as it is stored, once, whoever shows it.
struct FigurePicture {
  int width = 0, height = 0;  ///< px
  std::string jpeg;           ///< bytes of a JPEG file
};

/// The colours of a map.
struct FigureScale {
  std::string colormap = "inferno";  ///< a name of colormaps()
  float lo = 0, hi = 1;              ///< raw values at its ends
  bool is_signed = false;            ///< lo = -hi; opacity follows |value|
};

/// A volume of raw values over the frames of a film.
struct FigureMap {
  int frames = 0, height = 0, width = 0;  ///< T, h, w: as coarse as it was computed in space
  std::vector<float> values;              ///< [T,h,w], raw; NaN where there is none
  /// Where the map lies on the frame: fractions of its width and height, 0..1.
  double x = 0, y = 0, fraction_width = 1, fraction_height = 1;
  float lo = 0, hi = 0;  ///< raw range of all its finite values
  FigureScale scale;
  double opacity = 0.6;  ///< of the strongest colour
};

/// The frames of one clip in order.
struct FigureFilm {
  std::string name;                         ///< "clip 3", for alternate texts
  std::vector<PictureId> pictures;          ///< T
  std::vector<double> times_s;              ///< T, of the source frames; NaN: a film of no source,
                                            ///< whose steps are counted instead
  std::vector<std::int64_t> source_frames;  ///< T, indices in the source; -1 where there is none
  std::vector<bool> is_padding;             ///< T; empty: none is
};

/// What of a film and its map is shown.
enum class FilmView { kOverlay, kMap, kFrame };

// ------------------------------------------------------------------------------------- the panels
// A panel is data; it does not know who draws it. Texts are plain and may come from users.

/// The film in motion: the main picture of a state.
struct PlayerPanel {
  FilmId film = -1;
  MapId map = -1;
  FilmView view = FilmView::kOverlay;
};

/// The same frames side by side; each leads to its enlargement.
struct StripPanel {
  FilmId film = -1;
  MapId map = -1;
  FilmView view = FilmView::kOverlay;
};

/// Curves over a common axis: probability over time, when- and where-profiles.
struct LinesPanel {
  struct Line {
    std::string label;
    std::vector<double> x, y;  ///< equally many; NaN in y breaks the line
    int color = 0;             ///< position in the class colours; -1: neutral
    bool is_strong = false;    ///< the target's
  };
  std::string title, x_label, y_label;  ///< labels with their unit: "time (s)"
  std::vector<Line> lines;
  std::optional<double> x_begin, x_end, y_begin, y_end;  ///< absent: from the data
  /// A stretch of the x axis that is marked: this clip's place.
  std::optional<std::pair<double, double>> marked;
  bool is_percent = false;      ///< y in 0..1, written as percent
  bool follows_player = false;  ///< x is time in the film: a cursor may run along
};

/// Names with values, best first.
struct BarsPanel {
  struct Bar {
    std::string label;
    double value = 0;
    int color = 0;
    bool is_strong = false;
    StateId state = -1;  ///< where a click leads
  };
  std::string title;
  std::vector<Bar> bars;
  double most = 1;  ///< value of a full bar
  bool is_percent = true;
};

/// Numbers by row and column: confusions.
struct MatrixPanel {
  std::string title, row_label, column_label;
  std::vector<std::string> rows, columns;
  std::vector<double> values;   ///< [rows * columns], NaN: empty
  std::vector<StateId> states;  ///< likewise, or empty
  FigureScale scale;
};

/// Points in a plane: embeddings.
struct ScatterPanel {
  struct Point {
    double x = 0, y = 0;
    int color = 0;
    std::string label;
    StateId state = -1;
    bool is_strong = false;
  };
  std::string title, x_label, y_label;
  std::vector<Point> points;
  std::vector<std::string> colors;  ///< what each colour stands for
};

/// Pictures in rows with a line under each: what drives a unit.
struct PlatesPanel {
  struct Plate {
    PictureId picture = -1;
    std::string caption;
    StateId state = -1;
  };
  std::string title;
  int columns = 4;
  std::vector<Plate> plates;
};

struct TablePanel {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> is_number;  ///< per column: aligned to the right
};

struct TextPanel {
  std::string title;
  std::vector<std::string> paragraphs;
};

/// The colours of a map with the raw values of its ends.
struct ScalePanel {
  std::string title;  ///< what the values are: "Grad-CAM, d logit"
  FigureScale scale;
  float lo = 0, hi = 0;  ///< raw range of this state's map, printed beside the scale's ends
  std::string note;      ///< "the map is 0 everywhere"
};

using PanelContent = std::variant<PlayerPanel, StripPanel, LinesPanel, BarsPanel, MatrixPanel,
                                  ScatterPanel, PlatesPanel, TablePanel, TextPanel, ScalePanel>;

/// Where on the page a panel stands. kMain: the large place on the left; kUnder: full width of the
/// main column below it; kSide: the column on the right, from the top; kWide: full width at the
/// bottom.
enum class PanelPlace { kMain, kUnder, kSide, kWide };

struct FigurePanel {
  PanelPlace place = PanelPlace::kSide;
  double weight = 1;  ///< share of its column's height among panels that can stretch
  PanelContent content;
  std::string alt;  ///< what a reader who does not see it is told
};

// ------------------------------------------------------------------------------------- the figure

/// One switch of the figure: a row of tabs.
struct FigureAxis {
  std::string id;     ///< in deep links: "class"
  std::string title;  ///< beside the tabs: "class"
  std::vector<std::string> values;
};

/// One page: a choice on every axis, and what is shown there. States of one figure have panels of
/// the same kinds at the same places, so that a click changes nothing but what it should.
struct FigureState {
  std::vector<int> choice;  ///< a position in each axis' values
  std::string caption;      ///< one plain sentence: what is seen
  std::vector<PanelId> panels;
};

struct Figure {
  std::string title, subtitle;
  std::string language = "en";
  std::vector<FigureAxis> axes;
  std::vector<FigureState> states;  ///< the first one is shown first
  std::vector<FigurePanel> panels;  ///< shared between states
  std::vector<FigureFilm> films;
  std::vector<FigureMap> maps;
  std::vector<FigurePicture> pictures;
  std::vector<TextPanel> about;  ///< last page: methods, how to read it
  std::string provenance;        ///< JSON: enough to make it again
  std::string footnote;          ///< a short plain line: what made it
  double frames_per_second = 8;  ///< of the player
};

/// The state with this choice; nothing where the figure has none.
std::optional<StateId> find_state(const Figure& figure, const std::vector<int>& choice);

/// Where a tab leads: the state that differs from `from` on `axis` alone, else the one that keeps
/// most of the other choices. Nothing when no state has that value.
std::optional<StateId> find_neighbour(const Figure& figure, StateId from, int axis, int value);

/// Encodes a picture. `quality`: 1 to 100. @throws Error kInternal.
FigurePicture encode_picture(const Picture& picture, int quality = 82);

/// Numbers and references that fit together. @throws Error kInternal naming the first that does
/// not.
void check_figure(const Figure& figure);

/// A whole .pdf file: one page a state, enlarged frames, a last page about the figure. The same
/// figure gives the same bytes. @throws Error kInternal.
std::string make_pdf(const Figure& figure);

/// A whole .html file that needs nothing else. @throws Error kInternal.
std::string make_html(const Figure& figure);

/// Contact sheet for papers: of every state that shows an overlay the frames, profiles, bars and
/// caption, one below the other, as far as `most_states` reaches; without it, as many as keep the
/// sheet near a printed page (height at most 1.5 times the width), at least one. `width`: px, 600
/// to 8000. @throws Error kUsage for another width, kInternal.
Picture make_sheet(const Figure& figure, int width, std::optional<int> most_states = std::nullopt);

}  // namespace praxiscope
