//! Wasmtime with its C API as one static library.
//!
//! Everything here is the C API itself, re-exported so that its symbols reach the archive, plus the
//! few settings that it does not offer. The declarations of those are in
//! `src/wasm/wasmtime/extra.h`; nothing else may call them.

pub use wasmtime_c_api::*;

use wasmtime::{Enabled, PoolingAllocationConfig};

/// Switches the pooling allocator's own PAGEMAP_SCAN reset on (`true`) or off (`false`).
///
/// Off is the only setting that is safe with Wasmtime 48: its scan misses pages that are swapped
/// out or being migrated, so the next instance in the slot would see its predecessor's memory.
///
/// # Safety
/// `config` must be a live object of `wasmtime_pooling_allocation_config_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wws_pooling_pagemap_scan_set(
    config: *mut PoolingAllocationConfig,
    enabled: bool,
) {
    let config = unsafe { &mut *config };
    config.pagemap_scan(if enabled { Enabled::Yes } else { Enabled::No });
}
