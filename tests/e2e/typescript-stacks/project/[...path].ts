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
  const user: User = readUser(path);
  return { text: user.name };
};

export default {
  async fetch(request: Request): Promise<Response> {
    return new Response((await reply(new URL(request.url).pathname)).text);
  },
};
