import { describe } from "../lib/describe";
import settings from "../settings.json";
import banner from "../banner.txt";
import { upper } from "../_parts/upper.mts";

export default (request: Request & { params?: Record<string, string> }) =>
  Response.json({ text: describe(request.params!.id), settings, banner: upper(banner.trim()) });
