// What is imported and used as a type only, or not at all, is not there when it runs.
import { join } from "node:fs";
import { Shape } from "./lib/types.ts";
import { Gone } from "./gone.ts";
import { Absent } from "no-such-package";

const shape = { kind: "square" } as unknown as Shape & Gone & Absent;
export default { fetch(): Response { return new Response(`a ${(shape as { kind: string }).kind}`); } };
