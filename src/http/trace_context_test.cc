#include "http/trace_context.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, ReadsWhatTheStandardSays) {
  const auto trace = parse_traceparent(kParent);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->trace_id, kTrace);
  EXPECT_TRUE(trace->sampled);
  EXPECT_FALSE(
      parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02")->sampled);
  EXPECT_TRUE(
      parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0b-more")->sampled);
}

TEST(TraceContext, TakesNothingElse) {
  for (const char* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
                           "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
                           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    EXPECT_FALSE(parse_traceparent(text)) << text;
}

TEST(TraceContext, ARequestIsPartOfTheTraceItNames) {
  RequestHead head;
  head.request_id = "x";
  head.headers.add("TraceParent", kParent);
  head.headers.add("tracestate", "a=1");
  head.headers.add("Tracestate", "b=2");
  const TraceContext trace = trace_of(head);
  EXPECT_EQ(trace.trace_id, kTrace);
  EXPECT_EQ(trace.state, "a=1,b=2");
  Headers fields;
  continue_trace(fields, trace, 0xb7);
  EXPECT_EQ(fields.find("traceparent"), "00-4bf92f3577b34da6a3ce929d0e0e4736-00000000000000b7-01");
  EXPECT_EQ(fields.find("tracestate"), "a=1,b=2");
}

TEST(TraceContext, ARequestThatNamesNoneBeginsOne) {
  RequestHead head;
  head.request_id = kTrace;
  EXPECT_EQ(trace_of(head).trace_id, kTrace);
  head.headers.add("traceparent", "malformed");
  head.headers.add("tracestate", "a=1");
  const TraceContext trace = trace_of(head);
  EXPECT_EQ(trace.trace_id, kTrace);
  EXPECT_EQ(trace.state, "") << "of a trace that is not ours";
  RequestHead two = head;
  two.headers.set("traceparent", kParent);
  two.headers.add("traceparent", kParent);
  EXPECT_EQ(trace_of(two).trace_id, kTrace) << "named after the id";
}

TEST(TraceContext, AnIdInAnotherFormGivesATraceToo) {
  RequestHead head;
  head.request_id = "f81d4fae-7dec-11d0";
  const TraceContext trace = trace_of(head);
  EXPECT_EQ(trace.trace_id.size(), 32u);
  EXPECT_EQ(trace.trace_id, trace_of(head).trace_id);
  Headers fields;
  continue_trace(fields, trace, 1);
  EXPECT_TRUE(parse_traceparent(*fields.find("traceparent")));
}

TEST(TraceContext, WhatAWorkerSaysItselfStays) {
  Headers fields;
  fields.add("TraceParent", "its own");
  continue_trace(fields, {kTrace, true, "a=1"}, 1);
  EXPECT_EQ(fields.size(), 1u);
}

}  // namespace
}  // namespace wws::http
