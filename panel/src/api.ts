// What the server says: the types of /_api/v0/openapi.json that the page uses, and how to ask.

export interface Figures {
  requests: number;
  by_status: Record<string, number>;
  failures: number;
  limits_hit: Record<string, number>;
  websockets: Record<"open" | "opened" | "messages_received" | "messages_sent", number>;
  latency_ms: { mean: number | null; p50: number | null; p95: number | null; p99: number | null };
}

export interface Server {
  version: string;
  project: string;
  address: string;
  phase: "starting" | "serving" | "stopping";
  started: string;
  uptime_seconds: number;
  loops: number;
  serves_files: boolean;
  keeps_instances: boolean;
  why_not_kept: string | null;
  workers: Record<"total" | "loaded" | "unloaded" | "broken" | "replayed" | "fresh" | "image_bytes", number>;
  in_flight: number;
  figures: Figures;
  connections: number;
  background_tasks: number;
  instances: Record<"running" | "idle" | "waiting" | "leases" | "created" | "restored" | "dropped", number>;
  process: { resident_bytes: number; cpu_seconds: number };
}

export interface Sample {
  time: string;
  requests_per_second: number;
  errors_per_second: number;
  failures_per_second: number;
  in_flight: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

export interface Summary {
  id: string;
  name: string;
  path: string;
  filepath: string;
}

export interface WorkerState extends Summary {
  file: string;
  language: "javascript" | "wasm";
  state: "unloaded" | "loaded" | "broken";
  why_broken: string | null;
  top_level_code: "once" | "each-request" | null;
  why_each_request: string | null;
  instances: "kept" | "fresh" | null;
  why_fresh: string | null;
  image: { pages: number; bytes: number } | null;
  figures: Figures;
}

export interface WorkerDetails extends WorkerState {
  configuration: {
    limits: Record<"cpu_ms" | "wall_ms" | "memory_bytes" | "request_bytes" | "response_bytes" | "sockets" | "message_bytes" | "queue_bytes" | "idle_ms", number>;
    http_requests: { allowed_hosts: string[]; allowed_methods: string[]; allow_http: boolean; allow_private: boolean; max_response_bytes: number };
    warmup: string[];
    evaluate: string;
  };
  errors: LogRecord[];
}

export interface WorkerConfig {
  version: string;
  data: { kv: string | null };
  folders: { from: string; to: string }[];
  vars: Record<string, string>;
}

export interface StatePage {
  matched: number;
  offset: number;
  items: WorkerState[];
}

export type Level = "trace" | "debug" | "info" | "warn" | "error";

export interface LogRecord {
  number: number;
  time: string;
  level: Level;
  text: string;
  fields: Record<string, string>;
}

export interface Records {
  newest: number;
  records: LogRecord[];
}

export interface Question {
  method: string;
  path: string;
  headers: [string, string][];
  body: string;
}

export interface Answer {
  status: number;
  reason: string;
  headers: [string, string][];
  body: string;
  body_encoding: "text" | "base64";
  complete: boolean;
  truncated: boolean;
  timed_out: boolean;
  took_ms: number;
  worker: Summary | null;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const TOKEN = "wws-admin-token";

// Gone with the tab; never in a cookie, so that no other page can make the browser send it.
export const setToken = (token: string) => sessionStorage.setItem(TOKEN, token);

export async function ask<T>(path: string, options: { body?: unknown; signal?: AbortSignal } = {}): Promise<T> {
  const headers: Record<string, string> = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers["authorization"] = `Bearer ${token}`;
  const init: RequestInit = { headers, signal: options.signal ?? null, cache: "no-store" };
  if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    init.method = "POST";
    init.body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch("/_api/v0" + path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "The server cannot be reached.");
  }
  if (response.ok) return (await response.json()) as T;
  const problem = await response.json().catch(() => null);
  throw new ApiError(response.status, problem?.detail ?? `The server answered ${response.status}.`);
}
