#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/binary/module.h"
#include "wasm/binary/reader.h"
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

Error error_of(const std::string& module) {
  const auto parsed = parse(as_bytes(module));
  if (parsed.has_value()) return Error(ErrorKind::Internal, "the module was accepted");
  return parsed.error();
}

TEST(Parse, ReadsEverySection) {
  Parts parts;
  parts.data_count = section(12, leb(1));
  parts.tail = section(0, sized("name") + "xyz");
  const std::string raw = parts.build();
  const auto module = parse(as_bytes(raw));
  ASSERT_TRUE(module.has_value()) << module.error().to_string();

  ASSERT_EQ(module->types.size(), 2u);
  EXPECT_EQ(to_string(module->types[1]), "ii:i");
  ASSERT_EQ(module->imports.size(), 1u);
  EXPECT_EQ(module->imports[0].module, "env");
  EXPECT_EQ(module->imports[0].name, "f");
  EXPECT_EQ(module->imports[0].kind, ExternKind::Function);
  EXPECT_EQ(module->imported[0], 1u);
  EXPECT_EQ(module->functions, std::vector<std::uint32_t>{0});
  ASSERT_EQ(module->tables.size(), 1u);
  EXPECT_EQ(module->tables[0].limits.minimum, 2u);
  ASSERT_EQ(module->memories.size(), 1u);
  EXPECT_EQ(module->memories[0].minimum, 1u);
  EXPECT_EQ(module->memories[0].maximum, 4u);
  ASSERT_EQ(module->globals.size(), 3u);
  EXPECT_EQ(module->globals[0].type.mutability, Mutability::Variable);
  EXPECT_EQ(module->globals[0].initial.bits, 65536u);
  EXPECT_EQ(module->globals[2].initial.bits, ~std::uint64_t{0});
  ASSERT_EQ(module->exports.size(), 2u);
  EXPECT_EQ(module->exports[1].name, "memory");
  EXPECT_EQ(module->exports[1].kind, ExternKind::Memory);
  ASSERT_EQ(module->elements.size(), 1u);
  EXPECT_EQ(module->elements[0].mode, SegmentMode::Active);
  EXPECT_EQ(module->elements[0].count, 1u);
  ASSERT_EQ(module->bodies.size(), 1u);
  ASSERT_EQ(module->data.size(), 1u);
  EXPECT_EQ(module->data[0].offset.bits, 8u);
  EXPECT_EQ(as_text(module->data[0].bytes), "hello");
  EXPECT_EQ(module->data[0].bytes.data(), as_bytes(raw).data() + raw.find("hello"));
  EXPECT_EQ(module->sections.back().custom_name, "name");
}

TEST(Parse, ReadsAnEmptyModule) {
  const std::string raw = bytes({0, 'a', 's', 'm', 1, 0, 0, 0});
  const auto module = parse(as_bytes(raw));
  ASSERT_TRUE(module.has_value());
  EXPECT_TRUE(module->sections.empty());
}

TEST(Parse, NoPrefixOfAModuleIsReadPastItsEnd) {
  const std::string whole = Parts().build();
  int accepted = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A copy of exactly that size, so that the sanitizer sees every read past it.
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<long>(length));
    if (parse(ByteView(cut)).has_value()) ++accepted;
  }
  // Only cuts between sections make a module: after the header, the types, the imports and the code
  // (between the functions and the code, bodies are missing).
  EXPECT_EQ(accepted, 4);
}

TEST(Parse, EveryChangedByteIsReadWithoutHarm) {
  const std::string whole = Parts().build();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::vector<std::uint8_t> changed(whole.begin(), whole.end());
      changed[at] = static_cast<std::uint8_t>(value);
      const auto module = parse(ByteView(changed));
      if (!module.has_value()) {
        EXPECT_THAT(module.error().message(), HasSubstr("WebAssembly"));
        continue;
      }
      static_cast<void>(reasons_not_provable(*module));
      std::vector<std::uint8_t> memory(kPageBytes);
      static_cast<void>(apply_data(*module, memory));
    }
  }
}

TEST(Parse, SaysWhatAFileIsInstead) {
  EXPECT_THAT(error_of("").message(), HasSubstr("the file is empty"));
  EXPECT_THAT(error_of("#!/bin/sh\n").message(), HasSubstr("does not begin"));
  EXPECT_THAT(error_of("(module)").message(), HasSubstr("text; compile it first"));
  EXPECT_THAT(error_of(bytes({0, 'a', 's', 'm', 2, 0, 0, 0})).message(), HasSubstr("version"));
  const Error component = error_of(bytes({0, 'a', 's', 'm', 0x0d, 0, 1, 0}));
  EXPECT_THAT(component.message(), HasSubstr("it is a component; build a core module"));
  EXPECT_EQ(component.kind(), ErrorKind::Invalid);
}

TEST(Parse, RefusesCountsThatTheFileCannotHold) {
  Parts parts;
  parts.types = section(1, leb(999'999));  // of types, in no bytes
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("type section is cut short"));
  parts.types = section(1, bytes({0xff, 0xff, 0xff, 0xff, 0x0f}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("4294967295 types"));
  parts = Parts();
  parts.data = section(11, list({bytes({0, 0x41, 8, 0x0b, 0xff, 0xff, 0xff, 0xff, 0x0f})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("data section is cut short"));
}

TEST(Parse, RefusesIndicesOutOfRange) {
  Parts parts;
  parts.functions = section(3, list({bytes({2})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("no type 2"));
  parts = Parts();
  parts.imports = section(2, list({sized("env") + sized("f") + bytes({0, 9})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("no type 9"));
  parts = Parts();
  parts.exports = section(7, list({sized("x") + bytes({0, 2})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("index 2"));
  parts = Parts();
  parts.start = section(8, leb(2));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("no function 2"));
  parts = Parts();
  parts.elements = section(9, list({bytes({0, 0x41, 0, 0x0b, 1, 7})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("no function 7"));
  parts = Parts();
  parts.data = section(11, list({bytes({2, 1, 0x41, 8, 0x0b, 0})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("no such memory"));
  parts = Parts();
  parts.globals = section(6, list({bytes({0x7f, 0, 0x23, 0, 0x0b})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("no global 0"));
}

TEST(Parse, RefusesSectionsOutOfOrderAndTwice) {
  Parts parts;
  parts.tail = section(5, list({bytes({0, 1})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("memory section is out of order"));
  parts.tail = parts.data;
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("data section is out of order"));
}

TEST(Parse, RefusesSectionsThatAreTooLong) {
  Parts parts;
  parts.functions = section(3, list({bytes({0})}) + "x");
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("function section is longer"));
}

TEST(Parse, RefusesCountsThatDisagree) {
  Parts parts;
  parts.code = section(10, list({}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("1 functions and has 0 bodies"));
  parts = Parts();
  parts.data_count = section(12, leb(2));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("announces 2 data segments and has 1"));
}

TEST(Parse, RefusesImpossibleMemories) {
  Parts parts;
  parts.memories = section(5, list({bytes({1, 4, 1})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("above its maximum"));
  parts.memories = section(5, list({bytes({0}) + leb(65537)}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("65537 pages"));
  parts.memories = section(5, list({bytes({2, 1})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("shared memory has no maximum"));
}

TEST(Parse, SaysUnsupportedForWhatAnEngineMayKnow) {
  Parts parts;
  parts.types = section(1, list({bytes({0x5f, 0})}));  // a struct type
  EXPECT_EQ(error_of(parts.build()).kind(), ErrorKind::Unsupported);
  parts = Parts();
  parts.tail = section(14, "");
  EXPECT_EQ(error_of(parts.build()).kind(), ErrorKind::Unsupported);
  parts = Parts();
  parts.memories = section(5, list({bytes({8, 1, 0})}));  // a custom page size
  EXPECT_EQ(error_of(parts.build()).kind(), ErrorKind::Unsupported);
}

TEST(Parse, ComputesInitializers) {
  Parts parts;
  parts.globals =
      section(6, list({
                     bytes({0x7f, 0, 0x41, 7, 0x0b}),
                     bytes({0x7f, 1, 0x23, 0, 0x41, 3, 0x6c, 0x41, 1, 0x6b, 0x0b}),  // 7 * 3 - 1
                     bytes({0x7f, 1, 0x41, 0x7f, 0x41, 2, 0x6a, 0x0b}),  // -1 + 2 in 32 bits
                     bytes({0x7d, 1, 0x43, 0, 0, 0x80, 0x3f, 0x0b}),     // 1.0f
                     bytes({0x7c, 1, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x0b}),  // 1.0
                     bytes({0x70, 0, 0xd2, 1, 0x0b}),                             // a function
                     bytes({0x7f, 1, 0x23, 1, 0x0b}),  // of one that can change
                 }));
  const std::string raw = parts.build();
  const auto module = parse(as_bytes(raw));
  ASSERT_TRUE(module.has_value()) << module.error().to_string();
  EXPECT_EQ(module->globals[1].initial.bits, 20u);
  EXPECT_EQ(module->globals[2].initial.bits, 1u);
  EXPECT_EQ(module->globals[3].initial.bits, 0x3f800000u);
  EXPECT_EQ(module->globals[4].initial.bits, 0x3ff0000000000000u);
  EXPECT_FALSE(module->globals[5].initial.bits.has_value());
  EXPECT_FALSE(module->globals[6].initial.bits.has_value());
}

TEST(Parse, RefusesInitializersWithoutOneValue) {
  Parts parts;
  parts.globals = section(6, list({bytes({0x7f, 0, 0x0b})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("no single value"));
  parts.globals = section(6, list({bytes({0x7f, 0, 0x6a, 0x0b})}));
  EXPECT_THAT(error_of(parts.build()).message(), HasSubstr("too few operands"));
}

TEST(Reader, RefusesOverlongNumbers) {
  const auto u32_ok = [](const std::string& raw) {
    Reader in(as_bytes(raw), 0);
    static_cast<void>(in.u32());
    return in.ok();
  };
  EXPECT_TRUE(u32_ok(bytes({0xff, 0xff, 0xff, 0xff, 0x0f})));
  EXPECT_FALSE(u32_ok(bytes({0xff, 0xff, 0xff, 0xff, 0x1f})));
  EXPECT_FALSE(u32_ok(bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x00})));
  EXPECT_FALSE(u32_ok(bytes({0x80})));
}

TEST(Reader, ReadsSignedNumbers) {
  const auto s32 = [](const std::string& raw) {
    Reader in(as_bytes(raw), 0);
    const std::int32_t value = in.s32();
    return in.ok() ? std::optional(value) : std::nullopt;
  };
  EXPECT_EQ(s32(bytes({0x7f})), -1);
  EXPECT_EQ(s32(bytes({0x80, 0x80, 0x80, 0x80, 0x78})), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(s32(bytes({0xff, 0xff, 0xff, 0xff, 0x07})), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(s32(bytes({0xff, 0xff, 0xff, 0xff, 0x0f})), std::nullopt);
  const std::string lowest = bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f});
  Reader in(as_bytes(lowest), 0);
  EXPECT_EQ(in.s64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(in.ok());
}

}  // namespace
}  // namespace wws::wasm::binary
