//! load RangeError: awaited
await Promise.reject(new RangeError("awaited"));
