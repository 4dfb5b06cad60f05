// Contact sheets.
#include "figure/sheet.h"

#include "figure/canvas.h"
#include "figure/sample.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope {
namespace {

TEST(Sheet, HasTheChosenWidth) {
  const Figure figure = test::sample_figure();
  for (const int width : {600, 1200, 2400}) {
    const Picture sheet = make_sheet(figure, width, 2);
    EXPECT_EQ(sheet.width, width);
    test::look_at(sheet, "sheet_" + std::to_string(width));
  }
  test::look_at(make_sheet(test::study_figure(), 1600), "sheet_study");
}

}  // namespace
}  // namespace praxiscope
