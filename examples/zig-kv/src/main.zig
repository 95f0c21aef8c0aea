const std = @import("std");
const worker = @import("worker");

fn handle(response: *worker.Response, request: *worker.Request) !void {
    const stored = request.context.cache.get("counter") orelse "0";
    const count = try std.fmt.parseInt(u64, stored, 10);
    try response.headers.append("content-type", "text/plain; charset=utf-8");
    try response.writer().print("Counter: {d}\n", .{count});

    const cache = request.context.cache;
    try cache.put("counter", try std.fmt.allocPrint(cache.allocator, "{d}", .{count + 1}));
}

pub fn main() void {
    worker.ServeFunc(handle);
}
