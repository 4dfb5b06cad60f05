#include "sink/npy.h"
#include "sink/sample.h"
#include "sink/sink.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>

#include <numeric>

namespace praxiscope {
namespace {

const nlohmann::json kHeader{{"schema", "praxiscope.explain/1"},
                             {"run", {{"seed", 7}, {"precision", "f32"}}},
                             {"source", {{"path", "g\xC3\xBCtig \xF0\x9F\x8E\xBB \xFF"}}}};

std::string write_sample(const Folder& folder, int clips, bool save_inputs) {
  const std::string path = folder.file("out.npz");
  const auto sink = open_npz(path, kHeader, save_inputs, false);
  for (int i = 0; i < clips; ++i) sink->write(sample_result(i));
  sink->finish({});
  EXPECT_FALSE(std::filesystem::exists(path)) << "only publish() gives the name";
  sink->publish();
  EXPECT_EQ(folder.count(), 1U) << "nothing else is left";
  return path;
}

TEST(Npz, NumpyFindsTheArraysByTheirNames) {
  if (!has_numpy()) GTEST_SKIP() << "no Python with NumPy";
  const Folder folder;
  const std::string path = write_sample(folder, 3, true);
  EXPECT_EQ(python(R"py(
import sys, numpy as np
z = np.load(sys.argv[1], allow_pickle=False)
for k in sorted(z.files): print(k, z[k].dtype, z[k].shape, z[k].flags.c_contiguous)
)py",
                   {path}),
            "coarse/grad_cam float32 (3, 2, 3, 4) True\n"
            "coarse/grad_cam#2 float32 (3, 2, 3, 4) True\n"
            "coarse/grad_cam#2/flow float32 (3, 2, 3, 4) True\n"
            "coarse/grad_cam#2/flow@1 float32 (3, 2, 3, 4) True\n"
            "coarse/grad_cam#2@1 float32 (3, 2, 3, 4) True\n"
            "coarse/grad_cam/flow float32 (3, 2, 3, 4) True\n"
            "coarse/grad_cam/flow@1 float32 (3, 2, 3, 4) True\n"
            "coarse/grad_cam@1 float32 (3, 2, 3, 4) True\n"
            "frame_index int64 (3, 4) True\n"
            "frame_index/flow int64 (3, 4) True\n"
            "input/flow float32 (3, 2, 4, 6, 8) True\n"
            "input/rgb float32 (3, 3, 4, 6, 8) True\n"
            "logits float32 (3, 3) True\n"
            "map/grad_cam#2/flow float32 (3, 4, 6, 8) True\n"
            "map/grad_cam#2/flow@1 float32 (3, 4, 6, 8) True\n"
            "map/grad_cam#2/rgb float32 (3, 4, 6, 8) True\n"
            "map/grad_cam#2/rgb@1 float32 (3, 4, 6, 8) True\n"
            "map/grad_cam/flow float32 (3, 4, 6, 8) True\n"
            "map/grad_cam/flow@1 float32 (3, 4, 6, 8) True\n"
            "map/grad_cam/rgb float32 (3, 4, 6, 8) True\n"
            "map/grad_cam/rgb@1 float32 (3, 4, 6, 8) True\n"
            "map/saliency/rgb float32 (3, 4, 6, 8) True\n"
            "map/saliency/rgb@1 float32 (3, 4, 6, 8) True\n"
            "provenance <U119 () True\n"
            "pts_s float64 (3, 4) True\n"
            "pts_s/flow float64 (3, 4) True\n"
            "target int64 (3,) True\n"
            "target@1 int64 (3,) True\n");
}

TEST(Npz, NumpyReadsTheValues) {
  if (!has_numpy()) GTEST_SKIP() << "no Python with NumPy";
  const Folder folder;
  const std::string path = write_sample(folder, 3, true);
  EXPECT_EQ(python(R"py(
import sys, numpy as np
z = np.load(sys.argv[1], allow_pickle=False)
ramp = np.arange(192, dtype=np.float32).reshape(4, 6, 8) * np.float32(0.001)
for n in range(3):
    assert np.allclose(z["map/grad_cam/rgb"][n], ramp + n, atol=1e-6)
    assert np.allclose(z["map/saliency/rgb"][n], ramp - n, atol=1e-6)
    assert (z["coarse/grad_cam"][n] == n).all()
    assert np.allclose(z["logits"][n], np.float32([0.1, 2.5, -1]) + n)
    assert (z["input/rgb"][n].ravel() == np.arange(576) + 2 * n).all()
assert z["frame_index"].tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]]
assert z["frame_index/flow"].tolist()[2] == [5, 6, 7, 8]
assert (z["pts_s"] == z["frame_index"] * 1001 / 30000).all()
assert z["target"].tolist() == [0, 1, 2] and z["target@1"].tolist() == [1, 1, 1]
print("ok")
)py",
                   {path}),
            "ok\n");
}

TEST(Npz, SaysWhereItCameFrom) {
  if (!has_numpy()) GTEST_SKIP() << "no Python with NumPy";
  const Folder folder;
  const std::string path = write_sample(folder, 1, false);
  EXPECT_EQ(python(R"py(
import json, sys, numpy as np
header = json.loads(np.load(sys.argv[1], allow_pickle=False)["provenance"].item())
assert header["schema"] == "praxiscope.explain/1" and header["run"] == {"seed": 7, "precision": "f32"}
assert header["source"]["path"] == "g\u00fctig \U0001f3bb \ufffd", ascii(header)
print("ok")
)py",
                   {path}),
            "ok\n");
}

/// The example of doc/outputs.md, run as it is printed there.
TEST(Npz, TheDocumentedExampleRuns) {
  if (!has_numpy()) GTEST_SKIP() << "no Python with NumPy";
  std::ifstream doc(PRAXISCOPE_SOURCE_DIR "/doc/outputs.md");
  const std::string text{std::istreambuf_iterator<char>(doc), {}};
  const std::string fence = "```python\n";
  const std::size_t begin = text.find(fence);
  ASSERT_NE(begin, std::string::npos);
  std::string program = text.substr(begin + fence.size());
  program.resize(program.find("```"));
  const Folder folder;
  const std::string path = write_sample(folder, 3, false);
  const std::size_t name = program.find("\"out.npz\"");
  ASSERT_NE(name, std::string::npos);
  program.replace(name, 9, "\"" + path + "\"");
  EXPECT_THAT(python(program, {}),
              testing::MatchesRegex(
                  "(clip [0-9]+: class [0-9]+, strongest at .* s, y [0-9.]+, x [0-9.]+\n)+"));
}

TEST(Npz, IsTheSameBytesEveryTime) {
  const auto bytes = [] {
    const Folder folder;
    std::ifstream file(write_sample(folder, 2, false), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  const std::string first = bytes();
  EXPECT_GT(first.size(), 10000U);
  EXPECT_TRUE(first == bytes());
}

TEST(Npz, LeavesNothingWithoutPublish) {
  const Folder folder;
  {
    const auto sink = open_npz(folder.file("out.npz"), kHeader, false, false);
    sink->write(sample_result(0));
    EXPECT_EQ(folder.count(), 1U) << "the spools have no names";
  }
  EXPECT_EQ(folder.count(), 0U);
  {
    const auto sink = open_npz(folder.file("out.npz"), kHeader, false, false);
    sink->write(sample_result(0));
    sink->finish({});
  }
  EXPECT_EQ(folder.count(), 0U);
}

TEST(Npz, RefusesToReplaceAFile) {
  const Folder folder;
  const std::string path = write_sample(folder, 1, false);
  try {
    open_npz(path, kHeader, false, false);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_THAT(error.what(), testing::HasSubstr("exists already"));
  }
  EXPECT_NO_THROW(open_npz(path, kHeader, false, true));
}

TEST(Npz, RefusesClipsThatDiffer) {
  const Folder folder;
  const auto expect_refused = [&](const std::function<void(ClipResult&)>& change,
                                  const std::string& message) {
    const auto sink = open_npz(folder.file("out.npz"), kHeader, false, true);
    sink->write(sample_result(0));
    ClipResult other = sample_result(1);
    change(other);
    try {
      sink->write(other);
      FAIL() << message;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInternal);
      EXPECT_THAT(error.what(), testing::HasSubstr(message));
    }
  };
  expect_refused([](ClipResult& r) { r.logits = at::zeros({4}); },
                 "the array \"logits\" differs in name or shape");
  expect_refused([](ClipResult& r) { r.attributions.resize(8); }, "npz: a clip has");
  expect_refused([](ClipResult& r) { r.attributions[1].input = "depth"; }, "out of order");
  expect_refused([](ClipResult& r) { r.targets.clear(); }, "maps without a target");
}

TEST(Npz, ClassesThatCoincideDoNotChangeTheNames) {
  const Folder folder;
  const auto sink = open_npz(folder.file("out.npz"), kHeader, false, false);
  sink->write(sample_result(0));
  ClipResult same = sample_result(1);
  same.targets[0] = same.targets[1];  // "top" happens to be the other target
  for (Attribution& map : same.attributions) map.target = same.targets[1];
  EXPECT_NO_THROW(sink->write(same));
}

TEST(Npz, WithoutAClipIsAnError) {
  const Folder folder;
  const auto sink = open_npz(folder.file("out.npz"), kHeader, false, false);
  try {
    sink->finish({});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_THAT(error.what(), testing::HasSubstr("there was no clip to write"));
  }
}

TEST(Npz, NamesCannotLeaveTheArchive) {
  if (!has_numpy()) GTEST_SKIP() << "no Python with NumPy";
  const Folder folder;
  const auto sink = open_npz(folder.file("out.npz"), kHeader, true, false);
  ClipResult result = sample_result(0);
  result.attributions.clear();
  result.clip.inputs[0].name = "../../etc/passwd";
  result.clip.inputs[1].name = "..";
  sink->write(result);
  sink->finish({});
  sink->publish();
  EXPECT_EQ(python("import sys, numpy as np; print([k for k in np.load(sys.argv[1]).files if k[:5] "
                   "== \"input\"])",
                   {folder.file("out.npz")}),
            "['input/.._.._etc_passwd', 'input/_']\n");
}

TEST(Npy, HeaderIsAlignedAndEndsInANewline) {
  const std::vector<std::int64_t> shape{16, 224, 224};
  const std::string header = make_npy_header(NpyType::kFloat32, 11250, shape);
  EXPECT_EQ(header.size(), kNpyHeaderBytes);
  EXPECT_EQ(kNpyHeaderBytes % 64, 0U);
  EXPECT_EQ(header.back(), '\n');
  EXPECT_THAT(header, testing::HasSubstr("'shape': (11250, 16, 224, 224), }"));
  EXPECT_THAT(make_npy_header(NpyType::kInt64, 5, {}),
              testing::HasSubstr("'<i8', 'fortran_order': False, 'shape': (5,), }"));
  const std::vector<std::int64_t> endless(100, 1000000);
  EXPECT_THROW(make_npy_header(NpyType::kInt64, 5, endless), Error);
  EXPECT_EQ(make_npy_text("ab").substr(kNpyHeaderBytes), std::string("a\0\0\0b\0\0\0", 8));
  EXPECT_THROW(make_npy_text("\xC3\xBC"), Error);
}

TEST(Npy, ARowOfTheWrongSizeIsRefused) {
  const Folder folder;
  NpySpool spool(folder.file(""), "x", NpyType::kFloat32, {3});
  const std::array<float, 2> row{};
  EXPECT_THROW(spool.append(std::as_bytes(std::span(row))), Error);
}

TEST(Npy, AFolderThatIsNotThereIsAnError) {
  try {
    NpySpool spool("/nowhere/at/all", "logits", NpyType::kFloat32, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_THAT(error.what(),
                testing::HasSubstr("cannot spool the array \"logits\": No such file"));
  }
}

}  // namespace
}  // namespace praxiscope
