// One .html file that needs nothing else: the page of html/, the drawn panels and the figure's data
// for the page's script. The file may come from anywhere and hold anyone's words, so it allows
// itself no network and no script or style but its own two, by their hashes.
#include "figure/html_data.h"
#include "figure/html_encode.h"
#include "figure/html_panels.h"
#include "figure/html_parts.h"
#include "figure/theme.h"
#include "render/text.h"

#include "praxiscope/figure.h"

#include <fmt/format.h>

#include <map>

namespace praxiscope {
namespace {

using namespace figure;

/// Custom properties of one theme: the inks of words and grounds, and those of drawn panels.
std::string declarations(const InkPairs& inks, bool is_dark) {
  const Theme& look = theme(is_dark);
  return fmt::format("--paper:{};--text:{};--soft:{};--faint:{};--accent:{};",
                     css_color(look.paper), css_color(look.text), css_color(look.soft_text),
                     css_color(look.faint), css_color(look.accent)) +
         inks.declarations(is_dark);
}

/// Light on paper and by default; dark where the reader or the reader's system wants it.
std::string themes(const InkPairs& inks) {
  const std::string dark = declarations(inks, true);
  return fmt::format(
      ":root{{color-scheme:light;{}}}\n"
      "@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{"
      "color-scheme:dark;{}}}}}\n"
      "@media screen{{:root[data-theme=dark]{{color-scheme:dark;{}}}}}\n",
      declarations(inks, false), dark, dark);
}

/// The page with its places filled, in one pass: what is filled in is not looked at again.
std::string fill_in(std::string_view page, const std::map<std::string_view, std::string>& parts) {
  std::string out;
  while (true) {
    const std::size_t begin = page.find("{{");
    const std::size_t end = begin == page.npos ? page.npos : page.find("}}", begin);
    if (end == page.npos) return out.append(page);
    out.append(page.substr(0, begin));
    out.append(parts.at(page.substr(begin + 2, end - begin - 2)));
    page.remove_prefix(end + 2);
  }
}

}  // namespace

std::string make_html(const Figure& figure) {
  check_figure(figure);
  InkPairs inks;
  const Drawings drawings = draw_panels(figure, inks);
  const std::string style = themes(inks) + std::string(kStyle);
  const std::string script(kScript);
  return fill_in(kPage, {{"language", escape_markup(printable(figure.language))},
                         {"style_hash", csp_hash(style)},
                         {"script_hash", csp_hash(script)},
                         {"title", escape_markup(printable(figure.title))},
                         {"subtitle", escape_markup(printable(figure.subtitle))},
                         {"style", style},
                         {"panels", drawings.templates},
                         {"data", figure_json(figure, drawings.of_panels)},
                         {"script", script}});
}

}  // namespace praxiscope
