// Motion where the viewer runs scripts: every frame of a player is a push button that lies on the
// others, and the document's script shows one after the other. All of it is known to work as it
// is in PDFium, pdf.js, Okular and Acrobat; each oddity is for one of them.
#include "figure/map_shades.h"
#include "figure/pdf_document.h"

#include <fmt/format.h>

#include <algorithm>

namespace praxiscope::figure {
namespace {

// ES3. Names begin with "av": a viewer's document object shares their space, and a clash stops all
// scripts. Only `display` is set: `value` crashes a viewer.
//   avF[page][player] = [frames, frame shown first]; avI: ms; avC: frame shown now, modulo frames;
//   avR: 1 while it runs;
//   avO: pages that said they were opened; avL: frame shown on a player; avB: avR shown there
// The page is known by two ways: PDFium's pageNum stays where the last click was, but it tells of
// opened pages; Okular does the opposite. The next frame is shown before the last one is hidden.
constexpr std::string_view kScript = R"js(
var avC=0,avR=1,avT=null,avO={},avL={},avB={},avD=this;
function avPut(n,v){var f=avD.getField(n);if(f)f.display=v?display.visible:display.hidden;}
function avPO(k){avO[k]=1;}
function avPC(k){delete avO[k];}
function avSet(k){var a=avF[k],j,n,o,s;if(!a)return;for(j=0;j<a.length;j++){s=k+"_"+j;n=avC%a[j][0];
o=avL[s];if(o===undefined)o=a[j][1];if(n!=o){avPut("f"+s+"_"+n,1);avPut("f"+s+"_"+o,0);avL[s]=n;}
if(avB[s]!==avR){avPut("p"+s,avR);avPut("q"+s,!avR);avB[s]=avR;}}}
function avStep(){var s={},k,p=avD.pageNum;if(avR)avC++;if(p<avF.length)s[p]=1;for(k in avO)s[k]=1;
for(k in s)avSet(k);try{avD.dirty=false;}catch(e){}}
function avTg(){avR=avR?0:1;}
try{avT=app.setInterval("avStep()",avI);}catch(e){}
)js";

constexpr double kButton = 26, kButtonGap = 8;  // points
constexpr std::string_view kDisc =
    "q /D gs 0.04 0.04 0.05 rg 26 13 m 26 20.18 20.18 26 13 26 c 5.82 26 0 20.18 0 13 c "
    "0 5.82 5.82 0 13 0 c 20.18 0 26 5.82 26 13 c f Q 1 1 1 rg ";
constexpr std::string_view kPauseSign = "8.5 7.5 3 11 re 14.5 7.5 3 11 re f";
constexpr std::string_view kPlaySign = "10 7 m 20 13 l 10 19 l f";

enum Flags { kHidden = 2, kPrint = 4 };

class Motion {
 public:
  explicit Motion(PdfDocument& document) : document_(document) {}

  void add_page(std::size_t state);
  /// The script and the form's fields, when there is any motion.
  void finish();

 private:
  std::string add_player(std::size_t state, int number, const PdfPlayer& player, int frames);
  QPDFObjectHandle make_button(const std::string& name, std::size_t state,
                               const QPDFObjectHandle& place, const QPDFObjectHandle& look,
                               int flags);
  QPDFObjectHandle place_of(const Box& box) {
    return document_.file.makeIndirectObject(pdf_rectangle(box, document_.draft));
  }
  void add_controls(std::size_t state, const std::string& name, const Box& box);
  QPDFObjectHandle toggle();
  QPDFObjectHandle sign(std::string_view drawing);
  QPDFObjectHandle nothing();

  PdfDocument& document_;
  QPDFObjectHandle fields_ = QPDFObjectHandle::newArray();
  QPDFObjectHandle template_ = QPDFObjectHandle::parse(
      "<< /Type /Annot /Subtype /Widget /FT /Btn /Ff 65536 /H /N /MK << >> >>");
  std::string first_frames_;  // avF
  QPDFObjectHandle toggle_, nothing_;
  std::map<std::string_view, QPDFObjectHandle> signs_;
};

QPDFObjectHandle make_script(const std::string& text) {
  return QPDFObjectHandle::newDictionary(
      {{"/S", pdf_name("/JavaScript")}, {"/JS", QPDFObjectHandle::newString(text)}});
}

QPDFObjectHandle Motion::toggle() {
  if (!toggle_.isInitialized()) toggle_ = document_.file.makeIndirectObject(make_script("avTg();"));
  return toggle_;
}

QPDFObjectHandle make_form(PdfDocument& document, const std::string& drawing) {
  QPDFObjectHandle form = document.file.newStream(drawing);
  form.replaceDict(QPDFObjectHandle::parse(
      "<< /Type /XObject /Subtype /Form /BBox [0 0 26 26] /Resources << /ExtGState << /D "
      "<< /Type /ExtGState /ca 0.6 >> >> >> >>"));
  return form;
}

QPDFObjectHandle Motion::sign(std::string_view drawing) {
  QPDFObjectHandle& form = signs_[drawing];
  if (!form.isInitialized()) form = make_form(document_, std::string(kDisc) + std::string(drawing));
  return form;
}

QPDFObjectHandle Motion::nothing() {
  if (!nothing_.isInitialized()) nothing_ = make_form(document_, "q Q");  // empty: pdf.js warns
  return nothing_;
}

QPDFObjectHandle Motion::make_button(const std::string& name, std::size_t state,
                                     const QPDFObjectHandle& place, const QPDFObjectHandle& look,
                                     int flags) {
  QPDFObjectHandle button = template_.shallowCopy();
  button.replaceKey("/T", QPDFObjectHandle::newString(name));
  button.replaceKey("/F", QPDFObjectHandle::newInteger(flags));
  button.replaceKey("/Rect", place);
  button.replaceKey("/P", document_.states[state]);
  button.replaceKey("/AP", QPDFObjectHandle::newDictionary({{"/N", look}}));
  button = document_.file.makeIndirectObject(button);
  document_.states[state].getKey("/Annots").appendItem(button);
  fields_.appendItem(button);
  return button;
}

/// Pause and play at one place; the script shows the one that makes sense, so where none runs
/// there is no dead button. Both do what a click on the film does, because PDFium gives their
/// clicks to the frame below.
void Motion::add_controls(std::size_t state, const std::string& name, const Box& box) {
  const double side = std::min({kButton, box.width / 4, box.height / 4});
  const QPDFObjectHandle corner =
      place_of({box.right() - side - kButtonGap, box.bottom() - side - kButtonGap, side, side});
  QPDFObjectHandle pause =
      make_button(fmt::format("p{}", name), state, corner, sign(kPauseSign), kHidden | kPrint);
  pause.replaceKey("/A", toggle());
  pause.replaceKey("/TU", pdf_text("pause"));
  QPDFObjectHandle play =
      make_button(fmt::format("q{}", name), state, corner, sign(kPlaySign), kHidden | kPrint);
  play.replaceKey("/A", toggle());
  play.replaceKey("/TU", pdf_text("play"));
}

/// A unique field for every page and frame (Okular), each with an action (pdf.js updates no
/// others), all the same one (PDFium gives the click to the first, hidden or not). The shield on
/// top has none: it keeps Firefox' yellow veil for buttons off the colours.
std::string Motion::add_player(std::size_t state, int number, const PdfPlayer& player, int frames) {
  const std::string name = fmt::format("{}_{}", state, number);
  const PlayerPanel& panel = player.panel;
  const int first = telling_frame(document_.figure, panel.film, panel.map);
  const QPDFObjectHandle place = place_of(player.box);
  for (int t = 0; t < frames; ++t) {
    make_button(fmt::format("f{}_{}", name, t), state, place,
                document_.images.frame({panel.film, panel.map, panel.view, t}),
                t == first ? kPrint : kPrint | kHidden)
        .replaceKey("/A", toggle());
  }
  make_button(fmt::format("s{}", name), state, place, nothing(), kPrint);
  add_controls(state, name, player.box);
  return fmt::format("[{},{}]", frames, first);
}

void Motion::add_page(std::size_t state) {
  std::string players;
  int number = 0;
  for (const PdfPlayer& player : document_.draft.states[state].players) {
    const FigureFilm& film = document_.figure.films.at(static_cast<std::size_t>(player.panel.film));
    const auto frames = static_cast<int>(film.pictures.size());
    if (frames < 2) continue;
    if (number > 0) players += ',';
    players += add_player(state, number, player, frames);
    ++number;
  }
  first_frames_ += fmt::format("{}[{}]", first_frames_.empty() ? "" : ",", players);
  if (number == 0) return;
  document_.states[state].replaceKey(
      "/AA",
      QPDFObjectHandle::newDictionary({{"/O", make_script(fmt::format("avPO({});", state))},
                                       {"/C", make_script(fmt::format("avPC({});", state))}}));
}

void Motion::finish() {
  if (fields_.getArrayNItems() == 0) return;
  QPDFObjectHandle root = document_.file.getRoot();
  root.replaceKey("/AcroForm", QPDFObjectHandle::newDictionary({{"/Fields", fields_}}));
  constexpr double kSlowest = 0.5, kFastest = 25;  // frames per second
  const double rate = std::clamp(document_.figure.frames_per_second, kSlowest, kFastest);
  const std::string data =
      fmt::format("var avF=[{}],avI={};", first_frames_, static_cast<int>(1000 / rate));
  root.replaceKey(
      "/Names",
      QPDFObjectHandle::newDictionary(
          {{"/JavaScript", QPDFObjectHandle::newDictionary(
                               {{"/Names", QPDFObjectHandle::newArray(
                                               {QPDFObjectHandle::newString("av"),
                                                document_.file.makeIndirectObject(make_script(
                                                    data + std::string(kScript)))})}})}}));
}

}  // namespace

void add_motion(PdfDocument& document) {
  Motion motion(document);
  for (std::size_t s = 0; s < document.states.size(); ++s) motion.add_page(s);
  motion.finish();
}

}  // namespace praxiscope::figure
