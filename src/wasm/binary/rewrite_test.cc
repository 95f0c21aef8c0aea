#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "wasm/binary/module.h"
#include "wasm/binary/test_module.h"

namespace wws::wasm::binary {
namespace {

using test::bytes;
using test::leb;
using test::list;
using test::Parts;
using test::section;
using test::sized;
using ::testing::HasSubstr;

std::vector<std::string> export_names(const Module& module) {
  std::vector<std::string> names;
  for (const Export& one : module.exports) names.emplace_back(one.name);
  return names;
}

TEST(Rewrite, ExportsTheStateAndDropsTheData) {
  Parts parts;
  parts.data_count = section(12, leb(1));
  const std::string raw = parts.build();
  const auto module = parse(as_bytes(raw));
  ASSERT_TRUE(module.has_value());
  const std::string rewritten = rewrite_for_keeping(*module);
  const auto again = parse(as_bytes(rewritten));
  ASSERT_TRUE(again.has_value()) << again.error().to_string();

  EXPECT_THAT(export_names(*again), testing::ElementsAre("_start", "memory", "wws:memory",
                                                         "wws:global:0", "wws:global:1"));
  EXPECT_EQ(again->exports[2].kind, ExternKind::Memory);
  EXPECT_EQ(again->exports[3].index, 0u);
  EXPECT_EQ(again->exports[4].index, 2u) << "the constant global between them is not exported";
  EXPECT_TRUE(again->data.empty());
  for (const Section& one : again->sections) EXPECT_NE(one.id, 12);
}

TEST(Rewrite, ChangesNoInstruction) {
  const std::string raw = Parts().set_code(bytes({0x41, 5, 0x24, 0})).build();
  const auto module = parse(as_bytes(raw));
  ASSERT_TRUE(module.has_value());
  const std::string rewritten = rewrite_for_keeping(*module);
  const auto again = parse(as_bytes(rewritten));
  ASSERT_TRUE(again.has_value());
  ASSERT_EQ(again->bodies.size(), module->bodies.size());
  EXPECT_EQ(as_text(again->bodies[0]), as_text(module->bodies[0]));
  EXPECT_EQ(again->elements.size(), 1u);
}

TEST(Rewrite, KeepsOnlyTheNameOfCustomSections) {
  Parts parts;
  const std::string name = section(0, sized("name") + "abc");
  parts.types = section(0, sized("producers") + "x") + parts.types;
  parts.tail = section(0, sized(".debug_info") + "y") + name + name;
  const std::string raw = parts.build();
  const auto module = parse(as_bytes(raw));
  ASSERT_TRUE(module.has_value());
  const std::string rewritten = rewrite_for_keeping(*module);
  const auto again = parse(as_bytes(rewritten));
  ASSERT_TRUE(again.has_value());
  const auto customs = std::count_if(again->sections.begin(), again->sections.end(),
                                     [](const Section& one) { return one.id == 0; });
  EXPECT_EQ(customs, 1);
  EXPECT_EQ(again->sections.back().custom_name, "name");
}

TEST(Rewrite, AddsExportsToAModuleThatHasNone) {
  Parts parts;
  parts.exports = "";
  const std::string with_elements = parts.build();
  parts.elements = parts.code = parts.functions = parts.data = "";
  const std::string without_code = parts.build();
  for (const std::string& raw : {with_elements, without_code}) {
    const auto module = parse(as_bytes(raw));
    ASSERT_TRUE(module.has_value());
    const std::string rewritten = rewrite_for_keeping(*module);
    const auto again = parse(as_bytes(rewritten));
    ASSERT_TRUE(again.has_value()) << again.error().to_string();
    EXPECT_EQ(again->exports.size(), 3u);
  }
}

TEST(InitialState, TellsPagesAndGlobals) {
  const std::string raw = Parts().build();
  const auto module = parse(as_bytes(raw));
  ASSERT_TRUE(module.has_value());
  const InitialState state = initial_state(*module);
  EXPECT_EQ(state.memory_pages, 1u);
  EXPECT_EQ(state.max_pages, 4u);
  ASSERT_EQ(state.globals.size(), 2u);
  EXPECT_EQ(state.globals[0].export_name, "wws:global:0");
  EXPECT_EQ(state.globals[0].type, ValueType::I32);
  EXPECT_EQ(state.globals[0].bits, 65536u);
  EXPECT_EQ(state.globals[1].type, ValueType::I64);
  EXPECT_EQ(state.globals[1].bits, ~std::uint64_t{0});
}

TEST(ApplyData, WritesActiveSegmentsInOrder) {
  Parts parts;
  parts.data = section(11, list({bytes({0, 0x41, 1, 0x0b}) + sized("abcd"),
                                 bytes({2, 0, 0x41, 2, 0x0b}) + sized("XY")}));
  const std::string raw = parts.build();
  const auto module = parse(as_bytes(raw));
  ASSERT_TRUE(module.has_value());
  std::vector<std::uint8_t> memory(8);
  ASSERT_TRUE(apply_data(*module, memory).has_value());
  EXPECT_EQ(as_text(memory), std::string_view("\0aXYd\0\0\0", 8));
}

TEST(ApplyData, RefusesSegmentsThatDoNotFit) {
  const auto apply = [](const std::string& offset, std::size_t memory_size,
                        std::string_view content) {
    Parts parts;
    parts.data = section(11, list({bytes({0}) + offset + bytes({0x0b}) + sized(content)}));
    const std::string raw = parts.build();
    const auto module = parse(as_bytes(raw));
    EXPECT_TRUE(module.has_value());
    std::vector<std::uint8_t> memory(memory_size);
    return apply_data(*module, memory);
  };
  EXPECT_TRUE(apply(bytes({0x41, 3}), 8, "12345").has_value()) << "up to the last byte";
  const auto late = apply(bytes({0x41, 4}), 8, "12345");
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().kind(), ErrorKind::Invalid);
  EXPECT_THAT(late.error().message(), HasSubstr("data segment 0 (5 bytes at 4)"));
  EXPECT_FALSE(apply(bytes({0x41, 0x7f}), 8, "12").has_value()) << "at -1";
  EXPECT_FALSE(apply(bytes({0x41, 0x7f}), 8, "").has_value()) << "empty, but beyond the end";
  EXPECT_FALSE(apply(bytes({0x41, 0}), 4, "12345").has_value());
  EXPECT_TRUE(apply(bytes({0x41, 8}), 8, "").has_value()) << "empty at the end";
}

}  // namespace
}  // namespace wws::wasm::binary
