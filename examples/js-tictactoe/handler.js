// One worker is page and store: GET shows a room's page, or with `accept: application/json` its board;
// PUT stores a board. A board is an array of nine "", "X" or "O".

const EMPTY = Array(9).fill("");

export default {
  async fetch(request) {
    const room = new URL(request.url).searchParams.get("room") ?? "lobby";
    if (!/^[\w-]{1,32}$/.test(room)) return refuse(400, "A room's name is 1 to 32 letters, digits, _ and -.");
    if (request.method === "PUT") return store(room, await request.text());
    if (request.method !== "GET") return refuse(405, "GET shows a room, PUT stores its board.", { allow: "GET, PUT" });
    if (request.headers.get("accept")?.includes("application/json")) return Response.json(load(room));
    return new Response(page(room), { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};

function load(room) {
  return JSON.parse(Cache.get(`room:${room}`) ?? JSON.stringify(EMPTY));
}

function store(room, text) {
  const board = read(text);
  if (!board) return refuse(400, 'A board is an array of nine "", "X" or "O".');
  Cache.set(`room:${room}`, JSON.stringify(board));
  return Response.json(board);
}

function read(text) {
  try {
    const board = JSON.parse(text);
    return Array.isArray(board) && board.length === 9 && board.every((mark) => ["", "X", "O"].includes(mark)) ? board : null;
  } catch {
    return null;
  }
}

function refuse(status, error, headers = {}) {
  return Response.json({ error }, { status, headers });
}

function page(room) {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Room ${room}</title>
    <style>
      body { font: 1.1rem system-ui, sans-serif; display: grid; justify-items: center; gap: 1rem; margin: 2rem 1rem; }
      #board { display: grid; grid-template-columns: repeat(3, min(6rem, 28vw)); gap: 0.4rem; }
      #board button { aspect-ratio: 1; font: 700 2.4rem system-ui, sans-serif; border-radius: 0.8rem; border: 1px solid; cursor: pointer; }
    </style>
  </head>
  <body>
    <h1>Room ${room}</h1>
    <div id="board" aria-label="Board"></div>
    <button id="clear" type="button">New game</button>
    <script type="module">
      const json = { accept: "application/json" };
      const put = (board) => fetch(location.href, { method: "PUT", body: JSON.stringify(board) });
      const cells = Array.from({ length: 9 }, () => document.getElementById("board").appendChild(document.createElement("button")));
      let board = [];

      async function look() {
        board = await (await fetch(location.href, { headers: json })).json();
        cells.forEach((cell, index) => {
          cell.textContent = board[index];
          cell.ariaLabel = \`Cell \${index + 1}: \${board[index] || "free"}\`;
        });
      }
      cells.forEach((cell, index) => cell.addEventListener("click", async () => {
        if (board[index]) return;
        const turn = board.filter(Boolean).length % 2 ? "O" : "X";
        await put(board.with(index, turn));
        await look();
      }));
      document.getElementById("clear").addEventListener("click", () => put(Array(9).fill("")).then(look));
      setInterval(look, 1000);
      look();
    </script>
  </body>
</html>
`;
}
