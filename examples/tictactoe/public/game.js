// The page: shows a room's state and sends wishes. What is allowed the worker decides.

const POLL = 700; // milliseconds between looks at the room
const MARKS = {
  X: '<path pathLength="1" d="M10 10L90 90"/><path pathLength="1" d="M90 10L10 90"/>',
  O: '<circle pathLength="1" cx="50" cy="50" r="42"/>',
};
const ADJECTIVES = ["bold", "calm", "brave", "sunny", "quick", "quiet", "merry", "witty", "lucky", "gentle"];
const ANIMALS = ["otter", "heron", "fox", "panda", "lynx", "robin", "whale", "koala", "tiger", "hare"];

const $ = (id) => document.getElementById(id);
const room = new URLSearchParams(location.search).get("room")?.toLowerCase() ?? "";
const api = new URL(`api/${encodeURIComponent(room)}`, location.href);
const me = { mark: null, token: null };
let state = null;
let notice = "";

if (room) play();
else lobby();

// ---- lobby ----

function lobby() {
  $("lobby").hidden = false;
  say("Two players, one board.");
  $("create").addEventListener("click", () => enter(newName()));
  $("enter").addEventListener("submit", (event) => {
    event.preventDefault();
    enter($("code").value.trim().toLowerCase());
  });
}

function enter(name) {
  location.search = new URLSearchParams({ room: name });
}

function newName() {
  const [a, b, c] = crypto.getRandomValues(new Uint32Array(3));
  return `${ADJECTIVES[a % ADJECTIVES.length]}-${ANIMALS[b % ANIMALS.length]}-${100 + (c % 9900)}`;
}

// ---- game ----

async function play() {
  buildBoard();
  $("game").hidden = false;
  $("link").value = location.href;
  $("copy").addEventListener("click", copyLink);
  $("again").addEventListener("click", () => wish({ action: "again" }));
  addEventListener("keydown", (event) => {
    if (/^[1-9]$/.test(event.key) && !event.target.matches("input")) move(Number(event.key) - 1);
  });
  await join();
  poll();
}

// The token is this tab's: two tabs of one browser are two players.
async function join() {
  const kept = sessionStorage.getItem(`seat:${room}`);
  const answer = await ask({ action: "join", token: kept ?? undefined });
  if (!answer) return;
  me.mark = answer.mark;
  me.token = answer.token;
  if (me.token) sessionStorage.setItem(`seat:${room}`, me.token);
  show(answer);
}

async function poll() {
  try {
    if (!document.hidden) await look();
  } catch {
    say("The server does not answer. Trying again …", "wrong");
  }
  setTimeout(poll, POLL);
}

async function look() {
  if (!state) return join();
  const response = await fetch(`${api}?since=${state.version}`);
  if (response.status === 404) return join(); // the server was started anew
  if (response.ok && response.status !== 204) show(await response.json());
}

async function wish(message) {
  const answer = await ask({ ...message, token: me.token });
  if (answer) show(answer);
}

async function ask(message) {
  try {
    const response = await fetch(api, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    say(answer.error, "wrong");
    if (response.status === 403) state = null; // the seat is lost: the next poll joins again
  } catch {
    say("The server does not answer.", "wrong");
  }
  return null;
}

function move(cell) {
  if (state && isMyTurn() && !state.board[cell]) wish({ action: "move", cell });
}

const isMyTurn = () => state.players === 2 && !state.winner && me.mark !== null && state.turn === me.mark;

// ---- view ----

function buildBoard() {
  for (let row = 0; row < 3; row += 1) {
    const line = $("board").appendChild(document.createElement("div"));
    line.setAttribute("role", "row");
    for (let column = 0; column < 3; column += 1) line.append(makeCell(row * 3 + column));
  }
  $("board").addEventListener("keydown", walk);
}

function makeCell(index) {
  const cell = document.createElement("button");
  cell.type = "button";
  cell.className = "cell";
  cell.id = `cell-${index}`;
  cell.tabIndex = index === 0 ? 0 : -1;
  cell.setAttribute("role", "gridcell");
  cell.addEventListener("click", () => move(index));
  cell.addEventListener("focus", () => {
    for (const other of cells()) other.tabIndex = other === cell ? 0 : -1;
  });
  return cell;
}

const cells = () => [...document.querySelectorAll(".cell")];

function walk(event) {
  const at = cells().indexOf(event.target);
  const [row, column] = [Math.floor(at / 3), at % 3];
  const to = {
    ArrowLeft: row * 3 + ((column + 2) % 3),
    ArrowRight: row * 3 + ((column + 1) % 3),
    ArrowUp: ((row + 2) % 3) * 3 + column,
    ArrowDown: ((row + 1) % 3) * 3 + column,
    Home: row * 3,
    End: row * 3 + 2,
  }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  cells()[to].focus();
}

function show(next) {
  if (state && next.version < state.version) return; // an older answer that came late
  state = next;
  cells().forEach(showCell);
  $("board").classList.toggle("over", Boolean(state.winner && state.winner !== "draw"));
  for (const key of ["X", "O", "draw"]) $(`score-${key}`).textContent = state.score[key];
  for (const mark of ["X", "O"]) {
    const seat = $(`seat-${mark}`);
    seat.classList.toggle("turn", state.players === 2 && !state.winner && state.turn === mark);
    seat.querySelector(".who").textContent = me.mark === mark ? "you" : me.mark ? "them" : mark;
  }
  $("invite").hidden = state.players === 2;
  $("again").hidden = !(state.winner && me.mark);
  showStrike();
  showStatus();
}

function showCell(cell, index) {
  const mark = state.board[index];
  const open = !mark && isMyTurn();
  const row = Math.floor(index / 3) + 1;
  const column = (index % 3) + 1;
  cell.classList.toggle("open", open);
  cell.classList.toggle("won", Boolean(state.line?.includes(index)));
  cell.setAttribute("aria-disabled", String(!open));
  cell.setAttribute("aria-label", `Row ${row}, column ${column}: ${mark || "free"}`);
  const wanted = mark ? `${mark} placed` : me.mark ? `${me.mark} hint` : "";
  if (cell.dataset.shown === wanted) return; // keeps the running animation
  cell.dataset.shown = wanted;
  const [letter, kind] = wanted.split(" ");
  cell.innerHTML = letter
    ? `<svg viewBox="0 0 100 100" class="${kind} ${letter.toLowerCase()}" aria-hidden="true">${MARKS[letter]}</svg>`
    : "";
}

function showStrike() {
  const strike = $("strike");
  strike.classList.toggle("shown", Boolean(state.line));
  if (!state.line) return;
  const centre = (cell) => [50 + (cell % 3) * 100, 50 + Math.floor(cell / 3) * 100];
  const [[x1, y1], [x2, y2]] = [centre(state.line[0]), centre(state.line[2])];
  const reach = (from, to) => from + Math.sign(from - to) * 24;
  const line = strike.querySelector("line");
  line.setAttribute("x1", reach(x1, x2));
  line.setAttribute("y1", reach(y1, y2));
  line.setAttribute("x2", reach(x2, x1));
  line.setAttribute("y2", reach(y2, y1));
  strike.setAttribute("class", `shown ${state.winner.toLowerCase()}`);
}

function showStatus() {
  if (state.players < 2) say("Waiting for the other player …");
  else if (state.winner === "draw") say("A draw. Well played!", "mine");
  else if (state.winner && !me.mark) say(`${state.winner} wins.`);
  else if (state.winner) say(state.winner === me.mark ? "You win!" : "You lose this one.", "mine");
  else if (!me.mark) say(`You are watching. ${state.turn} to move.`);
  else if (isMyTurn()) say("Your turn.", "mine");
  else say("Their turn …");
}

function say(text, kind = "") {
  if (notice === text + kind) return;
  notice = text + kind;
  $("status").textContent = text;
  $("status").className = kind;
}

async function copyLink() {
  $("link").select();
  try {
    await navigator.clipboard.writeText($("link").value);
  } catch {
    document.execCommand("copy"); // no clipboard interface without HTTPS
  }
  $("copy").textContent = "Copied";
  setTimeout(() => ($("copy").textContent = "Copy"), 1500);
}
