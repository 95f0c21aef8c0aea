// Codec: bytes in, other bytes out, in bounded steps: digests, ciphers, compression.
//
// What goes in may come from a guest and be hostile. One step does a bounded amount of work,
// whatever the spans' sizes are, so that a loop may call it; whoever drives it pays for each step.
// Belongs to one thread; neither copied nor moved.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace wws::codec {

class Codec {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t written = 0;
    bool finished = false;  // nothing will come out any more
    bool flushed = false;   // of Input::Flush: all that went in has come out
  };
  // More is to come in after `in`; the same, and what went in is to come out at once; or it is the
  // last. Flush counts for compressors; others take it as More.
  enum class Input : unsigned char { More, Flush, Last };

  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;

  // Takes a part of `in` and fills a part of `out`, which has room for kLeastRoom bytes or more. To
  // be called again until all of the last input is consumed and the codec is finished, or flushed.
  // Errors: Invalid, what is wrong with the input; the codec is of no use then.
  virtual Result<Step> step(ByteView in, MutableByteView out, Input input) = 0;

  static constexpr std::size_t kLeastRoom = 256;
};

}  // namespace wws::codec
