//! load TypeError: at load
throw new TypeError("at load");
