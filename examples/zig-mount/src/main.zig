const std = @import("std");
const worker = @import("worker");

fn handle(response: *worker.Response, _: *worker.Request) !void {
    // The current folder is the first one that is mounted.
    const image = try std.fs.cwd().readFileAlloc(std.heap.page_allocator, "logo.svg", 1 << 20);
    try response.headers.append("content-type", "image/svg+xml");
    try response.writeAll(image);
}

pub fn main() void {
    worker.ServeFunc(handle);
}
