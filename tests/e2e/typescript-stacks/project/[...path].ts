import { readUser, type User } from "./_lib/users";

interface Reply {
  text: string;
}

const reply = async (path: string): Promise<Reply> => {
  if (path === "/logged") {
    const error: Error = new Error("only told");
    console.error(error);
    return { text: "told" };
  }
  if (path === "/later") {
    setTimeout(() => {
      throw new RangeError("in a timer");
    }, 0);
    await new Promise((done) => setTimeout(done, 20));
    return { text: "later" };
  }
  const user: User = path === "/read" ? { name: read() } : readUser(path);
  return { text: user.name };
};

const frames = (stack?: string): string[] =>
  (stack ?? "").split("\n").filter((line) => line !== "").map((line) => line.replace("    at ", "")).slice(0, 2);

const caught = (action: () => void): Error => {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("did not throw");
};

const capture = (): string[] => {
  const target: { stack?: string } = {};
  Error.captureStackTrace(target);
  return frames(target.stack);
};

const read = (): string => {
  const error = caught(() => readUser("/nobody"));
  const own = new Error("x");
  own.stack = "mine";
  return JSON.stringify({
    stack: frames(error.stack),
    again: error.stack === error.stack,
    captured: capture().slice(0, 1),
    dom: caught(() => atob("!")).stack?.split("\n").filter((line) => line.includes(".ts")).slice(0, 1),
    own: own.stack,
    cloned: structuredClone(error).stack === error.stack,
  });
};

export default {
  async fetch(request: Request): Promise<Response> {
    return new Response((await reply(new URL(request.url).pathname)).text);
  },
};
