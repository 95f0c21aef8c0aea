// A list of 25 items, made of the request's query and written as JSON.
const colors = ["red", "green", "blue", "black", "white"];

function item(number, currency) {
  return {
    id: number,
    name: `Item ${number}`,
    slug: `item-${number}`,
    price: { amount: (number * 1999) % 10_000, currency },
    tags: [colors[number % 5], colors[(number * 3) % 5]],
    stock: number % 7,
    available: number % 7 > 0,
  };
}

export default {
  fetch(request) {
    const query = new URL(request.url).searchParams;
    const first = Number(query.get("first") ?? 0);
    const items = Array.from({ length: 25 }, (_, index) => item(first + index, query.get("currency") ?? "EUR"));
    const total = items.reduce((sum, { price, stock }) => sum + price.amount * stock, 0);
    return Response.json({ first, count: items.length, total, items }, { headers: { "cache-control": "no-store" } });
  },
};
