//! load TypeError: top-level await waits for a promise that nothing can settle
await new Promise(() => {});
