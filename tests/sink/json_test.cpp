#include "sink/sample.h"
#include "sink/sink.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>

namespace praxiscope {
namespace {

const std::vector<std::string> kLabels{"one", "two \"quoted\" \\ \n\t", "broken \xFF\xC3"};

std::string write_sample(
    const Folder& folder, int clips,
    const std::function<void(ClipResult&)>& change = [](ClipResult&) {}) {
  const std::string path = folder.file("out.json");
  const auto sink =
      open_json(path, {{"program", {{"name", "praxiscope"}}}, {"model", {{"name", "m \xFF"}}}},
                kLabels, false);
  for (int i = 0; i < clips; ++i) {
    ClipResult result = sample_result(i);
    change(result);
    sink->write(result);
  }
  sink->finish({{"warnings", {"a"}}, {"frames", 9}});
  EXPECT_FALSE(std::filesystem::exists(path));
  sink->publish();
  EXPECT_EQ(folder.count(), 1U);
  return path;
}

TEST(Json, PythonReadsWhatIsDocumented) {
  if (python("print(1)", {}) != "1\n") GTEST_SKIP() << "no Python";
  const Folder folder;
  const std::string path = write_sample(folder, 3);
  EXPECT_EQ(python(R"py(
import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"), parse_constant=lambda c: 1 / 0)
assert list(d)[0] == "schema" and d["schema"] == "praxiscope.explain/1"
assert d["program"]["name"] == "praxiscope" and d["frames"] == 9 and d["warnings"] == ["a"]
assert d["model"]["name"] == "m \ufffd"
assert [c["index"] for c in d["clips"]] == [0, 1, 2]
c = d["clips"][2]
assert (c["source_begin"], c["source_end"]) == (4, 8)
assert [i["name"] for i in c["inputs"]] == ["rgb", "flow"]
f = c["inputs"][0]["frames"][1]
assert f == {"source_index": 5, "pts": "1001/6000", "pts_s": 1001 / 6000, "padding": False}
assert c["inputs"][0]["shape"] == [3, 4, 6, 8]
assert c["inputs"][0]["source_from_clip"] == {"scale_x": 2.5, "offset_x": 10, "scale_y": 2.5, "offset_y": -3}
assert c["top"] == [{"label": "two", "index": 1, "probability": 0.9, "logit": 2.5}]
assert c["targets"][0]["kind"] == "class" and c["targets"][0]["label"].startswith("broken \ufffd")
t = c["targets"][1]
assert t["kind"] == "contrast" and t["other_index"] == 2 and abs(t["value"] - 3.5) < 1e-6
assert d["clips"][1]["targets"][0]["label"] == "two \"quoted\" \\ \n\t"
assert len(c["maps"]) == 10
m = c["maps"][3]
assert m["array"] == "map/grad_cam/flow@1" and m["target"] == 1 and m["variant"] == "weights=volume"
assert m["range"] == [2, 2.191] and abs(m["mean"] - 2.0955) < 1e-4
assert m["shape"] == [4, 6, 8] and m["coarse_shape"] == [2, 3, 4]
assert m["signed"] is False and m["note"] is None and m["layer"] == "layer4"
assert c["maps"][8]["method"] == "saliency" and c["maps"][8]["layer"] is None
print("ok")
)py",
                   {path}),
            "ok\n");
}

TEST(Json, SaysWhatIsWrongWithAMap) {
  const Folder folder;
  const std::string path = write_sample(folder, 1, [](ClipResult& r) {
    r.attributions[0].volume = at::full({4, 6, 8}, 0.0012);
    r.attributions[1].volume = at::zeros({4, 6, 8});
    r.attributions[2].volume = at::full({4, 6, 8}, NAN);
    r.attributions[3].volume[0][0][0] = INFINITY;
    r.logits = at::tensor({NAN, INFINITY, 0.0F});
  });
  std::ifstream file(path);
  const nlohmann::json read = nlohmann::json::parse(file);
  const nlohmann::json& clip = read["clips"][0];
  EXPECT_EQ(clip["maps"][0]["note"], "constant");
  EXPECT_EQ(clip["maps"][0]["range"], nlohmann::json({0.0012, 0.0012}));
  EXPECT_EQ(clip["maps"][1]["note"], "zero");
  EXPECT_EQ(clip["maps"][2]["note"], "no finite value");
  EXPECT_TRUE(clip["maps"][2]["mean"].is_null());
  EXPECT_TRUE(clip["maps"][2]["range"][0].is_null());
  EXPECT_EQ(clip["maps"][3]["note"], "1 of 192 values are not finite");
  EXPECT_TRUE(clip["targets"][0]["value"].is_null()) << "numbers are finite or null";
}

TEST(Json, AUnitTargetHasNoClass) {
  const Folder folder;
  const std::string path = write_sample(folder, 1, [](ClipResult& r) {
    Target unit;
    unit.kind = Target::Kind::kUnit;
    unit.layer = "layer3";
    unit.channel = 17;
    unit.t = 2;
    r.targets[0] = unit;
  });
  std::ifstream file(path);
  const nlohmann::json target = nlohmann::json::parse(file)["clips"][0]["targets"][0];
  EXPECT_EQ(target, (nlohmann::json{{"kind", "unit"},
                                    {"layer", "layer3"},
                                    {"channel", 17},
                                    {"t", 2},
                                    {"y", nullptr},
                                    {"x", nullptr}}));
}

TEST(Json, WithoutClipsIsStillValid) {
  const Folder folder;
  std::ifstream file(write_sample(folder, 0));
  EXPECT_EQ(nlohmann::json::parse(file)["clips"], nlohmann::json::array());
}

TEST(Json, WritesEachClipAsItComes) {
  const Folder folder;
  const auto sink = open_json(folder.file("out.json"), nlohmann::json::object(), kLabels, false);
  const auto size = [&] {
    return std::filesystem::file_size(std::filesystem::directory_iterator(folder.file(""))->path());
  };
  for (int i = 0; i < 50; ++i) sink->write(sample_result(i));
  EXPECT_GT(size(), 50000U) << "most of it is on the disk, not in memory";
}

TEST(Json, LeavesNothingWithoutPublish) {
  const Folder folder;
  {
    const auto sink = open_json(folder.file("out.json"), nlohmann::json::object(), kLabels, false);
    sink->write(sample_result(0));
    sink->finish(nlohmann::json::object());
  }
  EXPECT_EQ(folder.count(), 0U);
}

TEST(Json, AMemberThatComesTwiceIsAnError) {
  const Folder folder;
  const auto sink = open_json(folder.file("out.json"), {{"frames", 1}}, kLabels, false);
  try {
    sink->finish({{"frames", 2}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInternal);
    EXPECT_STREQ(error.what(), "json: the member \"frames\" comes twice");
  }
}

}  // namespace
}  // namespace praxiscope
