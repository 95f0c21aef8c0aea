const std = @import("std");
const worker = @import("worker");

fn handle(response: *worker.Response, _: *worker.Request) !void {
    const message = try std.process.getEnvVarOwned(std.heap.page_allocator, "MESSAGE");
    try response.headers.append("content-type", "text/plain; charset=utf-8");
    try response.writer().print("The environment variable value is: {s}\n", .{message});
}

pub fn main() void {
    worker.ServeFunc(handle);
}
