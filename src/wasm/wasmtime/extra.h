// What our Rust crate (`wasmtime/src/lib.rs`) adds to Wasmtime's C API.
#pragma once

#include <wasmtime.h>

extern "C" {
void wws_pooling_pagemap_scan_set(wasmtime_pooling_allocation_config_t* config, bool enabled);
}
