import type { Nothing } from "./types";

export const describe = (id: string): string => `item ${id}`;
export type { Nothing };
