// Manifests of networks that are fused.
#include "model/manifests.h"

namespace praxiscope {
namespace {

using test::Manifests;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTwoInputs =
    R"("inputs": [{"name": "rgb"}, {"name": "flow", "kind": "flow"}])";

TEST_F(Manifests, ReadsNetworksToFuse) {
  const auto files = [&](const std::string& rest) {
    return write("model.json", std::string(R"({"praxiscope": 1, "name": "two", )") + kTwoInputs +
                                   R"(, "files": {"rgb": "model.pt", "flow": "sub/../model.pt"})" +
                                   rest + "}");
  };
  const auto weights = [](const Manifest& manifest) {
    std::vector<double> out;
    for (const StreamFile& stream : manifest.fused) out.push_back(stream.weight);
    return out;
  };
  const Manifest sum = read(files(""));
  ASSERT_EQ(sum.fused.size(), 2U);
  EXPECT_EQ(sum.fused[1].input, "flow");
  EXPECT_EQ(sum.fused[1].file, (folder_ / "model.pt").string());
  EXPECT_EQ(sum.file, sum.fused[0].file);
  EXPECT_THAT(weights(sum), ElementsAre(1, 1));
  EXPECT_THAT(weights(read(files(R"(, "fuse": "mean")"))), ElementsAre(0.5, 0.5));
  EXPECT_THAT(weights(read(files(R"(, "fuse": "weighted", "weights": {"rgb": 1, "flow": 1.5})"))),
              ElementsAre(1, 1.5));
  EXPECT_THAT(error_of(files(R"(, "fuse": "weighted")")), HasSubstr("\"weights\": found none"));
  EXPECT_THAT(error_of(files(R"(, "fuse": "max")")), HasSubstr("expected sum, mean or weighted"));
  EXPECT_THAT(error_of(files(R"(, "file": "model.pt")")), HasSubstr("expected one of them"));
  EXPECT_THAT(error_of(files(R"(, "fuse": "weighted", "weights": {"rgb": 1})")),
              HasSubstr("\"weights.flow\": found none"));
}

}  // namespace
}  // namespace praxiscope
