const worker = @import("worker");

fn handle(response: *worker.Response, request: *worker.Request) !void {
    const id = request.context.params.get("id") orelse "none";
    try response.headers.append("content-type", "text/plain; charset=utf-8");
    try response.writer().print("[id].wasm answers; the id is: {s}\n", .{id});
}

pub fn main() void {
    worker.ServeFunc(handle);
}
