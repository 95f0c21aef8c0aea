//! Workers for wws in Zig 0.14, in one file:
//!
//!     const worker = @import("worker");
//!
//!     fn hello(response: *worker.Response, request: *worker.Request) !void {
//!         try response.writer().print("You asked for {path}\n", .{request.url.path});
//!     }
//!     pub fn main() void {
//!         worker.ServeFunc(hello);
//!     }
//!
//! It builds as a command and as a reactor (-mexec-model=reactor). Memory is never given back: a worker
//! lives for one request.

const std = @import("std");
const Allocator = std.mem.Allocator;

pub const Map = std.StringHashMap([]const u8);

/// The worker's namespace of the key/value store. What a handler leaves in it is stored, unless the
/// handler fails.
pub var cache: Map = undefined;
/// The parameters of the route.
pub var params: Map = undefined;

pub const Context = struct { cache: *Map, params: *Map };

pub const Request = struct {
    url: std.Uri,
    method: []const u8,
    headers: Headers,
    body: []const u8,
    context: Context,
};

pub const Response = struct {
    status: u16 = 200,
    headers: Headers,
    body: std.ArrayList(u8),

    fn init(allocator: Allocator) Response {
        return .{ .headers = .{ .list = std.ArrayList(Field).init(allocator) }, .body = std.ArrayList(u8).init(allocator) };
    }
    /// Appends to the body. Bytes that are no UTF-8 reach the client as they are.
    pub fn writeAll(self: *Response, data: []const u8) !void {
        try self.body.appendSlice(data);
    }
    /// The same: whether the way to the server needs base64 is seen from the bytes.
    pub fn writeAllBase64(self: *Response, data: []const u8) !void {
        try self.body.appendSlice(data);
    }
    pub fn writer(self: *Response) std.ArrayList(u8).Writer {
        return self.body.writer();
    }
};

pub const Field = struct { name: []const u8, value: []const u8 };

/// Header fields; names are compared without regard to case.
pub const Headers = struct {
    list: std.ArrayList(Field),

    pub fn append(self: *Headers, name: []const u8, value: []const u8) !void {
        try self.list.append(.{ .name = name, .value = value });
    }
    pub fn getFirstValue(self: Headers, name: []const u8) ?[]const u8 {
        for (self.list.items) |field| {
            if (std.ascii.eqlIgnoreCase(field.name, name)) return field.value;
        }
        return null;
    }
    pub fn contains(self: Headers, name: []const u8) bool {
        return self.getFirstValue(name) != null;
    }
};

/// Runs one request: it is the whole of main. `handler` is a function of (*Response, *Request) that
/// returns nothing, or an error; then the client gets a 500, and the store stays as it was. A request
/// that cannot be read ends the program with exit code 1, which the server answers with 500.
pub fn ServeFunc(comptime handler: anytype) void {
    serve(handler) catch |failure| {
        std.debug.print("worker: {s}\n", .{@errorName(failure)});
        std.process.exit(1);
    };
}

fn serve(comptime handler: anytype) !void {
    var arena = std.heap.ArenaAllocator.init(std.heap.page_allocator);
    const allocator = arena.allocator();
    const document = try std.io.getStdIn().readToEndAlloc(allocator, std.math.maxInt(u32));
    try std.io.getStdOut().writeAll(try respond(allocator, document, handler));
}

/// The request as the server writes it.
const Input = struct {
    url: []const u8,
    method: []const u8,
    headers: Texts,
    body: []const u8,
    base64: bool = false,
    kv: Texts,
    params: Texts,

    const Texts = std.json.ArrayHashMap([]const u8);
};

fn respond(allocator: Allocator, document: []const u8, comptime handler: anytype) ![]const u8 {
    const input = try std.json.parseFromSliceLeaky(Input, allocator, document, .{ .ignore_unknown_fields = true });
    cache = try copy(allocator, input.kv);
    params = try copy(allocator, input.params);
    var request = try makeRequest(allocator, input);
    var response = Response.init(allocator);
    run(handler, &response, &request) catch |failure| {
        std.debug.print("There was an error running the handler: {s}\n", .{@errorName(failure)});
        response = Response.init(allocator);
        response.status = 500;
        try response.headers.append("content-type", "text/plain; charset=utf-8");
        try response.writeAll("There was an error running the handler");
        cache = try copy(allocator, input.kv);
    };
    return write(allocator, &response);
}

fn run(comptime handler: anytype, response: *Response, request: *Request) !void {
    const Returned = @typeInfo(@TypeOf(handler)).@"fn".return_type.?;
    if (@typeInfo(Returned) == .error_union) try handler(response, request) else handler(response, request);
}

fn copy(allocator: Allocator, texts: Input.Texts) !Map {
    var map = Map.init(allocator);
    var pairs = texts.map.iterator();
    while (pairs.next()) |pair| try map.put(pair.key_ptr.*, pair.value_ptr.*);
    return map;
}

fn makeRequest(allocator: Allocator, input: Input) !Request {
    var headers = Headers{ .list = std.ArrayList(Field).init(allocator) };
    var pairs = input.headers.map.iterator();
    while (pairs.next()) |pair| try headers.append(pair.key_ptr.*, pair.value_ptr.*);
    return .{
        // A server that cannot tell its own name gives the path alone.
        .url = std.Uri.parse(input.url) catch try std.Uri.parseAfterScheme("", input.url),
        .method = input.method,
        .headers = headers,
        .body = if (input.base64) try decode(allocator, input.body) else input.body,
        .context = .{ .cache = &cache, .params = &params },
    };
}

fn decode(allocator: Allocator, text: []const u8) ![]const u8 {
    const decoder = std.base64.standard.Decoder;
    const bytes = try allocator.alloc(u8, try decoder.calcSizeForSlice(text));
    try decoder.decode(bytes, text);
    return bytes;
}

fn encode(allocator: Allocator, bytes: []const u8) ![]const u8 {
    const encoder = std.base64.standard.Encoder;
    return encoder.encode(try allocator.alloc(u8, encoder.calcSize(bytes.len)), bytes);
}

fn write(allocator: Allocator, response: *const Response) ![]const u8 {
    const text = std.unicode.utf8ValidateSlice(response.body.items);
    var json = std.ArrayList(u8).init(allocator);
    var out = std.json.writeStream(json.writer(), .{});
    try out.beginObject();
    try out.objectField("data");
    try out.write(if (text) response.body.items else try encode(allocator, response.body.items));
    if (!text) {
        try out.objectField("base64");
        try out.write(true);
    }
    try out.objectField("headers");
    try writeHeaders(&out, response.headers.list.items);
    try out.objectField("status");
    try out.write(response.status);
    try out.objectField("kv");
    try out.beginObject();
    var pairs = cache.iterator();
    while (pairs.next()) |pair| {
        try out.objectField(pair.key_ptr.*);
        try out.write(pair.value_ptr.*);
    }
    try out.endObject();
    try out.endObject();
    return json.items;
}

/// A name that repeats has a list, which the server takes for several fields.
fn writeHeaders(out: anytype, fields: []const Field) !void {
    try out.beginObject();
    for (fields, 0..) |field, index| {
        if (has(fields[0..index], field.name)) continue;
        try out.objectField(field.name);
        try out.beginArray();
        for (fields) |other| {
            if (std.ascii.eqlIgnoreCase(other.name, field.name)) try out.write(other.value);
        }
        try out.endArray();
    }
    try out.endObject();
}

fn has(fields: []const Field, name: []const u8) bool {
    for (fields) |field| {
        if (std.ascii.eqlIgnoreCase(field.name, name)) return true;
    }
    return false;
}

// ---- Tests ----

const example =
    \\{"url":"http://h/a?b=1","method":"POST","headers":{"x-a":"1"},"body":"hi","kv":{"n":"1"},"params":{"id":"7"},"later":[1]}
;

fn check(document: []const u8, comptime handler: anytype, wanted: []const u8) !void {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    try std.testing.expectEqualStrings(wanted, try respond(arena.allocator(), document, handler));
}

fn echo(response: *Response, request: *Request) !void {
    const id = request.context.params.get("id").?;
    try request.context.cache.put("n", id);
    response.status = 201;
    try response.headers.append("set-cookie", "a=1");
    try response.headers.append("Set-Cookie", "b=2");
    try response.writer().print("{s} {path} {s} {s}", .{ request.method, request.url.path, request.body, request.headers.getFirstValue("X-A").? });
}

test "a handler gets the request, its parameters and the store" {
    try check(example, echo,
        \\{"data":"POST /a hi 1","headers":{"set-cookie":["a=1","b=2"]},"status":201,"kv":{"n":"7"}}
    );
}

fn fail(response: *Response, request: *Request) !void {
    request.context.cache.clearRetainingCapacity();
    try response.writeAll("half of it");
    return error.Deliberate;
}

test "a failing handler leaves the store as it was" {
    try check(example, fail,
        \\{"data":"There was an error running the handler","headers":{"content-type":["text/plain; charset=utf-8"]},"status":500,"kv":{"n":"1"}}
    );
}

fn mirror(response: *Response, request: *Request) void {
    response.writeAll(request.body) catch unreachable;
}

test "bytes come and go as base64" {
    try check(
        \\{"url":"/","method":"PUT","headers":{},"body":"AP8=","base64":true,"kv":{},"params":{}}
    , mirror,
        \\{"data":"AP8=","base64":true,"headers":{},"status":200,"kv":{}}
    );
}

test "what is no request is an error" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    for ([_][]const u8{ "", "[]", "{\"url\":1}", "{\"url\":\"/\",\"method\":\"GET\"}" }) |document| {
        if (respond(arena.allocator(), document, mirror)) |_| return error.Accepted else |_| {}
    }
}
