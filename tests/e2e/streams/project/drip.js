const encoder = new TextEncoder();

export default {
  fetch() {
    let part = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        if (part === 4) return controller.close();
        if (part > 0) await new Promise((resolve) => setTimeout(resolve, 60));
        controller.enqueue(encoder.encode(`part ${part}\n`));
        part += 1;
      },
    }), { headers: { "content-type": "text/plain" } });
  },
};
