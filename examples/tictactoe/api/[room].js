// The rules of the house: rooms live in the key/value store, and only this worker decides what is a
// legal move. A room is {version, board, turn, starts, winner, line, score, seats: {X: token, O: token}}.

const LINES = [
  [0, 1, 2], [3, 4, 5], [6, 7, 8],
  [0, 3, 6], [1, 4, 7], [2, 5, 8],
  [0, 4, 8], [2, 4, 6],
];
const MAX_ROOMS = 200;

export default {
  async fetch(request) {
    const id = request.params.room;
    if (!/^[a-z0-9-]{3,32}$/.test(id)) return refuse(400, "A room's name is 3 to 32 of a-z, 0-9 and -.");
    if (request.method === "GET") return show(request, load(id));
    if (request.method === "POST") return act(request, id);
    return refuse(405, "GET shows a room, POST acts in it.", { allow: "GET, POST" });
  },
};

function show(request, room) {
  if (!room) return refuse(404, "There is no such room. Start a new one.");
  const since = new URL(request.url).searchParams.get("since");
  if (since === String(room.version)) return new Response(null, { status: 204 });
  return answer(room);
}

async function act(request, id) {
  let message;
  try {
    message = await request.json();
  } catch {
    return refuse(400, "The body must be JSON.");
  }
  if (message?.action === "join") return join(id, message.token);
  const room = load(id);
  if (!room) return refuse(404, "There is no such room. Start a new one.");
  const mark = seatOf(room, message?.token);
  if (!mark) return refuse(403, "Only the two players may do this.");
  if (message.action === "move") return move(id, room, mark, message.cell);
  if (message.action === "again") return again(id, room);
  return refuse(400, "The action must be join, move or again.");
}

function join(id, token) {
  const room = load(id) ?? newRoom(id);
  let mark = seatOf(room, token);
  if (!mark) {
    mark = ["X", "O"].find((free) => !room.seats[free]);
    if (!mark) return answer(room, { mark: null, token: null });
    token = crypto.randomUUID();
    room.seats[mark] = token;
    save(id, room);
  }
  return answer(room, { mark, token });
}

function move(id, room, mark, cell) {
  if (!Number.isInteger(cell) || cell < 0 || cell > 8) return refuse(400, "A cell is a number from 0 to 8.");
  if (!room.seats.X || !room.seats.O) return refuse(409, "Wait for the other player.");
  if (room.winner) return refuse(409, "This game is over.");
  if (room.turn !== mark) return refuse(409, "It is not your turn.");
  if (room.board[cell]) return refuse(409, "This cell is taken.");
  room.board[cell] = mark;
  room.turn = mark === "X" ? "O" : "X";
  const line = LINES.find((cells) => cells.every((at) => room.board[at] === mark));
  if (line) {
    room.winner = mark;
    room.line = line;
    room.score[mark] += 1;
  } else if (room.board.every(Boolean)) {
    room.winner = "draw";
    room.score.draw += 1;
  }
  save(id, room);
  return answer(room);
}

function again(id, room) {
  if (!room.winner) return refuse(409, "This game is not over yet.");
  room.starts = room.starts === "X" ? "O" : "X";
  Object.assign(room, { board: Array(9).fill(""), turn: room.starts, winner: null, line: null });
  save(id, room);
  return answer(room);
}

// ---- rooms ----

function load(id) {
  const text = Cache.get(`room:${id}`);
  return text ? JSON.parse(text) : null;
}

function save(id, room) {
  room.version += 1;
  Cache.set(`room:${id}`, JSON.stringify(room));
}

// The oldest rooms make way, so that visitors cannot fill the memory.
function newRoom(id) {
  const rooms = JSON.parse(Cache.get("rooms") ?? "[]");
  rooms.push(id);
  while (rooms.length > MAX_ROOMS) Cache.delete(`room:${rooms.shift()}`);
  Cache.set("rooms", JSON.stringify(rooms));
  return {
    version: 0, board: Array(9).fill(""), turn: "X", starts: "X", winner: null, line: null,
    score: { X: 0, O: 0, draw: 0 }, seats: { X: null, O: null },
  };
}

function seatOf(room, token) {
  if (typeof token !== "string" || token === "") return null;
  return ["X", "O"].find((mark) => room.seats[mark] === token) ?? null;
}

// ---- answers ----

// The tokens stay here: who has one may move.
function answer(room, extra = {}) {
  const { seats, ...open } = room;
  const players = ["X", "O"].filter((mark) => seats[mark]).length;
  return Response.json({ ...open, players, ...extra }, { headers: { "cache-control": "no-store" } });
}

function refuse(status, error, headers = {}) {
  return Response.json({ error }, { status, headers });
}
